"""The book of people: organisations, their people, and the agents, as a file may list them.

The form is a scenario's `[[organisation]]`, `[[person]]` and `[[agent]]`; `intake.people_csv`
reads the same from a spreadsheet. What an entry does not say is left as it is known, so that a
seat that was handed over or an account that was linked outlives the next reading of the file.
A person's domain that an organisation lists ties them to it when no organisation is named.
Addresses are canonical, as on a mail.
"""

from collections.abc import Callable, Collection, Iterable
from functools import cache

from pydantic import Field

from intake.errors import ConfigError
from intake.mistakes import Whole, Written, YesNo, checked, read_toml
from intake.people_fields import (
    Domains,
    Hours,
    LastDay,
    Mail,
    Mails,
    Names,
    OptionalMail,
    RoleName,
    Slack,
    Telegram,
    Zone,
)
from intake.suggestions import did_you_mean
from intake.tickets import Role

LISTED = 10  # known words that a hint names when none is near


class OrganisationEntry(Written):
    name: str = Field(min_length=1)
    domains: Domains = ()
    calendar: str = ""
    plan: str = ""
    active: YesNo = True
    timezone: Zone = ""
    language: str = ""
    products: Names = ()
    maintenance_until: LastDay = None
    technical_contact_seats: Whole = Field(1, ge=0)
    primary_contact: OptionalMail = ""
    account_manager: OptionalMail = ""


class PersonEntry(Written):
    name: str = ""
    organisation: str = ""
    role: RoleName = Role.END_USER
    email: Mails = ()
    telegram: Telegram = ""
    slack: Slack = ""
    language: str = ""
    timezone: Zone = ""
    seat: Whole = Field(0, ge=0)  # their place among the technical contacts, 0 for none

    @property
    def accounts(self) -> tuple[str, ...]:
        """Whatever they write from, the address that we write to first."""
        return tuple(filter(None, (*self.email, self.telegram, self.slack)))


class AgentEntry(Written):
    name: str = Field(min_length=1)
    email: Mail
    slack: Slack = ""
    team: str = ""
    active: YesNo = True
    timezone: Zone = ""
    hours: Hours = Field(default_factory=dict)  # on duty; none: always
    manager: YesNo = False


Entry = OrganisationEntry | PersonEntry | AgentEntry


class Book(Written):
    """Everybody that a file lists."""

    organisation: tuple[OrganisationEntry, ...] = ()
    person: tuple[PersonEntry, ...] = ()
    agent: tuple[AgentEntry, ...] = ()


def read_book(text: str, place: str, organisations: Collection[str] = ()) -> Book:
    """The book in a TOML text; ConfigError lists every mistake. Its people may be of `organisations` too."""
    book = checked(Book, read_toml(text.removeprefix("\ufeff"), place), place)
    if mistakes := mistakes_in(book, place, organisations=organisations):
        raise ConfigError(mistakes)
    return book


def mistakes_in(
    book: Book, place: str, calendars: Collection[str] | None = None, organisations: Collection[str] = ()
) -> list[str]:
    """What no single entry shows: names and accounts that are there twice or nowhere.

    Calendars are the policy's: those that it lacks are a mistake where they are given.
    """
    names = [one.name for one in book.organisation]
    return [
        *_unknown_organisations(book, place, {*names, *organisations}),
        *(unknown_calendars(book, place, calendars) if calendars is not None else ()),
        *_twice(names, f"{place}.organisation", "the name"),
        *_twice((d for one in book.organisation for d in one.domains), f"{place}.organisation", "domain"),
        *_twice((e.lower() for one in book.person for e in one.email), f"{place}.person", "address"),
        *_twice((one.telegram for one in book.person), f"{place}.person", "the Telegram account"),
        *_twice((one.slack.lower() for one in book.person), f"{place}.person", "the Slack account"),
        *_twice((one.email.lower() for one in book.agent), f"{place}.agent", "address"),
        *(
            f"{place}.person {one.name!r}: has no account; give email, telegram or slack"
            for one in book.person
            if not one.accounts
        ),
    ]


def unknown_calendars(book: Book, place: str, calendars: Collection[str]) -> list[str]:
    """Organisations on a calendar that the policy has not; their tickets would count by its default."""
    hint = _hints(calendars)
    return [
        f"{place}.organisation {one.name!r}.calendar: no calendar {one.calendar!r}; {hint(one.calendar)}"
        for one in book.organisation
        if one.calendar and one.calendar not in calendars
    ]


def _unknown_organisations(book: Book, place: str, names: Collection[str]) -> list[str]:
    hint = _hints(names)
    return [
        f"{place}.person {_who(one)!r}.organisation: "
        f"no organisation {one.organisation!r}; {hint(one.organisation)}"
        for one in book.person
        if one.organisation and one.organisation not in names
    ]


def _who(person: PersonEntry) -> str:
    return person.name or next(iter(person.accounts), "")


def _hints(known: Collection[str]) -> Callable[[str], str]:
    """The nearest known word, looked for once for each wrong one; few of many are listed."""
    listed = sorted(known)

    @cache
    def hint(word: str) -> str:
        words = did_you_mean(word, listed)
        if len(listed) > LISTED and words.startswith("known: "):
            return f"{len(listed)} are known; see `deskbell people list`"
        return words if listed else "none is known yet"

    return hint


def _twice(words: Iterable[str], place: str, what: str) -> list[str]:
    seen: set[str] = set()
    again = [word for word in words if word and (word in seen or seen.add(word))]  # type: ignore[func-returns-value]
    return [f"{place}: {what} {word!r} is there twice" for word in dict.fromkeys(again)]
