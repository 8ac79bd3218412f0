"""Answers that wait: for the seconds in which they can be taken back, or for their author's choice.

Whoever takes one does so in the transaction in which it is said, so that it is said once, and an
answer that was taken back is gone. What is due is found again by whoever comes next. An empty row stays
for a day, or SQLite would give its number to another answer, and a late press on Undo or Send would
be about that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from store.chat_tables import IS_DUE, drafts
from store.work import SqlWork

MEDIUM = "slack"
ANSWER, PREVIEW = "answer", "preview"
CLOSING, UNDONE = "closing", "undone"  # a ticket's close with last words; the same, taken back
TAKEN = "taken"  # what is left of any, so that no later one gets its number
LIFETIME = timedelta(days=1)
TRIES, FAULT = "tries", "fault"  # in the body


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody's words; `account` is theirs in the chat, `due_at` when they are said by themselves."""

    account: str
    place: str  # the thread
    ticket: int
    kind: str
    body: Mapping[str, Any]
    due_at: datetime | None = None
    id: int = 0
    tries: int = 0  # that a fault of ours ended
    fault: str = ""  # the last one


def keep(work: SqlWork, one: Waiting, now: datetime) -> int:
    """Keep an answer; its number."""
    row = drafts.insert().values(
        medium=MEDIUM,
        account=one.account,
        place=one.place,
        ticket=one.ticket,
        kind=one.kind,
        body=dict(one.body),
        created_at=now,
        due_at=one.due_at,
        expires_at=now + LIFETIME,
    )
    key = work.connection.execute(row).inserted_primary_key
    assert key
    return int(key[0])


def look(work: SqlWork, number: int, kind: str, account: str) -> Waiting | None:
    """An answer of this account that still waits."""
    query = select(drafts).where(
        drafts.c.id == number,
        drafts.c.medium == MEDIUM,
        drafts.c.kind == kind,
        drafts.c.account == account,
    )
    row = work.connection.execute(query).first()
    return _waiting(row) if row else None


def of_source(work: SqlWork, account: str, place: str, source: str) -> Waiting | None:
    """What waits of the words that somebody wrote in one message of a thread."""
    mine = drafts.c.medium == MEDIUM, drafts.c.account == account, drafts.c.place == place
    rows = work.connection.execute(select(drafts).where(*mine).order_by(drafts.c.id))
    return next((_waiting(row) for row in rows if row.body.get("source") == source), None)


def take(work: SqlWork, number: int, kind: str, account: str) -> Waiting | None:
    """The same, which waits no more; None where somebody else has taken it, or it has been said."""
    found = look(work, number, kind, account)
    mine = update(drafts).where(drafts.c.id == number, drafts.c.kind == kind)
    empty = mine.values(kind=TAKEN, body={}, due_at=None)
    return found if found and work.connection.execute(empty).rowcount == 1 else None


def take_earlier(work: SqlWork, ticket: int, kind: str, account: str) -> None:
    """Let what somebody had to say about a ticket before wait no more: what they say now holds."""
    same = drafts.c.medium == MEDIUM, drafts.c.ticket == ticket, drafts.c.account == account
    earlier = update(drafts).where(*same, drafts.c.kind == kind)
    work.connection.execute(earlier.values(kind=TAKEN, body={}, due_at=None))


def due(work: SqlWork, now: datetime, most: int = 20) -> list[Waiting]:
    """What is to be said by now, the first first."""
    query = select(drafts).where(IS_DUE, drafts.c.medium == MEDIUM, drafts.c.due_at <= now)
    return [_waiting(row) for row in work.connection.execute(query.order_by(drafts.c.due_at).limit(most))]


def postpone(work: SqlWork, number: int, due_at: datetime) -> None:
    """Have an answer said later, if it still waits."""
    mine = update(drafts).where(drafts.c.id == number, drafts.c.medium == MEDIUM, IS_DUE)
    work.connection.execute(mine.values(due_at=due_at))


def failed(work: SqlWork, one: Waiting, due_at: datetime, fault: str) -> None:
    """The same where a fault of ours ended a try, which is counted."""
    mine = update(drafts).where(drafts.c.id == one.id, drafts.c.kind == one.kind, IS_DUE)
    body = {**one.body, TRIES: one.tries + 1, FAULT: fault}
    work.connection.execute(mine.values(due_at=due_at, body=body))


def stop(work: SqlWork, one: Waiting) -> bool:
    """Say what is due not by itself any more, and keep it; False where somebody else did, or took it."""
    mine = update(drafts).where(
        drafts.c.id == one.id, drafts.c.kind == one.kind, drafts.c.due_at == one.due_at
    )
    return work.connection.execute(mine.values(due_at=None)).rowcount == 1


def again(work: SqlWork, number: int, ticket: int, now: datetime) -> bool:
    """Have what was stopped said after all; False where there is none such on that ticket."""
    mine = drafts.c.id == number, drafts.c.ticket == ticket, drafts.c.medium == MEDIUM
    stopped = *mine, drafts.c.kind.in_((ANSWER, CLOSING)), drafts.c.due_at.is_(None)
    row = work.connection.execute(select(drafts).where(*stopped)).first()
    if row is None:
        return False
    body = {name: said for name, said in row.body.items() if name not in (TRIES, FAULT)}
    anew = update(drafts).where(*stopped).values(due_at=now, body=body)
    return work.connection.execute(anew).rowcount == 1


def lease(work: SqlWork, one: Waiting, until: datetime) -> bool:
    """Put off what is due; False where somebody else did so, took it or said it."""
    mine = update(drafts).where(
        drafts.c.id == one.id, drafts.c.kind == one.kind, drafts.c.due_at == one.due_at
    )
    return work.connection.execute(mine.values(due_at=until)).rowcount == 1


def forget_old(work: SqlWork, now: datetime) -> int:
    """What goes out by itself never: previews that nobody chose about, what was taken back, what is left."""
    kept = drafts.c.medium == MEDIUM, drafts.c.kind.in_((PREVIEW, UNDONE, TAKEN))
    old = delete(drafts).where(*kept, drafts.c.expires_at < now)
    return work.connection.execute(old).rowcount


def _waiting(row: Any) -> Waiting:
    return Waiting(
        row.account,
        row.place,
        row.ticket or 0,
        row.kind,
        row.body,
        row.due_at,
        row.id,
        row.body.get(TRIES, 0),
        row.body.get(FAULT, ""),
    )
