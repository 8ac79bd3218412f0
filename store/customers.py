"""What a customer may be shown of tickets: which are theirs, and what was publicly said on one.

Notes, what is held and what was refused are no part of it. Of an agent's mail only what they newly
wrote is shown, because what they quote may be internal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_, select

from intake.decisions import Fate
from intake.mail.quotes import visible_reply
from intake.messages import Direction
from intake.promising import REMINDERS
from intake.tickets import Status
from intake.trust import above_the_cut
from store.chat_tables import preferences
from store.tables import agents, attachments, messages, participants, people, tickets
from store.work import SqlWork

ANSWER = "agent-answer"  # the rule by which an agent's words are public
MOST = 100  # reminders in one go
GOING_ON = (Status.OPEN, Status.WAITING)
OVER = (Status.SOLVED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Said:
    """One public message of a ticket; `files` is how many came with it."""

    author: str
    is_agent: bool
    text: str
    at: datetime
    files: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose tickets are meant: a person's, all of an organisation's (0: not), or just some numbers."""

    person: int
    organisation: int = 0
    only: tuple[int, ...] | None = None


def tickets_within(
    work: SqlWork, reach: Reach, statuses: Iterable[Status], limit: int, offset: int = 0
) -> list[tuple[int, datetime]]:
    """Numbers and last moments of tickets within reach, the latest first."""
    query = select(tickets.c.number, tickets.c.last_activity_at).where(
        _within(reach), tickets.c.status.in_(tuple(statuses))
    )
    ordered = query.order_by(tickets.c.last_activity_at.desc(), tickets.c.number.desc())
    return [
        (row.number, row.last_activity_at)
        for row in work.connection.execute(ordered.limit(limit).offset(offset))
    ]


def is_within(work: SqlWork, reach: Reach, number: int) -> bool:
    query = select(tickets.c.number).where(_within(reach), tickets.c.number == number)
    return work.connection.execute(query).first() is not None


def said_on(work: SqlWork, ticket: int, limit: int, offset: int = 0) -> list[Said]:
    """What was publicly said on a ticket, the latest first."""
    counted = select(func.count()).where(attachments.c.message == messages.c.id).scalar_subquery()
    query = (
        select(
            messages.c.text,
            messages.c.reply,
            messages.c.at,
            messages.c.sender_name,
            messages.c.channel,
            messages.c.rule,
            people.c.name.label("person_name"),
            agents.c.name.label("agent_name"),
            counted.label("files"),
        )
        .outerjoin(people, messages.c.person == people.c.id)
        .outerjoin(agents, messages.c.agent == agents.c.id)
        .where(
            messages.c.ticket == ticket,
            messages.c.direction == Direction.IN,
            messages.c.public.is_(True),
            messages.c.fate.in_((Fate.APPEND, Fate.OPEN)),
        )
        .order_by(messages.c.id.desc())
    )
    return [_said(row) for row in work.connection.execute(query.limit(limit).offset(offset))]


def waiting_for_long(work: SqlWork, since: datetime, choices: Iterable[str]) -> list[tuple[int, int]]:
    """Tickets that have waited since then for a requester who chose to be reminded, and was not yet."""
    chose, told = preferences.alias("chose"), preferences.alias("told")
    owner = literal("person:") + cast(tickets.c.requester, Text)
    reminded = literal("reminded ") + cast(tickets.c.number, Text)
    wants = and_(chose.c.owner == owner, chose.c.name == REMINDERS, chose.c.value.in_(tuple(choices)))
    query = (
        select(tickets.c.number, tickets.c.requester)
        .join(chose, wants)
        .outerjoin(told, and_(told.c.owner == owner, told.c.name == reminded))
        .where(tickets.c.status == Status.WAITING, tickets.c.last_activity_at < since)
        .where(or_(told.c.at.is_(None), told.c.at < tickets.c.last_activity_at))
        .order_by(tickets.c.number)
    )
    return [(row.number, row.requester) for row in work.connection.execute(query.limit(MOST))]


def _within(reach: Reach) -> ColumnElement[bool]:
    if reach.only is not None:
        return tickets.c.number.in_(reach.only)
    joined = select(participants.c.ticket).where(participants.c.person == reach.person)
    theirs = or_(tickets.c.requester == reach.person, tickets.c.number.in_(joined))
    return or_(theirs, tickets.c.organisation == reach.organisation) if reach.organisation else theirs


def _said(row: Any) -> Said:
    words = row.reply or row.text
    if row.rule != ANSWER:
        return Said(row.person_name or row.sender_name, False, words, row.at, row.files)
    written = above_the_cut(visible_reply(words)) if row.channel == "email" else words
    return Said(row.agent_name or row.sender_name, True, written, row.at, row.files)
