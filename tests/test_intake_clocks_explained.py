"""Why a promise is due when it is due: the lines that are told, and that they add up."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock_walks import ANA, FIRST, RESOLUTION
from intake import clocks
from intake.calendars import ALWAYS, calendar_from, due
from intake.calendars.amounts import Amount, Unit, parse_amount
from intake.clocks.counted import business_days_after, days_counted, windows_between
from intake.clocks.explained import why
from intake.clocks.replayed import ClockEvent, clocks_from
from intake.decisions import ChangeClock, StartClock
from intake.policy import read_policy
from intake.tickets import ClockKind, Status, Ticket

TEXT = """\
title = "Promises"
default_severity = "usual"
default_calendar = "rome"

[calendars.rome]
timezone = "Europe/Rome"
hours = { mon-fri = ["09:00-13:00", "14:00-18:00"] }
holidays = "IT"
dates = { "2026-05-04" = ["10:00-12:00"], "2026-05-05" = [] }

[[severity]]
name = "urgent"
first_response = "30m wall"
resolution = "4h"

[[severity]]
name = "usual"
first_response = "same business day"
resolution = "12h"

[[severity]]
name = "slow"
first_response = "2 business days"
resolution = "100h"

[[severity]]
name = "slow-days"
resolution = "2 business days"

[[rule]]
name = "open"
then = "open"
because = "Everybody is helped."
"""
POLICY = read_policy(TEXT, "policy")
ROME = ZoneInfo("Europe/Rome")


def at(words):
    """A moment of May 2026 in Rome: "30 16:00" is still April."""
    day, _, clock = words.partition(" ")
    hours, minutes = clock.split(":")
    month = 4 if day == "30" else 5
    return datetime(2026, month, int(day), int(hours), int(minutes), tzinfo=ROME).astimezone(UTC)


class Walk:
    """A ticket whose clocks are changed step by step, and the events that the store would have."""

    def __init__(self, severity, opened):
        self.ticket = Ticket(1, 1001, "Calls drop", Status.OPEN, severity, ANA, "email", at(opened))
        self.events = []
        calendar = POLICY.calendar_of(None)
        self.then(clocks.clocks_of_a_new_ticket(POLICY.severity_of(severity), calendar, at(opened)))

    def then(self, changes):
        for one in changes:
            self.ticket = clocks.with_changes(self.ticket, (one,))
            if isinstance(one, StartClock):
                self.events.append(ClockEvent(0, one.kind, one.at, "started", "", one.target, one.due_at))
            elif isinstance(one, ChangeClock):
                event = (0, one.kind, one.at, one.event, one.reason, one.target, one.due_at, one.severity)
                self.events.append(ClockEvent(*event, one.until))
        return self

    def paused(self, begins, ends):
        self.then(clocks.pause(self.ticket, at(begins), "waiting for the requester"))
        return self.then(clocks.resume(self.ticket, POLICY, at(ends), "a follow-up came"))

    def severity(self, name, moment):
        return self.then(clocks.change_severity(self.ticket, name, POLICY, at(moment), "set by an agent"))

    def why(self, kind, policy=POLICY, zone=ROME):
        clock = self.ticket.clock(kind)
        assert clock
        return why(clock, self.events, self.ticket, policy, zone)


CASES = {
    "over a holiday, a short day and a closed one, with a pause": (
        Walk("usual", "30 16:00").paused("30 17:00", "4 11:00"),
        RESOLUTION,
        (
            "Promised: resolution for usual: 12h of the hours of rome (Europe/Rome, holidays IT).",
            "Started Thu 30 Apr 2026, 16:00 CEST.",
            "Thu 30 Apr 16:00-17:00: 1 h",
            "Mon 4 May 11:00-12:00: 1 h",
            "Wed 6 May 09:00-13:00, 14:00-18:00: 8 h",
            "Thu 7 May 09:00-11:00: 2 h",
            (
                "Left out: Thu 30 Apr 2026, 17:00 CEST to Mon 4 May 2026, 11:00 CEST, "
                "waiting for the requester: 2 h"
            ),
            "Fri 1 May: not counted, Labor Day",
            "Mon 4 May: hours of its own, 10:00-12:00",
            "Tue 5 May: closed by the calendar",
            "Due Thu 7 May 2026, 11:00 CEST.",
        ),
    ),
    "raised, and the change is the earlier": (
        Walk("usual", "6 09:00").severity("urgent", "6 11:00"),
        RESOLUTION,
        (
            "Promised: resolution for urgent: 4h of the hours of rome (Europe/Rome, holidays IT).",
            "Started Wed 6 May 2026, 09:00 CEST.",
            (
                "Severity urgent since Wed 6 May 2026, 11:00 CEST: raised, so the earlier of Thu 7 May 2026, "
                "13:00 CEST (before) and Wed 6 May 2026, 16:00 CEST (4h from the change)."
            ),
            "Wed 6 May 11:00-13:00, 14:00-16:00: 4 h",
            "Due Wed 6 May 2026, 16:00 CEST.",
        ),
    ),
    "raised too late to matter": (
        Walk("usual", "6 09:00").severity("urgent", "7 12:00"),
        RESOLUTION,
        (
            "Promised: resolution for usual: 12h of the hours of rome (Europe/Rome, holidays IT).",
            "Started Wed 6 May 2026, 09:00 CEST.",
            (
                "Severity urgent since Thu 7 May 2026, 12:00 CEST: raised, so the earlier of Thu 7 May 2026, "
                "13:00 CEST (before) and Thu 7 May 2026, 17:00 CEST (4h from the change)."
            ),
            "Wed 6 May 09:00-13:00, 14:00-18:00: 8 h",
            "Thu 7 May 09:00-13:00: 4 h",
            "Due Thu 7 May 2026, 13:00 CEST.",
        ),
    ),
    "lowered": (
        Walk("urgent", "6 09:00").severity("usual", "6 10:00"),
        RESOLUTION,
        (
            "Promised: resolution for usual: 12h of the hours of rome (Europe/Rome, holidays IT).",
            "Started Wed 6 May 2026, 09:00 CEST.",
            "Severity usual since Wed 6 May 2026, 10:00 CEST: not raised, so counted from the start.",
            "Wed 6 May 09:00-13:00, 14:00-18:00: 8 h",
            "Thu 7 May 09:00-13:00: 4 h",
            "Due Thu 7 May 2026, 13:00 CEST.",
        ),
    ),
    "by the wall clock": (
        Walk("urgent", "6 23:45"),
        FIRST,
        (
            "Promised: first response for urgent: 30m by the wall clock.",
            "Started Wed 6 May 2026, 23:45 CEST.",
            "Wed 6 May 23:45-00:15: 30 min",
            "Due Thu 7 May 2026, 00:15 CEST.",
        ),
    ),
    "the same business day, asked for in the evening": (
        Walk("usual", "30 20:00"),
        FIRST,
        (
            "Promised: first response for usual: same business day by rome (Europe/Rome, holidays IT).",
            (
                "Started Thu 30 Apr 2026, 20:00 CEST, outside the hours; "
                "counted from Mon 4 May 2026, 10:00 CEST."
            ),
            "That business day ends Mon 4 May 2026, 12:00 CEST.",
            "Fri 1 May: not counted, Labor Day",
            "Mon 4 May: hours of its own, 10:00-12:00",
            "Due Mon 4 May 2026, 12:00 CEST.",
        ),
    ),
    "business days": (
        Walk("slow", "6 11:00"),
        FIRST,
        (
            "Promised: first response for slow: 2 business days by rome (Europe/Rome, holidays IT).",
            "Started Wed 6 May 2026, 11:00 CEST.",
            "1: Thu 7 May",
            "2: Fri 8 May",
            "at the same time of day: Fri 8 May 2026, 11:00 CEST",
            "Due Fri 8 May 2026, 11:00 CEST.",
        ),
    ),
    "business days with a pause, which is added at the end": (
        Walk("slow-days", "6 11:00").paused("6 15:00", "7 10:00"),
        RESOLUTION,
        (
            "Promised: resolution for slow-days: 2 business days by rome (Europe/Rome, holidays IT).",
            "Started Wed 6 May 2026, 11:00 CEST.",
            "1: Thu 7 May",
            "2: Fri 8 May",
            "at the same time of day: Fri 8 May 2026, 11:00 CEST",
            "What the pauses took is added:",
            "Fri 8 May 11:00-13:00, 14:00-16:00: 4 h",
            (
                "Left out: Wed 6 May 2026, 15:00 CEST to Thu 7 May 2026, 10:00 CEST, "
                "waiting for the requester: 4 h"
            ),
            "Due Fri 8 May 2026, 16:00 CEST.",
        ),
    ),
    "raised and lowered again": (
        Walk("usual", "6 09:00").severity("urgent", "6 10:00").severity("usual", "6 11:00"),
        RESOLUTION,
        (
            "Promised: resolution for usual: 12h of the hours of rome (Europe/Rome, holidays IT).",
            "Started Wed 6 May 2026, 09:00 CEST.",
            "Severity urgent since Wed 6 May 2026, 10:00 CEST; it counts no more.",
            "Severity usual since Wed 6 May 2026, 11:00 CEST: not raised, so counted from the start.",
            "Wed 6 May 09:00-13:00, 14:00-18:00: 8 h",
            "Thu 7 May 09:00-13:00: 4 h",
            "Due Thu 7 May 2026, 13:00 CEST.",
        ),
    ),
    "a long span is summed up": (
        Walk("slow", "6 09:00"),
        RESOLUTION,
        (
            "Promised: resolution for slow: 100h of the hours of rome (Europe/Rome, holidays IT).",
            "Started Wed 6 May 2026, 09:00 CEST.",
            *(
                f"{day} May 09:00-13:00, 14:00-18:00: 8 h"
                for day in (
                    *("Wed 6", "Thu 7", "Fri 8", "Mon 11", "Tue 12"),
                    *("Wed 13", "Thu 14", "Fri 15", "Mon 18", "Tue 19"),
                )
            ),
            "… 3 more business days, up to Fri 22 May: 20 h",
            "Due Fri 22 May 2026, 13:00 CEST.",
        ),
    ),
}


@pytest.mark.parametrize(("walk", "kind", "lines"), CASES.values(), ids=CASES)
def test_a_due_date_is_told_step_by_step(walk, kind, lines):
    told = walk.why(kind)

    assert lines == told.lines
    assert walk.ticket.clock(kind).due_at == told.due


COUNTED_IN_HOURS = {
    name: case for name, case in CASES.items() if "hours of" in case[2][0] or "wall clock" in case[2][0]
}


@pytest.mark.parametrize(("walk", "kind", "lines"), COUNTED_IN_HOURS.values(), ids=COUNTED_IN_HOURS)
def test_the_windows_of_an_explanation_are_the_target_and_nothing_else(walk, kind, lines):
    severity = lines[0].split(" for ")[1].split(":")[0]
    amount = POLICY.severity_of(severity).targets[kind]
    told = sum((ends - begins for begins, ends in walk.why(kind).windows), timedelta())

    assert timedelta(seconds=amount.count) == told


def test_a_calendar_that_never_closes_is_told_by_days():
    calendar = calendar_from({"timezone": "Europe/Rome", "hours": "24x7"})
    days = days_counted(calendar, at("6 22:00"), at("8 01:00"), (), ROME)

    assert [2, 24, 1] == [one.length // timedelta(hours=1) for one in days]


def test_a_clock_that_stands_still_says_since_when_and_why():
    walk = Walk("usual", "6 09:00")
    walk.then(clocks.pause(walk.ticket, at("6 10:00"), "waiting for the requester"))

    assert (
        "It stands still since Wed 6 May 2026, 10:00 CEST (waiting for the requester), "
        "and is due later by that."
    ) == walk.why(RESOLUTION).lines[-1]


def test_a_promise_that_was_made_under_an_older_policy_says_what_the_present_one_gives():
    newer = read_policy(TEXT.replace('"12h"', '"6h"'), "policy")
    lines = Walk("usual", "6 09:00").why(RESOLUTION, newer).lines

    assert "Due Thu 7 May 2026, 13:00 CEST." == lines[-2]
    assert (
        "By the present policy it is due Wed 6 May 2026, 16:00 CEST; `deskbell sla recompute` sets that."
        == (lines[-1])
    )


def test_a_snooze_and_what_became_of_a_promise_are_told():
    walk = Walk("usual", "6 09:00")
    walk.then(clocks.snooze(walk.ticket, POLICY, at("6 12:00"), at("6 10:00"), "by Sam"))
    walk.then(clocks.meet(walk.ticket, RESOLUTION, at("6 11:00")))

    assert (
        "Reminders snoozed by Sam until Wed 6 May 2026, 12:00 CEST.",
        "Due Thu 7 May 2026, 13:00 CEST.",
        "Kept Wed 6 May 2026, 11:00 CEST.",
    ) == walk.why(RESOLUTION).lines[-3:]


def test_a_promised_call_is_explained_in_a_line():
    walk = Walk("usual", "6 09:00")
    walk.then((clocks.call_back(walk.ticket, POLICY, at("6 15:00"), "+39 0461 1", at("6 10:00")),))

    assert (
        "A call to +39 0461 1 was promised for Wed 6 May 2026, 15:00 CEST.",
        "Due Wed 6 May 2026, 15:00 CEST.",
    ) == walk.why(ClockKind.CALL_BACK).lines


def test_times_are_told_in_the_zone_of_whoever_reads():
    lines = Walk("urgent", "6 11:00").why(RESOLUTION, zone=ZoneInfo("America/New_York")).lines

    assert "Wed 6 May 05:00-07:00, 08:00-10:00: 4 h" in lines


def test_the_events_of_the_explanation_make_the_clock_itself():
    walk, *_ = CASES["over a holiday, a short day and a closed one, with a pause"]

    assert set(walk.ticket.clocks) == set(clocks_from(walk.events, walk.ticket, POLICY))


# It adds up

ZONES = ("UTC", "Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia")
HOURS = st.sampled_from(
    [
        {"mon-fri": ["09:00-18:00"]},
        {"mon-fri": ["09:00-12:30", "13:30-17:00"], "sat": ["10:00-11:00"]},
        {"mon-sun": ["22:00-06:00"]},  # a night shift
        {"fri-sun": ["00:30-03:30"]},  # where clocks change
        "24x7",
    ]
)
CALENDARS = st.builds(
    lambda zone, hours, code: calendar_from({"timezone": zone, "hours": hours, "holidays": code}),
    st.sampled_from(ZONES),
    HOURS,
    st.sampled_from(["", "IT", "US"]),
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PAUSES = st.lists(st.tuples(st.integers(0, 200 * 3600), st.integers(0, 60 * 3600)), max_size=4)


def spans(start, pauses):
    return [
        (start + timedelta(seconds=begins), start + timedelta(seconds=begins + length))
        for begins, length in pauses
    ]


@pytest.mark.slow
@settings(max_examples=300)
@given(CALENDARS, MOMENTS, st.integers(1, 400 * 3600), PAUSES, st.sampled_from(ZONES), st.booleans())
def test_the_windows_add_up_to_the_target_exactly(calendar, start, seconds, pauses, zone, by_the_wall):
    amount = Amount(Unit.WALL_TIME if by_the_wall else Unit.BUSINESS_TIME, seconds)
    counted, left_out = (ALWAYS if by_the_wall else calendar), spans(start, pauses)
    ends = due(calendar, start, amount, left_out)
    windows = windows_between(counted, start, ends, left_out)
    days = days_counted(counted, start, ends, left_out, ZoneInfo(zone))

    assert timedelta(seconds=seconds) == sum((high - low for low, high in windows), timedelta())
    assert timedelta(seconds=seconds) == sum((one.length for one in days), timedelta())
    assert ends == windows[-1][1]
    assert [one.day for one in days] == sorted({one.day for one in days})


@settings(max_examples=200)
@given(CALENDARS, MOMENTS, st.integers(1, 60))
def test_as_many_business_days_are_counted_as_were_promised(calendar, start, count):
    opened = max(start, due(calendar, start, parse_amount("0m")))
    days = list(business_days_after(calendar, opened, count))
    ends = due(calendar, start, Amount(Unit.BUSINESS_DAYS, count))

    assert count == len(days)
    assert abs(ends.astimezone(calendar.zone).date() - days[-1]) <= timedelta(
        days=1
    )  # a night shift's morning
