"""Tickets that wait for somebody: which, how many, and in which order; a page at a time.

A queue is a wish in words (`Wish`), and everything is asked of the database, so that a thousand open
tickets cost no more than the ten that are shown. The order is that of `intake.queue`: what waits
for the requester behind, then the worst severity, what is due next, what has waited longest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from intake.tickets import Status
from store.chat_tables import cards
from store.tables import clocks, organisations, tickets
from store.work import SqlWork

SOON = timedelta(minutes=60)
OPEN = tickets.c.status.in_((Status.OPEN, Status.WAITING))
OWED = and_(clocks.c.ticket == tickets.c.number, clocks.c.met_at.is_(None), clocks.c.stopped_at.is_(None))
RUNNING = and_(OWED, clocks.c.paused_at.is_(None))


class Queue(StrEnum):
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OPEN = "open"
    BREACHING = "breaching"  # late, or due within the hour
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which tickets; `agent` is who asks, `hidden` the teams of whose tickets they see only their own."""

    queue: Queue
    agent: int
    hidden: tuple[str, ...] = ()
    team: str = ""
    organisation: str = ""
    severity: str = ""
    severities: tuple[str, ...] = ()  # the worst first


def count(work: SqlWork, wish: Wish, now: datetime) -> int:
    return work.connection.execute(select(func.count()).where(*_wanted(wish, now))).scalar() or 0


def page(work: SqlWork, wish: Wish, now: datetime, most: int, before: int = 0) -> list[int]:
    """The numbers of a page of a queue; `before` is how many stand on those before it."""
    query = select(tickets.c.number).where(*_wanted(wish, now)).order_by(*_order(wish))
    return list(work.connection.execute(query.limit(most).offset(before)).scalars())


def cards_of(work: SqlWork, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Place and id of the triage cards of these tickets, of those that are posted."""
    query = select(cards.c.ticket, cards.c.place, cards.c.external)
    rows = work.connection.execute(query.where(cards.c.ticket.in_(numbers), cards.c.external != ""))
    return {row.ticket: (row.place, row.external) for row in rows}


def seen_by(agent: int, hidden: Sequence[str]) -> ColumnElement[bool]:
    """The tickets that an agent may see: of no hidden team, or their own."""
    return or_(tickets.c.team.not_in(hidden), tickets.c.assignee == agent)


def _wanted(wish: Wish, now: datetime) -> list[ColumnElement[bool]]:
    found = [OPEN, *_of_queue(wish, now)]
    if wish.hidden:
        found.append(seen_by(wish.agent, wish.hidden))
    if wish.team:
        found.append(func.lower(tickets.c.team) == wish.team.lower())
    if wish.organisation:
        named = select(organisations.c.id).where(
            func.lower(organisations.c.name).startswith(wish.organisation.lower(), autoescape=True)
        )
        found.append(tickets.c.organisation.in_(named))
    if wish.severity:
        found.append(tickets.c.severity == wish.severity)
    return found


def _of_queue(wish: Wish, now: datetime) -> list[ColumnElement[bool]]:
    match wish.queue:
        case Queue.MINE:
            return [tickets.c.assignee == wish.agent]
        case Queue.UNASSIGNED:
            return [tickets.c.assignee.is_(None)]
        case Queue.BREACHING:
            return [exists(_clock().where(RUNNING, clocks.c.due_at <= now + SOON))]
        case Queue.SNOOZED:
            return [exists(_clock().where(OWED, clocks.c.snoozed_until > now))]
        case Queue.OPEN:
            return []


def _clock() -> Select[Any]:
    return select(clocks.c.id).correlate(tickets)


def _order(wish: Wish) -> list[ColumnElement[Any]]:
    due = select(func.min(clocks.c.due_at)).where(RUNNING).correlate(tickets).scalar_subquery()
    ranks = {name: place for place, name in enumerate(wish.severities)}
    rank = case(ranks, value=tickets.c.severity, else_=len(ranks)) if ranks else tickets.c.severity
    first: list[ColumnElement[Any]] = [due.asc().nulls_last()]
    if wish.queue is not Queue.BREACHING:
        waits = case((tickets.c.status == Status.WAITING, 1), else_=0)
        first = [waits, rank, *first]
    return [*first, tickets.c.opened_at, tickets.c.number]
