"""Clocks: when each rings, what pauses it, and what another severity does to it.

`rings` walks one clock from moment to moment as the ticker would, and tells what each brought.
It is Tuesday, 10 March 2026; business hours are Monday to Friday, 09:00 to 18:00.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intake import clocks, commands
from intake.decisions import Audience, ChangeClock, SetSeverity, StartClock
from intake.policy import read_policy
from intake.tickets import Clock, ClockKind, Person, Status, Ticket

POLICY = read_policy(
    """\
title = "Promises"
default_severity = "usual"
default_calendar = "office"

[calendars.office]
timezone = "UTC"
hours = { mon-fri = ["09:00-18:00"] }

[[severity]]
name = "urgent"
first_response = "1h"
resolution = "4h"
remind = ["50%", "10m before", "at breach", "every 1h after"]
tell_customer = ["50%", "at breach"]

[[severity]]
name = "by-the-wall"
first_response = "1h wall"
remind = ["50%", "10m before", "at breach", "every 1h after"]

[[severity]]
name = "day-and-night"
first_response = "1h wall"
remind = ["50%", "10m before", "at breach"]
runs = "24x7"

[[severity]]
name = "quiet"
first_response = "1h"
remind = ["50%"]

[[severity]]
name = "usual"
first_response = "4h"
resolution = "8h"
remind = ["at breach"]

[[rule]]
name = "open"
then = "open"
because = "Everybody is helped."
""",
    "policy",
)
TUESDAY = datetime(2026, 3, 10, tzinfo=UTC)
FIRST, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION
DAYS = ("Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon")


def at(words: str) -> datetime:
    """A moment of that week: "10:30", "Wed 09:00"."""
    day, _, clock = words.rpartition(" ")
    hours, minutes = clock.split(":")
    return TUESDAY + timedelta(days=DAYS.index(day or "Tue"), hours=int(hours), minutes=int(minutes))


def in_words(moment: datetime | None) -> str:
    if moment is None:
        return "-"
    day = DAYS[(moment - TUESDAY).days]
    return moment.strftime("%H:%M") if day == "Tue" else f"{day} {moment:%H:%M}"


def a_ticket(severity: str, opened: str) -> Ticket:
    ana = Person(1, "Ana", ("ana@acme.example",))
    started = clocks.clocks_of_a_new_ticket(
        POLICY.severity_of(severity), POLICY.calendar_of(None), at(opened)
    )
    running = tuple(begun(number, one) for number, one in enumerate(started, 1))
    return Ticket(1, 1001, "Calls drop", Status.OPEN, severity, ana, "email", at(opened), clocks=running)


def begun(number: int, one: StartClock) -> Clock:
    return Clock(number, one.kind, one.target, one.at, one.due_at, one.next_at, one.next_step)


def after(ticket: Ticket, changes) -> Ticket:
    """The ticket once the store has written the changes."""
    for change in changes:
        if isinstance(change, SetSeverity):
            ticket = replace(ticket, severity=change.severity)
        else:
            now = tuple(_changed(one, change) if one.kind is change.kind else one for one in ticket.clocks)
            ticket = replace(ticket, clocks=now)
    return ticket


def _changed(clock: Clock, change: ChangeClock) -> Clock:
    clock = replace(clock, due_at=change.due_at, next_at=change.next_at, next_step=change.next_step)
    clock = replace(clock, target=change.target or clock.target)
    match change.event:
        case "paused":
            return replace(clock, paused_at=change.at)
        case "resumed":
            since = clock.paused_at or clock.met_at
            assert since
            pauses = (*clock.pauses, (since, change.at))
            return replace(clock, paused_at=None, met_at=None, pauses=pauses)
        case "met":
            return replace(clock, met_at=change.at)
        case "breached":
            return replace(clock, breached_at=change.at)
        case "stopped":
            return replace(clock, stopped_at=change.at)
    return clock


def rings(ticket: Ticket, kind: ClockKind, most: int = 6) -> list[str]:
    """What the clock brings, moment by moment: when, the event, and who is told of which step."""
    told = []
    for _ in range(most):
        clock = ticket.clock(kind)
        if clock is None or clock.next_at is None:
            break
        ticket = replace(ticket, clocks=(clock,))
        decision = clocks.judge(ticket, POLICY, clock.next_at)
        (change,) = decision.changes
        assert isinstance(change, ChangeClock)
        heard = [f"{one.name}" for one in decision.notices]
        told.append(f"{in_words(clock.next_at)} {change.event} {', '.join(heard) or 'in silence'}")
        ticket = after(ticket, (change,))
    return told


# A clock that nobody stops

RINGS = {
    "within one day": (
        "urgent",
        "10:00",
        [
            "10:30 reminded agent-reminder, reminder-customer",
            "10:50 reminded agent-reminder",
            "11:00 breached agent-breach, breach-customer",
            "12:00 reminded agent-breach",
            "13:00 reminded agent-breach",
            "14:00 reminded agent-breach",
        ],
    ),
    "business time goes on in the morning": (
        "urgent",
        "17:45",
        [
            "Wed 09:15 reminded agent-reminder, reminder-customer",
            "Wed 09:35 reminded agent-reminder",
            "Wed 09:45 breached agent-breach, breach-customer",
            "Wed 10:45 reminded agent-breach",
            "Wed 11:45 reminded agent-breach",
            "Wed 12:45 reminded agent-breach",
        ],
    ),
    "the very moment of closing is still heard": (
        "urgent",
        "17:30",
        [
            "18:00 reminded agent-reminder, reminder-customer",
            "Wed 09:20 reminded agent-reminder",
            "Wed 09:30 breached agent-breach, breach-customer",
            "Wed 10:30 reminded agent-breach",
            "Wed 11:30 reminded agent-breach",
            "Wed 12:30 reminded agent-breach",
        ],
    ),
    "over the weekend": (
        "urgent",
        "Fri 17:50",
        [
            "Mon 09:20 reminded agent-reminder, reminder-customer",
            "Mon 09:40 reminded agent-reminder",
            "Mon 09:50 breached agent-breach, breach-customer",
            "Mon 10:50 reminded agent-breach",
            "Mon 11:50 reminded agent-breach",
            "Mon 12:50 reminded agent-breach",
        ],
    ),
    # The breach is written down at its moment; whoever is to hear of it hears of it at the opening.
    "due at night by the wall clock": (
        "by-the-wall",
        "17:40",
        [
            "18:40 breached in silence",
            "Wed 09:00 reminded agent-breach",
            "Wed 09:40 reminded agent-breach",
            "Wed 10:40 reminded agent-breach",
            "Wed 11:40 reminded agent-breach",
            "Wed 12:40 reminded agent-breach",
        ],
    ),
    "a severity that rings day and night": (
        "day-and-night",
        "17:40",
        ["18:10 reminded agent-reminder", "18:30 reminded agent-reminder", "18:40 breached agent-breach"],
    ),
    "nobody is told of a breach that the policy does not speak of": (
        "quiet",
        "10:00",
        ["10:30 reminded agent-reminder", "11:00 breached in silence"],
    ),
}


@pytest.mark.parametrize(("severity", "opened", "expected"), RINGS.values(), ids=RINGS)
def test_a_clock_rings_at_its_steps_in_business_hours_and_breaches_when_it_is_due(severity, opened, expected):
    assert expected == rings(a_ticket(severity, opened), FIRST)


def test_agents_are_told_of_every_step_and_the_requester_of_those_that_the_policy_names():
    ticket = a_ticket("urgent", "10:00")
    decision = clocks.judge(ticket, POLICY, at("10:30"))

    assert [Audience.AGENTS, Audience.REQUESTER] == [one.audience for one in decision.notices]
    assert {"auto-generated"} == {one.automatic for one in decision.notices}
    assert {at("11:00")} == {one.facts["due"] for one in decision.notices}


def test_before_its_moment_a_clock_brings_nothing():
    assert () == clocks.judge(a_ticket("urgent", "10:00"), POLICY, at("10:29")).changes


# A ticker that was away


@pytest.mark.parametrize(
    ("severity", "opened", "woken", "expected"),
    [
        ("urgent", "10:00", "10:50", ["reminded agent-reminder"]),
        ("urgent", "10:00", "16:00", ["breached agent-breach"]),
        ("urgent", "10:00", "22:00", ["breached "]),  # heard in the morning
        ("by-the-wall", "17:20", "18:10", ["postponed "]),
        ("by-the-wall", "17:20", "18:30", ["breached "]),
    ],
)
def test_what_is_missed_is_made_good_and_a_clock_says_only_where_it_stands(severity, opened, woken, expected):
    ticket = a_ticket(severity, opened)
    found = []
    for _ in range(4):
        decision = clocks.judge(replace(ticket, clocks=ticket.clocks[:1]), POLICY, at(woken))
        if not decision.changes:
            break
        agents = [one.name for one in decision.notices if one.audience is Audience.AGENTS]
        found.append(f"{decision.changes[0].event} {''.join(agents)}")
        ticket = after(ticket, decision.changes)

    assert expected == found


def test_a_breach_comes_before_a_reminder_that_waits_for_the_morning():
    ticket = a_ticket("by-the-wall", "17:29")
    (late,) = clocks.judge(ticket, POLICY, at("18:15")).changes
    ticket = after(ticket, (late,))

    assert ["18:29 breached in silence", "Wed 09:00 reminded agent-breach"] == rings(ticket, FIRST, 2)


# Pauses


def test_an_answer_meets_the_first_response_and_nothing_rings_any_more():
    ticket = a_ticket("urgent", "10:00")
    ticket = after(ticket, clocks.meet(ticket, FIRST, at("10:20")))

    assert [] == rings(ticket, FIRST)
    assert [] == list(clocks.meet(ticket, FIRST, at("10:25")))


def test_only_resolution_pauses_and_it_is_due_later_by_what_the_pause_took():
    ticket = a_ticket("urgent", "10:00")
    assert "14:00" == in_words(ticket.clock(RESOLUTION).due_at)
    ticket = after(ticket, clocks.pause(ticket, at("11:00"), "waiting"))

    assert ([], 6) == (rings(ticket, RESOLUTION), len(rings(ticket, FIRST)))

    ticket = after(ticket, clocks.resume(ticket, POLICY, at("13:00"), "a follow-up came"))

    assert "16:00" == in_words(ticket.clock(RESOLUTION).due_at)
    assert ["14:00", "15:50", "16:00"] == [one.split()[0] for one in rings(ticket, RESOLUTION)[:3]]


def test_a_pause_counts_business_time_only():
    ticket = a_ticket("urgent", "16:00")
    ticket = after(ticket, clocks.pause(ticket, at("17:00"), "waiting"))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("Wed 10:00"), "a follow-up came"))

    assert "Wed 13:00" == in_words(ticket.clock(RESOLUTION).due_at)


def test_two_pauses_add_up():
    ticket = a_ticket("urgent", "09:00")
    for begin, end in (("10:00", "11:00"), ("12:00", "12:30")):
        ticket = after(ticket, clocks.pause(ticket, at(begin), "waiting"))
        ticket = after(ticket, clocks.resume(ticket, POLICY, at(end), "a follow-up came"))

    assert "14:30" == in_words(ticket.clock(RESOLUTION).due_at)


def test_a_solved_ticket_that_opens_again_counts_as_paused_since():
    ticket = a_ticket("urgent", "09:00")
    ticket = after(ticket, clocks.meet(ticket, RESOLUTION, at("10:00")))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("12:00"), "a follow-up came"))

    assert "15:00" == in_words(ticket.clock(RESOLUTION).due_at)


def test_a_held_follow_up_that_is_released_lets_the_resolution_run_on():
    ticket = replace(a_ticket("urgent", "09:00"), status=Status.WAITING)
    ticket = after(ticket, clocks.pause(ticket, at("10:00"), "waiting"))
    decision = commands.release(ticket, ticket.requester, None, False, POLICY, at("11:00"))
    moved = [one for one in decision.changes if isinstance(one, ChangeClock)]

    assert [("resumed", at("14:00"))] == [(one.event, one.due_at) for one in moved]


@pytest.mark.parametrize("change", [clocks.pause, lambda t, m, why: clocks.resume(t, POLICY, m, why)])
def test_a_clock_that_stopped_neither_pauses_nor_runs_again(change):
    ticket = a_ticket("urgent", "09:00")
    ticket = after(ticket, clocks.stop(ticket, RESOLUTION, at("10:00"), "out of scope"))

    assert [] == list(change(ticket, at("11:00"), "why"))


# Another severity

SEVERITIES = [  # opened as, opened, changed to, changed, first response due, resolution due
    ("usual", "09:00", "urgent", "10:00", "11:00", "14:00"),  # raised: the change plus the new target
    ("usual", "09:00", "urgent", "12:30", "13:00", "16:30"),  # … unless it was due before that anyway
    ("urgent", "09:00", "usual", "09:30", "13:00", "17:00"),  # lowered: from the opening
    ("usual", "16:00", "urgent", "17:45", "Wed 09:45", "Wed 12:45"),
]


@pytest.mark.parametrize(("old", "opened", "new", "changed", "first", "resolution"), SEVERITIES)
def test_a_severity_changes_when_a_ticket_is_due(old, opened, new, changed, first, resolution):
    ticket = a_ticket(old, opened)
    ticket = after(ticket, clocks.change_severity(ticket, new, POLICY, at(changed), "set by an agent"))
    due = tuple(in_words(ticket.clock(kind).due_at) for kind in (FIRST, RESOLUTION))

    assert (new, (first, resolution)) == (ticket.severity, due)


def test_a_raised_severity_reminds_by_its_own_steps():
    ticket = a_ticket("usual", "09:00")
    ticket = after(ticket, clocks.change_severity(ticket, "urgent", POLICY, at("10:00"), "worse"))

    assert "11:00 breached agent-breach, breach-customer" in rings(ticket, FIRST)


def test_a_lowered_severity_still_leaves_out_the_pauses():
    ticket = a_ticket("urgent", "09:00")
    ticket = after(ticket, clocks.pause(ticket, at("10:00"), "waiting"))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("11:00"), "a follow-up came"))
    ticket = after(ticket, clocks.change_severity(ticket, "usual", POLICY, at("12:00"), "not so bad"))

    assert "18:00" == in_words(ticket.clock(RESOLUTION).due_at)


def test_a_promise_that_is_kept_stays_kept_whatever_the_severity():
    ticket = a_ticket("usual", "09:00")
    ticket = after(ticket, clocks.meet(ticket, FIRST, at("09:30")))
    changes = list(clocks.change_severity(ticket, "urgent", POLICY, at("10:00"), "worse"))

    assert [RESOLUTION] == [one.kind for one in changes if isinstance(one, ChangeClock)]


def test_a_paused_clock_does_not_ring_because_its_severity_changed():
    ticket = a_ticket("usual", "09:00")
    ticket = after(ticket, clocks.pause(ticket, at("10:00"), "waiting"))
    ticket = after(ticket, clocks.change_severity(ticket, "urgent", POLICY, at("11:00"), "worse"))

    assert [] == rings(ticket, RESOLUTION)
