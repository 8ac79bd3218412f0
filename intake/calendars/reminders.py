"""Reminders: at which moments a promise is spoken of before and after it is due.

A policy writes steps: "50%" of the target's time used, "10m before" it is due, "at breach", and
"every 1h after". All of them count the time in which the target runs: the calendar's business
time with the pauses left out. A target that has none between start and due (made and due by the
wall clock, in one night) is counted by the wall clock. A step that would come at or before the
start ("10m before" a target of five minutes) does not come at all.

`next_moment` says when a step is reached; `next_ring` when it is heard: a step that is reached
outside business hours waits for the next opening, and of all that wait for the same one only the
most urgent is heard. The very moment of closing still counts as business hours here. A breach is
a breach at its moment, whoever hears of it when.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from intake.calendars import ALWAYS, Calendar, Pauses, due, elapsed, is_open, next_opening
from intake.calendars.amounts import Amount, Unit, business, length_in
from intake.errors import ConfigError

EXAMPLES = '"50%", "10m before", "at breach" or "every 1h after"'
INSTANT = timedelta(microseconds=1)

_PATTERN = re.compile(r"(?P<share>[0-9]{1,2})%|(?P<before>\S+) before|at breach|every (?P<after>\S+) after")


class Kind(IntEnum):
    """What a step counts from, the more urgent the higher; the breach is news, what follows repeats it."""

    SHARE = 1  # percent of the target's time, from the start
    BEFORE = 2  # seconds, back from when it is due
    AFTER = 3  # seconds, again and again from when it is due
    BREACH = 4


@dataclass(frozen=True, slots=True)
class Reminder:
    """One step of a policy; `step` is how the policy writes it."""

    step: str
    kind: Kind
    count: int = 0


@dataclass(frozen=True, slots=True)
class Reached:
    """A step that has come, and when, whenever it is heard."""

    reminder: Reminder
    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A promise in time: the calendar that counts it, its start, when it is due, what is left out."""

    calendar: Calendar
    started: datetime
    due: datetime
    pauses: tuple[tuple[datetime, datetime], ...]
    seconds: int  # of the calendar's open time between started and due, pauses left out


def parse_reminder(text: object, place: str = "remind") -> Reminder:
    """Read one step; ConfigError says what is wrong with it and where it stands."""
    step = " ".join(text.split()).lower() if isinstance(text, str) else ""
    if reminder := _reminder_in(step):
        return reminder
    raise ConfigError([f"{place}: {text!r} is no reminder; write {EXAMPLES}"])


def parse_reminders(texts: object, place: str = "remind") -> tuple[Reminder, ...]:
    """Read a list of steps; ConfigError lists every one that is wrong."""
    if not isinstance(texts, list | tuple):
        raise ConfigError([f"{place}: expected a list, got {texts!r}; write [{EXAMPLES}]"])
    reminders: list[Reminder] = []
    mistakes: list[str] = []
    for number, text in enumerate(texts, 1):
        try:
            reminders.append(parse_reminder(text, f"{place}[{number}]"))
        except ConfigError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigError(mistakes)
    return tuple(reminders)


def next_moment(
    specs: Iterable[Reminder],
    calendar: Calendar,
    started: datetime,
    due: datetime,
    after: datetime,
    pauses: Pauses = (),
    until: datetime | None = None,
) -> tuple[datetime, str] | None:
    """The first step strictly after a moment, the most urgent of several; none later than `until`."""
    span = _span(calendar, started, due, tuple(pauses))
    return _first(
        ((moment, spec) for spec in specs for moment in _moments_of(spec, span, after)), after, until
    )


def next_ring(
    specs: Iterable[Reminder],
    calendar: Calendar,
    started: datetime,
    due: datetime,
    after: datetime,
    pauses: Pauses = (),
    until: datetime | None = None,
    *,
    hours: Calendar,
    quiet_until: datetime | None = None,
) -> tuple[datetime, str] | None:
    """As next_moment, but when that step is heard: `hours` are those in which it may ring.

    What came up to `after` has been told; until `quiet_until` only the breach is spoken of.
    """
    span = _span(calendar, started, due, tuple(pauses))
    moments = ((moment, spec) for spec in specs for moment in _moments_of(spec, span, after))
    heard = ((heard_at(spec, moment, hours, quiet_until), spec) for moment, spec in moments if moment > after)
    return _first(heard, after, until)


def reached(
    specs: Iterable[Reminder],
    calendar: Calendar,
    started: datetime,
    due: datetime,
    after: datetime,
    by: datetime,
    pauses: Pauses = (),
) -> list[Reached]:
    """The steps that came later than `after` and by `by`, in their order; of a repeated one the last time."""
    span = _span(calendar, started, due, tuple(pauses))
    moments = ((moment, spec) for spec in specs for moment in _moments_of(spec, span, by))
    found = [Reached(spec, moment) for moment, spec in moments if after < moment <= by]
    return sorted(found, key=lambda one: one.at)


def heard_at(reminder: Reminder, moment: datetime, hours: Calendar, quiet_until: datetime | None) -> datetime:
    """When a step is heard that is reached at a moment."""
    if quiet_until is not None and reminder.kind is not Kind.BREACH:
        moment = max(moment, quiet_until)
    return rings_at(hours, moment)


def calendar_of(calendar: Calendar, target: Amount) -> Calendar:
    """The calendar in whose time a target runs: a target by the wall clock runs by the wall clock."""
    return ALWAYS if target.unit is Unit.WALL_TIME else calendar


def may_ring(calendar: Calendar, at: datetime) -> bool:
    """Whether a reminder may be heard at a moment: in business hours, and as they end."""
    return is_open(calendar, at) or is_open(calendar, at - INSTANT)


def rings_at(calendar: Calendar, at: datetime) -> datetime:
    """When a step that is reached at a moment is heard: at once in business hours, else at the opening."""
    return at if may_ring(calendar, at) else next_opening(calendar, at)


def _reminder_in(step: str) -> Reminder | None:
    parts = _PATTERN.fullmatch(step)
    if not parts:
        return None
    if parts["share"]:
        share = int(parts["share"])
        return Reminder(step, Kind.SHARE, share) if share else None
    if written := parts["before"] or parts["after"]:
        seconds = length_in(written)
        return Reminder(step, Kind.BEFORE if parts["before"] else Kind.AFTER, seconds) if seconds else None
    return Reminder(step, Kind.BREACH)


def _span(
    calendar: Calendar, started: datetime, ends: datetime, pauses: tuple[tuple[datetime, datetime], ...]
) -> Span:
    seconds = int(elapsed(calendar, started, ends, pauses).total_seconds())
    if not seconds:
        calendar = ALWAYS
        seconds = int(elapsed(calendar, started, ends, pauses).total_seconds())
    return Span(calendar, started, ends, pauses, seconds)


def _first(
    moments: Iterable[tuple[datetime, Reminder]], after: datetime, until: datetime | None
) -> tuple[datetime, str] | None:
    coming = [row for row in moments if row[0] > after and (until is None or row[0] <= until)]
    if not coming:
        return None
    moment, reminder = min(coming, key=lambda row: (row[0], -row[1].kind))
    return moment, reminder.step


def _moments_of(spec: Reminder, span: Span, after: datetime) -> Iterator[datetime]:
    match spec.kind:
        case Kind.SHARE:
            yield from _used_up(span, span.seconds * spec.count // 100)
        case Kind.BEFORE:
            yield from _used_up(span, span.seconds - spec.count)
        case Kind.BREACH:
            yield span.due
        case Kind.AFTER:
            yield from _after_breach(span, spec.count, after)


def _used_up(span: Span, seconds: int) -> Iterator[datetime]:
    if seconds > 0:
        yield due(span.calendar, span.started, business(seconds), span.pauses)


def _after_breach(span: Span, every: int, after: datetime) -> Iterator[datetime]:
    """The last one that was reached, for it may still wait to be heard, and the next one."""
    gone = elapsed(span.calendar, span.due, max(span.due, after), span.pauses)
    times = gone // timedelta(seconds=every)
    for count in (times, times + 1):
        if count:
            yield due(span.calendar, span.due, business(count * every), span.pauses)
