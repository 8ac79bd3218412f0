"""`deskbell demo`: each step becomes what it should, is told in plain words, and leaves nothing behind."""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from click.testing import Result
from rich.cells import cell_len
from typer.testing import CliRunner

from bots.cli import app
from bots.door import letter_from
from bots.settings import read_settings
from intake.decisions import Fate
from intake.errors import ConfigError, DeskbellError
from intake.messages import Address, Assurance, Inbound, Raw
from sandbox.chat_story import CHAT_STORY
from sandbox.demo import run
from sandbox.dialogue import WIDTH
from sandbox.mails import Letter, delivery_report, forged, letter, out_of_office, read
from sandbox.playing import Played
from sandbox.story import STORY
from sandbox.world import ANA, BOB, DESK, MALLORY, OUR_MTA, SAM

pytestmark = pytest.mark.slow  # a real desk, step by step

WHOLE = (*STORY, *CHAT_STORY)
DESKBELL = Path(sys.executable).with_name("deskbell")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
ON_TERMINAL = "\x1b[2J"


@dataclass(frozen=True, slots=True)
class Run:
    """One `deskbell demo --keep` by somebody who has configured nothing."""

    home: Path
    folder: Path
    code: int
    told: str
    errors: str


def deskbell(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DESKBELL", "XDG"))}
    environment = kept | {"HOME": str(home), "TMPDIR": str(home)}
    return subprocess.run(
        [DESKBELL, *arguments], cwd=home, env=environment, capture_output=True, text=True, timeout=300
    )


def in_this_process(kept: Run, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(kept.folder / "config.toml"), *arguments])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("home")
    done = deskbell(home, "demo", "--keep", "desk")
    return Run(home, home / "desk", done.returncode, done.stdout, done.stderr)


async def no_second_act(*_: object) -> list[Played]:
    return []


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


# The whole play


def test_every_step_becomes_what_it_should_without_any_configuration(kept):
    assert (0, "") == (kept.code, kept.errors)
    assert f"All {len(WHOLE)} steps became what they should" in kept.told


def test_the_story_shows_every_fate_that_a_message_can_have():
    assert set(Fate) == {Fate(one.expected.fate) for one in WHOLE if one.expected.fate != "-"}


def title_of(step: str) -> str:
    return step.partition("\n")[0].partition(". ")[2]


def test_every_step_is_told_with_what_came_in_its_fate_and_what_went_out(kept):
    steps = kept.told.partition("The fates")[0].split("\n\n")[1:]

    told = [step for step in map(str.strip, steps) if not step.startswith("The same desk")]

    assert [scene.title for scene in WHOLE] == [
        re.sub(r"^\d+\. ", "", one.splitlines()[0]) for one in told if one
    ]
    assert all("  in: " in one and "fate: " in one and " out: " in one for one in told if one)


def test_a_pipe_gets_plain_lines_of_eighty_columns(kept):
    lines = kept.told.partition("\nKept in")[0].splitlines()

    assert [] == [
        line for line in lines if cell_len(line) > WIDTH or line != line.rstrip() or CONTROL.search(line)
    ]


def test_the_forged_mail_is_refused_in_the_session_and_answered_nowhere_else(kept):
    step = kept.told.partition("A forged sender")[2].partition("\n\n")[0]

    assert "smtp: 550 5.7.1 Email is only for follow-up" in step
    assert step.rstrip().endswith("out: nothing")


def test_a_stranger_hears_nothing_of_the_ticket_whose_number_they_know(kept):
    (mail,) = (kept.folder / "mails" / "out").glob("*mallory*")

    assert not re.search(rb"calls drop|ana|rossi", mail.read_bytes(), re.IGNORECASE)


# What it leaves


def test_what_is_kept_lies_in_the_folder_and_nowhere_else(kept):
    names = {"config.toml", "people.toml", "desk.key", "desk.db", "desk.log", "mails"}

    assert names == {path.name for path in kept.folder.iterdir()}
    assert [kept.folder] == list(kept.home.iterdir())


def test_the_key_can_be_read_by_its_owner_only(kept):
    assert 0o600 == (kept.folder / "desk.key").stat().st_mode & 0o777


def test_the_kept_configuration_names_the_port_that_was_listened_on(kept):
    listen = read_settings(kept.folder / "config.toml").channel["mail"].listen

    assert not listen.endswith(":0")


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("ticket list", "Calls drop after ten minutes"),
        ("ticket show 1042 --why", "The new switch sends no keep-alives"),
        ("ticket export --jsonl", "Echo on the conference phone"),
        ("ticket show 1042", "Their fax is nine years old"),
        ("messages list", "email-follow-ups-only"),
        ("people accounts", "bob@acme.example"),
        ("messages export --jsonl", "open-on-portal"),
        ("held list", "kim@adviser.example"),
        ("outbox list", ""),
        ("people list", "Acme"),
        ("explain mails/in/08.eml", "email-follow-ups-only"),
        ("parse --json mails/in/11.eml", "is_bounce"),
    ],
)
def test_other_commands_work_with_the_kept_configuration(kept, command, shows):
    words = [str(kept.folder / word) if word.endswith(".eml") else word for word in command.split()]
    done = in_this_process(kept, *words)

    assert (0, "") == (done.exit_code, done.stderr)
    assert shows in done.stdout


def test_every_mail_that_was_caught_is_in_the_export_under_its_message_id(kept):
    records = [
        json.loads(line)
        for line in in_this_process(kept, "messages", "export", "--jsonl").stdout.splitlines()
    ]
    caught = [read(path.read_bytes()) for path in (kept.folder / "mails" / "out").iterdir()]

    sent = {one["message_id"] for one in records if (one["direction"], one["channel"]) == ("out", "email")}
    assert sent == {str(mail["Message-ID"]).strip("<>") for mail in caught}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "config.toml").write_text("mine")

    with pytest.raises(ConfigError, match="is not empty; name a new folder"):
        run(tmp_path)
    assert ["config.toml"] == [path.name for path in tmp_path.iterdir()]


def test_without_keep_nothing_is_left_and_logging_is_as_before(nowhere, capsys):
    before = structlog.get_config()
    run(None, STORY[:1], no_second_act)

    assert [] == list(nowhere.iterdir())
    assert before == structlog.get_config()
    assert "All 1 steps" in capsys.readouterr().out


def test_a_step_that_became_something_else_is_named_and_fails_the_demo(nowhere, capsys):
    wrong = replace(STORY[0], expected=replace(STORY[0].expected, fate=Fate.HOLD))

    with pytest.raises(DeskbellError, match="1 of 1 steps did not become what they should"):
        run(None, (wrong,), no_second_act)
    assert " WRONG: fate: expected hold, got open" in capsys.readouterr().out
    assert [] == list(nowhere.iterdir())


def test_the_kept_configuration_names_no_chat_since_nobody_listens_there_any_more(kept):
    assert {"mail"} == set(read_settings(kept.folder / "config.toml").channel)


# The second act


def step_of(kept: Run, title: str) -> str:
    return kept.told.partition(f". {title}\n")[2].partition("\n\n")[0]


@pytest.mark.parametrize(
    ("title", "shows"),
    [
        ("A follow-up by mail is seen in Slack", "💬 Ana Rossi <ana@acme.example> wrote again:"),
        ("Sam claims the ticket", "Assignee: @Sam"),
        ("Sam answers through Slack's form", "out: to Ana Rossi <ana@acme.example>"),
        ("Bob says that it is he", "“A Telegram account can see your ticket”"),
        ("Bob asks how far it is", "Waiting for you"),
        ("Bob adds a photo", "Kept with it: photo.jpg."),
        ("Bob adds a photo", "With one attachment."),
        ("Sam answers, and Bob reads it there", "WX-1042 · Sam Weaver, Vendor support"),
        ("The clock goes on: Slack is reminded", "Due soon: the first response on WX-1044"),
        ("The clock goes on: Bob is told, too", "We are late with WX-1044."),
    ],
)
def test_people_read_in_the_chats_what_the_step_is_about(kept, title, shows):
    assert shows in step_of(kept, title)


def test_a_note_is_read_by_nobody_outside(kept):
    words = b"Their fax is nine years old"
    mails = [path.name for path in (kept.folder / "mails" / "out").iterdir() if words in path.read_bytes()]

    assert [] == mails
    assert ["out: Slack's #triage shows"] == re.findall(
        r"out: .*", step_of(kept, "Sam notes something for colleagues")
    )


def test_without_the_chats_libraries_the_second_act_is_left_out_and_says_what_to_install(tmp_path):
    script = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('aiohttp', 'slack_bolt', 'slack_sdk', 'telegram')))\n"
        "from sandbox.demo import STORY, run\n"
        "run(None, STORY[:1])\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=300
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert "Slack and Telegram are left out: install them with 'deskbell[slack,telegram]'." in done.stdout
    assert "All 1 steps" in done.stdout


# The mails


def heard(written: Letter) -> Inbound:
    raw = Raw("email", "mail", written.body, datetime(2026, 11, 20, 9, tzinfo=UTC))
    return letter_from(raw, OUR_MTA).inbound


def test_a_letter_is_proven_by_its_domain_and_a_forged_one_is_not():
    assert Assurance.ALIGNED is heard(letter(ANA, DESK.address, "Hello", "Hello")).assurance
    assert Assurance.NONE is heard(forged(ANA, DESK.address, "Hello", "Hello")).assurance


def test_an_out_of_office_reply_is_known_as_automatic_and_has_no_return_path():
    written = out_of_office(ANA, DESK.address, "Away", "I am away.", "<1@vendor.example>")

    assert ("", "1@vendor.example") == (written.sender, heard(written).in_reply_to)
    assert heard(written).automatic


def test_a_delivery_report_names_the_recipient_the_status_and_the_mail():
    original = letter(DESK, BOB.address, "Hello", "Hello")
    machine = Address("Mail Delivery System", "mailer-daemon@acme.example")
    report = heard(
        delivery_report(machine, DESK.address, original.body, BOB.address, "552 5.2.2 full")
    ).report

    assert report is not None
    assert original.message_id == f"<{report.original_message_id}>"
    assert [(BOB.address, "5.2.2", "failed")] == [
        (r.recipient, r.status, r.action) for r in report.recipients
    ]


def test_nobody_in_the_story_has_an_address_that_could_exist():
    assert {"example"} == {one.domain.rpartition(".")[2] for one in (ANA, BOB, SAM, MALLORY, DESK)}
