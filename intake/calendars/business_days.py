"""Business days: the days on which a calendar opens, and the promises that count in them.

A day whose windows the clock skips, as it skipped a whole day in Samoa once, is none. A shift
over midnight is one business day, the day on which it starts. N business days from a moment in
business hours are the same clock time on the N-th business day after; where that day closes
earlier, the clock time stands all the same. From outside business hours they are counted from
the next opening. Moments are whole microseconds since 1970 in UTC, as in intake.calendars.openings.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

from intake.calendars.openings import (
    BLOCK_DAYS,
    BLOCKS_AHEAD,
    EPOCH_ORDINAL,
    MICRO,
    YEARS_AHEAD,
    Calendar,
)
from intake.calendars.zones import DAY, EPOCH, instants
from intake.errors import ConfigError

ONE_DAY = timedelta(days=1)


def closing_of_day(calendar: Calendar, opened: int) -> int:
    """The end of the business day that an open moment belongs to."""
    begins = (business_day_of(calendar, opened).toordinal() - EPOCH_ORDINAL) * DAY
    windows = calendar.windows_on(business_day_of(calendar, opened))
    ends = [
        end
        for window in windows
        for _, end in instants(calendar.zone, begins + window.opens, begins + window.closes)
    ]
    return max(ends) * MICRO


def days_after(calendar: Calendar, opened: int, count: int) -> int:
    """The clock time of an open moment, so many business days later."""
    first = business_day_of(calendar, opened)
    wall = _wall(calendar, opened)
    days = _days_to_nth_after(calendar, first.toordinal() - EPOCH_ORDINAL, count)
    later = wall.replace(tzinfo=None) + timedelta(days=days)
    # In a night that repeats the hour the first one is meant; in one that skips it, as long after midnight.
    return (later.replace(tzinfo=calendar.zone).astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def business_day_of(calendar: Calendar, opened: int) -> date:
    """The day that an open moment belongs to: the one on which its window started."""
    wall = _wall(calendar, opened)
    before = wall.date() - ONE_DAY
    second = wall.hour * 3600 + wall.minute * 60 + wall.second + DAY
    shifts = calendar.windows_on(before)
    return before if any(shift.opens <= second < shift.closes for shift in shifts) else wall.date()


def _wall(calendar: Calendar, at: int) -> datetime:
    return (EPOCH + timedelta(microseconds=at)).astimezone(calendar.zone)


def _days_to_nth_after(calendar: Calendar, first: int, count: int) -> int:
    begins = first // BLOCK_DAYS
    count += bisect_right(calendar.open_days(begins), first)
    for number in range(begins, begins + BLOCKS_AHEAD):
        days = calendar.open_days(number)
        if count <= len(days):
            return days[count - 1] - first
        count -= len(days)
    raise ConfigError([f"amount: so many business days do not come within {YEARS_AHEAD} years; give fewer"])
