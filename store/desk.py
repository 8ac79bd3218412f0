"""The store as its callers hold it: opened once, asked for transactions.

`begin` is the writer's transaction and commits at its end or not at all. `reading` sees
one moment and keeps nothing: what is written in it is known to it and then forgotten,
so a message can be explained without leaving a trace.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, select

from intake.errors import StoreUnavailable
from store import engine as engines
from store.schema import upgrade
from store.tables import meta
from store.work import SqlWork

FIRST_NUMBER = 1001
MARK = select(meta.c.value).where(meta.c.name == "mark")


class SqlStore:
    """A desk's database; safe to use from several threads."""

    def __init__(self, engine: Engine, first_number: int = FIRST_NUMBER) -> None:
        self.engine = engine
        self.first_number = first_number
        self.policy_digest = ""  # of the policy that decides, noted on each message
        self._reader = engines.reading(engine)
        self.mark = self._mark()

    @contextmanager
    def begin(self) -> Iterator[SqlWork]:
        with self.writing() as connection:
            work = SqlWork(connection, first_number=self.first_number, policy_digest=self.policy_digest)
            yield work
            work.flush()

    @contextmanager
    def reading(self) -> Iterator[SqlWork]:
        """A transaction that changes nothing, whatever is written in it."""
        with self.looking() as connection:
            yield SqlWork(connection, first_number=self.first_number, locks=False)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The bare connection of a writer's transaction."""
        with engines.translated(), self.engine.begin() as connection:
            yield connection
            _check_open(connection)

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """The bare connection of a reader's transaction."""
        with engines.translated(), self._reader.connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()

    def _mark(self) -> str:
        """What this installation's own mail is known by; made once."""
        with self.looking() as connection:
            known = connection.execute(MARK).scalar()
        if known:
            return known
        with self.writing() as connection:
            if known := connection.execute(MARK).scalar():
                return known
            made = secrets.token_hex(8)
            connection.execute(meta.insert().values(name="mark", value=made))
        return made


def open_store(url: str, first_number: int = FIRST_NUMBER) -> SqlStore:
    """Open the database behind a URL, brought up to the newest schema."""
    engine = engines.connect(url)
    try:
        upgrade(engine)
        return engines.retrying(lambda: SqlStore(engine, first_number))
    except StoreUnavailable as error:
        engine.dispose()
        raise StoreUnavailable(f"store {engine.url.render_as_string()}: {error}") from error
    except BaseException:
        engine.dispose()
        raise


def _check_open(connection: Connection) -> None:
    """SQLite has rolled back by itself when the disk was full; committing then would keep half."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.dbapi_connection
        if not getattr(driver, "in_transaction", True):
            raise StoreUnavailable("the database has undone this transaction by itself")
        _check_file(connection)


def _check_file(connection: Connection) -> None:
    """A file that was removed takes commits as ever, and forgets them when it is closed."""
    opened, there = connection.info[engines.FILE], engines.file_at(connection.engine.url.database)
    if opened in (None, there):
        return
    if there is None:
        raise StoreUnavailable("the database file has been removed; put it back, or stop and start again")
    connection.invalidate()
    connection.engine.dispose()
    raise StoreUnavailable("the database file has been replaced; the new one is opened")
