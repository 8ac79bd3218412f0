"""Held messages: an agent says what becomes of them, and the history says who said it."""

from datetime import datetime

from sqlalchemy import select, update

from intake.decisions import Fate
from store.tables import messages
from store.work import SqlWork


def release(work: SqlWork, message: int, ticket: int, actor: str, now: datetime) -> bool:
    """Add a held message to a ticket; False when it is not held any more."""
    return settle(work, message, Fate.APPEND, actor, f"released to {ticket}", now, ticket)


def refuse(work: SqlWork, message: int, actor: str, now: datetime, because: str = "") -> bool:
    """Turn a held message away; telling its sender is the caller's decision."""
    return settle(work, message, Fate.REFUSE, actor, because or "refused by an agent", now)


def drop(work: SqlWork, message: int, actor: str, now: datetime, because: str = "") -> bool:
    """Keep a held message and do nothing more about it."""
    return settle(work, message, Fate.IGNORE, actor, because or "dropped by an agent", now)


def settle(
    work: SqlWork,
    message: int,
    fate: Fate,
    actor: str,
    because: str,
    now: datetime,
    ticket: int | None = None,
) -> bool:
    """Change the fate of a held message; the first agent to say so wins."""
    held = update(messages).where(messages.c.id == message, messages.c.fate == Fate.HOLD)
    values = {"fate": fate, "because": because} | ({"ticket": ticket} if ticket else {})
    if work.connection.execute(held.values(values)).rowcount != 1:
        return False
    row = work.connection.execute(
        select(messages.c.message_id, messages.c.ticket, messages.c.identity).where(messages.c.id == message)
    ).one()
    work.known.receipts.things.pop(row.identity, None)
    if ticket and fate in (Fate.APPEND, Fate.OPEN):
        work.file(row.message_id, (), ticket, now)
    work.note(row.ticket, now, actor, f"held message {fate}", because, message)
    return True
