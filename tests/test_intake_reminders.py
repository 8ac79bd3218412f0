"""When a promise is spoken of: the steps of a policy, and the hours in which they are heard."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from intake.calendars import ALWAYS, calendar_from, due
from intake.calendars.amounts import parse_amount
from intake.calendars.reminders import (
    Kind,
    Reminder,
    calendar_of,
    heard_at,
    may_ring,
    next_moment,
    next_ring,
    parse_reminder,
    parse_reminders,
    reached,
    rings_at,
)
from intake.errors import ConfigError

OFFICE = calendar_from({"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}})
STEPS = ["50%", "80%", "10m before", "at breach", "every 1h after"]


def at(text):
    """A moment of March 2026 in Rome: "10 14:30"."""
    return datetime.fromisoformat(f"2026-03-{text}+01:00").astimezone(UTC)


def say(moment):
    return moment and f"{moment[0].astimezone(OFFICE.zone):%d %H:%M} {moment[1]}"


def steps(specs, target, started, after, count, **more):
    """The next so many steps, each asked for from the one before."""
    counted = calendar_of(OFFICE, parse_amount(target))
    ends = due(OFFICE, at(started), parse_amount(target), more.get("pauses", ()))
    ask = next_ring if "hours" in more else next_moment
    moment, found = at(after), []
    for _ in range(count):
        following = ask(parse_reminders(specs), counted, at(started), ends, moment, **more)
        found.append(say(following))
        moment = following[0] if following else moment
    return found


@pytest.mark.parametrize(
    ("text", "reminder"),
    [
        ("50%", Reminder("50%", Kind.SHARE, 50)),
        ("10m before", Reminder("10m before", Kind.BEFORE, 600)),
        ("At  breach", Reminder("at breach", Kind.BREACH)),
        ("every 1h30m after", Reminder("every 1h30m after", Kind.AFTER, 5400)),
    ],
)
def test_a_step_is_read(text, reminder):
    assert reminder == parse_reminder(text)


@pytest.mark.parametrize(
    "text",
    [
        "0%",
        "100%",
        "150%",
        "half",
        "0m before",
        "2d before",
        "before",
        "every 0h after",
        "every after",
        50,
        None,
    ],
)
def test_what_is_no_step_is_refused_with_what_would_be_right(text):
    with pytest.raises(ConfigError, match=r"^remind: .* is no reminder; write \"50%\""):
        parse_reminder(text)


def test_every_wrong_step_of_a_list_is_told():
    with pytest.raises(ConfigError) as caught:
        parse_reminders(["50%", "soon", "late"], "severity.critical.remind")

    assert ["severity.critical.remind[2]", "severity.critical.remind[3]"] == [
        mistake.partition(":")[0] for mistake in caught.value.mistakes
    ]
    with pytest.raises(ConfigError, match="expected a list"):
        parse_reminders("50%")


def test_the_steps_of_a_promise_in_their_order():
    assert [
        "10 11:00 50%",
        "10 12:12 80%",
        "10 12:50 10m before",
        "10 13:00 at breach",
        "10 14:00 every 1h after",
        "10 15:00 every 1h after",
    ] == steps(STEPS, "4h", "10 09:00", "10 09:00", 6)


@pytest.mark.parametrize(
    ("spec", "target", "started", "expected"),
    [
        ("50%", "4h", "10 16:00", "10 18:00 50%"),  # used up at closing
        ("50%", "6h", "10 16:00", "11 10:00 50%"),  # of business time
        (
            "10m before",
            "2h5m",
            "10 16:00",
            "10 17:55 10m before",
        ),  # due at 09:05: five minutes lie before the night
        ("10m before", "10m", "10 10:00", None),  # would come as it starts
        ("10m before", "5m", "10 10:00", None),
        ("at breach", "2h", "10 10:00", "10 12:00 at breach"),
        ("50%", "2h wall", "10 23:00", "11 00:00 50%"),
        ("50%", "same business day", "10 09:00", "10 13:30 50%"),
        ("50%", "2 business days", "10 12:00", "11 12:00 50%"),
    ],
)
def test_steps_count_the_time_in_which_the_target_runs(spec, target, started, expected):
    assert [expected] == steps([spec], target, started, started, 1)


def test_a_promise_without_business_time_is_counted_by_the_wall_clock():
    found = next_moment(parse_reminders(["50%"]), OFFICE, at("10 20:00"), at("10 22:00"), at("10 20:00"))

    assert "10 21:00 50%" == say(found)


def test_pauses_move_the_steps():
    pauses = [(at("10 10:00"), at("10 12:00"))]

    assert ["10 13:00 50%", "10 15:00 at breach", "10 16:00 every 1h after"] == steps(
        ["50%", "at breach", "every 1h after"], "4h", "10 09:00", "10 09:00", 3, pauses=pauses
    )


def test_the_next_step_is_strictly_later():
    assert ["10 13:00 at breach"] == steps(STEPS, "4h", "10 09:00", "10 12:50", 1)


def test_of_steps_at_one_moment_the_most_urgent_is_named():
    assert ["10 12:00 1h before"] == steps(["1h before", "75%"], "4h", "10 09:00", "10 09:00", 1)


def test_no_step_comes_after_until():
    assert ["10 14:00 every 1h after", None] == steps(
        ["every 1h after"], "4h", "10 09:00", "10 13:00", 2, until=at("10 14:30")
    )


def test_reminders_after_a_breach_go_on_in_business_time():
    assert ["10 17:00 every 1h after", "10 18:00 every 1h after", "11 10:00 every 1h after"] == steps(
        ["every 1h after"], "2h", "10 14:00", "10 16:30", 3
    )


@pytest.mark.parametrize(
    ("moment", "heard"),
    [
        ("10 10:00", "10 10:00"),
        ("10 18:00", "10 18:00"),
        ("10 18:01", "11 09:00"),
        ("13 20:00", "16 09:00"),
        ("11 07:00", "11 09:00"),
    ],
)
def test_outside_business_hours_a_reminder_waits_for_the_opening(moment, heard):
    assert at(heard) == rings_at(OFFICE, at(moment))
    assert (moment == heard) == may_ring(OFFICE, at(moment))


def test_round_the_clock_a_reminder_never_waits():
    assert may_ring(ALWAYS, at("14 03:00"))
    assert ["10 23:15 50%", "10 23:30 at breach", "11 00:30 every 1h after"] == steps(
        ["50%", "at breach", "every 1h after"], "30m wall", "10 23:00", "10 23:00", 3, hours=ALWAYS
    )


def test_of_a_night_s_steps_the_most_urgent_is_heard_in_the_morning():
    assert ["10 18:00 50%", "11 09:00 at breach", "11 10:00 every 1h after"] == steps(
        STEPS, "2h wall", "10 17:00", "10 17:00", 3, hours=OFFICE
    )


def test_a_step_that_came_in_the_night_is_heard_in_the_morning_unless_it_has_been_told():
    assert ["11 09:00 at breach"] == steps(["at breach"], "2h wall", "10 17:00", "10 18:59", 1, hours=OFFICE)
    assert [None] == steps(["at breach"], "2h wall", "10 17:00", "10 19:00", 1, hours=OFFICE)
    assert ["11 09:00 every 24h after"] == steps(
        ["every 24h after"], "2h wall", "09 17:00", "10 18:59", 1, hours=OFFICE
    )


@pytest.mark.parametrize(
    ("told", "by", "expected"),
    [
        ("10 10:00", "10 10:29", []),
        ("10 10:00", "10 10:30", ["10:30 50%"]),
        ("10 10:30", "10 10:50", ["10:48 80%", "10:50 10m before"]),
        ("10 10:50", "10 10:59", []),
        (
            "10 10:00",
            "10 13:20",
            ["10:30 50%", "10:48 80%", "10:50 10m before", "11:00 at breach", "13:00 every 1h after"],
        ),
    ],
)
def test_what_came_since_the_last_time_is_listed_in_its_order_and_the_repeated_step_once(told, by, expected):
    ends = due(OFFICE, at("10 10:00"), parse_amount("1h"))
    found = reached(parse_reminders(STEPS), OFFICE, at("10 10:00"), ends, at(told), at(by))

    assert expected == [f"{one.at.astimezone(OFFICE.zone):%H:%M} {one.reminder.step}" for one in found]


def test_until_a_snooze_ends_only_the_breach_is_heard():
    quiet = at("10 16:00")
    reminders = parse_reminders(["50%", "at breach"])

    assert [quiet, at("10 11:00")] == [heard_at(one, at("10 11:00"), OFFICE, quiet) for one in reminders]


def test_steps_never_go_back():
    found = [at(f"{row[:2]} {row[3:8]}") for row in steps(STEPS, "20h", "10 09:00", "10 09:00", 12)]

    assert all(before < after for before, after in pairwise(found))
