"""The clocks as the ticker, `sla recompute` and `ticket show --why` ask for them."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from intake.clocks.replayed import ClockEvent
from store.tables import clock_events, clocks
from store.work import SqlWork

DUE = (
    select(clocks.c.ticket, clocks.c.id)
    .where(clocks.c.next_at <= bindparam("now"))
    .order_by(clocks.c.next_at)
    .limit(bindparam("most"))
)
NEXT_DUE = select(func.min(clocks.c.next_at))
OWED = (
    select(clocks.c.ticket)
    .where(clocks.c.met_at.is_(None), clocks.c.stopped_at.is_(None))
    .distinct()
    .order_by(clocks.c.ticket)
)
EVENTS = (
    select(
        clock_events.c.clock,
        clocks.c.kind,
        clock_events.c.at,
        clock_events.c.event,
        clock_events.c.reason,
        clock_events.c.target,
        clock_events.c.due_at,
        clock_events.c.severity,
        clock_events.c.until,
    )
    .join(clocks, clocks.c.id == clock_events.c.clock)
    .where(clocks.c.ticket == bindparam("ticket"))
    .order_by(clock_events.c.id)
)


def due_clocks(work: SqlWork, now: datetime, limit: int = 100) -> list[tuple[int, int]]:
    """Tickets and clocks whose next moment has come, the longest due first."""
    return [(row.ticket, row.id) for row in work.connection.execute(DUE, {"now": now, "most": limit})]


def next_due(work: SqlWork) -> datetime | None:
    """The next moment that any clock wants attention, None when none does."""
    return work.connection.execute(NEXT_DUE).scalar()


def tickets_that_owe(work: SqlWork) -> list[int]:
    """The tickets with a promise that is neither kept nor given up, by number."""
    return list(work.connection.execute(OWED).scalars())


def clock_events_of(work: SqlWork, ticket: int) -> list[ClockEvent]:
    """Everything that happened to a ticket's clocks, in order: what they are computed from."""
    return [ClockEvent(*row) for row in work.connection.execute(EVENTS, {"ticket": ticket})]


def events_of(work: SqlWork, ticket: int) -> list[dict[str, object]]:
    """The same as records for a list."""
    return [row._asdict() for row in work.connection.execute(EVENTS, {"ticket": ticket})]
