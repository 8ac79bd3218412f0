"""Moments in words: in the reader's zone and language, with the zone's name.

Everything before this is UTC. A zone that nobody knows is passed over for the next one:
the reader's, their organisation's, the desk's, UTC.
"""

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from jinja2 import pass_context
from jinja2.runtime import Context

from intake.decisions import Recipient
from intake.tickets import Desk, Ticket
from replies.escaping import given

FORMATS = {  # the day as babel words it, the time as Python does
    "en": ("EEEE d MMMM y", "%H:%M"),
    "de": ("EEEE, d. MMMM y", "%H:%M Uhr"),
}
OTHERWISE = FORMATS["en"]
REMEMBERED = 1024  # days and zones: wording one takes babel longer than all the rest of a mail


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
    local = moment.astimezone(zone)
    time_of_day = local.strftime(FORMATS.get(language, OTHERWISE)[1])
    return f"{_day(local.date(), language)}, {time_of_day} {_zone_name(_half_hour(moment), zone, language)}"


@lru_cache(maxsize=REMEMBERED)
def _day(day: date, language: str) -> str:
    return format_date(day, FORMATS.get(language, OTHERWISE)[0], locale=_locale(language))


@lru_cache(maxsize=REMEMBERED)
def _zone_name(moment: datetime, zone: tzinfo, language: str) -> str:
    """The zone's usual letters in the language, else in English, else the distance from GMT."""
    local, locale = moment.astimezone(zone), _locale(language)
    translated = format_datetime(local, "z", tzinfo=zone, locale=locale)
    letters = translated if translated[:1].isalpha() else local.tzname() or ""
    return letters if letters.isalpha() else format_datetime(local, "ZZZZ", tzinfo=zone, locale=locale)


def _half_hour(moment: datetime) -> datetime:
    """Its beginning in UTC: clocks change nowhere in between."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute // 30 * 30, second=0, microsecond=0)


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
