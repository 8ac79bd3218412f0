"""What has been spent of each budget in its hour: a row a budget, counted up by whoever spends.

The rows are written last in a transaction, and in the order of their keys, because everybody
who sends spends of the same one. The database adds, so two writers lose nothing of each other.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, and_, case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from intake.budgets import HOUR, Spent
from store.driver import Query, Row
from store.lookups import KEYS, Known
from store.side_tables import budgets
from store.types import digest

SPENT = Query(
    select(budgets.c.key, budgets.c.since, budgets.c.count, budgets.c.is_told).where(budgets.c.key.in_(KEYS))
)


class Spending:
    """The budgets that one transaction looks at and spends of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known = Known[bytes, Spent](self._read)
        self._rows: dict[bytes, Row] = {}

    def ahead(self, names: Iterable[str]) -> None:
        """Read what a group of messages will ask for at once."""
        self._known.fill(digest(name) for name in names)

    def of(self, name: str, now: datetime) -> Spent:
        """What was spent in the hour that is running now; a new hour begins with nothing.

        A message may have come a little before another one began the hour that it is counted in.
        """
        spent = self._known.of(digest(name))
        return spent if spent and spent.since and abs(now - spent.since) < HOUR else Spent()

    def add(self, name: str, now: datetime, *, is_told: bool) -> None:
        """Spend one; noting that agents were told costs one too."""
        before, key = self.of(name, now), digest(name)
        spent = Spent(before.since or now, before.count + 1, before.is_told or is_told)
        self._known.learn(key, spent)
        row = self._rows.get(key)
        counted = row["count"] + 1 if row and row["since"] == spent.since else 1
        self._rows[key] = {"key": key, "since": spent.since, "count": counted, "is_told": spent.is_told}

    def flush(self) -> None:
        if not self._rows:
            return
        rows = [self._rows[key] for key in sorted(self._rows)]
        self._connection.execute(_upsert(self._connection.dialect.name), rows)
        self._rows.clear()

    def _read(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, Spent]]:
        for row in SPENT.rows(self._connection, tuple(keys)):
            yield row.key, Spent(row.since, row.count, row.is_told)


def forget(connection: Connection, before: datetime) -> None:
    """Drop the rows of hours that are long over: strangers' addresses are many."""
    connection.execute(delete(budgets).where(budgets.c.since < before - HOUR))


def _upsert(dialect: str) -> postgresql.Insert | sqlite.Insert:
    insert = sqlite.insert(budgets) if dialect == "sqlite" else postgresql.insert(budgets)
    new = insert.excluded
    goes_on = budgets.c.since == new.since
    return insert.on_conflict_do_update(
        index_elements=[budgets.c.key],
        set_={
            "since": new.since,
            "count": case((goes_on, budgets.c.count + new.count), else_=new.count),
            "is_told": or_(new.is_told, and_(goes_on, budgets.c.is_told)),
        },
    )
