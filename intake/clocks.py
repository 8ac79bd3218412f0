"""Promised times: when a clock starts, pauses, is met or breached, and when it must ring.

A clock is changed only by events, so that it can be computed again. Only `next_at` is
watched: the next reminder, or the breach. First response runs from the opening to an
agent's public answer and never pauses; resolution pauses while we wait for the requester.
Reminders keep business hours, unless the severity runs 24x7: one that falls outside waits
for the next opening. A breach is a fact, and is written down when it happens.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from intake.calendars import ALWAYS, Calendar, due, next_opening
from intake.calendars.reminders import calendar_of, may_ring, next_ring
from intake.decisions import Audience, Change, ChangeClock, Decision, Fate, Notice, SetSeverity, StartClock
from intake.errors import ConfigError
from intake.policy import Policy, Severity
from intake.tickets import Clock, ClockKind, Ticket

BREACH = "breach"
AT_BREACH = "at breach"
PUNCTUAL = timedelta(minutes=10)


def clocks_of_a_new_ticket(severity: Severity, calendar: Calendar, at: datetime) -> tuple[StartClock, ...]:
    """The clocks that a new ticket of this severity starts."""
    return tuple(_started(kind, severity, calendar, at) for kind in severity.targets)


def meet(ticket: Ticket, kind: ClockKind, at: datetime) -> Iterable[ChangeClock]:
    """The target is reached; nothing rings any more."""
    clock = ticket.clock(kind)
    if clock and clock.met_at is None and clock.stopped_at is None:
        yield ChangeClock(kind, "met", at, clock.due_at, None, "")


def pause(ticket: Ticket, at: datetime, reason: str) -> Iterable[ChangeClock]:
    """Resolution stands still while we wait for somebody else."""
    clock = ticket.clock(ClockKind.RESOLUTION)
    if clock and clock.is_running:
        yield ChangeClock(clock.kind, "paused", at, clock.due_at, None, "", reason=reason)


def resume(ticket: Ticket, policy: Policy, at: datetime, reason: str) -> Iterable[ChangeClock]:
    """What stood still runs on, later by the time it stood; the time that a ticket was solved counts as that.

    So a resolution runs on that was paused or met, and a first response that nobody gave before the end.
    """
    for clock in ticket.clocks:
        ended = clock.met_at if clock.kind is ClockKind.RESOLUTION else clock.stopped_at
        since = clock.paused_at or ended
        if since is None or (clock.kind is ClockKind.FIRST_RESPONSE and clock.met_at):
            continue
        pauses = (*clock.pauses, (since, at))
        due_at = _due(clock, ticket, policy, pauses)
        next_at, step = _next(clock, due_at, ticket, policy, at, pauses)
        yield ChangeClock(clock.kind, "resumed", at, due_at, next_at, step, reason=reason)


def stop(ticket: Ticket, kind: ClockKind, at: datetime, reason: str) -> Iterable[ChangeClock]:
    """It is not promised any more."""
    clock = ticket.clock(kind)
    if clock and clock.met_at is None and clock.stopped_at is None:
        yield ChangeClock(kind, "stopped", at, clock.due_at, None, "", reason=reason)


def change_severity(ticket: Ticket, name: str, policy: Policy, at: datetime, why: str) -> Iterable[Change]:
    """Raised: due as before, or the new target after the change if earlier; lowered: from the opening."""
    yield SetSeverity(name, why)
    order = list(policy.severities)
    raised = order.index(name) < order.index(policy.severity_of(ticket.severity).name)
    severity, calendar = policy.severity_of(name), policy.calendar_of(ticket.organisation)
    for clock in ticket.clocks:
        amount = severity.targets.get(clock.kind)
        if amount is None or clock.met_at or clock.stopped_at:
            continue
        start = at if raised else clock.started_at
        due_at = due(calendar, start, amount, () if raised else clock.pauses)
        if raised and clock.due_at:
            due_at = min(due_at, clock.due_at)
        next_at, step = _ring(severity, calendar, clock, due_at, at, clock.pauses)
        if clock.paused_at:
            next_at, step = None, ""
        words = severity.words[clock.kind]
        yield ChangeClock(clock.kind, "severity changed", at, due_at, next_at, step, words, why)


def judge(ticket: Ticket, policy: Policy, now: datetime) -> Decision:
    """What follows from the clocks of a ticket that are due now: breaches, reminders, the next moment."""
    changes: list[Change] = []
    notices: list[Notice] = []
    for clock in ticket.clocks:
        if clock.is_running and clock.next_at and clock.next_at <= now:
            change, said = _judged(clock, ticket, policy, now)
            changes.append(change)
            notices += said
    because = "; ".join(f"{one.kind.value} {one.event}" for one in changes if isinstance(one, ChangeClock))
    return Decision(
        Fate.IGNORE, "clock", because, ticket=ticket, changes=tuple(changes), notices=tuple(notices)
    )


def _judged(clock: Clock, ticket: Ticket, policy: Policy, now: datetime) -> tuple[ChangeClock, list[Notice]]:
    """What one clock brings now; what was missed on the way to a breach is not made good besides it."""
    severity, calendar = policy.severity_of(ticket.severity), policy.calendar_of(ticket.organisation)
    breaches = _breaches(clock, now)
    event, step, moment = ("reminded", clock.next_step, clock.next_at)
    if breaches:
        event, step, moment = ("breached", AT_BREACH, clock.due_at)
    rings = not breaches or any(one.step == AT_BREACH for one in severity.remind)
    if rings and not _may_ring(severity, calendar, moment, now):
        event = event if breaches else "postponed"
        at, later = _after_opening(clock, step, next_opening(calendar, now), breaches)
        return ChangeClock(clock.kind, event, now, clock.due_at, at, later, reason=step), []
    at_next, step_next = _ring(severity, calendar, clock, clock.due_at, now, clock.pauses, breaches)
    change = ChangeClock(clock.kind, event, now, clock.due_at, at_next, step_next, reason=step)
    return change, _notices(clock, severity, step, now) if rings else []


def _breaches(clock: Clock, by: datetime) -> bool:
    return clock.breached_at is None and clock.due_at is not None and clock.due_at <= by


def _after_opening(clock: Clock, step: str, opening: datetime, breached: bool) -> tuple[datetime | None, str]:
    """A step waits for the opening, unless the breach comes first."""
    if not breached and _breaches(clock, opening):
        return clock.due_at, BREACH
    return opening, step


def _notices(clock: Clock, severity: Severity, step: str, now: datetime) -> list[Notice]:
    late = clock.due_at is not None and clock.due_at <= now
    facts = {"clock": clock.kind.value, "due": clock.due_at, "step": step}
    said = [Notice("agent-breach" if late else "agent-reminder", Audience.AGENTS, facts, "auto-generated")]
    if step in severity.tell_customer:
        name = "breach-customer" if late else "reminder-customer"
        said.append(Notice(name, Audience.REQUESTER, facts, "auto-generated"))
    return said


def _started(kind: ClockKind, severity: Severity, calendar: Calendar, at: datetime) -> StartClock:
    due_at = due(calendar, at, severity.targets[kind])
    clock = Clock(0, kind, severity.words[kind], at, due_at)
    next_at, step = _ring(severity, calendar, clock, due_at, at, ())
    return StartClock(kind, severity.words[kind], at, due_at, next_at, step)


def _due(
    clock: Clock, ticket: Ticket, policy: Policy, pauses: tuple[tuple[datetime, datetime], ...]
) -> datetime:
    """From the opening under the ticket's severity; a target the policy has lost keeps its time."""
    amount = policy.severity_of(ticket.severity).targets.get(clock.kind)
    calendar = policy.calendar_of(ticket.organisation)
    if amount is None:
        return clock.due_at or clock.started_at
    return due(calendar, clock.started_at, amount, pauses)


def _next(
    clock: Clock,
    due_at: datetime,
    ticket: Ticket,
    policy: Policy,
    after: datetime,
    pauses: tuple[tuple[datetime, datetime], ...],
) -> tuple[datetime | None, str]:
    severity, calendar = policy.severity_of(ticket.severity), policy.calendar_of(ticket.organisation)
    return _ring(severity, calendar, clock, due_at, after, pauses)


def _ring(
    severity: Severity,
    calendar: Calendar,
    clock: Clock,
    due_at: datetime | None,
    after: datetime,
    pauses: tuple[tuple[datetime, datetime], ...],
    breached: bool = False,
) -> tuple[datetime | None, str]:
    """The next moment that matters: a reminder in its hours, or the breach, which keeps none."""
    if due_at is None:
        return None, ""
    amount = severity.targets.get(clock.kind)
    counted = calendar_of(calendar, amount) if amount else calendar
    hours = ALWAYS if severity.rings_always else calendar
    try:
        found = next_ring(severity.remind, counted, clock.started_at, due_at, after, pauses, hours=hours)
    except ConfigError:  # the calendar never opens again: nothing is left to ring for
        found = None
    at, step = found or (None, "")
    if not (breached or clock.breached_at) and (at is None or due_at <= at):
        return due_at, BREACH
    return at, step


def _may_ring(severity: Severity, calendar: Calendar, moment: datetime | None, now: datetime) -> bool:
    """In business hours, or punctual at the very end of them."""
    if severity.rings_always or may_ring(calendar, now):
        return True
    return moment is not None and now - moment < PUNCTUAL and may_ring(calendar, moment)
