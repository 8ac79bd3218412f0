"""What happened on a ticket, the newest first, a page at a time: said, sent and done.

Every message that was kept for it is here, the held and the refused ones too, each with its fate
and the reason; what we sent to customers with what became of it; and every line of the history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from store.tables import Sending, agents, attachments, history, messages, outbox, people
from store.work import SqlWork

STATES = {Sending.PENDING: "waiting", Sending.CLAIMED: "waiting", Sending.SENT: "delivered"}
HEARD = (
    select(messages, people.c.name.label("person_name"), agents.c.name.label("agent_name"))
    .outerjoin(people, messages.c.person == people.c.id)
    .outerjoin(agents, messages.c.agent == agents.c.id)
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing on a ticket; what does not apply is empty."""

    at: datetime
    who: str
    what: str
    words: str = ""
    because: str = ""
    rule: str = ""
    fate: str = ""
    state: str = ""  # of what was sent
    files: tuple[str, ...] = ()
    message: int = 0
    promise: int = 0


def story(work: SqlWork, ticket: int, page: int, size: int) -> tuple[list[Happened], int]:
    """One page of what happened, from 1, and how many things happened in all."""
    most = page * size
    found = [*_heard(work, ticket, most), *_sent(work, ticket, most), *_done(work, ticket, most)]
    found.sort(key=lambda one: one.at, reverse=True)
    return found[most - size : most], sum(_counts(work, ticket))


def _counts(work: SqlWork, ticket: int) -> Iterator[int]:
    for table in (messages, outbox, history):
        theirs = [table.c.ticket == ticket, *([_to_customers()] if table is outbox else [])]
        yield work.connection.execute(select(func.count()).select_from(table).where(*theirs)).scalar() or 0


def _heard(work: SqlWork, ticket: int, most: int) -> Iterator[Happened]:
    query = HEARD.where(messages.c.ticket == ticket).order_by(messages.c.at.desc(), messages.c.id.desc())
    rows = work.connection.execute(query.limit(most)).all()
    files = _files(work, [row.id for row in rows])
    for row in rows:
        yield Happened(
            row.at,
            _writer(row),
            f"wrote {'' if row.public else 'a note '}by {row.channel}",
            row.reply or row.text,
            row.because,
            row.rule,
            row.fate.value,
            files=tuple(files.get(row.id, ())),
            message=row.id,
        )


def _writer(row: Any) -> str:
    name = row.agent_name or row.person_name or row.sender_name
    return f"{name} <{row.sender_address}>" if name and row.sender_address else name or row.sender_address


def _files(work: SqlWork, numbers: list[int]) -> dict[int, list[str]]:
    query = select(attachments.c.message, attachments.c.filename).where(attachments.c.message.in_(numbers))
    found: dict[int, list[str]] = {}
    for message, name in work.connection.execute(query.order_by(attachments.c.position)):
        found.setdefault(message, []).append(name)
    return found


def _sent(work: SqlWork, ticket: int, most: int) -> Iterator[Happened]:
    query = select(*outbox.c).where(outbox.c.ticket == ticket, _to_customers())
    for row in work.connection.execute(query.order_by(outbox.c.created_at.desc()).limit(most)):
        state = STATES.get(row.state, row.state.value)
        yield Happened(
            row.sent_at or row.created_at,
            "Deskbell",
            f"sent “{row.notice.replace('-', ' ')}” to {row.recipient} by {row.channel}",
            state=f"{state}: {row.error}" if row.error else state,
            promise=row.id,
        )


def _to_customers() -> ColumnElement[bool]:
    """Notices for people outside, as `intake.decisions.is_for_customers` has it."""
    return or_(outbox.c.notice == "agent-answer", outbox.c.notice.not_like("agent-%"))


def _done(work: SqlWork, ticket: int, most: int) -> Iterator[Happened]:
    query = select(history.c.at, history.c.actor, history.c.what, history.c.detail)
    rows = work.connection.execute(
        query.where(history.c.ticket == ticket).order_by(history.c.id.desc()).limit(most)
    )
    for at, actor, what, detail in rows:
        yield Happened(at, actor, f"{what}: {detail}" if detail else what)
