"""Whether something can be said to a chat account: who it belongs to, and whether it blocked the bot."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from intake.tickets import Person
from store.chat_tables import accounts
from store.chats import account_key
from store.work import SqlWork

MEDIUM = "telegram"
A_SECOND = timedelta(seconds=1)  # Telegram knows no smaller ones


def owner_of(work: SqlWork, place: str) -> Person | None:
    """The person who linked the account of a private chat, None where it is not linked."""
    linked = accounts.c.key == account_key(MEDIUM, place), accounts.c.ended_at.is_(None)
    found = work.connection.execute(select(accounts.c.person).where(*linked)).scalar()
    return work.person_by_id(found) if found else None


def block(work: SqlWork, place: str, now: datetime) -> bool:
    """Nothing can be said there since now; False where that was known, or the account is nobody's."""
    theirs = accounts.c.key == account_key(MEDIUM, place), accounts.c.blocked_at.is_(None)
    here = update(accounts).where(*theirs, accounts.c.ended_at.is_(None)).values(blocked_at=now)
    person = work.connection.execute(here.returning(accounts.c.person)).scalar()
    if person is None:
        return False
    work.note(None, now, MEDIUM, f"person {person}", f"{MEDIUM} account {place} blocked the bot")
    return True


def unblock(work: SqlWork, place: str, at: datetime) -> bool:
    """They let the bot in again at that time; False where it was not shut out, or was so afterwards."""
    theirs = accounts.c.key == account_key(MEDIUM, place), accounts.c.blocked_at <= at + A_SECOND
    return work.connection.execute(update(accounts).where(*theirs).values(blocked_at=None)).rowcount == 1
