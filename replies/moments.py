"""Moments in words: in the reader's zone and language, with the zone's name.

Everything before this is UTC. A zone that nobody knows is passed over for the next one:
the reader's, their organisation's, the desk's, UTC.
"""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from jinja2 import pass_context
from jinja2.runtime import Context

from intake.decisions import Recipient
from intake.tickets import Desk, Ticket
from replies.escaping import given

FORMATS = {
    "en": "EEEE d MMMM y, HH:mm",
    "de": "EEEE, d. MMMM y, HH:mm 'Uhr'",
}
OTHERWISE = "EEEE d MMMM y, HH:mm"


def zone_of(to: Recipient, ticket: Ticket | None, desk: Desk) -> tzinfo:
    """The zone in which this reader is told the time."""
    organisation = ticket.organisation if ticket and not to.is_agent else None
    names = (to.timezone, organisation.timezone if organisation else "", desk.timezone)
    return next(filter(None, map(_zone, names)), UTC)


@pass_context
def time(context: Context, moment: datetime) -> str:
    """The template filter: a moment as the reader would say it."""
    if not isinstance(given(moment), datetime):
        raise TypeError(f"a {type(moment).__name__} is not a moment")
    return in_words(moment, context["zone"], context["language"])


def in_words(moment: datetime, zone: tzinfo, language: str) -> str:
    """A moment in a zone and language.

    >>> in_words(datetime(2026, 3, 10, 17, tzinfo=UTC), ZoneInfo("Europe/Rome"), "en")
    'Tuesday 10 March 2026, 18:00 CET'
    """
    local, locale = moment.astimezone(zone), _locale(language)
    words = format_datetime(local, FORMATS.get(language, OTHERWISE), tzinfo=zone, locale=locale)
    return f"{words} {_zone_name(local, locale)}"


def _zone_name(local: datetime, locale: Locale) -> str:
    """The zone's usual letters in the language, else in English, else the distance from GMT."""
    translated = format_datetime(local, "z", tzinfo=local.tzinfo, locale=locale)
    letters = translated if translated[:1].isalpha() else local.tzname() or ""
    return (
        letters if letters.isalpha() else format_datetime(local, "ZZZZ", tzinfo=local.tzinfo, locale=locale)
    )


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
