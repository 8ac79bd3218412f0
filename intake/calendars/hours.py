"""Opening hours as people write them: windows on the days of a week, and single dates.

A window is `09:00-18:00`: open from 09:00 up to, not including, 18:00 on the wall clock.
"24:00" ends a day. An end that is not after its start lies on the next day; the whole window
still belongs to the day it starts on. Days are `mon` … `sun` or ranges such as `mon-fri`. A day
named twice or windows of one day that overlap are mistakes: nobody could say which was meant.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from intake.calendars.quotes import quoted
from intake.calendars.zones import DAY, YEARS
from intake.suggestions import did_you_mean

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXAMPLE = '"24x7" or { mon-fri = ["09:00-18:00"] }'

_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?[-–] ?([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from `opens` to `closes`, in seconds after the midnight that begins its day; 24 hours at most."""

    opens: int
    closes: int

    def __str__(self) -> str:
        """As it is written.

        >>> str(Window(22 * 3600, 30 * 3600)), str(ALL_DAY)
        ('22:00-06:00', '00:00-24:00')
        """
        closes = self.closes if self.closes <= DAY else self.closes - DAY
        return f"{clock_face(self.opens)}-{clock_face(closes)}"


Windows = tuple[Window, ...]
Week = tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows]

ALL_DAY = Window(0, DAY)
ALWAYS_OPEN: Week = ((ALL_DAY,),) * 7
NEVER_OPEN: Week = ((),) * 7


def clock_face(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"


def week_in(hours: object, place: str, mistakes: list[str]) -> Week:
    """The week that a table of hours describes; what is wrong with it is added to the mistakes."""
    if hours == "24x7":
        return ALWAYS_OPEN
    if not isinstance(hours, Mapping):
        mistakes.append(f"{place}: expected hours, got {quoted(hours)}; write {EXAMPLE}")
        return NEVER_OPEN
    week: dict[int, Windows] = {}
    for name, written in hours.items():
        windows = windows_in(written, f"{place}.{name}", mistakes)
        for day in _days_in(name, place, mistakes):
            if day in week:
                mistakes.append(f"{place}.{name}: {DAYS[day]} is given twice; name each day once")
            week[day] = windows
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (week.get(day, ()) for day in range(7))
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


def dates_in(dates: object, place: str, mistakes: list[str]) -> dict[date, Windows]:
    """The single days that have hours of their own, by date."""
    if not isinstance(dates, Mapping):
        mistakes.append(
            f'{place}: expected a table, got {quoted(dates)}; write "2026-12-24" = ["09:00-12:00"]'
        )
        return {}
    exceptions = {}
    for written, hours in dates.items():
        windows = windows_in(hours, f"{place}.{written}", mistakes)
        if day := _date_in(written):
            exceptions[day] = windows
        else:
            mistakes.append(f'{place}.{written}: is no date; write it as "2026-12-24"')
    return exceptions


def windows_in(written: object, place: str, mistakes: list[str]) -> Windows:
    """The windows of one day in order; none for []."""
    if not isinstance(written, list | tuple):
        mistakes.append(
            f'{place}: expected a list, got {quoted(written)}; write ["09:00-18:00"], or [] for closed'
        )
        return ()
    windows = sorted(_readable(written, place, mistakes))
    for first, second in pairwise(windows):
        if second.opens < first.closes:
            mistakes.append(f"{place}: {first} and {second} overlap; write windows that do not")
    return tuple(windows)


def _readable(written: Iterable[object], place: str, mistakes: list[str]) -> Iterator[Window]:
    for text in written:
        if window := window_in(text):
            yield window
        else:
            mistakes.append(
                f'{place}: {quoted(text)} is no window; write "09:00-18:00", the end "24:00" at most'
            )


def window_in(text: object) -> Window | None:
    """One window, None for what is none.

    >>> window_in("22:00-06:00"), window_in("09:00-24:01"), window_in("nine to five")
    (Window(opens=79200, closes=108000), None, None)
    """
    parts = _WINDOW.fullmatch(text.strip()) if isinstance(text, str) else None
    if not parts:
        return None
    from_hour, from_minute, to_hour, to_minute = map(int, parts.groups())
    opens, closes = from_hour * 3600 + from_minute * 60, to_hour * 3600 + to_minute * 60
    if max(from_minute, to_minute) > 59 or opens >= DAY or closes > DAY:
        return None
    return Window(opens, closes if closes > opens else closes + DAY)


def _days_in(name: object, place: str, mistakes: list[str]) -> list[int]:
    first, dash, last = str(name).strip().lower().partition("-")
    for word in (first, last) if dash else (first,):
        if word not in DAYS:
            mistakes.append(f"{place}.{name}: {word!r} is no day; {did_you_mean(word, DAYS)}")
            return []
    begins, ends = DAYS.index(first), DAYS.index(last or first)
    return [(begins + step) % 7 for step in range((ends - begins) % 7 + 1)]  # sat-mon goes round


def _date_in(written: object) -> date | None:
    text = str(written)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and day.year in YEARS else None
