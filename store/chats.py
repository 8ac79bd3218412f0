"""What the one path asks about chats: where somebody reads, what they chose, which card is out of date."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from intake.decisions import Fate
from intake.messages import Direction
from intake.tickets import Agent, Ticket
from store.chat_tables import accounts, cards, grants, places, preferences
from store.rows import agent_row
from store.tables import agents, messages
from store.types import address_key, digest

if TYPE_CHECKING:
    from store.work import SqlWork

TICKETS = "tickets"  # how far an account reaches that only opened a link: to those tickets
REST = timedelta(seconds=1)  # what changes within it is drawn at once


def last_place(work: "SqlWork", person: int, number: int) -> tuple[str, str] | None:
    """The channel and place of what somebody last said on a ticket."""
    theirs = messages.c.ticket == number, messages.c.person == person, messages.c.direction == Direction.IN
    query = select(messages.c.channel, messages.c.place).where(
        *theirs, messages.c.public.is_(True), messages.c.fate.in_((Fate.APPEND, Fate.OPEN))
    )
    row = work.connection.execute(query.order_by(messages.c.id.desc()).limit(1)).first()
    return (row.channel, row.place) if row else None


def wrote_at(work: "SqlWork", number: int) -> list[tuple[int, str, str]]:
    """Who has written on a ticket, by which channel and at which place; the last first, each once."""
    theirs = messages.c.ticket == number, messages.c.direction == Direction.IN, messages.c.person.is_not(None)
    query = select(messages.c.person, messages.c.channel, messages.c.place).where(
        *theirs, messages.c.public.is_(True), messages.c.fate.in_((Fate.APPEND, Fate.OPEN))
    )
    rows = work.connection.execute(query.order_by(messages.c.id.desc()))
    return list(dict.fromkeys((row.person, row.channel, row.place) for row in rows))


def preference(work: "SqlWork", owner: str, name: str) -> str:
    chosen = preferences.c.owner == owner, preferences.c.name == name
    return work.connection.execute(select(preferences.c.value).where(*chosen)).scalar() or ""


def choices(work: "SqlWork", owner: str) -> list[tuple[str, str]]:
    """Everything that somebody chose, by name."""
    query = select(preferences.c.name, preferences.c.value).where(preferences.c.owner == owner)
    return [(row.name, row.value) for row in work.connection.execute(query.order_by(preferences.c.name))]


def choose(work: "SqlWork", owner: str, name: str, value: str, now: datetime) -> None:
    """Remember what somebody chose, in place of what they chose before."""
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    row = insert(preferences).values(owner=owner, name=name, value=value, at=now)
    work.connection.execute(
        row.on_conflict_do_update(index_elements=["owner", "name"], set_={"value": value, "at": now})
    )


def is_open(work: "SqlWork", channel: str, place: str, person: int, number: int) -> bool:
    """Whether a person reads about a ticket at a place: their account is linked, or all who read there may.

    A shared channel is read by a whole organisation; what it is registered to now is what counts.
    """
    if channel == "telegram":
        return _is_theirs(work, account_key(channel, place), person, number)
    where = "/".join(place.split("/")[:2])
    registered = select(places.c.organisation).where(
        places.c.key == digest(f"{channel} {where}"),
        places.c.kind == "customers",
        places.c.broken == "",
    )
    row = work.connection.execute(registered).first()
    return row is not None and is_of_customer(work.ticket(number), row.organisation)


def is_of_customer(ticket: Ticket | None, organisation: int) -> bool:
    """Whether an organisation may read a ticket: its own, or one of somebody who is of none."""
    return ticket is None or ticket.organisation is None or ticket.organisation.id == organisation


def _is_theirs(work: "SqlWork", key: bytes, person: int, number: int) -> bool:
    """An account may be somebody else's by now, or its proof an address that was taken from its owner."""
    living = accounts.c.key == key, accounts.c.ended_at.is_(None), accounts.c.blocked_at.is_(None)
    row = work.connection.execute(
        select(accounts.c.person, accounts.c.scope, accounts.c.proved_by, accounts.c.account).where(*living)
    )
    found = row.first()
    if found is None or found.person != person:
        return False
    owners = work.known.owners
    if any(owners.of(address_key(one)) != person for one in (found.proved_by, found.account)):
        return False
    return found.scope != TICKETS or is_granted(work, key, number)


def is_linked(work: "SqlWork", medium: str, name: str) -> bool:
    """Whether an account is somebody's, and has not blocked us."""
    key = account_key(medium, name)
    living = accounts.c.key == key, accounts.c.ended_at.is_(None), accounts.c.blocked_at.is_(None)
    return work.connection.execute(select(accounts.c.key).where(*living)).first() is not None


def is_granted(work: "SqlWork", key: bytes, number: int) -> bool:
    """Whether an account was given a ticket by its link."""
    query = select(grants.c.ticket).where(grants.c.key == key, grants.c.ticket == number)
    return work.connection.execute(query).first() is not None


def account_key(medium: str, place: str) -> bytes:
    """What an account is found by; a private chat's place, bot/chat, is its account's too."""
    return digest(f"{medium} {place}")


def learn_agent(work: "SqlWork", agent: int, slack: str) -> None:
    """An agent who was listed by their address only has this Slack account."""
    unknown = update(agents).where(agents.c.id == agent, agents.c.slack == "")
    work.connection.execute(unknown.values(slack=slack))


def enrol_agent(
    work: "SqlWork", name: str, email: str, slack: str, our_domain: str, now: datetime
) -> Agent | None:
    """Somebody among the agents whom nobody listed is one from now on, and the history says so.

    None for who must not be one: an agent who was deactivated, a customer's person, who has no address.
    Another process that is quicker enrols them as well as we would.
    """
    if not email or _is_customers(work, email, our_domain):
        return None
    is_first = _is_new_agent(work, Agent(id=0, name=name, email=email, slack=slack))
    work.refresh()
    agent = work.agent(email)
    if agent and is_first:
        told = f"{name}: put on the list, among the agents in Slack as {slack}"
        work.note(None, now, email, f"agent {agent.id}", told)
    return agent if agent and agent.slack == slack else None


def _is_customers(work: "SqlWork", email: str, our_domain: str) -> bool:
    """Whether an address is a customer's; ours is not, though our own people may ask for help, too."""
    domain = email.rpartition("@")[2].lower()
    is_listed = domain != our_domain.lower() and work.organisation_of(domain) is not None
    return is_listed or work.person(email) is not None


def _is_new_agent(work: "SqlWork", agent: Agent) -> bool:
    """Put somebody on the list whose address and account nobody on it has or had; whether that was done."""
    same = or_(agents.c.key == address_key(agent.email), agents.c.slack == agent.slack)
    if work.connection.execute(select(agents.c.id).where(same)).first():
        return False
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    row = insert(agents).values(agent_row(agent)).on_conflict_do_nothing(index_elements=["key"])
    return work.connection.execute(row).rowcount == 1


def want_cards(work: "SqlWork", numbers: Mapping[int, datetime]) -> None:
    """These tickets' cards are out of date; what changes again within a moment is drawn once.

    A card that is being drawn at this moment keeps its lease; its drawer finds one wish more.
    """
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    for number, now in sorted(numbers.items()):
        again = func.coalesce(cards.c.wanted_at, literal(now + REST, cards.c.wanted_at.type))
        old = update(cards).where(cards.c.ticket == number)
        known = old.values(wanted_at=again, wishes=cards.c.wishes + 1)
        if work.connection.execute(known).rowcount:
            continue
        blank = {"place": "", "external": "", "shown": "", "claimed_by": "", "attempts": 0, "error": ""}
        row = insert(cards).values(ticket=number, wanted_at=now, wishes=1, **blank)
        work.connection.execute(row.on_conflict_do_nothing())
