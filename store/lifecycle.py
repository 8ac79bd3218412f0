"""Tickets that time alone will change: those solved long ago."""

from datetime import datetime

from sqlalchemy import select

from store.tables import IS_SOLVED, tickets
from store.work import SqlWork


def solved_before(work: SqlWork, moment: datetime, limit: int) -> list[int]:
    """Numbers of tickets that were solved by then and still are, the longest solved first."""
    query = select(tickets.c.number).where(IS_SOLVED, tickets.c.solved_at <= moment)
    return list(work.connection.execute(query.order_by(tickets.c.solved_at).limit(limit)).scalars())
