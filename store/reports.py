"""Clocks as the report on promises reads them: ticket by ticket, in portions, each once.

Only clocks that can have begun in the span are read. A portion is a query over a range of ticket
numbers, so that a report on everything needs little memory and no long sort.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, func, select

from intake.calendars import Calendar
from intake.reports import Head
from intake.spans import Happened, Span, spans_in
from intake.tickets import Organisation
from store.people_lists import listed_organisations
from store.tables import clock_events, clocks, tickets
from store.work import SqlWork

PORTION = 2000  # tickets
NUMBERS = (
    select(tickets.c.number)
    .where(tickets.c.opened_at < bindparam("until"), tickets.c.number > bindparam("last"))
    .order_by(tickets.c.number)
    .limit(PORTION)
)
EVENTS = (
    select(
        tickets.c.number,
        tickets.c.severity,
        tickets.c.organisation,
        tickets.c.team,
        tickets.c.escalated_at,
        clocks.c.id,
        clocks.c.kind,
        clock_events.c.at,
        clock_events.c.event,
        clock_events.c.target,
        clock_events.c.due_at,
        clock_events.c.severity.label("counts"),
    )
    .join(clocks, clocks.c.ticket == tickets.c.number)
    .join(clock_events, clock_events.c.clock == clocks.c.id)
    .where(tickets.c.number.between(bindparam("first"), bindparam("last")))
    .where(clocks.c.started_at >= bindparam("since"))
    .order_by(tickets.c.number, clocks.c.id, clock_events.c.id)
)


def tickets_before(work: SqlWork, until: datetime) -> int:
    """How many tickets there are to look at."""
    counting = select(func.count()).select_from(tickets).where(tickets.c.opened_at < until)
    return work.connection.execute(counting).scalar() or 0


def clock_stories(
    work: SqlWork,
    since: datetime,
    until: datetime,
    calendar_of: Callable[[Organisation | None], Calendar],
    step: Callable[[int], object] = lambda _: None,
) -> Iterator[tuple[Head, list[Span]]]:
    """Each ticket with the promises that were made on it; `step` is told how many were looked at."""
    firms = {one.id: one for one in listed_organisations(work)}
    last = 0
    while numbers := work.connection.execute(NUMBERS, {"until": until, "last": last}).scalars().all():
        span = {"first": numbers[0], "last": numbers[-1], "since": since}
        rows = work.connection.execute(EVENTS, span)
        for _, many in groupby(rows, key=lambda row: row[0]):
            yield _story(list(many), firms, calendar_of)
        last = numbers[-1]
        step(len(numbers))


def _story(
    rows: list[Any],
    firms: dict[int, Organisation],
    calendar_of: Callable[[Organisation | None], Calendar],
) -> tuple[Head, list[Span]]:
    number, severity, organisation, team, escalated_at, *_ = rows[0]
    firm = firms.get(organisation)
    head = Head(
        number, severity, firm.name if firm else "", team, escalated_at is not None, calendar_of(firm)
    )
    spans = [span for _, many in groupby(rows, key=lambda row: row[5]) for span in _spans(list(many))]
    return head, spans


def _spans(rows: list[Any]) -> Iterator[Span]:
    return spans_in(rows[0][6], (Happened(*row[7:]) for row in rows))
