"""What the tests of clocks share: a policy, a week, and a ticket whose clocks are walked through it.

It is Tuesday, 10 March 2026; business hours are Monday to Friday, 09:00 to 18:00.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from intake import clocks
from intake.decisions import ChangeClock, Notice
from intake.policy import Policy, read_policy
from intake.tickets import Agent, ClockKind, Person, Status, Ticket

TEXT = """\
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
name = "chained"
first_response = "1h"
next_response = "2h"
resolution = "5h"
remind = ["50%", "10m before", "at breach", "every 1h after"]
chain = ["assignee", "team", "manager"]
escalate = ["at breach"]

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
next_response = "4h"
resolution = "8h"
remind = ["at breach"]

[[severity]]
name = "in-days"
first_response = "same business day"
resolution = "2 business days"
remind = ["50%", "at breach"]

[[rule]]
name = "open"
then = "open"
because = "Everybody is helped."
"""
POLICY = read_policy(TEXT, "policy")
TUESDAY = datetime(2026, 3, 10, tzinfo=UTC)
FIRST, NEXT, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
DAYS = ("Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon")
ANA = Person(1, "Ana", ("ana@acme.example",))
SAM = Agent(1, "Sam", "sam@vendor.example", hours={"mon-fri": ["12:00-20:00"]}, timezone="UTC")


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


def a_ticket(severity: str, opened: str, policy: Policy = POLICY, assignee: Agent | None = None) -> Ticket:
    started = clocks.clocks_of_a_new_ticket(
        policy.severity_of(severity), policy.calendar_of(None), at(opened)
    )
    ticket = Ticket(1, 1001, "Calls drop", Status.OPEN, severity, ANA, "email", at(opened), assignee=assignee)
    return clocks.with_changes(ticket, started)


def rung(ticket: Ticket, now: str, policy: Policy = POLICY) -> tuple[Ticket, list[str], tuple[Notice, ...]]:
    """The ticket after the ticker came by, the events, and what was said."""
    decision = clocks.judge(ticket, policy, at(now))
    events = [one.event for one in decision.changes if isinstance(one, ChangeClock)]
    return clocks.with_changes(ticket, decision.changes), events, decision.notices


def only(ticket: Ticket, kind: ClockKind) -> Ticket:
    """The ticket with one of its clocks."""
    clock = ticket.clock(kind)
    assert clock
    return replace(ticket, clocks=(clock,))


def rings(ticket: Ticket, kind: ClockKind, most: int = 6, policy: Policy = POLICY) -> list[str]:
    """What the clock brings, moment by moment: when, the events, and what is said."""
    told = []
    for _ in range(most):
        clock = ticket.clock(kind)
        if clock is None or clock.next_at is None:
            break
        moment = in_words(clock.next_at)
        ticket, events, said = rung(only(ticket, kind), moment if moment != "-" else "00:00", policy)
        told.append(f"{moment} {'+'.join(events)} {', '.join(one.name for one in said) or 'in silence'}")
    return told
