"""What an entry makes of an organisation, a person or an agent, and what is different then.

Only what the entry says is changed. Whoever comes to another organisation, or is no technical
contact any more, leaves their seat behind, unless the entry gives them one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, TypeVar

from intake.people import AgentEntry, Entry, OrganisationEntry, PersonEntry
from intake.tickets import Agent, Organisation, Person, Role

Thing = TypeVar("Thing", Organisation, Person, Agent)
ACCOUNT_FIELDS = frozenset({"email", "telegram", "slack"})
NOT_COMPARED = frozenset({"id", "emails", "telegram", "organisation_id"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that an import changes, in words; `field` is "" for somebody new."""

    kind: str  # organisation, person or agent
    name: str
    field: str
    before: object = None
    after: object = None
    words: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.words or self.change}"

    @property
    def change(self) -> str:
        return f"{self.field} {_shown(self.before)} -> {_shown(self.after)}"


def renamed(differences: Iterable[Difference]) -> Iterator[str]:
    """Who is called otherwise from now on: often an address that was written into somebody else's line."""
    for one in differences:
        if one.field == "name" and one.before:
            was = f"{one.kind} {one.after!r} is known as {one.before!r} and gets another name"
            yield f"{was}; if they are two, give each an account of their own"


def organisation_from(entry: OrganisationEntry, before: Organisation | None) -> Organisation:
    return replace(before or Organisation(0, entry.name), **_said(entry))


def agent_from(entry: AgentEntry, before: Agent | None) -> Agent:
    return replace(before or Agent(0, entry.name, entry.email), **_said(entry))


def person_from(entry: PersonEntry, before: Person | None, organisation_id: int | None) -> Person:
    """The person but for their accounts, which others may lay claim to as well."""
    said = {name: value for name, value in _said(entry).items() if name not in ACCOUNT_FIELDS}
    said.pop("organisation", None)
    after = replace(before or Person(0, entry.name), organisation_id=organisation_id, **said)
    moved = before is not None and before.organisation_id != organisation_id
    if (moved or after.role is not Role.TECHNICAL_CONTACT) and "seat" not in said:
        return replace(after, seat=0)
    return after


def differences(kind: str, name: str, before: Thing | None, after: Thing) -> Iterator[Difference]:
    """What is different field by field; a person's accounts and organisation are not compared here."""
    if before is None:
        yield Difference(kind, name, "", words="added")
        return
    skipped = NOT_COMPARED | ({"slack"} if isinstance(after, Person) else frozenset())
    for field in fields(after):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name not in skipped and old != new:
            yield Difference(kind, name, field.name, old, new)


def in_front(named: Sequence[str], known: Sequence[str]) -> list[str]:
    """A person's accounts: those that an entry names first, the others behind them."""
    mine = {account_of(one) for one in named}
    return [*named, *(one for one in known if account_of(one) not in mine)]


def account_of(written: str) -> str:
    """One spelling for one account."""
    return written.strip().lower()


def _said(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.model_fields_set}


def _shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "none"
        case StrEnum():
            return repr(value.value)
        case Mapping():
            return "; ".join(f"{day} {' '.join(windows)}" for day, windows in value.items()) or "always"
        case tuple() | list():
            return ", ".join(map(str, value)) or "none"
        case str():
            return repr(value)
    return str(value)


def as_words(told: Iterable[Difference]) -> str:
    """Several differences of one thing in one line."""
    return ", ".join(one.words or one.change for one in told)
