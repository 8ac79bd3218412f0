"""What a desk can tell of its past: the messages that can be decided again, and all else that happened.

What happened without a message that is replayed (tickets of calls, an agent's commands, mail
whose bytes are gone) comes out as events, each with its time, from the tables and the history;
what a replayed message did is left out, for the replay finds out by itself.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import Select, func, select

from intake.decisions import Fate
from intake.messages import Assurance, Direction, Raw
from store.inbox import deliveries_of
from store.side_tables import surveys
from store.tables import clocks, history, messages, raws, tickets
from store.work import SqlWork

PORTION = 500
CHANGED = re.compile(r"(\S+) -> (\S+): ")
PERSON = re.compile(r"person (\d+)")
FILED = (Fate.APPEND, Fate.OPEN)


@dataclass(frozen=True, slots=True)
class Stored:
    """A message that can be replayed, and what became of it then."""

    id: int
    at: datetime
    fate: Fate
    ticket: int
    assurance: Assurance
    message_id: str


@dataclass(frozen=True, slots=True)
class Stock:
    """What a desk holds of a span of time; `left_out` counts by reason what cannot be replayed."""

    messages: tuple[Stored, ...]
    left_out: Mapping[str, int]


class Kind(IntEnum):
    """What happened; of two things at one moment, the lower comes first."""

    WRITER = 0  # somebody was recorded because of a message that is replayed
    PERSON = 1  # somebody was recorded
    TICKET = 2
    THREAD = 3
    STATUS = 4
    SEVERITY = 5
    PARTICIPANT = 6
    BREACH = 7
    SURVEY = 8


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    kind: Kind
    number: int  # of the ticket, or of the person
    value: str = ""


def stock(work: SqlWork, since: datetime | None, until: datetime | None) -> Stock:
    """The messages of a span, in the order in which they were decided."""
    found: list[Stored] = []
    left_out: dict[str, int] = {}
    for row in _portions(work, _spanned(since, until)):
        if reason := _reason_against(row):
            left_out[reason] = left_out.get(reason, 0) + 1
        else:
            found.append(Stored(row.id, row.at, row.fate, row.ticket or 0, row.assurance, row.message_id))
    return Stock(tuple(found), left_out)


def raw_of(work: SqlWork, message: int) -> Raw | None:
    """A message as it was first delivered, None when its bytes are kept no longer."""
    return next(iter(deliveries_of(work, message)), None)


def highest_number(work: SqlWork) -> int:
    return work.connection.execute(select(func.max(tickets.c.number))).scalar() or 0


def events(work: SqlWork, replayed: Collection[Stored]) -> list[Event]:
    """Everything that happened besides some messages that are replayed, in order."""
    opened = {one.ticket for one in replayed if one.fate is Fate.OPEN}
    caused = {(one.ticket, one.at) for one in replayed}
    told = [
        *_people(work, {one.at for one in replayed}),
        *(one for one in _tickets(work) if one.number not in opened),
        *_threads(work, {one.id for one in replayed}),
        *(one for one in _changes(work) if (one.number, one.at) not in caused),
        *_breaches(work),
        *_surveys(work),
    ]
    return sorted(told, key=lambda one: (one.at, one.kind))


def _spanned(since: datetime | None, until: datetime | None) -> Select[*tuple[Any, ...]]:
    kept = select(raws.c.purged_at).where(raws.c.digest == messages.c.raw).scalar_subquery()
    columns = [
        getattr(messages.c, name) for name in ("id", "at", "fate", "ticket", "assurance", "message_id")
    ]
    query = select(
        *columns,
        messages.c.channel,
        messages.c.rule,
        messages.c.raw.is_(None).label("bare"),
        kept.label("purged_at"),
    ).where(messages.c.direction == Direction.IN)
    query = query.where(messages.c.at >= since) if since else query
    return query.where(messages.c.at < until) if until else query


def _portions(work: SqlWork, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    last = 0
    ordered = query.order_by(messages.c.id).limit(PORTION)
    while rows := work.connection.execute(ordered.where(messages.c.id > last)).all():
        yield from rows
        last = rows[-1].id


def _reason_against(row: Any) -> str:
    if row.rule == "imported":
        return "imported"
    if row.channel != "email" or row.bare:
        return "not by mail"
    return "with bytes that are kept no longer" if row.purged_at is not None else ""


def _people(work: SqlWork, replayed: Collection[datetime]) -> Iterator[Event]:
    """Who was recorded because they wrote; everybody else was always there."""
    query = select(history.c.at, history.c.detail).where(history.c.what == "person")
    for at, detail in work.connection.execute(query):
        if found := PERSON.match(detail):
            kind = Kind.WRITER if at in replayed else Kind.PERSON
            yield Event(at, kind, int(found[1]))


def _tickets(work: SqlWork) -> Iterator[Event]:
    began: dict[int, str] = {}
    query = select(history.c.ticket, history.c.detail).where(history.c.what == "severity")
    for line in work.connection.execute(query.order_by(history.c.id)):
        if line.ticket and (found := CHANGED.match(line.detail)):
            began.setdefault(line.ticket, found[1])
    for row in work.connection.execute(select(tickets.c.number, tickets.c.opened_at, tickets.c.severity)):
        yield Event(row.opened_at, Kind.TICKET, row.number, began.get(row.number, row.severity))


def _threads(work: SqlWork, replayed: Collection[int]) -> Iterator[Event]:
    """Messages that came onto a ticket in another way than by being replayed."""
    query = select(messages.c.id, messages.c.at, messages.c.ticket, messages.c.message_id).where(
        messages.c.ticket.is_not(None), messages.c.fate.in_(FILED), messages.c.message_id != ""
    )
    for row in work.connection.execute(query):
        if row.id not in replayed:
            yield Event(row.at, Kind.THREAD, row.ticket or 0, row.message_id)
    released = (
        select(history.c.at, messages.c.ticket, messages.c.message_id)
        .join(messages, messages.c.id == history.c.message)
        .where(
            history.c.what.like("held message %"), messages.c.ticket.is_not(None), messages.c.message_id != ""
        )
    )
    for line in work.connection.execute(released):
        yield Event(line.at, Kind.THREAD, line.ticket or 0, line.message_id)


def _changes(work: SqlWork) -> Iterator[Event]:
    kinds = {"status": Kind.STATUS, "severity": Kind.SEVERITY, "participant": Kind.PARTICIPANT}
    query = select(history.c.ticket, history.c.at, history.c.what, history.c.detail)
    wanted = query.where(history.c.what.in_(kinds), history.c.ticket.is_not(None)).order_by(history.c.id)
    for number, at, what, detail in work.connection.execute(wanted):
        if number and (found := (PERSON if what == "participant" else CHANGED).match(detail)):
            yield Event(at, kinds[what], number, found[found.re.groups])


def _breaches(work: SqlWork) -> Iterator[Event]:
    query = select(clocks.c.ticket, clocks.c.kind, clocks.c.breached_at)
    for number, kind, at in work.connection.execute(query.where(clocks.c.breached_at.is_not(None))):
        if at is not None:
            yield Event(at, Kind.BREACH, number, kind.value)


def _surveys(work: SqlWork) -> Iterator[Event]:
    """Who was asked how it went, without which no mail could have answered that."""
    query = select(surveys.c.ticket, surveys.c.person, surveys.c.asked_at)
    for number, person, at in work.connection.execute(query):
        yield Event(at, Kind.SURVEY, number, str(person))
