"""Old mail into rows: each with the time that it had, without a promise and without a clock.

The bytes count as received now, so that they are kept for as long as those of any mail. The
ids that a mail answers are remembered for its ticket too: the mails between may be lost.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from intake.decisions import Decision, Fate
from intake.messages import Direction, Inbound, Raw
from intake.tickets import Status, Ticket
from store.buffer import IN_ORDER
from store.driver import Query
from store.lookups import KEYS
from store.tables import history, messages, raws, thread_keys
from store.types import digest
from store.work import SqlWork

ACTOR = "import"
KNOWN_RAWS = Query(select(raws.c.digest).where(raws.c.digest.in_(KEYS)))
OPENED_HERE = select(history.c.id).where(history.c.what == "opened", history.c.actor == ACTOR).limit(1)


def known_bytes(work: SqlWork, bodies: Iterable[bytes]) -> set[bytes]:
    """The digests of those bodies that have been kept before, in whatever way they came."""
    digests = tuple({sha256(body).digest() for body in bodies})
    return {row.digest for row in KNOWN_RAWS.rows(work.connection, digests)} if digests else set()


def keep_history(
    work: SqlWork, raw: Raw, inbound: Inbound, decision: Decision, direction: Direction
) -> Ticket | None:
    """Write what an import decided, as of the mail's own time; the ticket as it then is."""
    at = inbound.received_at
    ticket = decision.ticket
    for change in decision.changes:
        ticket = work.write(change, ticket, ACTOR, at)
    work.keep(raw, inbound, decision, ticket, at)
    work.buffer.rows(messages)[-1]["direction"] = direction
    if ticket is None or decision.fate not in (Fate.OPEN, Fate.APPEND):
        return ticket
    _remember_what_it_answers(work, inbound, ticket.number)
    return _closed_at_its_last(work, ticket.number, at)


def forget_rows(work: SqlWork) -> None:
    """Write nothing of what was gathered, and still know it: for a dry run over many mails."""
    for table in IN_ORDER:
        work.buffer.rows(table).clear()


def _remember_what_it_answers(work: SqlWork, inbound: Inbound, number: int) -> None:
    for message_id in dict.fromkeys((*inbound.references, inbound.in_reply_to)):
        if message_id:
            key = digest(message_id)
            work.buffer.add(thread_keys, {"key": key, "ticket": number, "outbox": None})
            work.known.learn_thread(key, number)


def _closed_at_its_last(work: SqlWork, number: int, at: datetime) -> Ticket | None:
    """A thread that an import closed ended with its last mail, not with its first."""
    ticket = work.ticket(number)
    if not ticket or ticket.status is not Status.CLOSED or not ticket.closed_at or ticket.closed_at >= at:
        return ticket
    if not _was_opened_here(work, number):
        return ticket
    return work.save(replace(ticket, closed_at=at), at)


def _was_opened_here(work: SqlWork, number: int) -> bool:
    waiting = (row for row in work.buffer.rows(history) if row["ticket"] == number)
    if any(row["what"] == "opened" and row["actor"] == ACTOR for row in waiting):
        return True
    return work.connection.execute(OPENED_HERE.where(history.c.ticket == number)).first() is not None
