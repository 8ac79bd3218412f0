"""Links that opened a ticket in a chat: each works once, and is kept as a digest only."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from intake.tokens import START_LIFETIME, Start
from store.chat_tables import links
from store.types import digest
from store.work import SqlWork


def link_key(medium: str, token: str) -> bytes:
    """What is kept of a link's token."""
    return digest(f"{medium} {token}")


def is_used(work: SqlWork, key: bytes) -> bool:
    """Whether somebody has opened this link."""
    found = select(links.c.key).where(links.c.key == key)
    return work.connection.execute(found).first() is not None


def use(
    work: SqlWork, medium: str, key: bytes, start: Start, address: str, account: str, now: datetime
) -> bool:
    """Use a link up; False where somebody was quicker."""
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    row = insert(links).values(
        key=key,
        medium=medium,
        person=start.person,
        address=address,
        ticket=start.ticket,
        created_at=start.expires_at - START_LIFETIME,
        expires_at=start.expires_at,
        used_at=now,
        used_by=account,
    )
    mine = work.connection.execute(row.on_conflict_do_nothing().returning(links.c.key)).first()
    return mine is not None
