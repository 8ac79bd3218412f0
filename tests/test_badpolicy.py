"""Broken policies: each says what is wrong with it, in words, and all of it at once.

Each file in badpolicy has the words that it must be told in its first comment. What is allowed
but hardly meant, in the files that begin with `doubt_`, is a warning, and a fault when it is asked for.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.cli import app
from intake.policy import preset_names, preset_text

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).with_name("badpolicy")
DOUBTS = sorted(FOLDER.glob("doubt_*.toml"))
BAD = sorted(set(FOLDER.glob("*.toml")) - set(DOUBTS))


def check(*words: str | Path):
    return CliRunner().invoke(app, ["policy", "check", *map(str, words)])


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def expected(path: Path) -> str:
    """The words of the first comment behind the place that every mistake begins with."""
    words = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    return f"{path}: {words}" if words.startswith("not readable") else f"{path}.{words}"


def beginnings(lines: list[str], words: str) -> list[str]:
    return [line[: len(words)] for line in lines]


@pytest.mark.parametrize("path", BAD, ids=names(BAD))
def test_a_mistake_is_told_in_words_with_exit_code_2(path):
    done = check(path)

    assert (2, "") == (done.exit_code, done.stdout)
    assert expected(path) in beginnings(done.stderr.splitlines(), expected(path))
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", DOUBTS, ids=names(DOUBTS))
def test_a_doubt_is_a_warning_and_with_strict_a_fault(path):
    words = f"warning: {expected(path)}"
    done, strict = check(path), check(path, "--strict")

    assert (0, 1) == (done.exit_code, strict.exit_code)
    assert [words] == beginnings(done.stdout.splitlines()[:-1], words)
    assert done.stdout.splitlines()[:-1] == strict.stdout.splitlines()[:-1]


@pytest.mark.parametrize("name", preset_names())
def test_what_ships_is_sound_even_when_it_is_looked_at_strictly(name):
    done = check(name, "--strict")

    assert (0, 1) == (done.exit_code, len(done.stdout.splitlines()))


def test_all_mistakes_are_told_at_once_a_line_each_words_in_wrong_places_too():
    told = check(FOLDER / "many_mistakes.toml").stderr.splitlines()

    assert [
        "rule 'vip'.then",
        "rule 'night'.unles",
        "colour",
        "calendars.office.timezone",
        "severity 'high'.remind",
        "severity 'low'.first_response",
        "default_severity",
        "form",
        "rule 'follow-up'.when.tickt",
        "rule 'new-ticket'.reply",
    ] == [line.removeprefix(f"{FOLDER / 'many_mistakes.toml'}.").partition(":")[0] for line in told]


@pytest.mark.parametrize(
    ("path", "code", "counted"),
    [
        (FOLDER / "many_mistakes.toml", 2, (False, 10, 0)),
        (FOLDER / "doubt_link.toml", 0, (True, 0, 1)),
        (Path("wildix"), 0, (True, 0, 0)),
    ],
)
def test_json_tells_mistakes_and_warnings_as_lists(path, code, counted):
    done = check(path, "--json")
    (found,) = map(json.loads, done.stdout.splitlines())

    assert (code, "") == (done.exit_code, done.stderr)
    assert counted == (found["sound"], len(found["mistakes"]), len(found["warnings"]))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (None, "cannot be read: No such file or directory"),
        (b'title = "Caf\xe9"\n', "is not UTF-8; save it as that"),
        (b"# filling\n" * 500_000, "has 5,000,000 characters; a policy has at most 1,000,000"),
        (b"a = " + b"[" * 100_000, "not readable as TOML"),
        (b"a = " + b"9" * 5_000, "not readable as TOML"),
        (b"", "title: is missing"),
        (b"\x00" * 1_000, "not readable as TOML"),
        (b"[[rule]]\nname = 'a'\nbecause = 'b'\n" * 1_001, "rule: expected at most 1000 of them"),
    ],
    ids=["absent", "latin-1", "5 MB", "a deep nest", "a long number", "empty", "zeros", "1001 rules"],
)
def test_a_file_that_is_no_policy_is_told_as_such_in_little_time(tmp_path, body, told):
    path = tmp_path / "own.toml"
    if body is not None:
        path.write_bytes(body)
    done = check(path)

    assert (2, "") == (done.exit_code, done.stdout)
    assert told in done.stderr


def test_a_policy_saved_with_a_byte_order_mark_is_read_like_any_other(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("\ufeff" + preset_text("wildix"), encoding="utf-8")

    assert 0 == check(path).exit_code
