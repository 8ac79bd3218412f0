"""People from a book: what a file lists is brought into the store, and nothing else is touched.

The same book twice changes nothing the second time. An organisation is known by its
name, a person by any of their accounts, an agent by their address. Accounts that a person
has besides (linked by a code, seen on mail) stay theirs, behind those that the book names.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, delete, select, update

from intake.tickets import Agent, Organisation, Person
from store.rows import agent_row, identity_row
from store.snapshots import AGENT, ORGANISATION, PERSON, agent_in, organisations_in, people_in
from store.tables import agents, identities, organisation_domains, organisations, people
from store.types import address_key
from store.work import SqlWork

if TYPE_CHECKING:
    from intake.people import AgentEntry, Book, OrganisationEntry, PersonEntry

ORGANISATION_FIELDS = (
    "calendar",
    "plan",
    "active",
    "timezone",
    "language",
    "products",
    "maintenance_until",
    "technical_contact_seats",
    "primary_contact",
    "account_manager",
)


def import_people(work: SqlWork, book: "Book", *, dry_run: bool = False) -> list[str]:
    """Bring the store to what a book says; the differences in words, only told on a dry run."""
    work.refresh()
    firms = {one.name: one for one in listed_organisations(work)}
    told: list[str] = []
    for entry in book.organisation:
        told += _import_organisation(work, entry, firms, dry_run=dry_run)
    ids = {one.name: one.id for one in listed_organisations(work)}
    for who in book.person:
        told += _import_person(work, who, ids, dry_run=dry_run)
    for agent in book.agent:
        told += _import_agent(work, agent, dry_run=dry_run)
    work.refresh()
    return told


def listed_organisations(work: SqlWork) -> list[Organisation]:
    """Every organisation, by name."""
    query = select(*ORGANISATION).select_from(organisations.outerjoin(organisation_domains))
    rows = work.connection.execute(query.order_by(organisations.c.id, organisation_domains.c.position))
    return sorted((one for _, one in organisations_in(rows)), key=lambda one: one.name)


def listed_people(work: SqlWork) -> list[Person]:
    """Every person of a customer, by name."""
    query = select(*PERSON).select_from(people.outerjoin(identities, identities.c.person == people.c.id))
    rows = work.connection.execute(query.order_by(people.c.id, identities.c.position))
    return sorted((one for _, one in people_in(rows)), key=lambda one: (one.name, one.id))


def listed_agents(work: SqlWork) -> list[Agent]:
    """Every agent, those no longer active too, by name."""
    query = select(*AGENT).order_by(agents.c.name, agents.c.id)
    return [agent_in(row) for row in work.connection.execute(query)]


def link(work: SqlWork, person: int, account: str) -> bool:
    """Give a person a chat account that proved to be theirs; False when it is somebody else's."""
    owner = work.known.owners.of(address_key(account))
    if owner is None:
        work.buffer.add(identities, identity_row(account, person, len(_accounts(work, person))))
        work.refresh()
    return owner in (None, person)


def _import_organisation(
    work: SqlWork, entry: "OrganisationEntry", known: dict[str, Organisation], *, dry_run: bool
) -> list[str]:
    place = f"organisation {entry.name}"
    before = known.get(entry.name)
    wanted = {name: getattr(entry, name) for name in ORGANISATION_FIELDS}
    domains = tuple(domain.lower() for domain in entry.domains)
    told = _differences(place, before, {**wanted, "domains": domains})
    if told and not dry_run:
        number = _put(work, organisations, before.id if before else 0, {"name": entry.name, **wanted})
        _put_domains(work, number, domains)
    return told


def _put_domains(work: SqlWork, organisation: int, domains: Sequence[str]) -> None:
    theirs = organisation_domains.c.organisation == organisation
    work.connection.execute(delete(organisation_domains).where(theirs))
    # a domain that moved from another organisation is that one's no longer
    work.connection.execute(delete(organisation_domains).where(organisation_domains.c.domain.in_(domains)))
    for position, domain in enumerate(domains):
        row = {"domain": domain, "organisation": organisation, "position": position}
        work.connection.execute(organisation_domains.insert().values(row))


def _import_person(work: SqlWork, entry: "PersonEntry", firms: dict[str, int], *, dry_run: bool) -> list[str]:
    accounts = [*entry.email, *([entry.telegram] if entry.telegram else [])]
    owner = next((found for one in accounts if (found := _owner(work, one))), 0)
    before = _person(work, owner) if owner else None
    wanted: dict[str, Any] = {
        "name": entry.name,
        "role": entry.role,
        "language": entry.language,
        "timezone": entry.timezone,
    }
    firm = firms.get(entry.organisation) if entry.organisation else _firm_of(work, entry.email)
    place = f"person {entry.name or accounts[0]}"
    told = _differences(place, before, {**wanted, "organisation_id": firm})
    if before and not dry_run and any(_owner(work, one) not in (0, owner) for one in accounts):
        told.append(f"{place}: takes over an account of somebody else's")
    if before and _begins_otherwise(before, entry):
        told.append(f"{place}: accounts -> {', '.join(accounts)}")
    if told and not dry_run:
        _put_accounts(work, _put(work, people, owner, {**wanted, "organisation": firm}), accounts)
    return told


def _begins_otherwise(before: Person, entry: "PersonEntry") -> bool:
    emails = tuple(email.lower() for email in before.emails[: len(entry.email)])
    return emails != tuple(email.lower() for email in entry.email) or bool(
        entry.telegram and entry.telegram != before.telegram
    )


def _put_accounts(work: SqlWork, person: int, accounts: Sequence[str]) -> None:
    keys = [address_key(one) for one in accounts]
    others = [one for one in _accounts(work, person) if address_key(one) not in keys]
    mine = (identities.c.person == person) | identities.c.key.in_(keys)
    work.connection.execute(delete(identities).where(mine))
    rows = [identity_row(one, person, position) for position, one in enumerate((*accounts, *others))]
    work.connection.execute(identities.insert(), rows)


def _import_agent(work: SqlWork, entry: "AgentEntry", *, dry_run: bool) -> list[str]:
    wanted = {"name": entry.name, "slack": entry.slack, "team": entry.team, "active": entry.active}
    row = work.connection.execute(select(*AGENT).where(agents.c.key == address_key(entry.email))).first()
    before = agent_in(row) if row else None
    told = _differences(f"agent {entry.name}", before, {**wanted, "email": entry.email})
    if told and not dry_run:
        agent = Agent(
            before.id if before else 0, entry.name, entry.email, entry.slack, entry.team, entry.active
        )
        _put(work, agents, agent.id, agent_row(agent))
    return told


def _differences(place: str, before: object | None, wanted: dict[str, Any]) -> list[str]:
    if before is None:
        return [f"{place}: added"]
    return [
        f"{place}: {name} {getattr(before, name)!r} -> {value!r}"
        for name, value in wanted.items()
        if getattr(before, name) != value
    ]


def _put(work: SqlWork, table: Table[Any], number: int, row: dict[str, Any]) -> int:
    if number:
        work.connection.execute(update(table).where(table.c.id == number).values(row))
        return number
    made = work.connection.execute(table.insert().values(row)).inserted_primary_key
    assert made
    return int(made[0])


def _owner(work: SqlWork, account: str) -> int:
    query = select(identities.c.person).where(identities.c.key == address_key(account))
    return work.connection.execute(query).scalar() or 0


def _accounts(work: SqlWork, person: int) -> list[str]:
    query = select(identities.c.value).where(identities.c.person == person).order_by(identities.c.position)
    return list(work.connection.execute(query).scalars())


def _person(work: SqlWork, person: int) -> Person:
    query = select(*PERSON).select_from(people.outerjoin(identities, identities.c.person == people.c.id))
    rows = work.connection.execute(query.where(people.c.id == person).order_by(identities.c.position))
    return people_in(rows)[0][1]


def _firm_of(work: SqlWork, emails: Iterable[str]) -> int | None:
    """The organisation whose domain an address is at, for a person without a named one."""
    domains = [email.rpartition("@")[2].lower() for email in emails]
    query = select(organisation_domains.c.organisation).where(organisation_domains.c.domain.in_(domains))
    return work.connection.execute(query.limit(1)).scalar()
