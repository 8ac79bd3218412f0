"""What became of each promise, told from the events of its clock.

A clock that is started again is another promise, and each start is a span by itself. Nothing is
computed again by the present policy: what was due when is what the events say. A promise that was
broken stays broken, also when it was given up afterwards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from intake.calendars import ALWAYS, Calendar, elapsed
from intake.calendars.amounts import Unit, parse_amount
from intake.clocks.terms import CALL_GRACE
from intake.errors import ConfigError
from intake.tickets import ClockKind


class Outcome(StrEnum):
    MET = "met"
    MET_LATE = "met_late"
    RUNNING = "running"
    RUNNING_LATE = "running_late"
    STOPPED = "stopped"
    STOPPED_LATE = "stopped_late"


BROKEN = (Outcome.MET_LATE, Outcome.RUNNING_LATE, Outcome.STOPPED_LATE)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a clock, as far as a report looks at it."""

    at: datetime
    event: str
    target: str
    due_at: datetime | None
    severity: str = ""


@dataclass(slots=True)
class Span:
    """One promise from its start to its end, as its events come in."""

    kind: ClockKind
    started_at: datetime
    target: str
    due_at: datetime | None
    severity: str
    ended_at: datetime | None = None  # met or stopped
    is_met: bool = False
    is_breached: bool = False
    paused_at: datetime | None = None
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)

    def outcome(self, now: datetime) -> Outcome:
        """What has become of it by now."""
        late = self.is_breached or (self._looked_at(now) > self._limit(now))
        if self.is_met:
            return Outcome.MET_LATE if late else Outcome.MET
        if self.ended_at:
            return Outcome.STOPPED_LATE if late else Outcome.STOPPED
        return Outcome.RUNNING_LATE if late else Outcome.RUNNING

    def used(self, calendar: Calendar) -> timedelta:
        """The time of its calendar from the start to its keeping, without the pauses."""
        counted = ALWAYS if self.kind is ClockKind.CALL_BACK or _is_wall(self.target) else calendar
        ends = max(self.started_at, self.paused_at or self.ended_at or self.started_at)
        return elapsed(counted, self.started_at, ends, self.pauses)

    def _looked_at(self, now: datetime) -> datetime:
        """The moment to hold against the due one: of one that stands still, when it stopped."""
        return self.paused_at or self.ended_at or now

    def _limit(self, now: datetime) -> datetime:
        if self.due_at is None:
            return now
        return self.due_at + CALL_GRACE if self.kind is ClockKind.CALL_BACK else self.due_at


def spans_in(kind: ClockKind, events: Iterable[Happened]) -> Iterator[Span]:
    """The promises of one clock, from its events in their order."""
    span: Span | None = None
    for one in events:
        if one.event == "started":
            if span:
                yield _replaced(span, one.at)
            span = Span(kind, one.at, one.target, one.due_at, one.severity)
        elif span:
            _happens(span, one)
    if span:
        yield span


def _happens(span: Span, one: Happened) -> None:
    span.due_at, span.severity = one.due_at, one.severity or span.severity
    span.target = one.target or span.target
    match one.event:
        case "met" | "stopped":
            span.ended_at, span.is_met = one.at, one.event == "met"
        case "breached":
            span.is_breached = True
        case "paused":
            span.paused_at = span.paused_at or one.at
        case "resumed":
            if since := span.paused_at or span.ended_at:
                span.pauses.append((since, one.at))
            span.paused_at, span.ended_at, span.is_met = None, None, False


def _replaced(span: Span, at: datetime) -> Span:
    """Another promise took its place: what was still owed is not any more."""
    if span.ended_at is None:
        span.ended_at = at
    return span


@lru_cache(maxsize=256)
def _is_wall(target: str) -> bool:
    try:
        return parse_amount(target).unit is Unit.WALL_TIME
    except ConfigError:
        return False
