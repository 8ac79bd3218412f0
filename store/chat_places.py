"""Channels of a chat that mean something to the desk: triage, and those shared with an organisation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from intake.tickets import Status
from store.chat_tables import places, posts
from store.tables import tickets
from store.types import digest
from store.work import SqlWork


class PlaceKind(StrEnum):
    TRIAGE = "triage"
    CUSTOMERS = "customers"


@dataclass(frozen=True, slots=True)
class ChatPlace:
    """A channel; `organisation` is of customers, `broken` why nothing is posted there.

    `workspace` is the one that speaks for the customers there, where an administrator has named one.
    """

    medium: str
    place: str  # team/channel
    kind: PlaceKind
    name: str = ""
    organisation: int = 0
    workspace: str = ""
    registered_by: str = ""
    broken: str = ""


def register(work: SqlWork, one: ChatPlace, now: datetime) -> None:
    """Remember what a channel is for, in place of what it was for before."""
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    values = {
        "kind": one.kind,
        "name": one.name,
        "organisation": one.organisation or None,
        "team": one.workspace,
        "registered_by": one.registered_by,
        "registered_at": now,
        "broken": one.broken,
    }
    row = insert(places).values(key=_key(one.medium, one.place), medium=one.medium, place=one.place, **values)
    work.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))


def place_at(work: SqlWork, medium: str, place: str) -> ChatPlace | None:
    """What a channel is for, None for one that is nothing to the desk."""
    row = work.connection.execute(select(places).where(places.c.key == _key(medium, place))).first()
    return _place(row) if row else None


def listed(work: SqlWork, medium: str, kind: PlaceKind | None = None) -> list[ChatPlace]:
    query = select(places).where(places.c.medium == medium).order_by(places.c.place)
    query = query.where(places.c.kind == kind) if kind else query
    return [_place(row) for row in work.connection.execute(query)]


def mark(work: SqlWork, medium: str, place: str, broken: str) -> bool:
    """Note why nothing is posted in a channel, "" when all is well; whether that is new."""
    other = update(places).where(places.c.key == _key(medium, place), places.c.broken != broken)
    return work.connection.execute(other.values(broken=broken)).rowcount == 1


def shut(work: SqlWork, medium: str, place: str, broken: str) -> bool:
    """The same where all was well; False where it is marked already, by another process say."""
    well = update(places).where(places.c.key == _key(medium, place), places.c.broken == "")
    return work.connection.execute(well.values(broken=broken)).rowcount == 1


def move(work: SqlWork, medium: str, before: str, after: str) -> bool:
    """A channel has another id now; False where it was nothing to us."""
    there = update(places).where(places.c.key == _key(medium, before))
    moved = there.values(key=_key(medium, after), place=after)
    return work.connection.execute(moved).rowcount == 1


def forget(work: SqlWork, medium: str, place: str) -> bool:
    """A channel is nothing to us any more; False where it was not."""
    gone = delete(places).where(places.c.key == _key(medium, place))
    return work.connection.execute(gone).rowcount == 1


def open_tickets_in(work: SqlWork, medium: str, place: str) -> list[int]:
    """The numbers of the tickets that run and have something in a channel."""
    query = select(posts.c.ticket).join(tickets, tickets.c.number == posts.c.ticket).distinct()
    there = posts.c.medium == medium, posts.c.place == place
    running = tickets.c.status.in_((Status.OPEN, Status.WAITING))
    return [one for one in work.connection.execute(query.where(running, *there)).scalars() if one]


def _key(medium: str, place: str) -> bytes:
    return digest(f"{medium} {place}")


def _place(row: Any) -> ChatPlace:
    return ChatPlace(
        row.medium,
        row.place,
        PlaceKind(row.kind),
        row.name,
        row.organisation or 0,
        row.team,
        row.registered_by,
        row.broken,
    )
