"""Statements that run for every message, at little more than the driver's own cost.

SQLAlchemy words each of them for the dialect, once, and owns the transaction; after that
the driver's own cursor is used, and only values change. They pass the column types' own
gates, but no statement object is made for a row or a call, which on the path of a mail
would cost more than the database does. What the driver raises is raised as SQLAlchemy
would. Keys come in lists of a few fixed lengths, so that a handful of texts serves any
number of them.

Some tables keep what came first: the same bytes once, a Message-ID for the ticket that
had it first.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Table, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator, TypeEngine

from intake.messages import clean
from store.tables import participants, raws, thread_keys, undeliverable

Row = dict[str, Any]
Gate = Callable[[Any], Any]
Layout = tuple[
    tuple[str, int], ...
]  # of each parameter: its name in the statement, its place among our values

KEPT_ONCE = frozenset({raws.name, thread_keys.name, undeliverable.name, participants.name})
PREPARED = 1024  # texts remembered: statements x lengths x dialects


class Query:
    """A select with one expanding parameter, `keys`, and perhaps others that are named."""

    def __init__(self, select: Select[*tuple[Any, ...]], *others: str) -> None:
        columns = list(select.selected_columns)
        self._select = select
        self._others = others
        self._types = [column.type for column in columns]
        # made at run time, so it cannot be a class
        self._make: Gate = namedtuple("_Row", [column.key or "" for column in columns])._make  # type: ignore[attr-defined]  # noqa: PYI024

    def rows(self, connection: Connection, keys: Sequence[Any], **others: Any) -> list[Any]:
        """The rows for some keys, each with its columns by name."""
        dialect = connection.dialect
        length = 1 << (len(keys) - 1).bit_length()
        statement, layout = _worded(self._select, length, self._others, dialect)
        asked = [clean(key) if isinstance(key, str) else key for key in keys]
        more = asked[-1:] * (length - len(keys))  # the same key again finds the same row once
        padded = (*asked, *more, *(others[name] for name in self._others))
        found = rows_of(connection, statement, _arranged(layout, padded, dialect))
        return self._read(found, dialect) if found else []

    def _read(self, found: Iterable[Sequence[Any]], dialect: Dialect) -> list[Any]:
        gates = _result_gates(tuple(self._types), dialect)
        read = []
        for row in found:
            values = list(row)
            for place, gate in gates:
                values[place] = gate(values[place])
            read.append(self._make(values))
        return read


def rows_of(connection: Connection, text: str, values: Any = ()) -> Sequence[Any]:
    """The rows of a statement in the driver's own words, as the driver gives them."""
    cursor = _cursor(connection)
    try:
        cursor.execute(text, values)
        return cursor.fetchall()
    except Exception as error:
        raise _as_sqlalchemy_has_it(error, connection, cursor) from error
    finally:
        cursor.close()


def insert_rows(connection: Connection, table: Table[Any], rows: Sequence[Row]) -> None:
    """Insert rows that all have the columns of the first."""
    _write_rows(connection, _insert(table, connection.dialect.name), table, rows)


def update_rows(connection: Connection, update: Update, table: Table[Any], rows: Sequence[Row]) -> None:
    """Update rows by `row_key`; all set the columns of the first."""
    _write_rows(connection, update, table, rows)


def _write_rows(
    connection: Connection, statement: Insert | Update, table: Table[Any], rows: Sequence[Row]
) -> None:
    text, gates = _prepared(statement, table, tuple(rows[0]), connection.dialect)
    if connection.dialect.positional:
        values: Any = [tuple([gate(row[name]) for name, gate in gates]) for row in rows]
    else:
        values = [{name: gate(row[name]) for name, gate in gates} for row in rows]
    cursor = _cursor(connection)
    try:
        cursor.executemany(text, values)
    except Exception as error:
        raise _as_sqlalchemy_has_it(error, connection, cursor) from error
    finally:
        cursor.close()


def _cursor(connection: Connection) -> DBAPICursor:
    """A cursor in the connection's transaction, which begins here if it has not."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.cursor()


def _as_sqlalchemy_has_it(error: Exception, connection: Connection, cursor: DBAPICursor) -> Exception:
    dialect = connection.dialect
    base = dialect.loaded_dbapi.Error
    if not isinstance(error, base):
        return error
    gone = dialect.is_disconnect(error, connection.connection, cursor)
    if gone:
        connection.invalidate(error)
    wrapped = DBAPIError.instance(None, None, error, base, connection_invalidated=gone, dialect=dialect)
    assert isinstance(wrapped, Exception)
    return wrapped


@lru_cache(maxsize=PREPARED)
def _prepared(
    statement: Insert | Update, table: Table[Any], columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[tuple[str, Gate], ...]]:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = compiled.positiontup or columns
    return str(compiled), tuple(
        (name, _bind_gate(table.c[name].type, dialect) if name in table.c else _as_it_is) for name in names
    )


@lru_cache(maxsize=64)
def _insert(table: Table[Any], dialect: str) -> Insert:
    if table.name not in KEPT_ONCE:
        return table.insert()
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    if table is not thread_keys:
        return insert.on_conflict_do_nothing()
    # an id that was only heard of, on a message that was not filed, still may come to name a ticket
    return insert.on_conflict_do_update(
        index_elements=[thread_keys.c.key],
        set_={"ticket": insert.excluded.ticket},
        where=thread_keys.c.ticket.is_(None),
    )


@lru_cache(maxsize=PREPARED)
def _worded(
    select: Select[*tuple[Any, ...]], length: int, others: tuple[str, ...], dialect: Dialect
) -> tuple[str, Layout]:
    """The text for so many keys, found out by giving each value its own place as a value."""
    places: Mapping[str, Any] = {"keys": list(range(length))} | {
        name: length + place for place, name in enumerate(others)
    }
    state = select.compile(dialect=dialect).construct_expanded_state(places)
    return state.statement, tuple(
        (name, state.parameters[name]) for name in state.positiontup or state.parameters
    )


def _arranged(layout: Layout, values: Sequence[Any], dialect: Dialect) -> Any:
    if dialect.positional:
        return tuple([values[place] for _, place in layout])
    return {name: values[place] for name, place in layout}


@lru_cache(maxsize=PREPARED)
def _result_gates(types: tuple[TypeEngine[Any], ...], dialect: Dialect) -> tuple[tuple[int, Gate], ...]:
    gates = ((place, _result_gate(kind, dialect)) for place, kind in enumerate(types))
    return tuple((place, gate) for place, gate in gates if gate)


def _bind_gate(kind: TypeEngine[Any], dialect: Dialect) -> Gate:
    if isinstance(kind, TypeDecorator):
        return partial(kind.process_bind_param, dialect=dialect)
    return kind.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _result_gate(kind: TypeEngine[Any], dialect: Dialect) -> Gate | None:
    if isinstance(kind, TypeDecorator):
        if type(kind).process_result_value is TypeDecorator.process_result_value:
            return None
        return partial(kind.process_result_value, dialect=dialect)
    # the drivers' own types are passed by PostgreSQL; SQLite has no booleans or dates of its own
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _as_it_is(value: Any) -> Any:
    return value
