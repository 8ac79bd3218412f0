"""Looking for tickets: by the address of somebody on them, or by words in subjects and messages.

Words are looked for in every subject, and in messages from the newest back until there are enough,
or the time that somebody waits for an answer is over: then it is said how far back was looked. There is no
index of words, so that what is redacted is nowhere left behind.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from store.queues import seen_by
from store.tables import identities, messages, participants, tickets
from store.types import address_key
from store.work import SqlWork

PORTION = 5000
SECONDS = 1.2
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers, the newest ticket first; `since` is how far back messages were looked through, None: all."""

    numbers: tuple[int, ...]
    since: datetime | None = None


def find(work: SqlWork, wanted: str, agent: int, hidden: tuple[str, ...], most: int) -> Found:
    """Tickets that an agent may see, about what was asked for."""
    may_see = seen_by(agent, hidden) if hidden else None
    if "@" in wanted and " " not in wanted:
        return Found(tuple(_of_address(work, wanted, may_see, most)))
    words = wanted.split()[:MOST_WORDS]
    numbers = dict.fromkeys(_in_subjects(work, words, may_see, most))
    since = None
    if len(numbers) < most:
        end = time.monotonic() + SECONDS
        for found, at in _in_messages(work, words, may_see):
            numbers |= dict.fromkeys(found)
            if len(numbers) >= most:
                break
            if time.monotonic() > end:
                since = at
                break
    return Found(tuple(sorted(numbers, reverse=True)[:most]), since)


def _of_address(work: SqlWork, address: str, may_see: ColumnElement[bool] | None, most: int) -> Iterator[int]:
    """Tickets that somebody asked for, or that they are on."""
    person = select(identities.c.person).where(identities.c.key == address_key(address)).scalar_subquery()
    joined = select(participants.c.ticket).where(participants.c.person == person)
    theirs = or_(tickets.c.requester == person, tickets.c.number.in_(joined))
    query = select(tickets.c.number).where(theirs, *_if(may_see)).order_by(tickets.c.number.desc())
    yield from work.connection.execute(query.limit(most)).scalars()


def _in_subjects(
    work: SqlWork, words: list[str], may_see: ColumnElement[bool] | None, most: int
) -> Iterator[int]:
    has = and_(*(tickets.c.subject.icontains(word, autoescape=True) for word in words))
    query = select(tickets.c.number).where(has, *_if(may_see)).order_by(tickets.c.number.desc())
    yield from work.connection.execute(query.limit(most)).scalars()


def _in_messages(
    work: SqlWork, words: list[str], may_see: ColumnElement[bool] | None
) -> Iterator[tuple[list[int], datetime | None]]:
    """Tickets by what was said on them, a portion of messages at a time, the newest first."""
    last = work.connection.execute(select(func.max(messages.c.id))).scalar() or 0
    has = and_(*(messages.c.text.icontains(word, autoescape=True) for word in words))
    theirs = select(messages.c.ticket).join(tickets, tickets.c.number == messages.c.ticket)
    for end in range(last, 0, -PORTION):
        portion = messages.c.id <= end, messages.c.id > end - PORTION
        found = work.connection.execute(theirs.where(*portion, has, *_if(may_see)).distinct()).scalars()
        first = select(messages.c.at).where(*portion).order_by(messages.c.id).limit(1)
        yield [one for one in found if one], work.connection.execute(first).scalar()


def _if(condition: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    return [] if condition is None else [condition]
