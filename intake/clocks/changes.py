"""What an event makes of a clock: the one place where its state follows from what happened.

The store writes what these functions answer, and `intake.clocks.replayed` computes a clock
again by them; so the two cannot differ. Moments that depend on policy and calendar (due, next)
come with the change, from `intake.clocks.moments`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from intake.decisions import Change, ChangeClock, SetSeverity, SetStatus, StartClock
from intake.messages import clean
from intake.tickets import Clock, Ticket


def begun(number: int, start: StartClock) -> Clock:
    """The clock that a promise begins."""
    severity = clean(start.severity)
    return Clock(
        number,
        start.kind,
        clean(start.target),
        start.at,
        start.due_at,
        start.next_at,
        start.next_step,
        legs=((start.at, severity),) if severity else (),
        told_until=start.at,
    )


def with_changes(ticket: Ticket, changes: Iterable[Change]) -> Ticket:
    """The ticket as far as its clocks see it once these changes are made; what comes next stands on it."""
    for change in changes:
        match change:
            case SetStatus():
                ticket = replace(ticket, status=change.status)
            case SetSeverity():
                ticket = replace(ticket, severity=change.severity)
            case StartClock():
                others = (one for one in ticket.clocks if one.kind is not change.kind)
                known = ticket.clock(change.kind)
                ticket = replace(ticket, clocks=(*others, begun(known.id if known else 0, change)))
            case ChangeClock():
                now = (after(one, change) if one.kind is change.kind else one for one in ticket.clocks)
                ticket = replace(ticket, clocks=tuple(now))
    return ticket


def after(clock: Clock, change: ChangeClock) -> Clock:
    """The clock after one of its events."""
    clock = replace(
        clock,
        target=clean(change.target) or clock.target,
        due_at=change.due_at,
        next_at=change.next_at,
        next_step=change.next_step,
        legs=_legs(clock, change),
        told_until=change.told_until or clock.told_until,
    )
    match change.event:
        case "met":
            return replace(clock, met_at=change.at)
        case "breached":  # it was late from the moment it was due, whenever that was noticed
            return replace(clock, breached_at=clock.breached_at or clock.due_at)
        case "stopped":
            return replace(clock, stopped_at=change.at)
        case "paused":
            return replace(clock, paused_at=clock.paused_at or change.at)
        case "resumed":
            return _resumed(clock, change.at)
        case "snoozed":
            return replace(clock, snoozed_until=change.until)
    return clock  # reminded, postponed, recomputed …: nothing else moves


def _legs(clock: Clock, change: ChangeClock) -> tuple[tuple[datetime, str], ...]:
    """A worse severity counts besides the earlier ones from now on, any other from the start alone."""
    severity = clean(change.severity)
    if not severity:
        return clock.legs
    if change.raised:
        return (*clock.legs, (change.at, severity))
    return ((clock.started_at, severity),)


def _resumed(clock: Clock, at: datetime) -> Clock:
    """Running again: the time since it was paused, met or stopped is a pause."""
    since = clock.paused_at or clock.stopped_at or clock.met_at
    pauses = (*clock.pauses, (since, at)) if since else clock.pauses
    return replace(clock, pauses=pauses, paused_at=None, stopped_at=None, met_at=None)
