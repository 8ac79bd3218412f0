"""A ticket's story for agents: what was said, what we sent and what became of it, what was done.

The newest first, a page at a time; each of the three is read only as far as the page reaches.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from intake.decisions import is_for_customers
from store.exports import FULL_MESSAGE
from store.tables import Sending, attachments, history, messages, outbox
from store.work import SqlWork

SENT_STATES = {
    Sending.PENDING: "on its way",
    Sending.CLAIMED: "on its way",
    Sending.SENT: "delivered",
    Sending.HELD: "held",
    Sending.FAILED: "failed",
    Sending.DROPPED: "dropped",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened; `what` is "" of a message, whose channel says how it was said."""

    at: datetime
    who: str
    what: str = ""
    words: str = ""
    channel: str = ""
    is_public: bool = True
    because: str = ""
    rule: str = ""
    fate: str = ""
    state: str = ""
    files: tuple[str, ...] = ()


def pages_of(work: SqlWork, ticket: int, page: int, size: int) -> tuple[list[Told], int]:
    """One page of a ticket's story, and how many pages there are."""
    theirs = (messages.c.ticket == ticket, _for_customers(ticket), _deeds(ticket))
    tables = (messages, outbox, history)
    count = sum(
        work.connection.execute(select(func.count()).select_from(table).where(which)).scalar_one()
        for table, which in zip(tables, theirs, strict=True)
    )
    pages = max(1, -(-count // size))
    last = min(page, pages) * size
    told = [*_said(work, ticket, last), *_sent(work, ticket, last), *_done(work, ticket, last)]
    told.sort(key=lambda one: one.at, reverse=True)
    return told[last - size : last], pages


def _for_customers(ticket: int) -> Any:
    answer = outbox.c.notice == "agent-answer"
    return (outbox.c.ticket == ticket) & (answer | outbox.c.notice.not_like("agent-%"))


def _deeds(ticket: int) -> Any:
    return (history.c.ticket == ticket) & history.c.message.is_(None)


def _said(work: SqlWork, ticket: int, most: int) -> Iterator[Told]:
    query = FULL_MESSAGE.where(messages.c.ticket == ticket).order_by(messages.c.id.desc()).limit(most)
    rows = work.connection.execute(query).all()
    files = _files(work, [row.id for row in rows])
    for row in rows:
        who = row.agent_name or row.sender_name or row.person_name or row.sender_address
        yield Told(
            row.at,
            who,
            "",
            row.reply or row.text,
            row.channel,
            row.public,
            row.because,
            row.rule,
            row.fate.value,
            files=tuple(files.get(row.id, ())),
        )


def _files(work: SqlWork, numbers: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(attachments.c.message, attachments.c.filename).where(attachments.c.message.in_(numbers))
    for message, name in work.connection.execute(query.order_by(attachments.c.position)):
        found.setdefault(message, []).append(name)
    return found


def _sent(work: SqlWork, ticket: int, most: int) -> Iterator[Told]:
    query = select(outbox).where(_for_customers(ticket)).order_by(outbox.c.id.desc()).limit(most)
    for row in work.connection.execute(query):
        assert is_for_customers(row.notice)
        state = SENT_STATES[row.state]
        why = f"{state}: {row.error}"[:140] if row.error else state
        what = f"{row.notice} to {row.recipient}"
        yield Told(row.created_at, row.headers["from_name"] or "Deskbell", what, "", row.channel, state=why)


def _done(work: SqlWork, ticket: int, most: int) -> Iterator[Told]:
    query = select(history).where(_deeds(ticket)).order_by(history.c.id.desc()).limit(most)
    for row in work.connection.execute(query):
        agent = work.agent(row.actor)
        yield Told(row.at, agent.name if agent else row.actor, f"{row.what}: {row.detail}"[:280])
