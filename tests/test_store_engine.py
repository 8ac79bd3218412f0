"""Opening a database, bringing it up to date, and what its troubles are called."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Text, inspect, text

import stores
from intake.errors import DeskbellError, StoreConflict, StoreUnavailable
from store import engine as engines
from store.backup import back_up
from store.desk import open_store
from store.schema import REVISIONS, _migrate, revision, upgrade
from store.tables import metadata
from store.types import Moment, address_key
from stores import an_inbound, keep, open_a_ticket

pytestmark = pytest.mark.slow
WAITING_INDEXES = {
    "ix_messages_held",
    "ix_inbox_waiting",
    "ix_inbox_lane",
    "ix_outbox_waiting",
    "ix_outbox_lane",
    "ix_outbox_held",
}


@pytest.fixture(params=stores.DATABASES)
def url(request, tmp_path):
    return stores.a_url(request, tmp_path)


@pytest.fixture
def file_url(tmp_path):
    return f"sqlite:///{tmp_path}/desk.db"


# The schema


def test_the_migrations_make_the_very_tables_that_the_program_knows(url):
    store = open_store(url)
    with store.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    store.close()

    assert differences == []


def test_every_partial_index_is_partial_and_every_constraint_has_a_name(url):
    store = open_store(url)
    found = inspect(store.engine)
    partial = {
        index["name"]
        for table in ("messages", "inbox", "outbox")
        for index in found.get_indexes(table)
        if any("where" in option for option in index.get("dialect_options", {}))
    }
    keys = [key["name"] for table in metadata.tables for key in found.get_foreign_keys(table)]
    store.close()

    assert WAITING_INDEXES == partial
    assert all(keys)


def test_opening_an_up_to_date_database_again_keeps_its_rows(url):
    first = open_store(url)
    with first.begin() as work:
        keep(work, an_inbound(), open_a_ticket(work))
    first.close()
    second = open_store(url)
    upgrade(second.engine)
    with second.reading() as work:
        ticket = work.ticket(1001)
    second.close()

    assert ticket.last_message_id == "m1@acme.example"
    assert first.mark == second.mark


def test_several_processes_may_open_a_new_database_at_once(url):
    with ThreadPoolExecutor(3) as pool:
        opened = list(pool.map(lambda _: open_store(url), range(3)))
    marks = {store.mark for store in opened}
    for store in opened:
        store.close()

    assert len(marks) == 1


def test_a_newer_schema_is_refused_with_the_way_out(url):
    store = open_store(url)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()

    with pytest.raises(DeskbellError, match=r"schema 9999, this program knows up to .*use the newer program"):
        open_store(url)


def test_a_database_in_memory_is_made_without_migrations_and_holds_while_it_is_open():
    store = open_store("sqlite://", first_number=500)
    with store.begin() as work:
        keep(work, an_inbound(), open_a_ticket(work))
    with store.reading() as work:
        number = work.ticket(500).number
    found = revision(store.engine)
    store.close()

    assert (500, "") == (number, found)


def test_the_newest_schema_is_named():
    assert REVISIONS[-1] == "0004"


def test_people_agents_and_tickets_of_the_first_schema_are_kept_by_the_second(url):
    old = engines.connect(url)
    _migrate(old, "0001")
    with old.begin() as connection:
        _put_what_the_first_schema_held(connection)
    old.dispose()
    store = open_store(url)
    with store.begin() as work:
        ticket, sam = work.ticket(1001), work.agent("sam@vendor.example")
        following = open_a_ticket(work, requester=stores.BOB)
    store.close()

    assert ("Calls drop", "Ana", "Sam", None) == (
        ticket.subject,
        ticket.requester.name,
        ticket.assignee.name,
        ticket.escalated_at,
    )
    assert (stores.NOON, ("ana@acme.example",), 0) == (
        ticket.opened_at,
        ticket.requester.emails,
        ticket.requester.seat,
    )
    assert ("", {}, False) == (sam.timezone, sam.hours, sam.manager)
    assert (1002, 8) == (following.number, following.requester.id)


def _put_what_the_first_schema_held(connection):
    tables = MetaData()
    tables.reflect(connection)
    key = {"key": address_key("ana@acme.example"), "kind": "email", "value": "ana@acme.example"}
    noon = Moment().process_bind_param(stores.NOON, connection.dialect)
    rows = [
        ("people", {"id": 7, "name": "Ana", "role": "technical-contact"}),
        ("identities", {**key, "person": 7}),
        ("agents", {"id": 3, "name": "Sam", "key": address_key("sam@vendor.example"), "active": True}),
        (
            "tickets",
            {
                "number": 1001,
                "subject": "Calls drop",
                "status": "open",
                "requester": 7,
                "assignee": 3,
                "opened_at": noon,
                "last_activity_at": noon,
                "references": "[]",
                "fields": "{}",
            },
        ),
    ]
    for name, row in rows:
        columns = [one for one in tables.tables[name].columns if not one.nullable]
        blank = {one.name: "" if isinstance(one.type, Text) else 0 for one in columns}
        connection.execute(tables.tables[name].insert().values(blank | row))
    if connection.dialect.name == "postgresql":  # as the ids would have been handed out
        connection.execute(text("SELECT setval('people_id_seq', 7)"))


# SQLite's settings


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 5000), ("foreign_keys", 1)],
)
def test_every_connection_to_sqlite_is_told_to_be_safe(file_url, pragma, value):
    store = open_store(file_url)
    with store.looking() as connection:
        found = connection.execute(text(f"PRAGMA {pragma}")).scalar()
    store.close()

    assert value == found


def test_a_reader_waits_for_no_writer(file_url):
    store = open_store(file_url)
    with store.begin() as work:
        open_a_ticket(work)
        work.flush()
        with ThreadPoolExecutor(1) as pool:
            seen = pool.submit(lambda: _number_seen(store)).result(10)
    store.close()

    assert seen is None


def _number_seen(store):
    with store.reading() as work:
        return work.ticket(1001)


def test_postgresql_limits_every_wait_and_speaks_utc(request, postgres_url):
    store = open_store(stores.servers.fresh_database(postgres_url))
    with store.looking() as connection:
        found = {
            name: connection.execute(text(f"SHOW {name}")).scalar()
            for name in (
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "timezone",
            )
        }
    store.close()

    assert {
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
        "timezone": "UTC",
    } == found


# Troubles


def test_a_url_of_another_database_is_refused():
    with pytest.raises(ValueError, match="known: sqlite, postgresql"):
        open_store("mysql://localhost/desk")


def test_a_full_disk_is_the_store_s_trouble_and_leaves_nothing(file_url):
    store = open_store(file_url)
    with store.looking() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    with pytest.raises(StoreUnavailable, match="full"):
        _fill_up(store, pages + 20)
    with store.begin() as work:
        open_a_ticket(work)
    with store.reading() as work:
        numbers = [work.ticket(number) is not None for number in (1001, 1002)]
    store.close()

    assert [True, False] == numbers


def _fill_up(store, pages):
    try:
        with store.begin() as work:
            work.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            keep(work, an_inbound(text="x" * 1_000_000), open_a_ticket(work))
    finally:
        with store.looking() as connection:
            connection.execute(text("PRAGMA max_page_count = 1000000"))


def test_a_transaction_that_sqlite_undid_by_itself_is_not_taken_for_kept(file_url):
    store = open_store(file_url)
    with pytest.raises(StoreUnavailable, match="undone"), store.begin() as work:
        work.connection.connection.dbapi_connection.execute("ROLLBACK")
    store.close()


def test_a_database_that_stays_locked_is_the_store_s_trouble(file_url, monkeypatch):
    settings = [line.replace("5000", "50") for line in engines.SQLITE_SETTINGS]
    monkeypatch.setattr(engines, "SQLITE_SETTINGS", settings)
    store = open_store(file_url)
    other = sqlite3.connect(file_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"), store.begin():
        pass
    other.execute("ROLLBACK")
    other.close()
    with store.begin() as work:
        number = open_a_ticket(work).number
    store.close()

    assert number == 1001


def test_a_file_that_is_no_database_is_the_store_s_trouble(tmp_path):
    (tmp_path / "desk.db").write_bytes(b"not a database" * 1000)

    with pytest.raises(StoreUnavailable, match="not a database"):
        open_store(f"sqlite:///{tmp_path}/desk.db")


def test_a_server_that_is_not_there_is_the_store_s_trouble():
    with pytest.raises(StoreUnavailable):
        open_store("postgresql://desk@127.0.0.1:1/desk")


def test_a_connection_that_was_cut_is_the_store_s_trouble_and_the_next_one_works(postgres_url):
    store = open_store(stores.servers.fresh_database(postgres_url))
    with pytest.raises(StoreUnavailable), store.begin() as work:
        open_a_ticket(_cut(store, work))
    with store.begin() as work:
        number = open_a_ticket(work).number
    store.close()

    assert number == 1001


def _cut(store, work):
    pid = work.connection.execute(text("SELECT pg_backend_pid()")).scalar()
    with store.looking() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    return work


def test_two_who_wait_for_each_other_are_told_that_they_met(postgres_url):
    """A deadlock on PostgreSQL: one of the two is undone, and doing it again succeeds."""
    store = open_store(stores.servers.fresh_database(postgres_url))
    with store.begin() as work:
        numbers = [open_a_ticket(work).number for _ in range(2)]
    met, outcomes = threading.Barrier(2), []

    def lock(first, second):
        waits = [True]

        def attempt():
            with store.begin() as work:
                work.ticket(first)
                if waits.pop():
                    met.wait(30)
                waits.append(False)
                work.ticket(second)

        try:
            attempt()
        except StoreConflict as error:
            outcomes.append(str(error))
            waits[:] = [False]
            engines.retrying(attempt)

    threads = [threading.Thread(target=lock, args=pair) for pair in (numbers, numbers[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    store.close()

    assert ["deadlock detected"] == outcomes


def test_a_conflict_is_tried_five_times_and_then_told():
    tries, pauses = [], []

    def attempt():
        tries.append(1)
        raise StoreConflict("again")

    with pytest.raises(StoreConflict):
        engines.retrying(attempt, pauses.append)

    assert (5, 4) == (len(tries), len(pauses))
    assert all(0 <= pause <= 1 for pause in pauses)


def test_what_is_not_a_conflict_is_not_tried_again():
    tries = []

    def attempt():
        tries.append(1)
        raise StoreUnavailable("disk full")

    with pytest.raises(StoreUnavailable):
        engines.retrying(attempt, tries.append)

    assert len(tries) == 1


KILLED = """
import os, signal, sys
from stores import an_inbound, an_outbound, keep, open_a_ticket, NOON
from store.desk import open_store

store = open_store(sys.argv[1])
with store.begin() as work:
    keep(work, an_inbound("kept"), open_a_ticket(work))
with store.begin() as work:
    ticket = work.ticket(1001)
    keep(work, an_inbound("lost"), ticket)
    work.promise(an_outbound(), ticket, NOON)
    work.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_what_was_committed_and_nothing_else(url):
    folder = Path(__file__).parent
    path = os.pathsep.join((str(folder.parent), str(folder)))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url], env=os.environ | {"PYTHONPATH": path}, timeout=60
    )
    store = open_store(url)
    with store.begin() as work:
        found = dict(work.tickets_of(["kept", "lost", "r1@vendor.example"]))
        version = work.ticket(1001).version
        following = open_a_ticket(work).number
    store.close()

    assert -signal.SIGKILL == killed.returncode
    assert ({"kept": 1001}, 2, 1002) == (found, version, following)


# Backup


def test_a_backup_is_a_whole_desk_made_while_it_works(file_url, tmp_path):
    store = open_store(file_url)
    with store.begin() as work:
        keep(work, an_inbound(), open_a_ticket(work))
    size = back_up(store, tmp_path / "copy.db")
    copy = open_store(f"sqlite:///{tmp_path}/copy.db")
    with copy.reading() as work:
        ticket = work.ticket(1001)
    copy.close()

    assert ticket.last_message_id == "m1@acme.example"
    assert size > 0
    with pytest.raises(DeskbellError, match="is there already"):
        back_up(store, tmp_path / "copy.db")
    store.close()


def test_a_backup_of_postgresql_names_the_tool_for_it(postgres_url, tmp_path):
    store = open_store(stores.servers.fresh_database(postgres_url))
    with pytest.raises(DeskbellError, match="pg_dump"):
        back_up(store, tmp_path / "copy.db")
    store.close()
