"""What the store tells of organisations, people and agents: lists, accounts, open tickets, history."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, select

from intake.tickets import Agent, Organisation, Person, Status
from store.driver import Query
from store.lookups import CHUNK, KEYS
from store.snapshots import AGENT, ORGANISATION, PERSON, agent_in, organisations_in, people_in
from store.tables import agents, history, identities, organisation_domains, organisations, people, tickets
from store.work import SqlWork

ACCOUNTS = Query(
    select(identities.c.person, identities.c.value)
    .where(identities.c.person.in_(KEYS))
    .order_by(identities.c.person, identities.c.position, identities.c.value)
)
LINES = 10


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


def accounts_of(work: SqlWork, numbers: Collection[int]) -> dict[int, list[str]]:
    """Every account of some people, in their order."""
    wanted, found = sorted(numbers), dict[int, list[str]]()
    for begin in range(0, len(wanted), CHUNK):
        for person, value in ACCOUNTS.rows(work.connection, wanted[begin : begin + CHUNK]):
            found.setdefault(person, []).append(value)
    return found


def open_tickets_of_person(work: SqlWork, person: int) -> list[int]:
    """The numbers of a person's tickets that are open or waiting."""
    return _open_numbers(work, tickets.c.requester, person)


def open_tickets_of_organisation(work: SqlWork, organisation: int) -> list[int]:
    return _open_numbers(work, tickets.c.organisation, organisation)


def open_tickets_of_agent(work: SqlWork, agent: int) -> list[int]:
    return _open_numbers(work, tickets.c.assignee, agent)


def open_tickets_of_team(work: SqlWork, team: str) -> list[int]:
    return _open_numbers(work, tickets.c.team, team)


def history_of_entry(work: SqlWork, what: str) -> list[dict[str, object]]:
    """The last lines of the history about an organisation, a person or an agent, such as "person 7"."""
    query = select(history.c.at, history.c.actor, history.c.detail).where(
        history.c.ticket.is_(None), history.c.what == what
    )
    rows = work.connection.execute(query.order_by(history.c.id.desc()).limit(LINES))
    return [{"at": row.at, "actor": row.actor, "detail": row.detail} for row in rows]


def _open_numbers(work: SqlWork, column: ColumnElement[Any], value: int | str) -> list[int]:
    query = select(tickets.c.number).where(
        column == value, tickets.c.status.in_((Status.OPEN, Status.WAITING))
    )
    return list(work.connection.execute(query.order_by(tickets.c.number)).scalars())
