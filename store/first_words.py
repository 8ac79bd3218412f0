"""How a ticket began, for whatever shows the beginning; and whose the last word on it is."""

from dataclasses import dataclass

from sqlalchemy import func, select

from intake.decisions import Fate
from intake.messages import Assurance, Direction
from store.tables import attachments, messages
from store.work import SqlWork


@dataclass(frozen=True, slots=True)
class FirstWords:
    """What was first said on a ticket by whoever asks, how many files came along, and who vouches."""

    text: str = ""
    files: int = 0
    is_unproven_mail: bool = False


def first_words(work: SqlWork, number: int) -> FirstWords:
    """The beginning of a ticket, empty where only we have said something."""
    theirs = messages.c.ticket == number, messages.c.direction == Direction.IN, messages.c.public.is_(True)
    query = select(
        messages.c.id, messages.c.reply, messages.c.text, messages.c.channel, messages.c.assurance
    ).where(*theirs, messages.c.fate.in_((Fate.OPEN, Fate.APPEND)))
    row = work.connection.execute(query.order_by(messages.c.id).limit(1)).first()
    if row is None:
        return FirstWords()
    counted = select(func.count()).where(attachments.c.message == row.id, attachments.c.inline.is_(False))
    files = work.connection.execute(counted).scalar() or 0
    is_unproven = row.channel == "email" and row.assurance is Assurance.NONE
    return FirstWords(row.reply or row.text, files, is_unproven)


def is_last_word_theirs(work: SqlWork, number: int) -> bool:
    """Whether the last public words on a ticket are no agent's."""
    said = messages.c.ticket == number, messages.c.public.is_(True), messages.c.direction == Direction.IN
    query = select(messages.c.agent).where(*said, messages.c.fate.in_((Fate.OPEN, Fate.APPEND)))
    row = work.connection.execute(query.order_by(messages.c.id.desc()).limit(1)).first()
    return row is not None and row.agent is None
