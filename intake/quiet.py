"""Quiet hours that somebody chose: what can wait is kept back until they are over.

They are written as "22-7": from ten in the evening to seven in the morning, by their own clock.
"""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURS = re.compile(r"(\d{1,2})-(\d{1,2})")
DAY = timedelta(days=1)


def hours_in(text: str) -> tuple[int, int] | None:
    """The hours at which quiet begins and ends.

    >>> hours_in("22 - 7"), hours_in("9-9"), hours_in("25-7")
    ((22, 7), None, None)
    """
    found = HOURS.fullmatch("".join(text.split()))
    hours = (int(found[1]), int(found[2])) if found else (0, 0)
    return hours if max(hours) < 24 and hours[0] != hours[1] else None


def quiet_until(chosen: str, zone: str, now: datetime) -> datetime | None:
    """When the quiet that reigns now is over, None where there is none."""
    hours = hours_in(chosen)
    if hours is None:
        return None
    begins, ends = hours
    local = now.astimezone(_zone(zone))
    is_quiet = begins <= local.hour < ends if begins < ends else not ends <= local.hour < begins
    if not is_quiet:
        return None
    day = local.date() if local.hour < ends else local.date() + DAY
    return datetime.combine(day, time(ends), local.tzinfo).astimezone(now.tzinfo)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
