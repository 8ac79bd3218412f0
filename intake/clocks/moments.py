"""When a clock is due and when it rings next, and an event with both as they are after it.

Due is the earliest that any of its legs gives: each counts its severity's target from its own
beginning, and leaves the pauses out. Only what changes legs, pauses or policy moves it. Ringing
keeps business hours, unless the severity runs 24x7, and keeps quiet while the clock is snoozed;
a breach is a fact, and is written down when it happens.
"""

from dataclasses import replace
from datetime import datetime

from intake.calendars import due
from intake.calendars.reminders import Reached, next_ring, reached
from intake.clocks.changes import after
from intake.clocks.terms import Terms, legs_of, severity_of, terms_of
from intake.decisions import ChangeClock
from intake.errors import ConfigError
from intake.policy import Policy
from intake.tickets import Clock, Ticket

BREACH = "breach"
MOVES = frozenset({"resumed", "severity changed", "recomputed"})


def changed(
    clock: Clock,
    event: str,
    at: datetime,
    ticket: Ticket,
    policy: Policy,
    *,
    reason: str = "",
    severity: str = "",
    until: datetime | None = None,
) -> ChangeClock:
    """The event, with what holds after it under the policy."""
    clock = replace(clock, legs=legs_of(clock, ticket))
    raised = bool(severity) and policy.rank_of(severity) < policy.rank_of(severity_of(clock, ticket))
    told = _told_until(clock, event, at, terms_of(clock, ticket, policy))
    bare = ChangeClock(
        clock.kind, event, at, clock.due_at, None, "", "", reason, severity, raised, until, told
    )
    draft = after(clock, bare)
    if event in MOVES:
        draft = replace(draft, due_at=due_of(draft, ticket, policy))
    terms = terms_of(draft, ticket, policy)
    next_at, step = next_of(draft, terms)
    if event == "postponed" and until:
        breach = breaks_at(draft, terms)
        next_at = min(until, breach) if breach else until
    target = words_of(draft, ticket, policy) if event in MOVES else ""
    return replace(bare, due_at=draft.due_at, next_at=next_at, next_step=step, target=target)


def _told_until(clock: Clock, event: str, at: datetime, terms: Terms) -> datetime | None:
    """A new schedule does not go back to its steps of the past, unless some wait to be told still.

    After a change of the policy only the step that was watched is known to have waited.
    """
    match event:
        case "reminded":
            return at
        case "severity changed":
            return None if untold(clock, terms, at) else at
        case "recomputed":
            return None if is_waiting(clock, terms, at) else at
    return None


def due_of(clock: Clock, ticket: Ticket, policy: Policy) -> datetime | None:
    """The earliest that its legs give; a target that the policy does not have (any more) keeps its time."""
    legs = legs_of(clock, ticket)
    amounts = [policy.severity_of(name).targets.get(clock.kind) for _, name in legs]
    calendar = policy.calendar_of(ticket.organisation)
    found = [
        due(calendar, since, amount, clock.pauses)
        for (since, _), amount in zip(legs, amounts, strict=True)
        if amount
    ]
    return min(found) if found and all(amounts) else clock.due_at


def words_of(clock: Clock, ticket: Ticket, policy: Policy) -> str:
    """The target as the policy writes it now."""
    return policy.severity_of(severity_of(clock, ticket)).words.get(clock.kind, "")


def breaks_at(clock: Clock, terms: Terms) -> datetime | None:
    """When it is breached, None when it has been or is not due at all."""
    return clock.due_at + terms.grace if clock.due_at and not clock.breached_at else None


def next_of(clock: Clock, terms: Terms) -> tuple[datetime | None, str]:
    """The next moment that matters: a step where it is heard, or the breach, which keeps no hours."""
    if not clock.is_running or clock.due_at is None:
        return None, ""
    at, step = _next_step(clock, clock.due_at, terms)
    breach = breaks_at(clock, terms)
    if breach and (at is None or breach <= at):
        return breach, BREACH
    return at, step


def heard(clock: Clock, terms: Terms, now: datetime) -> list[Reached]:
    """The steps that are to be told now: all that came and were not told, once one of them may be heard."""
    at = _next_step(clock, clock.due_at, terms)[0] if clock.due_at else None
    return untold(clock, terms, now) if at and at <= now else []


def untold(clock: Clock, terms: Terms, now: datetime) -> list[Reached]:
    """The steps that came and have not been told."""
    if clock.due_at is None:
        return []
    told = clock.told_until or clock.started_at
    return reached(terms.steps, terms.counted, clock.started_at, clock.due_at, told, now, clock.pauses)


def is_waiting(clock: Clock, terms: Terms, now: datetime) -> bool:
    """Has the very step come that the clock was to ring for next, and waits to be heard?"""
    return any(one.reminder.step == clock.next_step for one in untold(clock, terms, now))


def _next_step(clock: Clock, due_at: datetime, terms: Terms) -> tuple[datetime | None, str]:
    try:
        found = next_ring(
            terms.steps,
            terms.counted,
            clock.started_at,
            due_at,
            clock.told_until or clock.started_at,
            clock.pauses,
            hours=terms.hours,
            quiet_until=clock.snoozed_until,
        )
    except ConfigError:  # the calendar never opens again: nothing is left to ring for
        found = None
    return found or (None, "")
