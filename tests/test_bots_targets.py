"""`deskbell sla due` from outside: what it prints, where, and how it ends."""

import json
import time

import pytest
from typer.testing import CliRunner

from bots.commands.targets import app

pytestmark = pytest.mark.slow

ROME = 'timezone = "Europe/Rome"\nhours = { mon-fri = ["09:00-18:00"] }\n'
CALENDARS = {
    "rome.toml": ROME,
    "nowhere.toml": 'timezone = "Europe/Roma"\nhours = "24x7"\n',
    "closed.toml": 'timezone = "UTC"\nhours = { mon = [] }\n',
    "past.toml": 'timezone = "UTC"\nhours = {}\nholidays = "IT"\n[dates]\n"2020-12-24" = ["09:00-12:00"]\n',
    "early.toml": 'timezone = "Europe/Rome"\nhours = { sun = ["02:30-06:00"] }\n',
    "wrong.toml": 'timezone = "UTC"\nhour = 1\nhours = { mno = ["25:00-26:00", "09:60-10:00"] }\n',
    "deep.toml": "hours = " + "[" * 5000,
}
START = "2026-03-10T16:00:00+01:00"


@pytest.fixture
def run(tmp_path):
    for name, text in CALENDARS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def command(*words):
        paths = [str(tmp_path / word) if word.endswith(("toml", "jsonl")) else word for word in words]
        return CliRunner().invoke(app, ["due", *paths])

    return command


@pytest.fixture
def ask(run, tmp_path):
    """Ask a batch of questions, a dictionary or a line of bytes each."""

    def batch(*rows):
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        (tmp_path / "asked.jsonl").write_bytes(b"\n".join(lines))
        done = run("--batch", "asked.jsonl")
        return done, [json.loads(line) for line in done.stdout.splitlines()]

    return batch


def a_question(**fields):
    return {"id": 7, "calendar": "rome.toml", "start": START, "amount": "4h"} | fields


@pytest.mark.parametrize(
    ("calendar", "start", "amount", "told"),
    [
        ("nowhere.toml", START, "4h", 'did you mean "Europe/Rome"?'),
        ("closed.toml", START, "4h", "never opens"),
        ("past.toml", START, "4h", "does not open within 10 years after 2026-03-10"),
        ("rome.toml", "2026-03-10T16:00:00", "4h", "--start: '2026-03-10T16:00:00' has no offset"),
        ("rome.toml", "0001-01-01T00:00:00Z", "4h", "is out of range"),
        ("rome.toml", "9999-12-31T23:59:59Z", "4h", "is out of range"),
        ("rome.toml", START, "-4h", "--amount: '-4h' is negative"),
        *(("rome.toml", START, amount, "is no amount of time") for amount in ("4", "4h30", "h", "1e9h", "")),
        ("rome.toml", START, "999999999h", "--amount: '999999999h' is too long"),
        ("rome.toml", START, "876000h", "is not used up within 100 years"),
        ("deep.toml", START, "4h", "is not TOML"),
        ("absent.toml", START, "4h", "absent.toml: cannot be read"),
    ],
)
def test_what_cannot_be_answered_is_told_and_ends_at_once(run, calendar, start, amount, told):
    begun = time.process_time()
    done = run("--calendar", calendar, "--start", start, "--amount", amount)

    assert (2, "") == (done.exit_code, done.stdout)
    assert told in done.stderr
    assert time.process_time() - begun < 30


def test_all_mistakes_of_a_calendar_are_told_at_once(run):
    done = run("--calendar", "wrong.toml", "--start", START, "--amount", "4h")

    assert 4 == len(done.stderr.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--calendar", "rome.toml"],
        ["--calendar", "rome.toml", "--start", START],
        ["--batch", "asked.jsonl", "--start", START],
        ["--batch", "absent.jsonl"],
        ["--batch", "."],
    ],
)
def test_wrong_usage_ends_with_2(run, words):
    done = run(*words)

    assert (2, "") == (done.exit_code, done.stdout)
    assert done.stderr


def test_an_edge_that_the_clock_skips_is_told_beside_the_answer(run):
    done = run("--calendar", "early.toml", "--start", START, "--amount", "1h")

    assert (0, "2026-03-15T03:30:00+01:00\n") == (done.exit_code, done.stdout)
    assert "02:30 does not exist on 2026-03-29" in done.stderr


def test_a_batch_tells_it_once_a_calendar(ask):
    done, _ = ask(*[a_question(calendar="early.toml")] * 3)

    assert 1 == done.stderr.count("does not exist")


def test_a_calendar_lies_beside_the_batch_or_in_the_line(ask):
    table = {"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}}
    done, answers = ask(a_question(), a_question(calendar=table))

    assert 0 == done.exit_code
    assert [{"id": 7, "due": "2026-03-11T11:00:00+01:00"}] * 2 == answers


def test_questions_with_the_same_id_are_each_answered(ask):
    _, answers = ask(a_question(), a_question(amount="1h"))

    assert ["2026-03-11T11:00:00+01:00", "2026-03-10T17:00:00+01:00"] == [row["due"] for row in answers]


@pytest.mark.parametrize(
    "row",
    [
        a_question(start=1),
        a_question(start=None),
        a_question(start=[[START]]),
        a_question(amount=4),
        a_question(amount=None),
        a_question(amount={"h": 4}),
        a_question(amount=float("nan")),
        a_question(end=START),
        a_question(pauses="none"),
        a_question(pauses=[[START, None]]),
        a_question(pauses=[[None]]),
        a_question(calendar=None),
        a_question(calendar="absent.toml"),
        a_question(calendar="."),
        a_question(calendar="a\0b"),
        a_question(calendar="x" * 5000),
        a_question(calendar="deep.toml"),
        a_question(calendar="past.toml"),
        a_question(calendar="past.toml", pauses=[["1900-01-01T00:00:00Z", "2400-01-01T00:00:00Z"]]),
        a_question(calendar={"timezone": "UTC", "hours": "24x7", "dates": {"2026-02-30": []}}),
        {"id": 7},
    ],
)
def test_a_bad_line_is_answered_with_its_id_and_what_is_wrong(ask, row):
    done, answers = ask(row, a_question(id=8))

    assert (1, ["id", "error"], 7) == (done.exit_code, list(answers[0]), answers[0]["id"])
    assert {"id": 8, "due": "2026-03-11T11:00:00+01:00"} == answers[1]


@pytest.mark.parametrize(
    "line", [b"{", b"null", b"[]", b"\xff\xfe{\0", b'{"id": "\xff"}', b"\0", b"[" * 100_000, b"x" * 10**7]
)
def test_a_line_that_is_no_question_has_no_id_but_an_error(ask, line):
    done, answers = ask(line, a_question())

    assert (1, [None, 7]) == (done.exit_code, [answer["id"] for answer in answers])
    assert len(answers[0]["error"]) < 600


def test_a_mark_of_the_beginning_and_empty_lines_are_passed_over(ask):
    done, answers = ask(
        b"\xef\xbb\xbf" + json.dumps(a_question()).encode() + b"\r", b"", b" \r", a_question()
    )

    assert (0, 2) == (done.exit_code, len(answers))


@pytest.mark.slow
def test_thousands_of_pauses_are_one_question(ask):
    pauses = [
        [f"2026-03-10T16:{number % 60:02}:00+01:00", "2026-03-10T17:00:00+01:00"] for number in range(50_000)
    ]
    _, answers = ask(a_question(pauses=pauses))

    assert [{"id": 7, "due": "2026-03-11T12:00:00+01:00"}] == answers
