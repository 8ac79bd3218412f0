"""The book of people: organisations, their people, and the agents, as a file may list them.

The form is a scenario's `[[organisation]]`, `[[person]]` and `[[agent]]`. A person's domain
that an organisation lists ties them to it when no organisation is named.
"""

from collections.abc import Iterable
from datetime import date
from zoneinfo import available_timezones

from pydantic import Field

from intake.errors import ConfigError
from intake.mistakes import Whole, Written, YesNo, checked, read_toml
from intake.suggestions import did_you_mean
from intake.tickets import Role


class OrganisationEntry(Written):
    name: str = Field(min_length=1)
    domains: tuple[str, ...] = ()
    calendar: str = ""
    plan: str = ""
    active: YesNo = True
    timezone: str = ""
    language: str = ""
    products: tuple[str, ...] = ()
    maintenance_until: date | None = None
    technical_contact_seats: Whole = Field(1, ge=0)
    primary_contact: str = ""
    account_manager: str = ""


class PersonEntry(Written):
    name: str = ""
    organisation: str = ""
    role: Role = Role.END_USER
    email: tuple[str, ...] = ()
    telegram: str = ""
    language: str = ""
    timezone: str = ""


class AgentEntry(Written):
    name: str = Field(min_length=1)
    email: str = Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    slack: str = ""
    team: str = ""
    active: YesNo = True


class Book(Written):
    """Everybody that a file lists."""

    organisation: tuple[OrganisationEntry, ...] = ()
    person: tuple[PersonEntry, ...] = ()
    agent: tuple[AgentEntry, ...] = ()


def read_book(text: str, place: str) -> Book:
    """The book in a TOML text; ConfigError lists every mistake."""
    book = checked(Book, read_toml(text, place), place)
    if mistakes := mistakes_in(book, place):
        raise ConfigError(mistakes)
    return book


def mistakes_in(book: Book, place: str) -> list[str]:
    """What no single entry shows: names and addresses that are there twice or nowhere."""
    names = [one.name for one in book.organisation]
    unknown = [
        f"{place}.person {one.name!r}.organisation: no organisation {one.organisation!r}; "
        + did_you_mean(one.organisation, names)
        for one in book.person
        if one.organisation and one.organisation not in names
    ]
    return [
        *unknown,
        *_wrong_zones((*book.organisation, *book.person), place),
        *_twice(names, f"{place}.organisation", "the name"),
        *_twice(
            (d.lower() for one in book.organisation for d in one.domains), f"{place}.organisation", "domain"
        ),
        *_twice((e.lower() for one in book.person for e in one.email), f"{place}.person", "address"),
        *_twice((one.email.lower() for one in book.agent), f"{place}.agent", "address"),
        *(
            f"{place}.person {one.name!r}: has neither email nor telegram"
            for one in book.person
            if _is_lost(one)
        ),
    ]


def _wrong_zones(entries: Iterable[OrganisationEntry | PersonEntry], place: str) -> list[str]:
    zones = available_timezones()
    return [
        f"{place} {one.name!r}.timezone: {one.timezone!r} is no known zone; write one such as Europe/Rome"
        for one in entries
        if one.timezone and one.timezone not in zones
    ]


def _is_lost(person: PersonEntry) -> bool:
    return not person.email and not person.telegram


def _twice(words: Iterable[str], place: str, what: str) -> list[str]:
    seen: set[str] = set()
    again = [word for word in words if word in seen or seen.add(word)]  # type: ignore[func-returns-value]
    return [f"{place}: {what} {word!r} is there twice" for word in dict.fromkeys(again)]
