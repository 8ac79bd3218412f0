"""What the tests of the store share: a desk on either database, and things to put into it.

A test mentions only what it is about; everything else has a good default here.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

import servers
from intake.decisions import Decision, Fate, OpenTicket, StartClock
from intake.messages import Address, Assurance, Inbound, Outbound, Raw
from intake.tickets import ClockKind, Ticket
from store.desk import SqlStore, open_store
from store.tables import metadata
from store.work import SqlWork

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANA = Address("Ana", "ana@acme.example")
BOB = Address("Bob", "bob@acme.example")


def a_url(request: pytest.FixtureRequest, folder: Path) -> str:
    """A new, empty database of the kind that the fixture's parameter names."""
    if request.param == "sqlite":
        return f"sqlite:///{folder}/desk.db"
    return servers.fresh_database(request.getfixturevalue("postgres_url"))


def opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[SqlStore]:
    """A desk in a database with nothing in it, closed at the end; migrated once for the whole run."""
    store = open_store(_emptied(request, folder))
    yield store
    store.close()


@cache
def _migrated(url: str) -> str:
    open_store(url).close()
    return url


def _emptied(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        common = request.getfixturevalue("tmp_path_factory").getbasetemp() / "migrated.db"
        _migrated(f"sqlite:///{common}")
        shutil.copy(common, folder / "desk.db")
        with sqlite3.connect(folder / "desk.db") as connection:
            connection.execute("DELETE FROM meta WHERE name = 'mark'")
        connection.close()
        return f"sqlite:///{folder}/desk.db"
    url = _migrated(_common_database(request.getfixturevalue("postgres_url")))
    tables = ", ".join(metadata.tables)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return url


@cache
def _common_database(cluster: str) -> str:
    return servers.fresh_database(cluster)


def an_inbound(message_id: str = "m1@acme.example", **fields: Any) -> Inbound:
    defaults: dict[str, Any] = {
        "channel": "email",
        "identity": hashlib.sha256(repr((message_id, fields)).encode()).hexdigest(),
        "received_at": NOON,
        "sender": ANA,
        "message_id": message_id,
        "subject": "Calls drop",
        "text": "They drop.",
        "reply": "They drop.",
    }
    return Inbound(**(defaults | fields))


def a_raw(body: bytes = b"Subject: Calls drop\r\n\r\nThey drop.\r\n", **fields: Any) -> Raw:
    return Raw(**({"channel": "email", "source": "mail", "body": body, "received_at": NOON} | fields))


def a_decision(fate: Fate = Fate.APPEND, **fields: Any) -> Decision:
    defaults = {"rule": "a-rule", "because": "It says so.", "assurance": Assurance.ALIGNED}
    return Decision(fate, **(defaults | fields))


def an_outbound(message_id: str = "r1@vendor.example", **fields: Any) -> Outbound:
    defaults: dict[str, Any] = {
        "channel": "email",
        "recipient": ANA,
        "notice": "acknowledgement",
        "subject": "Re: Calls drop",
        "body": "We have it.",
        "message_id": message_id,
    }
    return Outbound(**(defaults | fields))


def a_clock(kind: ClockKind = ClockKind.RESOLUTION, hours: int = 4) -> StartClock:
    return StartClock(
        kind, f"{hours}h", NOON, NOON + timedelta(hours=hours), NOON + timedelta(hours=hours / 2), "50%"
    )


def open_a_ticket(work: SqlWork, **fields: Any) -> Ticket:
    defaults: dict[str, Any] = {
        "subject": "Calls drop",
        "severity": "standard",
        "channel": "portal",
        "requester": ANA,
        "organisation_id": None,
    }
    ticket = work.write(OpenTicket(**(defaults | fields)), None, "ana@acme.example", NOON)
    assert ticket
    return ticket


def keep(work: SqlWork, inbound: Inbound, ticket: Ticket | None = None, **fields: Any) -> int:
    """Keep a message that arrived with bytes of its own."""
    fate = fields.pop("fate", Fate.APPEND if ticket else Fate.HOLD)
    return work.keep(
        a_raw(inbound.identity.encode()), inbound, a_decision(fate, **fields), ticket, inbound.received_at
    )
