"""Openings: a calendar laid out as stretches of open time, in blocks of 28 days.

The blocks partition time, are worked out when first asked for and kept, so that a due date ten
years ahead costs a walk over 130 totals and one bisection. A block knows nothing of days: wall
windows are cut by the zone's segments (intake.calendars.zones), sorted and merged. All moments here are
whole microseconds since 1970 in UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from intake.calendars.holiday_dates import holiday_dates
from intake.calendars.hours import ALWAYS_OPEN, Week, Windows
from intake.calendars.zones import BLOCK, DAY, EPOCH, Segment, instants, segments
from intake.errors import ConfigError

MICRO = 1_000_000
BLOCK_MICRO = BLOCK * MICRO
EPOCH_ORDINAL = EPOCH.toordinal()
YEARS_CLOSED = 10  # a calendar closed for longer is taken never to open again
YEARS_AHEAD = 100
BLOCK_DAYS = BLOCK // DAY
BLOCKS_CLOSED = YEARS_CLOSED * 366 // 28 + 1
BLOCKS_AHEAD = YEARS_AHEAD * 366 // 28 + 1

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Block:
    """The open stretches of 28 days; `used[i]` is the open time up to `closes[i]`."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    used: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a desk is open. `dates` replace a day's windows, before holidays and the week do.

    `holidays` is a code such as "IT" or "US-NY", "" for none; `warnings` says what is odd about
    the hours without being wrong. `calendar_from` reads one from a table.
    """

    zone: ZoneInfo
    week: Week = ALWAYS_OPEN
    holidays: str = ""
    dates: Mapping[date, Windows] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    _blocks: dict[int, Block] = field(default_factory=dict, init=False, repr=False, compare=False)
    _days: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def windows_on(self, day: date) -> Windows:
        """The windows that start on a day."""
        if day in self.dates:
            return self.dates[day]
        if self.holidays and day in holiday_dates(self.holidays, day.year):
            return ()
        return self.week[day.weekday()]

    def block(self, number: int) -> Block:
        """The block that begins so many times 28 days after 1970."""
        if number not in self._blocks:
            self._blocks[number] = _lay_out(self, number)
        return self._blocks[number]

    def open_days(self, number: int) -> tuple[int, ...]:
        """The days of a block whose own windows open, in days since 1970."""
        if number not in self._days:
            days = range(number * BLOCK_DAYS, (number + 1) * BLOCK_DAYS)
            self._days[number] = tuple(day for day in days if _opens_on(self, day))
        return self._days[number]

    def has_dates_after(self, number: int) -> bool:
        """Whether a date of its own opens it later than a block."""
        last = date.fromordinal(EPOCH_ORDINAL + (number + 1) * BLOCK_DAYS)
        return any(windows and day >= last for day, windows in self.dates.items())


def open_before(calendar: Calendar, at: int) -> int:
    """The open time from the beginning of a moment's block to the moment."""
    block = calendar.block(at // BLOCK_MICRO)
    row = bisect_right(block.opens, at)
    return block.used[row - 1] - max(0, block.closes[row - 1] - at) if row else 0


def open_between(calendar: Calendar, begins: int, ends: int) -> int:
    """The open time between two moments."""
    between = range(begins // BLOCK_MICRO, ends // BLOCK_MICRO)
    whole = sum(calendar.block(number).total for number in between)
    return whole + open_before(calendar, ends) - open_before(calendar, begins)


def moment_after(calendar: Calendar, begins: int, amount: int) -> int:
    """The first moment by which an amount above zero has been used up."""
    number = begins // BLOCK_MICRO
    amount += open_before(calendar, begins)
    for row in _blocks_from(calendar, number, begins):
        if amount <= row.total:
            place = bisect_left(row.used, amount)
            return row.closes[place] - (row.used[place] - amount)
        amount -= row.total
    raise ConfigError([f"amount: is not used up within {YEARS_AHEAD} years; give less of it, or more hours"])


def opening_at(calendar: Calendar, at: int) -> int:
    """The moment itself while open, else the next opening."""
    for block in _blocks_from(calendar, at // BLOCK_MICRO, at):
        row = bisect_right(block.closes, at)
        if row < len(block.closes):
            return max(at, block.opens[row])
    raise _never_opens(at)


def closing_at(calendar: Calendar, at: int) -> int | None:
    """The first closing after a moment that is open, None when it stays open for ten years."""
    for number in range(at // BLOCK_MICRO, at // BLOCK_MICRO + BLOCKS_CLOSED):
        block = calendar.block(number)
        row = bisect_right(block.closes, at)
        if row == len(block.closes) or block.opens[row] > at:
            return at
        at = block.closes[row]
        if at < (number + 1) * BLOCK_MICRO:
            return at
    return None


def is_open_at(calendar: Calendar, at: int) -> bool:
    block = calendar.block(at // BLOCK_MICRO)
    row = bisect_right(block.opens, at)
    return row > 0 and at < block.closes[row - 1]


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in order, with what overlaps or touches made one."""
    whole: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if whole and begins <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(ends, whole[-1][1]))
        else:
            whole.append((begins, ends))
    return whole


def _blocks_from(calendar: Calendar, number: int, at: int) -> Iterator[Block]:
    closed = 0
    for ahead in range(BLOCKS_AHEAD):
        block = calendar.block(number + ahead)
        closed = 0 if block.total else closed + 1
        if closed > BLOCKS_CLOSED and not calendar.has_dates_after(number + ahead):
            raise _never_opens(at)
        yield block


def _never_opens(at: int) -> ConfigError:
    since = EPOCH + timedelta(microseconds=at)
    wrong = f"does not open within {YEARS_CLOSED} years after {since.date()}"
    return ConfigError([f"calendar: {wrong}; give it hours, or later dates"])


def _opens_on(calendar: Calendar, day: int) -> bool:
    """Whether a day has a window that the clock shows: a zone may skip it, or the whole day."""
    windows = calendar.windows_on(date.fromordinal(EPOCH_ORDINAL + day))
    midnight = day * DAY
    return any(
        shown
        for row in windows
        for shown in instants(calendar.zone, midnight + row.opens, midnight + row.closes)
    )


def _lay_out(calendar: Calendar, number: int) -> Block:
    found = (row for segment in segments(calendar.zone, number) for row in _open_in(calendar, segment))
    stretches = [(begins * MICRO, ends * MICRO) for begins, ends in merged(found)]
    used, total = [], 0
    for begins, ends in stretches:
        total += ends - begins
        used.append(total)
    opens, closes = tuple(row[0] for row in stretches), tuple(row[1] for row in stretches)
    return Block(opens, closes, tuple(used), total)


def _open_in(calendar: Calendar, segment: Segment) -> Iterator[Stretch]:
    first = (segment.begins + segment.offset) // DAY - 1  # the night before may reach into it
    last = (segment.ends + segment.offset - 1) // DAY
    for day in range(first, last + 1):
        midnight = day * DAY - segment.offset
        for window in calendar.windows_on(date.fromordinal(EPOCH_ORDINAL + day)):
            begins = max(segment.begins, midnight + window.opens)
            ends = min(segment.ends, midnight + window.closes)
            if begins < ends:
                yield begins, ends
