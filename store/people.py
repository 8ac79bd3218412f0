"""People of a book brought into the store, one changed by hand, an account linked, a seat moved.

The same book twice changes nothing the second time; `store.people_plan` says how.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from intake.people_changes import Difference
from intake.tickets import Agent, Organisation, Person
from store.driver import update_rows
from store.people_lists import accounts_of, listed_agents, listed_organisations, listed_people
from store.people_plan import Plan
from store.rows import identity_row, person_row
from store.tables import identities, people
from store.types import address_key
from store.work import SqlWork

if TYPE_CHECKING:
    from intake.people import AgentEntry, Book, OrganisationEntry, PersonEntry

__all__ = [
    "amend_agent",
    "amend_organisation",
    "amend_person",
    "import_people",
    "link",
    "listed_agents",
    "listed_organisations",
    "listed_people",
    "save_people",
]
UPDATE_PERSON = people.update().where(people.c.id == bindparam("row_key"))


def import_people(
    work: SqlWork, book: "Book", *, dry_run: bool = False, step: Callable[[], object] = lambda: None
) -> list[Difference]:
    """Bring the store to what a book says; the differences, only told on a dry run. `step` counts entries."""
    work.refresh()
    plan = Plan(work, (account for entry in book.person for account in entry.accounts))
    told: list[Difference] = []
    for differ in _planned(plan, book):
        told += differ
        step()
    if not dry_run:
        plan.write()
    return told


def _planned(plan: "Plan", book: "Book") -> Iterator[Iterable[Difference]]:
    for firm in book.organisation:
        yield plan.organisation(firm)
    for who in book.person:
        yield plan.person(who)
    for agent in book.agent:
        yield plan.agent(agent)


def amend_organisation(
    work: SqlWork, organisation: Organisation, entry: "OrganisationEntry"
) -> list[Difference]:
    """Change what an entry says about one organisation, its name too."""
    plan = Plan(work, ())
    told = plan.organisation(entry, organisation)
    plan.write()
    return told


def amend_person(work: SqlWork, person: Person, entry: "PersonEntry") -> list[Difference]:
    """Change what an entry says about one person; of a kind of account that it says they have just those."""
    plan = Plan(work, (*entry.accounts, *accounts_of(work, (person.id,)).get(person.id, ())))
    told = plan.amended(entry, person)
    plan.write()
    return told


def amend_agent(work: SqlWork, agent: Agent, entry: "AgentEntry") -> list[Difference]:
    """Change what an entry says about one agent, their address too."""
    plan = Plan(work, ())
    told = plan.agent(entry, agent)
    plan.write()
    return told


def link(work: SqlWork, person: int, account: str) -> bool:
    """Give a person a chat account that proved to be theirs; False when it is somebody else's."""
    owner = work.known.owners.of(address_key(account))
    if owner is None:
        position = len(accounts_of(work, (person,)).get(person, ()))
        work.buffer.add(identities, identity_row(account, person, position))
        work.refresh()
    return owner in (None, person)


def save_people(work: SqlWork, changed: Iterable[Person]) -> None:
    """Write people as they are now, but for their accounts."""
    rows = [person_row(one) | {"row_key": one.id} for one in changed]
    if rows:
        update_rows(work.connection, UPDATE_PERSON, people, rows)
        work.refresh()
