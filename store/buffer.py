"""What one transaction will write: rows gathered by table, written together at its end.

A group of messages costs one `executemany` a table instead of a statement a row. The
order of the tables is that of their foreign keys. Keys that somebody needs before the
row exists are handed out here: on SQLite the writer's lock is ours, so the next is one
more than the highest; on PostgreSQL they come from the column's own sequence, a few at
a time. Ticket numbers are to have no gaps: there an advisory lock stands for the
writer's lock, and is held until the commit.
"""

from collections.abc import Iterator
from itertools import count
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, text

from store.driver import Row, insert_rows, rows_of, update_rows
from store.tables import (
    attachments,
    clock_events,
    clocks,
    history,
    identities,
    inbox,
    messages,
    outbox,
    participants,
    people,
    raws,
    thread_keys,
    tickets,
    undeliverable,
)

IN_ORDER: tuple[Table[Any], ...] = (
    people,
    identities,
    tickets,
    participants,
    clocks,
    clock_events,
    raws,
    messages,
    inbox,
    attachments,
    thread_keys,
    outbox,
    history,
    undeliverable,
)
# Two writers who insert the same unique keys in another order would wait for each other.
SORTED = {
    identities.name: "key",
    raws.name: "digest",
    messages.name: "identity",
    thread_keys.name: "key",
    undeliverable.name: "key",
}
BLOCK = 16  # keys taken from a sequence at once
NUMBER_LOCK = 0x6465736B  # any constant of our own

UPDATE_TICKET = tickets.update().where(tickets.c.number == bindparam("row_key"))
UPDATE_CLOCK = clocks.update().where(clocks.c.id == bindparam("row_key"))
UPDATE_DELIVERY = inbox.update().where(inbox.c.id == bindparam("row_key"))
UPDATES = ((UPDATE_TICKET, tickets), (UPDATE_CLOCK, clocks), (UPDATE_DELIVERY, inbox))


NUMBERED = (people, messages, clocks, outbox, inbox)
HIGHEST = "SELECT " + ", ".join(f"(SELECT max(id) FROM {table.name})" for table in NUMBERED)  # noqa: S608
HIGHEST_NUMBER = select(func.max(tickets.c.number))
NEXT_VALUES = text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :block)")
LOCK_NUMBERS = text("SELECT pg_advisory_xact_lock(:lock)")


class Buffer:
    """Rows that are not written yet, and the keys that were handed out for them."""

    def __init__(self, connection: Connection, first_number: int) -> None:
        self._connection = connection
        self._first_number = first_number
        self._dialect = connection.dialect.name
        self._rows: dict[str, list[Row]] = {table.name: [] for table in IN_ORDER}
        self._changes: dict[str, dict[int, Row]] = {table.name: {} for _, table in UPDATES}
        self._keys: dict[str, Iterator[int]] = {}
        self._highest: dict[Table[Any], int | None] = {}
        self._number = 0
        self._made_up = 0

    def add(self, table: Table[Any], row: Row) -> Row:
        """Write this row at the end; every row of a table has the same columns."""
        self._rows[table.name].append(row)
        return row

    def rows(self, table: Table[Any]) -> list[Row]:
        return self._rows[table.name]

    def change(self, table: Table[Any], key: int, row: Row) -> None:
        """Update a row at the end; the last word counts, and says the same columns each time."""
        self._changes[table.name][key] = row

    def key_for(self, table: Table[Any]) -> int:
        """A key for a new row that nobody else will get."""
        if table.name not in self._keys:
            self._keys[table.name] = self._keys_of(table)
        return next(self._keys[table.name])

    def ticket_number(self) -> int:
        """The number after the highest there is."""
        if self._made_up:
            number, self._made_up, self._number = self._made_up, 0, 0
            return number
        if not self._number:
            if self._dialect == "postgresql":
                self._connection.execute(LOCK_NUMBERS, {"lock": NUMBER_LOCK})
            highest = self._connection.execute(HIGHEST_NUMBER).scalar()
            self._number = max(highest or 0, self._first_number - 1)
        self._number += 1
        return self._number

    def next_number_is(self, number: int) -> None:
        """Give the next ticket this number, whatever the others have; for a world that is made up."""
        self._made_up = number

    def flush(self) -> None:
        """Write everything that was gathered."""
        for table in IN_ORDER:
            if rows := self._rows[table.name]:
                if unique := SORTED.get(table.name):
                    rows.sort(key=itemgetter(unique))
                insert_rows(self._connection, table, rows)
                rows.clear()
        for statement, table in UPDATES:
            if changes := self._changes[table.name]:
                rows = [{"row_key": key, **changes[key]} for key in sorted(changes)]
                update_rows(self._connection, statement, table, rows)
                changes.clear()

    def _keys_of(self, table: Table[Any]) -> Iterator[int]:
        if self._dialect != "sqlite":
            return self._sequence(f"{table.name}_id_seq")
        if not self._highest:
            (highest,) = rows_of(self._connection, HIGHEST)
            self._highest = dict(zip(NUMBERED, highest, strict=True))
        return count((self._highest[table] or 0) + 1)

    def _sequence(self, name: str) -> Iterator[int]:
        while True:
            yield from (
                self._connection.execute(NEXT_VALUES, {"sequence": name, "block": BLOCK}).scalars().all()
            )
