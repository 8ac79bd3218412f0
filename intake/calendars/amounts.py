"""Amounts of time, as a policy writes them.

"4h", "90m", "1h30m" and "45s" are business time: they are used up only while the calendar
is open. "30m wall" runs by the wall clock. "5 business days" and "same business day" count
days on which the calendar opens. A plain "2d" is refused, because nobody can tell whether
two days of work or 48 hours were meant.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from intake.calendars.quotes import quoted
from intake.errors import ConfigError

LONGEST_YEARS = 100
LONGEST_SECONDS = LONGEST_YEARS * 366 * 86_400
LONGEST_DAYS = LONGEST_YEARS * 366
EXAMPLES = '"4h", "1h30m", "45s", "30m wall", "5 business days" or "same business day"'

_LENGTH = re.compile(r"(?:([0-9]{1,10})h)? ?(?:([0-9]{1,10})m)? ?(?:([0-9]{1,10})s)?")
_DAYS = re.compile(r"([0-9]{1,10}) business days?")


class Unit(StrEnum):
    """What an amount is counted in."""

    BUSINESS_TIME = "business time"
    WALL_TIME = "wall time"
    BUSINESS_DAYS = "business days"
    SAME_BUSINESS_DAY = "same business day"


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a unit: `count` is in seconds, or in days of business days, or 0."""

    unit: Unit
    count: int = 0

    def __str__(self) -> str:
        """The amount as a policy would write it.

        >>> str(parse_amount("90m")), str(parse_amount("1 business day"))
        ('1h30m', '1 business day')
        """
        match self.unit:
            case Unit.BUSINESS_TIME:
                return length_in_words(self.count)
            case Unit.WALL_TIME:
                return f"{length_in_words(self.count)} wall"
            case Unit.BUSINESS_DAYS:
                return f"{self.count} business day{'' if self.count == 1 else 's'}"
            case Unit.SAME_BUSINESS_DAY:
                return self.unit.value


def business(seconds: int) -> Amount:
    """So many seconds of business time."""
    return Amount(Unit.BUSINESS_TIME, seconds)


def parse_amount(text: object, place: str = "amount") -> Amount:
    """Read an amount; ConfigError says what is wrong with it and where it stands."""
    if not isinstance(text, str):
        raise ConfigError([f"{place}: expected text, got {quoted(text)}; write {EXAMPLES}"])
    words = " ".join(text.split()).lower()
    if words.startswith("-"):
        raise ConfigError(
            [f"{place}: {quoted(text)} is negative; time cannot be owed backwards, write {EXAMPLES}"]
        )
    amount = _amount_in(words)
    if amount is None:
        raise ConfigError([f"{place}: {quoted(text)} is no amount of time; write {EXAMPLES}"])
    if amount.count > (LONGEST_DAYS if amount.unit is Unit.BUSINESS_DAYS else LONGEST_SECONDS):
        raise ConfigError([f"{place}: {quoted(text)} is too long; at most {LONGEST_YEARS} years"])
    return amount


def _amount_in(words: str) -> Amount | None:
    if words == Unit.SAME_BUSINESS_DAY:
        return Amount(Unit.SAME_BUSINESS_DAY)
    if days := _DAYS.fullmatch(words):
        return Amount(Unit.BUSINESS_DAYS, int(days[1]))
    seconds = length_in(words.removesuffix(" wall"))
    if seconds is None:
        return None
    return Amount(Unit.WALL_TIME if words.endswith(" wall") else Unit.BUSINESS_TIME, seconds)


def length_in(words: str) -> int | None:
    """The seconds in "1h30m" and its like, None for anything else.

    >>> length_in("1h30m"), length_in("45s"), length_in("0h"), length_in("2d")
    (5400, 45, 0, None)
    """
    parts = _LENGTH.fullmatch(words)
    if not parts or not any(parts.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds


def length_in_words(seconds: int) -> str:
    """The shortest way to write so many seconds.

    >>> length_in_words(5400), length_in_words(45), length_in_words(0)
    ('1h30m', '45s', '0m')
    """
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    parts = ((hour, "h"), (minute, "m"), (second, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"
