"""Outages, as agents recorded them, and the tickets that claim a credit for one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, delete, insert, or_, select, type_coerce, update

from intake.uptime import Outage, is_claim
from store.side_tables import outages
from store.tables import tickets
from store.types import is_key

ROW = select(*outages.c)


def add(
    connection: Connection,
    service: str,
    started_at: datetime,
    ended_at: datetime | None,
    what: str,
    by: str,
    now: datetime,
) -> int:
    """Record an outage; its number."""
    row = {
        "service": service,
        "started_at": started_at,
        "ended_at": ended_at,
        "what": what,
        "recorded_by": by,
        "recorded_at": now,
    }
    return int(connection.execute(insert(outages).values(**row).returning(outages.c.id)).scalar_one())


def end(connection: Connection, number: int, at: datetime) -> None:
    """Its service was there again from then on, whatever end it had before."""
    connection.execute(update(outages).where(outages.c.id == number).values(ended_at=at))


def drop(connection: Connection, number: int) -> None:
    """It was recorded by mistake."""
    connection.execute(delete(outages).where(outages.c.id == number))


def one(connection: Connection, number: int) -> Outage | None:
    rows = _read(connection, outages.c.id == number) if is_key(number) else []
    return rows[0] if rows else None


def listed(connection: Connection, limit: int = 1000) -> list[Outage]:
    """All of them, the last begun first."""
    query = ROW.order_by(outages.c.started_at.desc(), outages.c.id.desc()).limit(limit)
    return [_outage(row) for row in connection.execute(query)]


def since(connection: Connection, moment: datetime) -> list[Outage]:
    """Those that were not over by then, the first begun first."""
    return _read(connection, or_(outages.c.ended_at.is_(None), outages.c.ended_at > moment))


def between(connection: Connection, begins: datetime, ends: datetime) -> list[Outage]:
    """Those that lie in a span at least in part."""
    is_after = or_(outages.c.ended_at.is_(None), outages.c.ended_at > begins)
    return _read(connection, and_(is_after, outages.c.started_at < ends))


def claims_since(connection: Connection, moment: datetime) -> Iterator[tuple[int, int | None, str]]:
    """Tickets since then that claim a credit: number, organisation, product as the ticket has it."""
    query = select(tickets.c.number, tickets.c.organisation, tickets.c.product, tickets.c.fields)
    maybe = tickets.c.opened_at >= moment, type_coerce(tickets.c.fields, Text).like("%claim%")
    for row in connection.execute(query.where(*maybe).order_by(tickets.c.number)):
        if is_claim(row.fields):
            yield row.number, row.organisation, row.product


def _read(connection: Connection, condition: ColumnElement[bool]) -> list[Outage]:
    query = ROW.where(condition).order_by(outages.c.started_at, outages.c.id)
    return [_outage(row) for row in connection.execute(query)]


def _outage(row: Any) -> Outage:
    return Outage(
        row.id, row.service, row.started_at, row.ended_at, row.what, row.recorded_by, row.recorded_at
    )
