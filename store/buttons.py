"""What the buttons of a chat do: kept by the digest of their token, bound to whom they were shown.

A token is worth something to its account only, and until it expires; what it does is decided
again by whoever takes it, since the ticket may have changed hands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from store.chat_tables import buttons
from store.types import digest
from store.work import SqlWork


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button does, and the place where it was shown."""

    action: str
    ticket: int
    body: Mapping[str, object]
    place: str


def keep_button(
    work: SqlWork, medium: str, account: str, token: str, pressed: Pressed, expires_at: datetime
) -> None:
    """Remember what a token does; a ticket that was opened in this transaction is written before it."""
    work.flush()
    work.connection.execute(
        insert(buttons).values(
            key=digest(f"{medium} {token}"),
            medium=medium,
            account=account,
            place=pressed.place,
            action=pressed.action,
            ticket=pressed.ticket or None,
            body=dict(pressed.body),
            expires_at=expires_at,
        )
    )


def pressed_button(work: SqlWork, medium: str, account: str, token: str, now: datetime) -> Pressed | None:
    """What a token does for this account; None where it is another's, unknown, or too old."""
    theirs = buttons.c.key == digest(f"{medium} {token}"), buttons.c.medium == medium
    query = select(buttons.c.action, buttons.c.ticket, buttons.c.body, buttons.c.place)
    found = work.connection.execute(
        query.where(*theirs, buttons.c.account == account, buttons.c.expires_at > now)
    ).first()
    return Pressed(found.action, found.ticket or 0, found.body, found.place) if found else None


def forget_buttons(work: SqlWork, now: datetime) -> int:
    """Drop what has expired; how many."""
    return work.connection.execute(delete(buttons).where(buttons.c.expires_at <= now)).rowcount
