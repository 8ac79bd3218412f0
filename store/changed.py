"""Who changed a ticket last, and what: for whoever pressed a button that showed it as it was before.

The same of words that did not arrive: who had them sent again, and how.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store.tables import history
from store.work import SqlWork

WHAT = {
    "assignee": "assigned",
    "status": "changed the status of",
    "severity": "changed the severity of",
    "team": "gave to another team",
    "merged": "merged",
}
OTHERWISE = "changed"
AGAIN, ANOTHER_WAY = "sent again", "sent another way"


@dataclass(frozen=True, slots=True)
class Changed:
    """The last change: by whom, in words what, and when."""

    by: str
    what: str
    at: datetime | None


def last_change(work: SqlWork, ticket: int, kinds: Collection[str] = tuple(WHAT)) -> Changed:
    """The last one of these kinds."""
    query = select(history.c.at, history.c.actor, history.c.what, history.c.detail)
    theirs = query.where(history.c.ticket == ticket, history.c.what.in_(kinds))
    row = work.connection.execute(theirs.order_by(history.c.id.desc()).limit(1)).first()
    if row is None:
        return Changed("Somebody", OTHERWISE, None)
    agent = work.agent(row.actor)
    what = WHAT[row.what]
    if row.what == "assignee" and row.detail in ("", row.actor):
        what = "claimed" if row.detail else "gave up"
    return Changed(agent.name if agent else row.actor, what, row.at)


def note_try(work: SqlWork, ticket: int, promise: int, actor: str, now: datetime, to: str = "") -> None:
    """Write down that somebody has words sent again, `to` another place where one is named."""
    detail = f"promise {promise} to {to}" if to else f"promise {promise}"
    work.note(ticket, now, actor, ANOTHER_WAY if to else AGAIN, detail)


def last_try(work: SqlWork, ticket: int, promise: int) -> Changed | None:
    """Who had these words sent again last, None while nobody has."""
    query = select(history.c.at, history.c.actor, history.c.what, history.c.detail)
    theirs = query.where(history.c.ticket == ticket, history.c.what.in_((AGAIN, ANOTHER_WAY)))
    rows = work.connection.execute(theirs.order_by(history.c.id.desc()))
    row = next((one for one in rows if one.detail.split()[1:2] == [str(promise)]), None)
    agent = work.agent(row.actor) if row else None
    return Changed(agent.name if agent else row.actor, f"had it {row.what}", row.at) if row else None
