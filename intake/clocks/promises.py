"""What starts, stops and moves promises: each answers the changes that follow for a ticket's clocks.

A severity that is raised: due as before, or the new target after the change if that is earlier;
one that is lowered: from the opening. A severity without a target for a clock leaves it as it is.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from intake.calendars import Calendar, due
from intake.clocks.changes import begun
from intake.clocks.moments import changed, is_waiting, next_of
from intake.clocks.terms import Terms, call_terms, severity_of, severity_terms, terms_of
from intake.decisions import Change, ChangeClock, SetSeverity, StartClock
from intake.policy import Policy, Severity
from intake.tickets import Clock, ClockKind, Ticket

OPENING = (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION)
ANSWERS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)


def clocks_of_a_new_ticket(severity: Severity, calendar: Calendar, at: datetime) -> tuple[StartClock, ...]:
    """The clocks that a new ticket of this severity starts."""
    return tuple(start(kind, severity, calendar, at) for kind in OPENING if kind in severity.targets)


def start(kind: ClockKind, severity: Severity, calendar: Calendar, at: datetime) -> StartClock:
    """A promise of the severity's begins."""
    due_at = due(calendar, at, severity.targets[kind])
    begins = StartClock(kind, severity.words[kind], at, due_at, None, "", severity.name)
    return _ringing(begins, severity_terms(kind, severity, calendar))


def start_next_response(ticket: Ticket, policy: Policy, at: datetime) -> Iterable[StartClock]:
    """A follow-up is owed an answer, where the policy says so and none is owed already."""
    severity = policy.severity_of(ticket.severity)
    first, following = (ticket.clock(kind) for kind in ANSWERS)
    is_owed = (first and first.is_owed) or (following and not following.met_at)
    if ClockKind.NEXT_RESPONSE in severity.targets and not is_owed:
        yield start(ClockKind.NEXT_RESPONSE, severity, policy.calendar_of(ticket.organisation), at)


def call_back(ticket: Ticket, policy: Policy, due_at: datetime, phone: str, at: datetime) -> StartClock:
    """A call is promised for a moment; it takes the place of one that was promised before."""
    begins = StartClock(ClockKind.CALL_BACK, phone, at, due_at, None, "")
    return _ringing(begins, call_terms(due_at, policy.calendar_of(ticket.organisation)))


def meet(ticket: Ticket, kind: ClockKind, at: datetime) -> Iterable[ChangeClock]:
    """The target is reached; nothing rings any more."""
    clock = ticket.clock(kind)
    if clock and clock.is_owed:
        yield ChangeClock(kind, "met", at, clock.due_at, None, "")


def pause(ticket: Ticket, at: datetime, reason: str) -> Iterable[ChangeClock]:
    """Resolution stands still while we wait for somebody else."""
    clock = ticket.clock(ClockKind.RESOLUTION)
    if clock and clock.is_running:
        yield ChangeClock(clock.kind, "paused", at, clock.due_at, None, "", reason=reason)


def resume(ticket: Ticket, policy: Policy, at: datetime, reason: str) -> Iterable[ChangeClock]:
    """What stood still runs on, later by the time it stood; the time that a ticket was solved counts as that.

    So a resolution runs on that was paused or met, and an answer that nobody gave before the end.
    What was stopped for another reason is not promised any more.
    """
    for clock in ticket.clocks:
        if _stands_still(clock, ticket):
            severity = ticket.severity if ticket.severity != severity_of(clock, ticket) else ""
            yield changed(clock, "resumed", at, ticket, policy, reason=reason, severity=severity)


def stop(ticket: Ticket, kind: ClockKind, at: datetime, reason: str) -> Iterable[ChangeClock]:
    """It is not promised any more."""
    clock = ticket.clock(kind)
    if clock and clock.is_owed:
        yield ChangeClock(kind, "stopped", at, clock.due_at, None, "", reason=reason)


def snooze(
    ticket: Ticket, policy: Policy, until: datetime, at: datetime, reason: str
) -> Iterable[ChangeClock]:
    """Reminders keep quiet until then; the breach is written down and spoken of all the same."""
    for clock in ticket.clocks:
        if clock.is_running:
            yield changed(clock, "snoozed", at, ticket, policy, reason=reason, until=until)


def wake(ticket: Ticket, policy: Policy, at: datetime, reason: str) -> Iterable[ChangeClock]:
    """Reminders that were put off are heard again from now on."""
    for clock in ticket.clocks:
        if clock.is_owed and clock.snoozed_until and clock.snoozed_until > at:
            yield changed(clock, "snoozed", at, ticket, policy, reason=reason, until=at)


def change_severity(ticket: Ticket, name: str, policy: Policy, at: datetime, why: str) -> Iterable[Change]:
    """Another severity, and for each promise that it has a target for the time that goes with it."""
    yield SetSeverity(name, why)
    targets = policy.severity_of(name).targets
    for clock in ticket.clocks:
        if clock.kind in targets and clock.is_owed:
            yield changed(clock, "severity changed", at, ticket, policy, reason=why, severity=name)


def recompute(ticket: Ticket, policy: Policy, at: datetime) -> Iterable[ChangeClock]:
    """Each unfinished clock that the present policy and calendar move; what was breached stays so."""
    for clock in ticket.clocks:
        change = changed(clock, "recomputed", at, ticket, policy, reason=f"policy {policy.digest[:12]}")
        if clock.is_owed and _moves(clock, change, terms_of(clock, ticket, policy)):
            yield change


def _ringing(begins: StartClock, terms: Terms) -> StartClock:
    next_at, step = next_of(begun(0, begins), terms)
    return replace(begins, next_at=next_at, next_step=step)


def _stands_still(clock: Clock, ticket: Ticket) -> bool:
    if clock.paused_at and clock.is_owed:
        return True
    if clock.kind is ClockKind.RESOLUTION:
        return clock.met_at is not None
    ended = ticket.solved_at or ticket.closed_at
    return clock.kind in ANSWERS and bool(clock.stopped_at and ended and clock.stopped_at >= ended)


def _moves(clock: Clock, change: ChangeClock, terms: Terms) -> bool:
    """What waits to be told rings by itself, and is not what moves a clock."""
    rings_elsewhen = change.next_at != clock.next_at and not is_waiting(clock, terms, change.at)
    return change.due_at != clock.due_at or rings_elsewhen
