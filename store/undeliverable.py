"""Addresses that mail came back from: what a delivery report changes, and what sets it right again.

A marked address gets nothing more. What waits for it in the outbox is held, and goes out when the
address shows that it takes mail; acknowledgements that are old by then are dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from intake.decisions import MarkReachable, MarkReturned, Verdict
from intake.messages import clean
from intake.tickets import Returned, Ticket, Unreachable
from intake.work import HeldFor
from store.driver import Query
from store.lookups import KEYS
from store.tables import Sending, outbox, thread_keys, undeliverable
from store.types import address_key, digest

if TYPE_CHECKING:
    from store.work import SqlWork

REMEMBERED_FOR = timedelta(days=7)  # failures that were for now
FAILURES = (Verdict.FAILED, Verdict.FAILED_FOR_NOW)
STALE = timedelta(days=1)
UNREACHABLE = Query(select(*undeliverable.c).where(undeliverable.c.key.in_(KEYS)))


def unreachable_in(rows: Iterable[Any]) -> Iterator[tuple[bytes, Unreachable]]:
    for row in rows:
        failures = tuple(datetime.fromisoformat(one) for one in row.failures)
        yield row.key, Unreachable(row.address, row.status, row.at, row.is_marked, failures)


def listed(work: SqlWork) -> list[Unreachable]:
    """The addresses that are written to no more, by address."""
    marked = select(*undeliverable.c).where(undeliverable.c.is_marked).order_by(undeliverable.c.address)
    return [one for _, one in unreachable_in(work.connection.execute(marked))]


def returned(work: SqlWork, message_id: str, outbox_id: int) -> Returned | None:
    """The promise that a report is about: VERP says it better than the mail that it quotes."""
    columns = (outbox.c.id, outbox.c.recipient, outbox.c.notice, outbox.c.ticket, outbox.c.state)
    row = work.connection.execute(select(*columns).where(_named(message_id, outbox_id)).limit(1)).first()
    if row is None:
        return None
    known = work.unreachable(row.recipient)
    return Returned(
        row.id,
        row.recipient,
        row.notice,
        row.ticket or 0,
        failures=known.failures if known else (),
        came_back=row.state is Sending.FAILED,
        is_marked=known is not None and known.is_marked,
    )


def mark_returned(
    work: SqlWork, change: MarkReturned, ticket: Ticket | None, actor: str, now: datetime
) -> Ticket | None:
    """Mark the promise, count the failure, and give the address up where that is decided."""
    if change.verdict in FAILURES:
        told = (Sending.DROPPED, Sending.FAILED)  # what is said of it already stays
        failed = update(outbox).where(outbox.c.id == change.promise, outbox.c.state.not_in(told))
        error = f"returned: {change.said}"
        work.connection.execute(failed.values(state=Sending.FAILED, held_for="", error=error))
        if change.is_counted:
            _count(work, change, now)
    if change.marks:
        _hold_waiting(work, change)
    work.note(ticket.number if ticket else None, now, actor, "undelivered", change.said)
    return ticket


def mark_reachable(
    work: SqlWork, change: MarkReachable, ticket: Ticket | None, actor: str, now: datetime
) -> Ticket | None:
    """Forget what came back from an address, and let out what waited for it."""
    key = address_key(change.address)
    work.connection.execute(delete(undeliverable).where(undeliverable.c.key == key))
    work.came_back.things[key] = None
    waits = (outbox.c.recipient_key == key, outbox.c.state == Sending.HELD)
    let_out(work, (*waits, outbox.c.held_for == HeldFor.ADDRESS), now)
    work.note(ticket.number if ticket else None, now, actor, "reachable", f"{change.address}: {change.why}")
    return ticket


def let_out(work: SqlWork, held: Iterable[ColumnElement[bool]], now: datetime) -> int:
    """Send what was held; acknowledgements older than a day help nobody and are dropped. How many go."""
    which = tuple(held)
    stale = update(outbox).where(
        *which, outbox.c.automatic == "auto-replied", outbox.c.created_at < now - STALE
    )
    work.connection.execute(stale.values(state=Sending.DROPPED, error="held for more than a day"))
    freed = update(outbox).where(*which, outbox.c.state == Sending.HELD)
    values = {"state": Sending.PENDING, "held_for": "", "next_at": now, "attempts": 0, "error": ""}
    return work.connection.execute(freed.values(values)).rowcount


def _count(work: SqlWork, change: MarkReturned, now: datetime) -> None:
    """One row an address: what came back last, and every failure of a week that was for now."""
    key, known = address_key(change.address), work.unreachable(change.address)
    recent = [one for one in (known.failures if known else ()) if now - one < REMEMBERED_FOR]
    if change.verdict is Verdict.FAILED_FOR_NOW:
        recent.append(now)
    is_marked = change.marks or (known is not None and known.is_marked)
    work.connection.execute(delete(undeliverable).where(undeliverable.c.key == key))
    row = {
        "key": key,
        "address": change.address,
        "status": change.status,
        "at": now,
        "is_marked": is_marked,
        "failures": [one.isoformat() for one in recent],
    }
    work.connection.execute(insert(undeliverable).values(row))
    work.came_back.learn(
        key, Unreachable(clean(change.address), change.status, now, is_marked, tuple(recent))
    )


def _hold_waiting(work: SqlWork, change: MarkReturned) -> None:
    """What was promised to the address and has not begun to go out stays here; so in this transaction."""
    key = address_key(change.address)
    held = {"state": Sending.HELD, "held_for": HeldFor.ADDRESS, "error": change.said}
    waiting = update(outbox).where(outbox.c.recipient_key == key, outbox.c.state == Sending.PENDING)
    work.connection.execute(waiting.values(held))
    for row in work.buffer.rows(outbox):
        if row["recipient_key"] == key and row["state"] is Sending.PENDING:
            row.update(held)


def _named(message_id: str, outbox_id: int) -> ColumnElement[bool]:
    if outbox_id:
        return outbox.c.id == outbox_id
    return outbox.c.id.in_(select(thread_keys.c.outbox).where(thread_keys.c.key == digest(message_id)))
