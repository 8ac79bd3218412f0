"""The maintenance windows that were announced, and who was told of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select, update

from intake.maintenance import Announced
from store.side_tables import announcements
from store.tables import Sending, outbox
from store.types import is_key

NOTICE = "maintenance"
ROW = select(*announcements.c)


def add(connection: Connection, announced: Announced) -> int:
    """Keep a new announcement; its number."""
    row = {
        "services": list(announced.services),
        "starts_at": announced.starts_at,
        "ends_at": announced.ends_at,
        "emergency": announced.emergency,
        "text": announced.text,
        "announced_at": announced.announced_at,
        "announced_by": announced.announced_by,
        "cancelled_at": None,
    }
    added = insert(announcements).values(**row).returning(announcements.c.id)
    return int(connection.execute(added).scalar_one())


def cancel(connection: Connection, number: int, now: datetime) -> bool:
    """Cancel one; False when it is none, or is cancelled already."""
    known = announcements.c.id == number, announcements.c.cancelled_at.is_(None)
    return connection.execute(update(announcements).where(*known).values(cancelled_at=now)).rowcount == 1


def one(connection: Connection, number: int) -> Announced | None:
    rows = _read(connection, ROW.where(announcements.c.id == number)) if is_key(number) else []
    return rows[0] if rows else None


def listed(connection: Connection, limit: int = 1000) -> list[Announced]:
    """All of them, the latest window first."""
    return _read(
        connection, ROW.order_by(announcements.c.starts_at.desc(), announcements.c.id.desc()).limit(limit)
    )


def current(connection: Connection, now: datetime) -> list[Announced]:
    """Those that are coming or running and not cancelled, the next first."""
    live = announcements.c.cancelled_at.is_(None), announcements.c.ends_at > now
    return _read(connection, ROW.where(*live).order_by(announcements.c.starts_at, announcements.c.id))


def not_over(connection: Connection, now: datetime) -> list[Announced]:
    """Those whose window has not ended, the cancelled ones too."""
    query = ROW.where(announcements.c.ends_at > now)
    return _read(connection, query.order_by(announcements.c.starts_at, announcements.c.id))


def between(connection: Connection, begins: datetime, ends: datetime) -> list[Announced]:
    """Those whose window lies in a span at least in part; the cancelled ones that had begun too."""
    there = or_(
        announcements.c.cancelled_at.is_(None), announcements.c.cancelled_at > announcements.c.starts_at
    )
    inside = announcements.c.starts_at < ends, announcements.c.ends_at > begins
    return _read(connection, ROW.where(there, *inside).order_by(announcements.c.starts_at))


def told(connection: Connection, announced: Announced) -> list[Any]:
    """The promises by which it was announced, those that were dropped left out."""
    # made in one transaction with it, so at the very same microsecond
    mine = outbox.c.notice == NOTICE, outbox.c.created_at == announced.announced_at
    query = select(outbox.c.recipient, outbox.c.recipient_name, outbox.c.language)
    return list(
        connection.execute(query.where(*mine, outbox.c.state != Sending.DROPPED).order_by(outbox.c.id))
    )


def _read(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[Announced]:
    return [_announced(row) for row in connection.execute(query)]


def _announced(row: Any) -> Announced:
    return Announced(
        row.id,
        tuple(row.services),
        row.starts_at,
        row.ends_at,
        row.emergency,
        row.text,
        row.announced_at,
        row.announced_by,
        row.cancelled_at,
    )
