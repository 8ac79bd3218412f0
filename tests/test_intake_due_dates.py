"""The batch of `deskbell sla due`: a question a line in, an answer a line out."""

import json

import pytest

from intake.calendars import load_calendar
from intake.calendars.due_dates import answer, answer_line, answers
from intake.errors import ConfigError

ROME = 'timezone = "Europe/Rome"\nhours = { mon-fri = ["09:00-18:00"] }'


def calendar_at(path):
    if path != "rome.toml":
        raise FileNotFoundError(2, "No such file or directory", path)
    return load_calendar(ROME, path)


def a_question(**fields):
    row = {"id": 7, "calendar": "rome.toml", "start": "2026-03-10T16:00:00+01:00", "amount": "4h"} | fields
    return {name: value for name, value in row.items() if value is not ...}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"due": "2026-03-11T11:00:00+01:00"}),
        ({"start": "2026-03-10T15:00:00Z"}, {"due": "2026-03-11T11:00:00+01:00"}),  # in the calendar's zone
        ({"start": "2026-03-27T17:00:00+01:00"}, {"due": "2026-03-30T12:00:00+02:00"}),
        ({"amount": "same business day"}, {"due": "2026-03-10T18:00:00+01:00"}),
        ({"amount": "30m wall", "start": "2026-03-10T23:00:00+01:00"}, {"due": "2026-03-10T23:30:00+01:00"}),
        (
            {"pauses": [["2026-03-10T16:00:00+01:00", "2026-03-10T17:00:00+01:00"]]},
            {"due": "2026-03-11T12:00:00+01:00"},
        ),
        ({"amount": ..., "end": "2026-03-11T10:00:00+01:00"}, {"elapsed_s": 3 * 3600}),
        ({"amount": ..., "end": "2026-03-10T16:00:00.500+01:00"}, {"elapsed_s": 0.5}),
        (
            {"calendar": {"timezone": "America/New_York", "hours": "24x7"}, "amount": "1h"},
            {"due": "2026-03-10T12:00:00-04:00"},
        ),
        ({"calendar": {"timezone": "UTC", "hours": "24x7"}}, {"due": "2026-03-10T19:00:00+00:00"}),
    ],
)
def test_a_question_is_answered(fields, expected):
    assert {"id": 7} | expected == answer(a_question(**fields), calendar_at)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"calendar": "oslo.toml"}, "calendar: cannot be read: No such file or directory; give its path"),
        ({"calendar": 3}, "calendar: expected a path or a table, got 3"),
        ({"calendar": ...}, "calendar: expected a path or a table, got None"),
        ({"calendar": {"timezone": "Europe/Roma", "hours": "24x7"}}, 'did you mean "Europe/Rome"?'),
        ({"calendar": {"timezone": "UTC", "hours": {}}}, "calendar.hours: never opens"),
        ({"start": "2026-03-10T16:00:00"}, "start: '2026-03-10T16:00:00' has no offset"),
        ({"start": "yesterday"}, "start: 'yesterday' is no moment"),
        ({"start": ...}, "start: None is no moment"),
        ({"amount": "4 parsecs"}, "amount: '4 parsecs' is no amount of time"),
        ({"amount": "-4h"}, "amount: '-4h' is negative"),
        ({"amount": ...}, "amount, end: one of them is needed, and not both"),
        ({"end": "2026-03-10T16:00:00Z"}, "amount, end: one of them is needed, and not both"),
        ({"amount": ..., "end": "2026-03-09T16:00:00Z"}, "end: lies before start"),
        ({"pauses": [["2026-03-10T16:00:00Z"]]}, "pauses: expected pairs of moments"),
        ({"pauses": [["2026-03-10T16:00:00Z", None]]}, "pauses: None is no moment"),
        ({"pauses": [["2026-03-10T16:00:00Z", "2026-03-09T16:00:00Z"]]}, "pauses: one ends before it begins"),
        ({"amuont": "4h"}, 'amuont: no such field; did you mean "amount"?'),
        ({"start": "2026-03-10"}, 'has no offset; write it as "2026-03-10T00:00:00+01:00"'),
        ({"start": "0001-01-01T00:00:00+14:00"}, "is out of range; the years 1900 to 2400 are known"),
        ({"start": "9999-12-31T23:59:59-14:00"}, "is out of range; the years 1900 to 2400 are known"),
        ({"amount": "x" * 10**6}, 'x\' is no amount of time; write "4h"'),
        ({"amount": float("nan")}, "amount: expected text, got nan"),
        ({"start": [[[[[[[[[["deep"]]]]]]]]]]}, "is no moment; write it as"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(fields, error):
    reply = answer(a_question(**fields), calendar_at)

    assert ["id", "error"] == list(reply)
    assert error in str(reply["error"])


@pytest.mark.parametrize(
    "line",
    ["{", "[1]", "null", "NaN", "[" * 100_000, '"\\ud800"', "", "\0", b'{"id": "\xff"}', b"\xff\xfe{\0"],
)
def test_a_line_that_is_no_question_has_no_id(line):
    reply = answer_line(line, calendar_at)

    assert ["id", "error"] == list(reply)
    assert reply["id"] is None


def test_a_number_that_json_does_not_know_is_answered_in_words():
    line = json.dumps(a_question()).replace("7", "NaN", 1)
    reply = answer_line(line, calendar_at)

    assert {"id": "NaN", "due": "2026-03-11T11:00:00+01:00"} == reply


@pytest.mark.parametrize("depth", [100, 900, 970, 980, 990])
def test_a_deep_nest_ends_in_an_error(depth):
    nest = "[" * depth + "]" * depth
    reply = answer_line('{"id": 7, "calendar": {"timezone": ' + nest + "}}", calendar_at)

    assert ["id", "error"] == list(reply)


def test_each_calendar_is_read_once_the_broken_one_too():
    read = []

    def counts(path):
        read.append(path)
        return calendar_at(path) if path == "rome.toml" else load_calendar("", path)

    lines = [json.dumps(a_question(calendar=name)) for name in ("rome.toml", "empty.toml") * 3]
    replies = ["error" in reply for reply in answers(lines, counts)]

    assert (["rome.toml", "empty.toml"], [False, True] * 3) == (read, replies)


def test_a_line_is_named_by_its_number():
    (reply,) = answers(["", "oops"], calendar_at)

    assert str(reply["error"]).startswith("line 2: is not JSON: ")


def test_a_bad_line_leaves_the_others_alone():
    lines = [json.dumps(a_question(id="a")), "", "oops", json.dumps(a_question(id="b", start=1))]

    assert [("a", True), (None, False), ("b", False)] == [
        (reply["id"], "due" in reply) for reply in answers(lines, calendar_at)
    ]


def test_a_calendar_look_up_may_refuse():
    def refuses(path):
        raise ConfigError([f"{path}.hours: never opens; write a window", "and more"])

    assert (
        "x.hours: never opens; write a window; and more" == answer(a_question(calendar="x"), refuses)["error"]
    )
