"""Where somebody stands in a dialogue with a bot: one state an account, which a restart does not forget."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from store.chat_tables import dialogues
from store.chats import account_key
from store.work import SqlWork


def state_of(work: SqlWork, medium: str, account: str, now: datetime) -> dict[str, Any]:
    """What was kept of an account's dialogue, empty where nothing was or it is too old."""
    living = dialogues.c.key == account_key(medium, account), dialogues.c.expires_at > now
    return dict(work.connection.execute(select(dialogues.c.state).where(*living)).scalar() or {})


def keep_state(
    work: SqlWork,
    medium: str,
    account: str,
    state: Mapping[str, object],
    now: datetime,
    expires_at: datetime,
) -> None:
    """Remember a state in place of the one before."""
    values = {"state": dict(state), "updated_at": now, "expires_at": expires_at}
    values |= {"medium": medium, "account": account}
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    row = insert(dialogues).values(key=account_key(medium, account), **values)
    work.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))


def forget_states(work: SqlWork, now: datetime) -> int:
    """Drop what is too old; how many."""
    return work.connection.execute(delete(dialogues).where(dialogues.c.expires_at <= now)).rowcount
