"""The open time that a promise used up, day by day: the windows whose sum is the target.

A window that goes over midnight stays whole and belongs to the day it begins; only where a
calendar stays open for longer than a day is it cut at midnight. Pauses are cut out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from intake.calendars import Calendar, Pauses
from intake.calendars.business_days import business_day_of
from intake.calendars.openings import BLOCK_DAYS, BLOCK_MICRO, EPOCH_ORDINAL, Stretch, merged
from intake.calendars.zones import EPOCH

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class DayCounted:
    """What was counted of one day."""

    day: date
    windows: tuple[Window, ...]

    @property
    def length(self) -> timedelta:
        return sum((ends - begins for begins, ends in self.windows), timedelta())


def days_counted(
    calendar: Calendar, start: datetime, end: datetime, pauses: Pauses, zone: ZoneInfo
) -> list[DayCounted]:
    """The open time from start to end that no pause covers, by days of a zone."""
    windows = windows_between(calendar, start, end, pauses)
    cut = (piece for window in windows for piece in _by_midnights(window, zone))
    by_day = groupby(cut, key=lambda window: window[0].astimezone(zone).date())
    return [DayCounted(day, tuple(many)) for day, many in by_day]


def windows_between(calendar: Calendar, start: datetime, end: datetime, pauses: Pauses) -> list[Window]:
    """The same without regard to days."""
    begins, ends = (start - EPOCH) // TICK, (end - EPOCH) // TICK
    holes = merged(((low - EPOCH) // TICK, (high - EPOCH) // TICK) for low, high in pauses)
    inside = ((max(low, begins), min(high, ends)) for low, high in _open(calendar, begins, ends))
    left = (piece for stretch in inside for piece in _without(stretch, holes))
    return [(EPOCH + low * TICK, EPOCH + high * TICK) for low, high in left]


def business_days_after(calendar: Calendar, opened: datetime, count: int) -> Iterator[date]:
    """The so many business days that follow the one of an open moment."""
    day = business_day_of(calendar, (opened - EPOCH) // TICK)
    while count:
        day += DAY
        number = day.toordinal() - EPOCH_ORDINAL
        if number in calendar.open_days(number // BLOCK_DAYS):
            count -= 1
            yield day


def _open(calendar: Calendar, begins: int, ends: int) -> list[Stretch]:
    blocks = (calendar.block(number) for number in range(begins // BLOCK_MICRO, ends // BLOCK_MICRO + 1))
    stretches = (row for block in blocks for row in zip(block.opens, block.closes, strict=True))
    return merged((low, high) for low, high in stretches if high > begins and low < ends)


def _without(stretch: Stretch, holes: Iterable[Stretch]) -> Iterator[Stretch]:
    at, ends = stretch
    for low, high in holes:
        if high > at and low < ends:
            if low > at:
                yield at, low
            at = high
    if at < ends:
        yield at, ends


def _by_midnights(window: Window, zone: ZoneInfo) -> Iterator[Window]:
    begins, ends = window
    if ends - begins <= DAY:
        yield window
        return
    while begins < ends:
        following = begins.astimezone(zone).date() + DAY
        midnight = datetime.combine(following, time(), zone).astimezone(begins.tzinfo)
        cut = min(ends, midnight) if midnight > begins else ends
        yield begins, cut
        begins = cut
