"""What a calendar should answer, found by looking at the wall clock minute after minute.

Written from the words of the rules, in ignorance of `intake.calendars`: no blocks, segments or
sums, only "what does the clock on the wall show now, and does that lie in a window?". Windows
begin and end at whole minutes and every zone is whole minutes ahead of UTC, so that within a
minute nothing opens or closes; starts, ends and pauses may cut one anywhere.

Slow on purpose, and used by the tests of calendars only. Moments are in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOTHING = timedelta(0)
YEARS = range(2000, 2061)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Pauses = list[tuple[datetime, datetime]]
Windows = list[tuple[int, int]]  # in minutes after midnight; an end past 1440 is on the next day


@dataclass(frozen=True)
class WallClock:
    """A calendar as its file says it: which windows start on which date, and in what zone."""

    zone: ZoneInfo
    week: list[Windows]
    dates: dict[date, Windows]
    free: frozenset[date] = frozenset()
    _covered: dict[date, frozenset[int]] = field(default_factory=dict)

    def windows_on(self, day: date) -> Windows:
        if day in self.dates:
            return self.dates[day]
        return [] if day in self.free else self.week[day.weekday()]

    def days_of(self, at: datetime) -> list[date]:
        """The days, at most two, one of whose windows is open at a moment."""
        wall = at.astimezone(self.zone)
        today, minute = wall.date(), wall.hour * 60 + wall.minute
        times = ((today - DAY, minute + 1440), (today, minute))
        return [day for day, after_midnight in times if after_midnight in self._minutes_of(day)]

    def _minutes_of(self, day: date) -> frozenset[int]:
        if day not in self._covered:
            windows = self.windows_on(day)
            self._covered[day] = frozenset(
                minute for opens, closes in windows for minute in range(opens, closes)
            )
        return self._covered[day]


def clock_of(table: dict[str, object]) -> WallClock:
    """Read the table of a calendar file."""
    hours = table["hours"]
    whole_day = ["00:00-24:00"]
    by_day = dict.fromkeys(NAMES, whole_day) if hours == "24x7" else hours
    return WallClock(
        ZoneInfo(table["timezone"]),
        [list(map(_window, by_day.get(name, []))) for name in NAMES],
        {date.fromisoformat(day): list(map(_window, rows)) for day, rows in table.get("dates", {}).items()},
        _free_days(table.get("holidays", "")),
    )


@cache
def _free_days(code: str) -> frozenset[date]:
    country, _, part = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=YEARS) if code else ())


def always_open() -> WallClock:
    return clock_of({"timezone": "UTC", "hours": "24x7"})


def _window(text: str) -> tuple[int, int]:
    opens, closes = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
    return opens, closes if closes > opens else closes + 1440


def counted(
    clock: WallClock, start: datetime, end: datetime, pauses: Pauses
) -> Iterator[tuple[datetime, datetime]]:
    """The time from start to end that counts, in pieces of a minute at most."""
    minute = start.replace(second=0, microsecond=0)
    while minute < end:
        if clock.days_of(minute):
            yield from _pieces(max(minute, start), min(minute + MINUTE, end), pauses)
        minute += MINUTE


def _pieces(low: datetime, high: datetime, pauses: Pauses) -> Iterator[tuple[datetime, datetime]]:
    edges = {edge for pause in pauses for edge in pause if low < edge < high}
    for begins, ends in pairwise(sorted({low, high} | edges)):
        if not any(first <= begins < last for first, last in pauses):
            yield begins, ends


def elapsed(clock: WallClock, start: datetime, end: datetime, pauses: Pauses) -> timedelta:
    """The open time from start to end outside of all pauses."""
    return sum((ends - begins for begins, ends in counted(clock, start, end, pauses)), NOTHING)


def due(
    clock: WallClock, start: datetime, amount: timedelta, pauses: Pauses, horizon: timedelta
) -> datetime | None:
    """When the amount has been used up; for no amount, the first moment that counts."""
    for begins, ends in counted(clock, start, start + horizon, pauses):
        if amount <= ends - begins:
            return begins + amount
        amount -= ends - begins
    return None


def end_of_business_day(clock: WallClock, start: datetime, horizon: timedelta) -> datetime | None:
    """The last closing of the business day that start lies in, or of the next one that opens."""
    opening = due(clock, start, NOTHING, [], horizon)
    if opening is None:
        return None
    day = clock.days_of(opening)[0]
    minute = opening.replace(second=0, microsecond=0)
    later = (minute + number * MINUTE for number in range(3 * 1440))
    return max(moment for moment in later if day in clock.days_of(moment)) + MINUTE


def business_days_after(clock: WallClock, start: datetime, count: int, horizon: timedelta) -> datetime | None:
    """The same clock time on the count-th day after that has a minute in which it is open."""
    opening = due(clock, start, NOTHING, [], horizon)
    if opening is None:
        return None
    first = clock.days_of(opening)[0]
    minute = opening.replace(second=0, microsecond=0) - 2 * DAY  # the next day may have begun already
    days: set[date] = set()
    for number in range(horizon // MINUTE):
        days.update(day for day in clock.days_of(minute + number * MINUTE) if day > first)
        ordered = sorted(days)
        if len(ordered) > count:  # one more, so that none can come in between
            wall = opening.astimezone(clock.zone).replace(tzinfo=None)
            return first_showing(clock.zone, wall + (ordered[count - 1] - first))
    return None


def first_showing(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first moment at which the wall shows a time; for one it skips, so much after the jump."""
    guess = wall.replace(tzinfo=UTC)
    second = timedelta(minutes=15)  # zones are whole quarters of an hour ahead these days
    ahead = [number * second for number in range(26 * 4, -26 * 4 - 1, -1)]
    moments = [guess - offset for offset in ahead]
    if shown := [moment for moment in moments if _wall(zone, moment) == wall]:
        return min(shown)
    before = max(moment for moment in moments if _wall(zone, moment) < wall)
    return before + (wall - _wall(zone, before))


def _wall(zone: ZoneInfo, moment: datetime) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
