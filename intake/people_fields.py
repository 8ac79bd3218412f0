"""What may be written in the fields of an entry: addresses, domains, zones, roles, accounts, days, hours.

Each is a type that says what it takes and makes it canonical: one text of several words is a
list of them, and on-duty hours are a calendar's, or words. A mistake says what would be right.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator

from intake.calendars import calendar_from
from intake.calendars.hours import EXAMPLE
from intake.errors import ConfigError
from intake.mail.addresses import canonical
from intake.tickets import Role

SEPARATORS = re.compile(r"[;,\s]+")
ADDRESS = re.compile(r"(?:[^\s<>,;:\"()\\@]+|\"[^\"\\]+\")@[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3
ROLES = tuple(role.value for role in Role)


def _address(text: str) -> str:
    address = canonical(text.strip())
    if not ADDRESS.fullmatch(address) or not address.isprintable() or len(address) > LONGEST_ADDRESS:
        raise ValueError('expected an address such as "ana@acme.example"')
    return address


def _address_or_none(text: str) -> str:
    return _address(text) if text.strip() else ""


def _domain(text: str) -> str:
    domain = canonical(f"@{text.strip()}")[1:]
    if not DOMAIN.fullmatch(domain):
        raise ValueError('expected a domain such as "acme.example"')
    return domain


def _words(written: object) -> object:
    """One text of several words is a list of them."""
    return tuple(filter(None, SEPARATORS.split(written))) if isinstance(written, str) else written


def _names(written: object) -> object:
    """Names may hold blanks and commas: only a semicolon parts them."""
    if not isinstance(written, str):
        return written
    return tuple(name for one in written.split(";") if (name := one.strip()))


def _zone(text: str) -> str:
    if text and text not in zones():
        near = get_close_matches(text, zones(), n=1)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        raise ValueError(f"expected a known zone such as Europe/Rome{hint}")
    return text


@cache
def zones() -> frozenset[str]:
    """Every zone's name; the standard library looks through its folders each time."""
    return frozenset(available_timezones())


def _role(written: object) -> object:
    if not isinstance(written, str) or written in ROLES:
        return written
    begun = [role for role in ROLES if written and role.startswith(written.strip().lower())]
    near = begun if len(begun) == 1 else get_close_matches(written, ROLES, n=1)
    hint = f' (did you mean "{near[0]}"?)' if near else ""
    raise ValueError(f"expected {', '.join(ROLES[:-1])} or {ROLES[-1]}{hint}")


def _telegram(text: str) -> str:
    if text and not text.strip().isdigit():
        raise ValueError("expected the account's number, such as 1001, which the chat bot knows")
    return text.strip()


def _slack(text: str) -> str:
    if text and (not re.fullmatch(r"[A-Za-z0-9]+", text.strip()) or text.strip().isdigit()):
        raise ValueError("expected the member's id, such as U0123ABC")
    return text.strip()


def _day(written: object) -> object:
    """A date as people write it; "" for none. A number would be taken for seconds since 1970."""
    if written is None or written == "":
        return None
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    try:
        return date.fromisoformat(str(written))
    except ValueError as error:
        raise ValueError("expected a date such as 2026-12-24") from error


def hours_in(written: object) -> dict[str, Any]:
    """On-duty hours as a calendar's; none for "24x7".

    >>> hours_in("mon-fri 09:00-12:30 13:30-17:00; sat 10:00-12:00")
    {'mon-fri': ['09:00-12:30', '13:30-17:00'], 'sat': ['10:00-12:00']}
    """
    if isinstance(written, str):
        if written.strip() in ("", "24x7"):
            return {}
        groups = [words for group in written.split(";") if (words := group.replace(",", " ").split())]
        table: dict[str, Any] = {days: windows for days, *windows in groups}
    elif isinstance(written, Mapping):
        table = {str(days): windows for days, windows in written.items()}
    else:
        raise ValueError(f"expected hours; write {EXAMPLE}")  # noqa: TRY004  pydantic tells no other error
    if table:
        _check_hours(table)
    return {days: list(windows) for days, windows in table.items()}


def _check_hours(table: Mapping[str, Any]) -> None:
    try:
        calendar_from({"timezone": "UTC", "hours": table}, "")
    except ConfigError as error:
        words = (one.removeprefix(".hours").lstrip(".: ") for one in error.mistakes)
        raise ValueError(" and ".join(words)) from error


Mail = Annotated[str, AfterValidator(_address)]
OptionalMail = Annotated[str, AfterValidator(_address_or_none)]
Mails = Annotated[tuple[Mail, ...], BeforeValidator(_words)]
Domains = Annotated[tuple[Annotated[str, AfterValidator(_domain)], ...], BeforeValidator(_words)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Zone = Annotated[str, AfterValidator(_zone)]
Telegram = Annotated[str, AfterValidator(_telegram)]
Slack = Annotated[str, AfterValidator(_slack)]
Hours = Annotated[dict[str, Any], BeforeValidator(hours_in)]
RoleName = Annotated[Role, BeforeValidator(_role)]
LastDay = Annotated[date | None, BeforeValidator(_day)]
