"""What `people set` does: change fields in one transaction, checked as a file's, and say so in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bots.commands.people_found import Thing, agent_named, found, found_organisation, kind_of
from bots.commands.people_pages import called
from bots.wiring import Wired, people_of
from intake.errors import CommandRefused, ConfigError
from intake.mistakes import checked
from intake.people import AgentEntry, Entry, OrganisationEntry, PersonEntry
from intake.people_changes import Difference, as_words
from intake.people_csv import field_named, value_of
from intake.suggestions import did_you_mean
from intake.tickets import Agent, Organisation, Person
from store import people
from store.engine import retrying
from store.work import SqlWork

LISTS = {"domains": "domains", "products": "products", "email": "emails"}
MODELS: Mapping[type[Thing], type[Entry]] = {
    Organisation: OrganisationEntry,
    Person: PersonEntry,
    Agent: AgentEntry,
}


def amend(wired: Wired, named: str, changes: Sequence[str], by: str) -> str:
    """Set fields of an organisation, a person or an agent, all or none; what was done, in one line."""

    def attempt() -> tuple[Thing, list[Difference]]:
        with wired.store.begin() as work:
            actor, thing = agent_named(work, by), found(work, named)
            entry = _checked(work, wired, thing, _entry(thing, changes))
            told = _amended(work, thing, entry)
            kind = kind_of(thing)
            if told:
                work.note(None, datetime.now(UTC), actor, f"{kind} {thing.id}", as_words(told))
            return thing, told

    thing, told = retrying(attempt)
    return f"{thing.name or named}: {as_words(told) or 'nothing to change'}"


def said_otherwise(wired: Wired) -> list[str]:
    """What the people file of the configuration will change back at the next start."""
    book = people_of(wired.settings)
    if book is None:
        return []
    with wired.store.reading() as work:
        return [str(one) for one in people.import_people(work, book, dry_run=True)]


def _entry(thing: Thing, changes: Sequence[str]) -> Entry:
    """What the changes say, checked as a file's entry would be."""
    kind, model = kind_of(thing), MODELS[type(thing)]
    table: dict[str, object] = {} if isinstance(thing, Person) else {"name": thing.name}
    if isinstance(thing, Agent):
        table["email"] = thing.email
    place = f"{kind} {thing.name}" if thing.name else kind
    for change in changes:
        name, equals, text = change.partition("=")
        if not equals or not name.strip("+- "):
            raise ConfigError([f"{change!r}: expected FIELD=VALUE, such as language=de"])
        field = field_named(name.rstrip("+-"))
        table[field] = _value(thing, field, name, text, table)
    return checked(model, table, place)


def _value(thing: Thing, field: str, written: str, text: str, table: Mapping[str, object]) -> object:
    """A field's new value; with += and -= what a list gains and loses."""
    if not written.endswith(("+", "-")):
        return value_of(field, text)
    if field not in LISTS or not hasattr(thing, LISTS[field]):
        raise ConfigError([f"{written}=: {field} is no list; write {field}=VALUE"])
    given = table.get(field)
    before = given if isinstance(given, list) else list(getattr(thing, LISTS[field]))
    if written.endswith("+"):
        return [*before, text.strip()]
    left = [one for one in before if one.casefold() != text.strip().casefold()]
    if len(left) == len(before):
        raise ConfigError([f"{written}=: {text!r} is not among {field}; {did_you_mean(text, before)}"])
    return left


def _checked(work: SqlWork, wired: Wired, thing: Thing, entry: Entry) -> Entry:
    """The entry, if nothing is wrong that only the desk's other things show."""
    match entry:
        case OrganisationEntry(calendar=calendar):
            calendars = wired.setup.policy.calendars
            if "calendar" in entry.model_fields_set and calendar and calendar not in calendars:
                raise ConfigError(
                    [f"calendar: no calendar {calendar!r}; {did_you_mean(calendar, calendars)}"]
                )
            names = {one.name for one in people.listed_organisations(work) if one.id != thing.id}
            if entry.name in names:
                raise CommandRefused(f"there is an organisation {entry.name!r} already; give another name")
        case PersonEntry():
            return _checked_person(work, thing, entry)
        case AgentEntry(email=email):
            others = (one for one in people.listed_agents(work) if one.id != thing.id)
            if other := next((one for one in others if one.email.lower() == email.lower()), None):
                raise CommandRefused(f"{email} is the address of the agent {other.name} already")
    return entry


def _checked_person(work: SqlWork, thing: Thing, entry: PersonEntry) -> PersonEntry:
    assert isinstance(thing, Person)
    if entry.organisation:
        named = found_organisation(work, entry.organisation).name
        entry = entry.model_copy(update={"organisation": named})
    for account in entry.accounts:
        owner = work.person(account)
        if owner and owner.id != thing.id:
            raise CommandRefused(
                f"{account} is an account of {called(owner)}; take it from them first, "
                "or let a file that is imported move it"
            )
    said = entry.model_fields_set
    kept = [("email", thing.emails), ("telegram", thing.telegram), ("slack", thing.slack)]
    if not entry.accounts and not any(value for name, value in kept if name not in said):
        raise CommandRefused(f"{called(thing)} would have no account left; give another first")
    return entry


def _amended(work: SqlWork, thing: Thing, entry: Entry) -> list[Difference]:
    match thing, entry:
        case Organisation(), OrganisationEntry():
            return people.amend_organisation(work, thing, entry)
        case Person(), PersonEntry():
            return people.amend_person(work, thing, entry)
        case Agent(), AgentEntry():
            return people.amend_agent(work, thing, entry)
    raise TypeError(f"{type(entry).__name__} is no entry of a {type(thing).__name__}")
