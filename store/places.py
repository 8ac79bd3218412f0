"""Where words of a message come to lie besides its mail, and the rows there that hold a secret.

A row without a ticket belongs to one by its message, or by the moment at which that was decided:
agents are told of a held message by notices that are on no ticket. What names several tickets is looked
through whichever is meant, for it repeats their subjects.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select, Table, and_, or_, select

from intake.promising import DECIDED
from intake.redaction import Eraser
from store.chat_tables import drafts
from store.driver import Row
from store.side_tables import revisions, surveys
from store.tables import clock_events, clocks, history, inbox, messages, outbox, tickets
from store.work import SqlWork

ABOUT_SEVERAL = ("ticket-status", "agent-digest", "chat-list", "chat-which")


@dataclass(frozen=True, slots=True)
class Place:
    """A table whose rows repeat what was said: its key, and the columns that may."""

    table: Table[Any]
    key: Column[Any]
    columns: tuple[str, ...]
    name: str


PLACES = (
    Place(messages, messages.c.id, ("subject", "text", "reply", "because", "trace"), "message"),
    Place(outbox, outbox.c.id, ("subject", "body", "answer", "error", "extra"), "notice"),
    Place(tickets, tickets.c.number, ("subject", "product", "release", "fields"), "ticket"),
    Place(history, history.c.id, ("detail",), "history line"),
    Place(clock_events, clock_events.c.id, ("reason",), "clock event"),
    Place(inbox, inbox.c.id, ("error",), "inbox row"),
    Place(revisions, revisions.c.id, ("detail",), "earlier version"),
    Place(drafts, drafts.c.id, ("body",), "draft"),
    Place(surveys, surveys.c.ticket, ("comment",), "survey"),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """A row that loses words: what its columns say afterwards."""

    place: Place
    key: int
    values: Row


def lines_of(work: SqlWork, place: Place, ticket: int, mine: Select[int], eraser: Eraser) -> Iterator[Lines]:
    """The rows of a place that hold a secret and are about a ticket, or one of these messages."""
    columns = [place.table.c[name] for name in place.columns]
    query = select(place.key, *columns).where(_belongs(place.table, ticket, mine))
    for key, *values in work.connection.execute(query):
        pairs = list(zip(place.columns, values, strict=True))
        after = {name: _without(place.table, name, value, eraser) for name, value in pairs}
        if changed := {name: after[name] for name, value in pairs if after[name] != value}:
            yield Lines(place, key, changed)


def _belongs(table: Table[Any], ticket: int, mine: Select[int]) -> Any:
    """Whether a row is about the ticket or one of its messages."""
    if table is messages:
        return messages.c.id.in_(mine)
    if table is tickets:
        return tickets.c.number == ticket
    if table is inbox:
        return inbox.c.message.in_(mine)
    if table is revisions:
        return or_(revisions.c.ticket == ticket, revisions.c.message.in_(mine))
    if table in (drafts, surveys):
        return table.c.ticket == ticket
    if table is history:
        return or_(history.c.ticket == ticket, history.c.message.in_(mine))
    if table is clock_events:
        return clock_events.c.clock.in_(select(clocks.c.id).where(clocks.c.ticket == ticket))
    decided = select(messages.c.at).where(messages.c.id.in_(mine))
    may_be = or_(outbox.c.created_at.in_(decided), outbox.c.notice.in_(ABOUT_SEVERAL))
    return or_(outbox.c.ticket == ticket, and_(outbox.c.ticket.is_(None), may_be))


def _without(table: Table[Any], column: str, value: Any, eraser: Eraser) -> Any:
    if table is outbox and column == "body":
        return eraser.without_in_markdown(value)
    if table is outbox and column == "extra" and DECIDED in value:  # words like those of the body
        return eraser.without_within({**value, DECIDED: eraser.without_in_markdown(value[DECIDED])})
    return eraser.without_within(value)
