"""Messages that their authors changed or took back in a chat: what was said before is kept, not shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from store.side_tables import revisions
from store.tables import messages
from store.types import is_key
from store.work import SqlWork

EDITED, TAKEN_BACK = "edited", "taken back"


@dataclass(frozen=True, slots=True)
class Edit:
    """What a message said before and who wrote it, and on which ticket it is, 0 for none."""

    message: int
    ticket: int
    before: str
    author: str = ""


def edit(work: SqlWork, message: int, text: str, actor: str, now: datetime) -> Edit | None:
    """Let a message say something else from now on; None where it is not there or says that already."""
    return _revise(work, message, text, EDITED, actor, now)


def take_back(work: SqlWork, message: int, actor: str, now: datetime) -> Edit | None:
    """Let a message say nothing any more."""
    return _revise(work, message, "", TAKEN_BACK, actor, now)


def versions_of(work: SqlWork, message: int) -> list[tuple[datetime, str, str]]:
    """What a message said before each change, the first first: when it was changed, how, and the words."""
    query = select(revisions.c.at, revisions.c.what, revisions.c.detail).where(
        revisions.c.message == message, revisions.c.what.in_((EDITED, TAKEN_BACK))
    )
    return [(row.at, row.what, row.detail) for row in work.connection.execute(query.order_by(revisions.c.id))]


def _revise(work: SqlWork, message: int, text: str, what: str, actor: str, now: datetime) -> Edit | None:
    work.flush()  # it may have been kept in this very transaction
    query = select(messages.c.reply, messages.c.text, messages.c.ticket, messages.c.sender_name).where(
        messages.c.id == message
    )
    row = work.connection.execute(query).first() if is_key(message) else None
    if row is None or text == (before := row.reply or row.text):
        return None
    work.connection.execute(update(messages).where(messages.c.id == message).values(text=text, reply=text))
    kept = {"message": message, "outbox": None, "ticket": row.ticket, "at": now, "actor": actor}
    work.connection.execute(revisions.insert().values(**kept, what=what, detail=before))
    work.note(row.ticket, now, actor, what, f"message {message}", message=message)
    return Edit(message, row.ticket or 0, before, row.sender_name)
