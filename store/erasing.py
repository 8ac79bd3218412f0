"""What a database keeps of words that its rows have lost, and where else the words stand.

SQLite leaves deleted text lying in its pages, and the log beside the file has the old ones
too. So it overwrites while a secret is redacted, then writes the whole file anew and empties the
log. A large file is not written anew without being asked: everybody would wait for it.
PostgreSQL has VACUUM FULL for that, which is its operator's to run.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from sqlalchemy import ColumnElement, Table, func, or_, select

from store.chat_tables import metadata
from store.desk import SqlStore
from store.engine import is_in_memory
from store.types import Json, Words, as_json
from store.work import SqlWork

LARGEST = 1024**3  # bytes of a database file that is written anew at once
BY_HAND = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE);"
POSTGRESQL = "PostgreSQL keeps the old rows until VACUUM FULL has been run on the tables named in the README"


def overwrite(work: SqlWork) -> None:
    """Fill with zeros what this connection deletes from now on."""
    if work.connection.dialect.name == "sqlite":
        work.connection.exec_driver_sql("PRAGMA secure_delete=ON")


def clear(store: SqlStore, largest: int = LARGEST) -> str:
    """Write the database file anew without what was deleted; what is left to do by hand, "" for nothing."""
    engine = store.engine
    if engine.dialect.name != "sqlite":
        return POSTGRESQL
    if is_in_memory(engine):
        return ""
    path = str(engine.url.database)
    left = _why_not(store, path, largest)
    return f'{left}; stop the desk, then run: sqlite3 {path} "{BY_HAND}"' if left else ""


def _why_not(store: SqlStore, path: str, largest: int) -> str:
    if os.stat(path).st_size > largest:  # noqa: PTH116  (no Path is made elsewhere in the store)
        return "the database file is large and may keep the old words in free pages"
    try:
        with closing(store.engine.raw_connection()) as opened:
            assert isinstance(opened.dbapi_connection, sqlite3.Connection)
            cleared = _cleared(opened.dbapi_connection)
            return "" if cleared else "the log beside the database could not be emptied"
    except sqlite3.OperationalError as error:
        return f"the database file could not be written anew ({error})"


def _cleared(connection: sqlite3.Connection) -> bool:
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("VACUUM")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def still_in(work: SqlWork, secrets: Iterable[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The tables that hold the words, as they are, in any row; with the tickets that these name."""
    wanted = list(secrets)
    for table in metadata.sorted_tables:
        condition = _holds(work, table, wanted)
        if condition is None:
            continue
        number = table.c.get("number" if table.name == "tickets" else "ticket")
        query = select(number if number is not None else func.count()).where(condition).distinct()
        found = list(work.connection.execute(query).scalars())
        if number is None and found != [0]:
            yield table.name, ()
        elif number is not None and found:
            yield table.name, tuple(sorted(one for one in found if one))


def _holds(work: SqlWork, table: Table[Any], secrets: list[str]) -> ColumnElement[bool] | None:
    within = func.instr if work.connection.dialect.name == "sqlite" else func.strpos
    conditions = [
        within(column, as_json(secret)[1:-1] if isinstance(column.type, Json) else secret) > 0
        for column in table.c
        if isinstance(column.type, Json | Words)
        for secret in secrets
    ]
    return or_(*conditions) if conditions else None
