"""A clock computed again from nothing but its events.

Each event is applied by the very lines that made it (`intake.clocks.moments.changed`), so under
the same policy the outcome is what the store has; under another one it is what would have been.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from intake.clocks.changes import after, begun
from intake.clocks.moments import changed
from intake.clocks.promises import call_back, start
from intake.decisions import StartClock
from intake.policy import Policy
from intake.tickets import Clock, ClockKind, Ticket


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """What happened to a clock: `due_at` and `target` are as they were after it.

    `severity` is set where another one counts from then on, `until` where something is put off.
    """

    clock: int
    kind: ClockKind
    at: datetime
    event: str
    reason: str = ""
    target: str = ""
    due_at: datetime | None = None
    severity: str = ""
    until: datetime | None = None


def clocks_from(events: Iterable[ClockEvent], ticket: Ticket, policy: Policy) -> tuple[Clock, ...]:
    """The clocks that these events make, in the order in which they were first started."""
    clocks: dict[ClockKind, Clock] = {}
    for one in events:
        clocks[one.kind] = _after(clocks.get(one.kind), one, ticket, policy)
    return tuple(clocks.values())


def _after(clock: Clock | None, one: ClockEvent, ticket: Ticket, policy: Policy) -> Clock:
    if clock is None or one.event == "started":
        return begun(one.clock, _start(one, ticket, policy))
    change = changed(
        clock,
        one.event,
        one.at,
        ticket,
        policy,
        reason=one.reason,
        severity=one.severity,
        until=one.until,
    )
    return after(clock, change)


def _start(one: ClockEvent, ticket: Ticket, policy: Policy) -> StartClock:
    """The promise as the policy has it; one that it does not have keeps its recorded time."""
    due_at = one.due_at or one.at
    if one.kind is ClockKind.CALL_BACK:
        return call_back(ticket, policy, due_at, one.target, one.at)
    severity = policy.severity_of(one.severity or ticket.severity)
    if one.kind not in severity.targets:
        return StartClock(one.kind, one.target, one.at, due_at, due_at, "", one.severity)
    return start(one.kind, severity, policy.calendar_of(ticket.organisation), one.at)
