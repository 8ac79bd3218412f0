"""The workspaces that an app is installed in; their tokens lie here sealed, and are opened in bots."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from store.chat_tables import installations, places
from store.work import SqlWork


@dataclass(frozen=True, slots=True)
class Installation:
    """One workspace; `ended_at` is when its tokens ceased to work, and `ended_because` why."""

    medium: str
    team: str
    name: str
    bot_user: str
    sealed: bytes
    installed_at: datetime
    ended_at: datetime | None = None
    ended_because: str = ""


def install(work: SqlWork, one: Installation) -> None:
    """Remember a workspace and its tokens, in place of what was known of it but when the app first came."""
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    values = {
        "name": one.name,
        "bot_user": one.bot_user,
        "sealed": one.sealed,
        "ended_at": None,
        "ended_because": "",
    }
    new = {"medium": one.medium, "team": one.team, "installed_at": one.installed_at}
    row = insert(installations).values(**new, **values)
    work.connection.execute(row.on_conflict_do_update(index_elements=["medium", "team"], set_=values))
    theirs = places.c.medium == one.medium, places.c.place.startswith(f"{one.team}/", autoescape=True)
    work.connection.execute(update(places).where(*theirs).values(broken=""))  # found out anew


def installed(work: SqlWork, medium: str) -> list[Installation]:
    """The workspaces in which the app is, the first one first."""
    query = select(installations).where(installations.c.medium == medium, installations.c.ended_at.is_(None))
    return [
        _installation(row) for row in work.connection.execute(query.order_by(installations.c.installed_at))
    ]


def first_of(work: SqlWork, medium: str) -> Installation | None:
    """The workspace that the app came into first, ended or not; no other takes its place."""
    query = select(installations).where(installations.c.medium == medium)
    row = work.connection.execute(query.order_by(installations.c.installed_at, installations.c.team)).first()
    return _installation(row) if row else None


def installation_in(work: SqlWork, medium: str, team: str) -> Installation | None:
    """What is known of a workspace, ended or not."""
    query = select(installations).where(installations.c.medium == medium, installations.c.team == team)
    row = work.connection.execute(query).first()
    return _installation(row) if row else None


def end(work: SqlWork, medium: str, team: str, because: str, now: datetime) -> bool:
    """The app is not in a workspace any more, and its tokens are forgotten; False where it was not."""
    theirs = update(installations).where(
        installations.c.medium == medium, installations.c.team == team, installations.c.ended_at.is_(None)
    )
    gone = theirs.values(ended_at=now, ended_because=because, sealed=b"")
    return work.connection.execute(gone).rowcount == 1


def _installation(row: Any) -> Installation:
    return Installation(
        row.medium,
        row.team,
        row.name,
        row.bot_user,
        row.sealed,
        row.installed_at,
        row.ended_at,
        row.ended_because,
    )
