"""Gaps: hours that begin or end at a wall time which the clock skips when summer time begins.

Such hours are not wrong, only a little shorter than they look on that one night, so they make
a warning. Nothing here knows which year it is: the zone is asked about years up to 2037, as far
as zones write out every jump of their clock; after that a rule repeats what they did last.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from intake.calendars.hours import clock_face
from intake.calendars.openings import EPOCH_ORDINAL, Calendar, merged
from intake.calendars.zones import BLOCK, DAY, skipped

SAMPLE = range(2026, 2038)


def gap_warnings(calendar: Calendar) -> tuple[str, ...]:
    """A sentence for each edge of a window that lies in a gap, at its first time."""
    found: dict[str, str] = {}
    for year in sorted({*SAMPLE, *(day.year for day in calendar.dates)}):
        for begins, ends in _gaps_of(calendar, year):
            for edge, verb in _edges_near(calendar, begins // DAY):
                if begins <= edge < ends and (verb == "opens" or edge > begins):
                    found.setdefault(f"{edge % DAY} {verb}", _warning(calendar, edge, verb, ends))
    return tuple(found.values())


def _gaps_of(calendar: Calendar, year: int) -> Iterator[tuple[int, int]]:
    first, last = ((date(when, 1, 1).toordinal() - EPOCH_ORDINAL) * DAY for when in (year, year + 1))
    for begins, ends in skipped(calendar.zone, first // BLOCK, last // BLOCK):
        if first <= begins < last:
            yield begins, ends


def _edges_near(calendar: Calendar, day: int) -> Iterator[tuple[int, str]]:
    days = range(day - 2, day + 3)
    walls = (
        (near * DAY + window.opens, near * DAY + window.closes)
        for near in days
        for window in calendar.windows_on(date.fromordinal(EPOCH_ORDINAL + near))
    )
    for opens, closes in merged(walls):
        yield opens, "opens"
        yield closes, "closes"


def _warning(calendar: Calendar, edge: int, verb: str, ends: int) -> str:
    day = date(1970, 1, 1) + timedelta(days=edge // DAY)
    face = clock_face(edge % DAY)
    return (
        f"hours: {face} does not exist on {day} in {calendar.zone.key}, the clock jumps to "
        f"{clock_face(ends % DAY)}; the window that {verb} then {verb} at the jump"
    )
