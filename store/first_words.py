"""How a ticket began, for whatever shows the beginning; and whose the last word on it is."""

from sqlalchemy import func, select

from intake.decisions import Fate
from intake.messages import Direction
from store.tables import attachments, messages
from store.work import SqlWork


def first_words(work: SqlWork, number: int) -> tuple[str, int]:
    """What was first said on a ticket by whoever asks, and how many files came with it."""
    theirs = messages.c.ticket == number, messages.c.direction == Direction.IN, messages.c.public.is_(True)
    query = select(messages.c.id, messages.c.reply, messages.c.text).where(
        *theirs, messages.c.fate.in_((Fate.OPEN, Fate.APPEND))
    )
    row = work.connection.execute(query.order_by(messages.c.id).limit(1)).first()
    if row is None:
        return "", 0
    counted = select(func.count()).where(attachments.c.message == row.id, attachments.c.inline.is_(False))
    return row.reply or row.text, work.connection.execute(counted).scalar() or 0


def is_last_word_theirs(work: SqlWork, number: int) -> bool:
    """Whether the last public words on a ticket are no agent's."""
    said = messages.c.ticket == number, messages.c.public.is_(True), messages.c.direction == Direction.IN
    query = select(messages.c.agent).where(*said, messages.c.fate.in_((Fate.OPEN, Fate.APPEND)))
    row = work.connection.execute(query.order_by(messages.c.id.desc()).limit(1)).first()
    return row is not None and row.agent is None
