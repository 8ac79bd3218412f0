"""Calendars: when a desk is open, and when an amount of its time will be used up.

A calendar is open at exactly the instants whose wall time in its zone lies in a window of its
hours, and each open second counts once: an hour that the clock skips is not there, an hour that
it shows twice counts twice. A holiday or a date of its own replaces the windows that start on
that date, with their part after midnight. An amount that is used up exactly at closing is due at
closing; a zero amount is due at once while open, else at the next opening. Pauses are closed
time. Moments are aware; answers are in UTC.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from intake.calendars.amounts import Amount, Unit
from intake.calendars.business_days import closing_of_day, days_after
from intake.calendars.gaps import gap_warnings
from intake.calendars.holiday_dates import mistake_in
from intake.calendars.hours import dates_in, week_in
from intake.calendars.openings import (
    MICRO,
    Calendar,
    Stretch,
    closing_at,
    is_open_at,
    merged,
    moment_after,
    open_between,
    opening_at,
)
from intake.calendars.quotes import quoted
from intake.calendars.zones import EPOCH, YEARS
from intake.errors import ConfigError
from intake.suggestions import did_you_mean

__all__ = [
    "ALWAYS",
    "Calendar",
    "calendar_from",
    "due",
    "elapsed",
    "is_open",
    "load_calendar",
    "next_closing",
    "next_opening",
]

SETTINGS = ("timezone", "hours", "holidays", "dates")
TICK = timedelta(microseconds=1)
ALWAYS = Calendar(ZoneInfo("UTC"))  # the wall clock: open all the time

Pauses = Iterable[tuple[datetime, datetime]]


def due(calendar: Calendar, start: datetime, amount: Amount, pauses: Pauses = ()) -> datetime:
    """The moment by which the amount has been used up, in UTC."""
    begins, holes = _micro(start, "start"), _holes(pauses)
    if amount.count < 0:
        raise ConfigError([f"amount: {amount.count} is negative; time cannot be owed backwards"])
    match amount.unit:
        case Unit.BUSINESS_TIME:
            ends = _reach(calendar, begins, amount.count * MICRO, holes)
        case Unit.WALL_TIME:
            ends = _reach(ALWAYS, begins, amount.count * MICRO, holes)
        case Unit.BUSINESS_DAYS if not amount.count:
            ends = _first_open(calendar, begins, holes)
        case Unit.BUSINESS_DAYS | Unit.SAME_BUSINESS_DAY:
            ends = _day_of_promise(calendar, begins, amount, holes)
    return _moment(ends)


def elapsed(calendar: Calendar, start: datetime, end: datetime, pauses: Pauses = ()) -> timedelta:
    """The open time from start to end that no pause covers."""
    begins, ends = _micro(start, "start"), _micro(end, "end")
    if ends < begins:
        raise ConfigError(["end: lies before start; give the earlier moment as start"])
    paused = _paused(calendar, begins, ends, _holes(pauses))
    return (open_between(calendar, begins, ends) - paused) * TICK


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the moment lies in business hours; the very moment of closing does not."""
    return is_open_at(calendar, _micro(at, "at"))


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """The moment itself while the calendar is open, else when it opens next."""
    return _moment(opening_at(calendar, _micro(at, "at")))


def next_closing(calendar: Calendar, at: datetime) -> datetime | None:
    """The first closing after the moment; None for a calendar that, once open, stays open."""
    closing = closing_at(calendar, opening_at(calendar, _micro(at, "at")))
    return None if closing is None else _moment(closing)


def load_calendar(text: str, place: str = "calendar") -> Calendar:
    """Read a calendar file (TOML); ConfigError lists every mistake in it."""
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))  # some editors mark the beginning of a file
    except (ValueError, RecursionError) as error:  # no TOML; a number of 5,000 digits; a deep nest
        raise ConfigError([f"{place}: is not TOML: {error}; see the example file"]) from error
    return calendar_from(table, place)


def calendar_from(table: Mapping[str, object], place: str = "calendar") -> Calendar:
    """Read a calendar from a table of settings; ConfigError lists every mistake in it."""
    mistakes = [
        f"{place}.{name}: no such setting; {did_you_mean(name, SETTINGS)}"
        for name in table
        if name not in SETTINGS
    ]
    zone = _zone_in(table.get("timezone"), f"{place}.timezone", mistakes)
    week = week_in(table.get("hours"), f"{place}.hours", mistakes)
    dates = dates_in(table.get("dates", {}), f"{place}.dates", mistakes)
    holidays = _holidays_in(table.get("holidays", ""), f"{place}.holidays", mistakes)
    if not mistakes and not any((*week, *dates.values())):
        mistakes.append(f'{place}.hours: never opens; write at least one window, as mon = ["09:00-18:00"]')
    if mistakes:
        raise ConfigError(mistakes)
    calendar = Calendar(zone, week, holidays, dates)
    return replace(calendar, warnings=gap_warnings(calendar))


def _zone_in(name: object, place: str, mistakes: list[str]) -> ZoneInfo:
    if not isinstance(name, str):
        mistakes.append(f'{place}: expected the name of a zone, got {quoted(name)}; write "Europe/Rome"')
        return ALWAYS.zone
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of zones
        near = get_close_matches(name, available_timezones(), n=1)
        right = f'did you mean "{near[0]}"?' if near else 'write a name such as "Europe/Rome"'
        mistakes.append(f"{place}: {quoted(name)} is no known zone; {right}")
        return ALWAYS.zone


def _holidays_in(code: object, place: str, mistakes: list[str]) -> str:
    if not isinstance(code, str):
        mistakes.append(f'{place}: expected a code, got {quoted(code)}; write "IT" or "US-NY"')
    elif code and (wrong := mistake_in(code)):
        mistakes.append(f"{place}: {wrong}")
    return str(code)


def _reach(calendar: Calendar, at: int, amount: int, holes: list[Stretch]) -> int:
    if not amount:
        return _first_open(calendar, at, holes)
    for begins, ends in holes:
        if begins > at:
            available = open_between(calendar, at, begins)
            if available >= amount:
                break
            amount -= available
        at = max(at, ends)
    return moment_after(calendar, at, amount)


def _first_open(calendar: Calendar, at: int, holes: list[Stretch]) -> int:
    at = opening_at(calendar, at)
    for begins, ends in holes:
        if begins <= at < ends:
            at = opening_at(calendar, ends)
    return at


def _day_of_promise(calendar: Calendar, begins: int, amount: Amount, holes: list[Stretch]) -> int:
    opened = opening_at(calendar, begins)
    if amount.unit is Unit.SAME_BUSINESS_DAY:
        ends = closing_of_day(calendar, opened)
    else:
        ends = days_after(calendar, opened, amount.count)
    lost = _paused(calendar, begins, ends, holes)
    return _reach(calendar, ends, lost, holes) if lost else ends


def _paused(calendar: Calendar, begins: int, ends: int, holes: list[Stretch]) -> int:
    cut = ((max(begins, low), min(ends, high)) for low, high in holes)
    return sum(open_between(calendar, low, high) for low, high in cut if low < high)


def _holes(pauses: Pauses) -> list[Stretch]:
    stretches = [(_micro(low, "pauses"), _micro(high, "pauses")) for low, high in pauses]
    if any(high < low for low, high in stretches):
        raise ConfigError(["pauses: one ends before it begins; write [from, to]"])
    return merged(stretches)


def _micro(moment: datetime, place: str) -> int:
    if moment.tzinfo is None:
        raise ConfigError(
            [f"{place}: {moment.isoformat()} has no offset; write it as {moment.isoformat()}+01:00"]
        )
    if moment.year not in YEARS:
        raise ConfigError(
            [f"{place}: {moment.isoformat()} is out of range; the years {YEARS[0]} to {YEARS[-1]} are known"]
        )
    return (moment - EPOCH) // TICK


def _moment(micro: int) -> datetime:
    return EPOCH + micro * TICK
