"""Words that wait for a choice of their author: for a day, and for nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from store.chat_tables import drafts
from store.work import SqlWork

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Draft:
    id: int
    kind: str
    body: Mapping[str, Any]
    created_at: datetime


def keep_draft(
    work: SqlWork, medium: str, account: str, kind: str, body: Mapping[str, object], now: datetime
) -> int:
    """Keep words of an account; the draft's number."""
    row = drafts.insert().values(
        medium=medium,
        account=account,
        place=account,
        ticket=None,
        kind=kind,
        body=dict(body),
        created_at=now,
        due_at=None,
        expires_at=now + LIFETIME,
    )
    key = work.connection.execute(row).inserted_primary_key
    assert key
    return int(key[0])


def draft_of(work: SqlWork, medium: str, account: str, number: int, now: datetime) -> Draft | None:
    """A draft of this account, None where it is another's or too old."""
    query = _living(medium, account, now).where(drafts.c.id == number)
    row = work.connection.execute(query).first()
    return Draft(row.id, row.kind, row.body, row.created_at) if row else None


def newest_draft(work: SqlWork, medium: str, account: str, kind: str, now: datetime) -> Draft | None:
    """What an account wrote last of a kind that still waits."""
    query = _living(medium, account, now).where(drafts.c.kind == kind).order_by(drafts.c.id.desc())
    row = work.connection.execute(query.limit(1)).first()
    return Draft(row.id, row.kind, row.body, row.created_at) if row else None


def change_draft(work: SqlWork, draft: Draft, body: Mapping[str, object]) -> None:
    work.connection.execute(update(drafts).where(drafts.c.id == draft.id).values(body=dict(body)))


def drop_draft(work: SqlWork, number: int) -> None:
    work.connection.execute(delete(drafts).where(drafts.c.id == number))


def forget_drafts(work: SqlWork, medium: str, now: datetime) -> int:
    """Drop what is too old; how many."""
    old = drafts.c.medium == medium, drafts.c.expires_at <= now
    return work.connection.execute(delete(drafts).where(*old)).rowcount


def _living(medium: str, account: str, now: datetime) -> Any:
    columns = drafts.c.id, drafts.c.kind, drafts.c.body, drafts.c.created_at
    return select(*columns).where(
        drafts.c.medium == medium, drafts.c.account == account, drafts.c.expires_at > now
    )
