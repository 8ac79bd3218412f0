"""Which snoozes are over: the moment has come, or a customer's words ended it, and nobody was told yet.

And which were meant until the customer writes: they are as long as a snooze may be.
"""

from datetime import datetime

from sqlalchemy import func, select

from intake.commands import LONGEST_SNOOZE
from intake.thread_lines import SNOOZED
from store.queues import OPEN, OWED
from store.tables import clock_events, clocks, outbox, tickets
from store.work import SqlWork


def ended(work: SqlWork, since: datetime, now: datetime, number: int = 0) -> list[tuple[int, datetime]]:
    """Tickets that still owe something, with when their snooze ended; of one ticket if it is named."""
    ends = func.max(clocks.c.snoozed_until)
    told = select(func.max(outbox.c.created_at)).where(
        outbox.c.ticket == tickets.c.number, outbox.c.notice == SNOOZED
    )
    query = (
        select(tickets.c.number, ends.label("until"), told.correlate(tickets).scalar_subquery().label("told"))
        .select_from(tickets.join(clocks, clocks.c.ticket == tickets.c.number))
        .where(OPEN, OWED, clocks.c.snoozed_until > since)
        .group_by(tickets.c.number)
        .having(ends <= now)
    )
    one = query.where(tickets.c.number == number) if number else query
    rows = work.connection.execute(one.order_by(tickets.c.number))
    return [(row.number, row.until) for row in rows if row.told is not None and row.told < row.until]


def is_until_reply(work: SqlWork, ticket: int, until: datetime) -> bool:
    """Whether the snooze that ends then at the latest was meant until the customer writes."""
    query = select(clock_events.c.at).join(clocks, clocks.c.id == clock_events.c.clock)
    snoozed = clock_events.c.event == "snoozed", clock_events.c.until == until
    began = work.connection.execute(query.where(clocks.c.ticket == ticket, *snoozed)).scalars()
    return any(until - at >= LONGEST_SNOOZE for at in began)
