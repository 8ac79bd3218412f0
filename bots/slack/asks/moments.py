"""Until when something rests, as people say it: `2h`, `tomorrow`, `monday`, a day, a moment, `reply`.

Days begin at nine in the zone of whoever says it.
"""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from intake.calendars.amounts import length_in

MORNING = time(9)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]+(\d{1,2}:\d{2}))?", re.ASCII)
DAYS = re.compile(r"(\d{1,3})d", re.ASCII)
LONGEST_SECONDS = 366 * 86400
REPLY = "reply"


def moment_in(words: str, now: datetime, zone: str) -> datetime | None:
    """The moment that words name, None where they name none."""
    said = words.strip().lower()
    here = now.astimezone(ZoneInfo(zone))
    if said == "tomorrow":
        return _morning(here, 1)
    if said in WEEKDAYS:
        return _morning(here, (WEEKDAYS.index(said) - here.weekday() - 1) % 7 + 1)
    if found := MOMENT.fullmatch(said):
        return _moment(found[1], found[2] or "09:00", zone)
    seconds = _seconds(said)
    return now + timedelta(seconds=seconds) if seconds else None


def _morning(here: datetime, days: int) -> datetime:
    return datetime.combine(here.date() + timedelta(days=days), MORNING, here.tzinfo).astimezone(UTC)


def _moment(day: str, clock: str, zone: str) -> datetime | None:
    try:
        local = datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(said: str) -> int:
    """The length of a time such as 2h, 1h30m or 3d; 0 for anything else, and for more than a year."""
    days = DAYS.fullmatch(said)
    seconds = int(days[1]) * 86400 if days else length_in(said) if len(said) < 12 else None
    return seconds if seconds and seconds <= LONGEST_SECONDS else 0
