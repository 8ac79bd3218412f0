"""What the policy says about one clock: whose time it counts, and how it is spoken of.

The severity that counts is that of the clock's last leg, which is the ticket's since it last
changed. A promised call has terms of its own, the same under every policy: it is spoken of ten
minutes before and at its moment, to whoever has the ticket, and is missed an hour after it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.calendars import ALWAYS, Calendar
from intake.calendars.reminders import Kind, Reminder, calendar_of, may_ring, parse_reminder
from intake.policy import Policy, Severity
from intake.tickets import Clock, ClockKind, Ticket

CALL_STEPS = (
    parse_reminder("10m before"),
    Reminder("at its time", Kind.BREACH),
    parse_reminder("every 1h after"),
)
CALL_GRACE = timedelta(hours=1)  # nobody has called, and said so, in the very moment that was promised
Legs = tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """`counted` is the time in which steps are measured, `hours` that in which they may be heard."""

    counted: Calendar
    hours: Calendar
    steps: tuple[Reminder, ...]
    tell_customer: frozenset[str] = frozenset()
    chain: tuple[str, ...] = ()
    escalate: frozenset[str] = frozenset()
    grace: timedelta = timedelta()  # from due to breach
    waits_for_duty: bool = False  # what the assignee alone is told, until they are on duty


def legs_of(clock: Clock, ticket: Ticket) -> Legs:
    """Since when which severity counts; a promised call has none."""
    if clock.legs or clock.kind is ClockKind.CALL_BACK:
        return clock.legs
    return ((clock.started_at, ticket.severity),)


def severity_of(clock: Clock, ticket: Ticket) -> str:
    """The severity that counts for a clock now."""
    return clock.legs[-1][1] if clock.legs else ticket.severity


def terms_of(clock: Clock, ticket: Ticket, policy: Policy) -> Terms:
    calendar = policy.calendar_of(ticket.organisation)
    if clock.kind is ClockKind.CALL_BACK:
        return call_terms(clock.due_at, calendar)
    return severity_terms(clock.kind, policy.severity_of(severity_of(clock, ticket)), calendar)


def severity_terms(kind: ClockKind, severity: Severity, calendar: Calendar) -> Terms:
    amount = severity.targets.get(kind)
    return Terms(
        counted=calendar_of(calendar, amount) if amount else calendar,
        hours=ALWAYS if severity.rings_always else calendar,
        steps=severity.remind,
        tell_customer=severity.tell_customer,
        chain=severity.chain,
        escalate=severity.escalate,
        waits_for_duty=not severity.rings_always,
    )


def call_terms(due_at: datetime | None, calendar: Calendar) -> Terms:
    """A call that is promised for the evening or a Sunday is spoken of then."""
    in_hours = due_at is not None and may_ring(calendar, due_at)
    return Terms(ALWAYS, calendar if in_hours else ALWAYS, CALL_STEPS, chain=("assignee",), grace=CALL_GRACE)
