"""What the one path asks about chats: where somebody reads, what they chose, which card is out of date."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from intake.decisions import Fate
from intake.messages import Direction
from store.chat_tables import accounts, cards, places, preferences
from store.tables import agents, messages
from store.types import digest

if TYPE_CHECKING:
    from store.work import SqlWork

REST = timedelta(seconds=1)  # what changes within it is drawn at once


def last_place(work: "SqlWork", person: int, number: int) -> tuple[str, str] | None:
    """The channel and place of what somebody last said on a ticket."""
    theirs = messages.c.ticket == number, messages.c.person == person, messages.c.direction == Direction.IN
    query = select(messages.c.channel, messages.c.place).where(
        *theirs, messages.c.public.is_(True), messages.c.fate.in_((Fate.APPEND, Fate.OPEN))
    )
    row = work.connection.execute(query.order_by(messages.c.id.desc()).limit(1)).first()
    return (row.channel, row.place) if row else None


def preference(work: "SqlWork", owner: str, name: str) -> str:
    chosen = preferences.c.owner == owner, preferences.c.name == name
    return work.connection.execute(select(preferences.c.value).where(*chosen)).scalar() or ""


def choices(work: "SqlWork", owner: str) -> list[tuple[str, str]]:
    """Everything that somebody chose, by name."""
    query = select(preferences.c.name, preferences.c.value).where(preferences.c.owner == owner)
    return [(row.name, row.value) for row in work.connection.execute(query.order_by(preferences.c.name))]


def choose(work: "SqlWork", owner: str, name: str, value: str, now: datetime) -> None:
    """Remember what somebody chose, in place of what they chose before."""
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    row = insert(preferences).values(owner=owner, name=name, value=value, at=now)
    work.connection.execute(
        row.on_conflict_do_update(index_elements=["owner", "name"], set_={"value": value, "at": now})
    )


def is_open(work: "SqlWork", channel: str, place: str) -> bool:
    """Whether a chat takes something: its account is linked and not blocked, its channel is registered."""
    if channel == "telegram":
        theirs = accounts.c.key == account_key(channel, place)
        open_ones = select(accounts.c.key).where(
            theirs, accounts.c.ended_at.is_(None), accounts.c.blocked_at.is_(None)
        )
    else:
        where = "/".join(place.split("/")[:2])
        open_ones = select(places.c.key).where(
            places.c.key == digest(f"{channel} {where}"), places.c.broken == ""
        )
    return work.connection.execute(open_ones).first() is not None


def account_key(medium: str, place: str) -> bytes:
    """What an account is found by; a private chat's place, bot/chat, is its account's too."""
    return digest(f"{medium} {place}")


def learn_agent(work: "SqlWork", agent: int, slack: str) -> None:
    """An agent who was listed by their address only has this Slack account."""
    unknown = update(agents).where(agents.c.id == agent, agents.c.slack == "")
    work.connection.execute(unknown.values(slack=slack))


def want_cards(work: "SqlWork", numbers: Mapping[int, datetime]) -> None:
    """These tickets' cards are out of date; what changes again within a moment is drawn once.

    A card that is being drawn at this moment keeps its lease; its drawer finds one wish more.
    """
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    for number, now in sorted(numbers.items()):
        again = func.coalesce(cards.c.wanted_at, literal(now + REST, cards.c.wanted_at.type))
        old = update(cards).where(cards.c.ticket == number)
        known = old.values(wanted_at=again, wishes=cards.c.wishes + 1)
        if work.connection.execute(known).rowcount:
            continue
        blank = {"place": "", "external": "", "shown": "", "claimed_by": "", "attempts": 0, "error": ""}
        row = insert(cards).values(ticket=number, wanted_at=now, wishes=1, **blank)
        work.connection.execute(row.on_conflict_do_nothing())
