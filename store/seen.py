"""Interactions that were taken: a click or a command that comes a second time does nothing."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from store.chat_tables import seen
from store.types import digest
from store.work import SqlWork

KEPT = timedelta(days=1)  # a signature is good for five minutes


def is_first(work: SqlWork, medium: str, key: str, now: datetime) -> bool:
    """Note an interaction; False when it was noted before."""
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    row = insert(seen).values(key=digest(f"{medium} {key}"), at=now, is_done=True)
    added = row.on_conflict_do_nothing().returning(seen.c.key)  # psycopg counts no rows of such an insert
    return work.connection.execute(added).first() is not None


def forget_old(work: SqlWork, now: datetime) -> int:
    return work.connection.execute(delete(seen).where(seen.c.at < now - KEPT)).rowcount
