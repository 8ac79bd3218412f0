"""Connections: one way to open either database, one set of errors for what can befall it.

SQLite is told to sync each commit before it answers, to wait for a lock, and to take the
writer's lock when a transaction begins: a lock taken later than the read it protects
loses updates in silence. PostgreSQL gets limits on every wait. Whatever a driver raises
because of its surroundings leaves here as StoreUnavailable, or as StoreConflict when
doing the whole transaction again is likely to succeed; the rest is a bug and stays as it is.
"""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from intake.errors import StoreConflict, StoreUnavailable

Answer = TypeVar("Answer")

PATIENCE = 5.0  # seconds, as busy_timeout
SQLITE_SETTINGS = (
    "PRAGMA busy_timeout=5000",  # ms; first, for the next line may have to wait
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-32000",  # KiB
    "PRAGMA wal_autocheckpoint=4000",  # pages: a page that many mails touch is copied back once
)
POSTGRESQL_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
)
# serialization failure, deadlock, lock not available, unique violation: somebody else was faster
CONFLICTS = frozenset({"40001", "40P01", "55P03", "23505"})
SQLITE_CONFLICTS = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
FILE = "deskbell_file"  # in a connection's notes: which file it has open
ATTEMPTS = 5
LONGEST_PAUSE = 0.05  # seconds, doubled with each attempt


def connect(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…`, set up as the module says."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql":
            return _postgresql(parsed)
    raise ValueError(f"store.url: {parsed.get_backend_name()} is not a store; known: sqlite, postgresql")


def is_in_memory(engine: Engine) -> bool:
    """Is the database gone when the process is?"""
    return engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:")


def reading(engine: Engine) -> Engine:
    """The same connections for readers, who wait for no writer."""
    return engine.execution_options(deskbell_reads=True)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the surroundings did to a driver into the store's own errors."""
    try:
        yield
    except DBAPIError as error:
        if failure := _failure(error):
            raise failure from error
        raise
    except PoolTimeout as error:
        raise StoreUnavailable("every connection to the database is taken") from error


def file_at(database: str | None) -> tuple[int, int] | None:
    """Which file lies at a path, by its device and number; None when there is none."""
    try:
        status = os.stat(database) if database else None  # noqa: PTH116  (for each transaction: no Path is made)
    except FileNotFoundError:
        return None
    return (status.st_dev, status.st_ino) if status else None


def retrying(attempt: Callable[[], Answer], sleep: Callable[[float], None] = time.sleep) -> Answer:
    """Do a whole transaction again while others keep coming first, five times at the most."""
    for failures in range(1, ATTEMPTS):
        try:
            return attempt()
        except StoreConflict:
            sleep(random.uniform(0, LONGEST_PAUSE * 2**failures))  # noqa: S311  (jitter, no secret)
    return attempt()


def _sqlite(url: URL) -> Engine:
    memory = url.database in (None, "", ":memory:")
    engine = (
        create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        if memory
        else create_engine(url)
    )
    database = None if memory else url.database
    event.listen(engine, "connect", lambda opened, entry: _set_up_sqlite(opened, entry, database))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry, database: str | None) -> None:
    assert isinstance(connection, sqlite3.Connection)
    entry.info[FILE] = file_at(database)
    connection.isolation_level = None  # the driver's own BEGIN would come too late
    for setting in SQLITE_SETTINGS:
        _patiently(lambda: connection.execute(setting))  # noqa: B023  (done before the next round)


def _patiently(attempt: Callable[[], object]) -> None:
    """Switching a new database to WAL waits for nobody by itself, whatever busy_timeout says."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            attempt()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("deskbell_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    options = " ".join((POSTGRESQL_OPTIONS, str(url.query.get("options", "")))).strip()
    return create_engine(url, pool_pre_ping=True, connect_args={"options": options, "connect_timeout": 10})


def _failure(error: DBAPIError) -> StoreUnavailable | None:
    """What the caller has to know about a driver's error, None for a bug."""
    words = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    if getattr(error.orig, "sqlstate", None) in CONFLICTS:
        return StoreConflict(words)
    if isinstance(error, IntegrityError) and _sqlite_code(error) in SQLITE_CONFLICTS:
        return StoreConflict(words)
    if isinstance(error, OperationalError | InterfaceError | InternalError) or error.connection_invalidated:
        return StoreUnavailable(words)
    # a damaged file is a plain DatabaseError; so is anything SQLite has no finer class for
    return StoreUnavailable(words) if type(error.orig) is sqlite3.DatabaseError else None


def _sqlite_code(error: IntegrityError) -> int | None:
    return getattr(error.orig, "sqlite_errorcode", None)
