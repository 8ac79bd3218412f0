"""The tickets that a customer has besides one: how many are open, and the latest of them."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from intake.alike import Earlier
from intake.tickets import Status, Ticket
from store.tables import tickets

MOST = 50
COLUMNS = (
    tickets.c.number,
    tickets.c.subject,
    tickets.c.status,
    tickets.c.team,
    tickets.c.opened_at,
    tickets.c.merged_into,
)


def open_of(connection: Connection, organisation: int, besides: int) -> int:
    """How many of an organisation's tickets are open or waiting, but for one."""
    theirs = (tickets.c.organisation == organisation) & (tickets.c.number != besides)
    counted = select(func.count()).where(theirs, tickets.c.status.in_((Status.OPEN, Status.WAITING)))
    return connection.execute(counted).scalar() or 0


def latest_of(connection: Connection, ticket: Ticket, new: Iterable[Ticket]) -> tuple[Earlier, ...]:
    """The latest tickets of a ticket's customer, the newest first; `new` are those that are no rows yet."""
    if ticket.organisation:
        theirs = tickets.c.organisation == ticket.organisation.id
    else:
        theirs = tickets.c.organisation.is_(None) & (tickets.c.requester == ticket.requester.id)
    query = select(*COLUMNS).where(theirs).order_by(tickets.c.number.desc()).limit(MOST)
    rows = (Earlier(*row) for row in connection.execute(query))
    return (*(_earlier(one) for one in new if _is_of_one_customer(one, ticket)), *rows)


def _is_of_one_customer(one: Ticket, other: Ticket) -> bool:
    if one.organisation and other.organisation:
        return one.organisation.id == other.organisation.id
    return one.organisation is other.organisation and one.requester.id == other.requester.id


def _earlier(ticket: Ticket) -> Earlier:
    about = ticket.number, ticket.subject, ticket.status, ticket.team, ticket.opened_at
    return Earlier(*about, ticket.merged_into)
