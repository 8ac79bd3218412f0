"""The configuration file: a good one runs, a wrong one says what is wrong, all of it at once, in words.

Each file in badconfig has the words that its message must contain in its first comment.
"""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from bots.cli import app
from bots.commands.configuration import SECTIONS, example, write_key
from bots.settings import (
    KINDS,
    FromEnvironment,
    FromFile,
    Settings,
    find_config,
    read_settings,
    secret,
    signing_key,
)
from intake.errors import ConfigError

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).with_name("badconfig")
BAD = sorted(FOLDER.glob("*.toml"))
SMALLEST = """\
[desk]
name = "Vendor support"
address = "Support@Vendor.example"
policy = "wildix"

[store]
url = "sqlite:///desk.db"

[secrets]
key = { file = "desk.key" }

[channel.mail]
kind = "smtp"
"""


def a_copy(path: Path, folder: Path) -> Path:
    copy = folder / "config.toml"
    copy.write_bytes(path.read_bytes())
    return copy


def serve(config: Path):
    return CliRunner().invoke(app, ["serve", "--config", str(config)])


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_a_wrong_configuration_is_told_in_words_with_exit_code_2(path, tmp_path):
    expected = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    done = serve(a_copy(path, tmp_path))

    assert (2, "") == (done.exit_code, done.stdout)
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


def test_every_mistake_is_told_at_once_a_line_each(tmp_path):
    done = serve(a_copy(FOLDER / "five_mistakes.toml", tmp_path))

    assert [
        "channel.mail.lisen",
        "desk.name",
        "desk.policy",
        "desk.timezone",
        "store.url",
    ] == sorted(line.partition(":")[0] for line in done.stderr.splitlines())


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_a_message_shows_no_secret(path, tmp_path):
    assert "sixteen bytes" not in serve(a_copy(path, tmp_path)).stderr


def test_what_is_wrong_in_the_files_that_it_names_is_told_at_once_too(tmp_path):
    text = SMALLEST.replace('"wildix"', '"own.toml"\npeople = "people.toml"')
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    done = serve(tmp_path / "config.toml")

    assert 2 == done.exit_code
    assert ["policy", "secrets.key", "desk.people"] == [
        line.partition(":")[0] for line in done.stderr.splitlines()
    ]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///absent/desk.db", "unable to open database file"),
        ("sqlite:///desk.key", "file is not a database"),
        ("postgresql://postgres@127.0.0.1:1/desk", "Connection refused"),
    ],
)
def test_a_store_that_cannot_be_opened_is_told_in_words_with_exit_code_1(tmp_path, url, said):
    (tmp_path / "desk.key").write_text("sixteen bytes or more, many more of them" * 30, encoding="utf-8")
    (tmp_path / "config.toml").write_text(SMALLEST.replace("sqlite:///desk.db", url), encoding="utf-8")
    done = serve(tmp_path / "config.toml")

    assert 1 == done.exit_code
    assert said in done.stderr
    assert done.stderr.startswith("deskbell: store ")


# What is read


def test_four_sections_are_enough_and_everything_else_has_a_default(tmp_path):
    (tmp_path / "config.toml").write_text(SMALLEST, encoding="utf-8")
    settings = read_settings(tmp_path / "config.toml")

    assert "Support@vendor.example" == settings.desk.address
    assert ("127.0.0.1", 25, "none") == (settings.relay.host, settings.relay.port, settings.relay.tls)
    assert settings.channel["mail"].refuse_in_session


def test_paths_are_relative_to_the_file_that_names_them(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    (tmp_path / "config.toml").write_text(
        SMALLEST.replace('"wildix"', '"own.toml"\npeople = "people.toml"'), encoding="utf-8"
    )
    settings = read_settings(tmp_path / "config.toml")

    assert f"sqlite:///{tmp_path}/desk.db" == settings.store.url
    assert str(tmp_path / "own.toml") == settings.desk.policy
    assert str(tmp_path / "people.toml") == settings.desk.people


def test_the_example_is_itself_a_valid_configuration_and_the_file_that_ships(tmp_path):
    (tmp_path / "config.toml").write_text(example(), encoding="utf-8")
    write_key(tmp_path / "desk.key")
    settings = read_settings(tmp_path / "config.toml")

    assert (Path(__file__).parent.parent / "config.example.toml").read_text(encoding="utf-8") == example()
    assert 32 <= len(signing_key(settings.secrets.key, "secrets.key", tmp_path))


def test_the_example_with_every_default_written_out_is_valid_too(tmp_path):
    written = re.sub(r"(?m)^# (?=[a-z_]+ = )", "", example())
    (tmp_path / "config.toml").write_text(written, encoding="utf-8")

    assert read_settings(tmp_path / "config.toml").desk.first_number == 1001


def test_the_example_with_every_section_that_is_only_wanted_sometimes_is_valid_too(tmp_path):
    written = re.sub(r"(?m)^#(?! )", "", example())
    (tmp_path / "config.toml").write_text(written, encoding="utf-8")
    settings = read_settings(tmp_path / "config.toml")

    assert {"smtp", "imap", "slack", "telegram"} == {one.kind for one in settings.channel.values()}
    assert settings.relay.dkim


def models_within(model):
    """A settings model and all that its fields are made of."""
    named = [model] if isinstance(model, type) and issubclass(model, BaseModel) else []
    parts = [field.annotation for one in named for field in one.model_fields.values()]
    found = {one for part in (*parts, *get_args(model)) for one in models_within(part)}
    return found | set(named)


def test_the_example_has_a_section_for_every_table_of_settings():
    secrets = {FromFile, FromEnvironment}
    tables = {one for kind in (Settings, *KINDS.values()) for one in models_within(kind)} - secrets

    assert tables - {Settings} == {model for _, model, _ in SECTIONS}


# Secrets


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("as it stands", b"as it stands"),
        (FromFile(file="key"), b"from a file"),
        (FromEnvironment(env="DESKBELL_TEST_KEY"), b"from the environment"),
    ],
)
def test_a_secret_is_text_a_file_or_the_environment(tmp_path, monkeypatch, written, read):
    (tmp_path / "key").write_text("from a file\n", encoding="utf-8")
    monkeypatch.setenv("DESKBELL_TEST_KEY", "from the environment")

    assert read == secret(written, "secrets.key", tmp_path)


# Where it is found


def test_the_configuration_is_looked_for_in_its_order(tmp_path, monkeypatch):
    user = tmp_path / "user" / "deskbell"
    user.mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.delenv("DESKBELL_CONFIG", raising=False)
    with pytest.raises(ConfigError, match="no configuration found"):
        find_config(None)
    (user / "config.toml").touch()
    in_user = find_config(None)
    Path("config.toml").touch()
    here = find_config(None)
    monkeypatch.setenv("DESKBELL_CONFIG", "/named/by/the/environment.toml")

    assert (user / "config.toml", Path("config.toml")) == (in_user, here)
    assert Path("/named/by/the/environment.toml") == find_config(None)
    assert Path("given.toml") == find_config("given.toml")
