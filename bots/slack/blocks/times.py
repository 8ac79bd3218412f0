"""Times for agents: how long until something is due, in a few letters, worked out when it is drawn."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bots.slack.blocks.text import date
from bots.slack.blocks.types import Due
from intake.tickets import ClockKind

CLOCKS = {
    ClockKind.FIRST_RESPONSE: "First response",
    ClockKind.NEXT_RESPONSE: "Next response",
    ClockKind.RESOLUTION: "Resolution",
    ClockKind.CALL_BACK: "Promised call",
}
SOON = timedelta(minutes=60)


def span(length: timedelta) -> str:
    """A length of time in its two largest units.

    >>> span(timedelta(minutes=32)), span(timedelta(hours=26, minutes=5)), span(timedelta(seconds=20))
    ('32 min', '1 d 2 h', 'less than a minute')
    """
    minutes = int(abs(length).total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min" if rest else "less than a minute"


def until(at: datetime, now: datetime) -> str:
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} late"


def snoozed_words(moment: datetime | None, zone: str, now: datetime) -> str:
    """Until when a snooze holds, for whoever did it; None: until a customer's words, which end any."""
    if moment is None:
        return "reminders are quiet until the customer writes."
    here = f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M} {zone} ({until(moment, now)})"
    return f"reminders are quiet until {here} or the customer writes."


def is_late(due: Due | None, now: datetime) -> bool:
    """Whether a promise that runs is broken; one that stands still is not."""
    return due is not None and due.at is not None and not due.is_paused and due.at <= now


def due_words(due: Due | None, now: datetime) -> str:
    """When the next promise is due, as a list shows it."""
    if due is None:
        return "–"
    if due.is_paused or due.at is None:
        return "paused"
    return until(due.at, now)


def due_mrkdwn(due: Due | None, now: datetime) -> str:
    """The same for a card: which promise and when. A card stands there for hours, so it counts no minutes."""
    if due is None:
        return "nothing is owed"
    name = CLOCKS[due.kind]
    if due.is_paused or due.at is None:
        return f"{name}: paused"
    late = ":warning: late: " if due.at <= now else ""
    return f"{late}{name} {date(due.at)}"
