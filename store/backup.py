"""A copy of a SQLite desk that is whole, made while the desk works.

SQLite's own online copy is used; a copied file could miss what still lies in the log beside
it. PostgreSQL has tools of its own for this, which are named to whoever asks.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from intake.errors import DeskbellError, StoreUnavailable
from store.desk import SqlStore
from store.tables import meta

PAGES = 1000  # copied at a time; writers get their turn in between


def back_up(store: SqlStore, target: Path) -> int:
    """Copy the database to a new file; its size in bytes."""
    if store.engine.dialect.name != "sqlite":
        raise DeskbellError("backup: this desk is on PostgreSQL; use pg_dump or pg_basebackup")
    if target.exists():
        raise DeskbellError(f"backup: {target} is there already; name a new file")
    with store.looking() as connection:
        # a reader's snapshot: without it, the copy begins anew whenever somebody writes
        connection.execute(select(meta.c.name).limit(1)).all()
        source = connection.connection.dbapi_connection
        assert isinstance(source, sqlite3.Connection)
        _copy(source, target)
    return target.stat().st_size


def _copy(source: sqlite3.Connection, target: Path) -> None:
    try:
        with closing(sqlite3.connect(target)) as copy:
            source.backup(copy, pages=PAGES)
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreUnavailable(f"backup: {target}: {error}") from error
    if found != "ok":
        raise StoreUnavailable(f"backup: {target} is damaged: {found}")
