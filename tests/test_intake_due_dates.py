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
        ({"amount": ...}, "needs amount or end, and not both"),
        ({"end": "2026-03-10T16:00:00Z"}, "needs amount or end, and not both"),
        ({"amount": ..., "end": "2026-03-09T16:00:00Z"}, "end: lies before start"),
        ({"pauses": [["2026-03-10T16:00:00Z"]]}, "pauses: expected pairs of moments"),
        ({"pauses": [["2026-03-10T16:00:00Z", None]]}, "pauses: None is no moment"),
        ({"pauses": [["2026-03-10T16:00:00Z", "2026-03-09T16:00:00Z"]]}, "pauses: one ends before it begins"),
        ({"amuont": "4h"}, 'amuont: no such field; did you mean "amount"?'),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(fields, error):
    reply = answer(a_question(**fields), calendar_at)

    assert ["id", "error"] == list(reply)
    assert error in str(reply["error"])


@pytest.mark.parametrize("line", ["{", "[1]", "null", "[" * 100_000, '"\\ud800"', ""])
def test_a_line_that_is_no_question_has_no_id(line):
    reply = answer_line(line, calendar_at)

    assert ["id", "error"] == list(reply)
    assert reply["id"] is None


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
