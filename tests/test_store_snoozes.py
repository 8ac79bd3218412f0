"""A snooze is over when its moment has come, is told once, and only of what is still owed."""

from datetime import timedelta

import pytest
from sqlalchemy import update

import stores
from intake.tickets import Status
from store.snoozes import ended
from store.tables import clocks, tickets
from stores import NOON, an_outbound, open_a_ticket

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
DAY_AGO = NOON - timedelta(days=1)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


@pytest.mark.parametrize(
    ("until", "told", "status", "over"),
    [
        (NOON - HOUR, [NOON - 2 * HOUR], Status.OPEN, True),
        (NOON, [NOON - 2 * HOUR], Status.OPEN, True),
        (NOON + HOUR, [NOON - 2 * HOUR], Status.OPEN, False),  # not yet
        (NOON - HOUR, [NOON - 2 * HOUR, NOON - HOUR], Status.OPEN, False),  # told already
        (NOON - HOUR, [NOON - 2 * HOUR], Status.CLOSED, False),
        (NOON - HOUR, [], Status.OPEN, False),  # the thread has never heard of it
        (DAY_AGO - HOUR, [DAY_AGO - 2 * HOUR], Status.OPEN, False),  # missed by a day
        (None, [NOON - 2 * HOUR], Status.OPEN, False),
    ],
)
def test_the_end_of_a_snooze_is_found_until_it_was_told(store, until, told, status, over):
    with store.begin() as work:
        ticket = open_a_ticket(work, clocks=(stores.a_clock(),))
        for place, moment in enumerate(told):
            line = an_outbound(f"{place}@vendor.example", notice="agent-snoozed", ticket_number=ticket.number)
            work.promise(line, ticket, moment)
        work.flush()
        work.connection.execute(update(clocks).values(snoozed_until=until))
        work.connection.execute(update(tickets).values(status=status))
    with store.reading() as work:
        found = ended(work, DAY_AGO, NOON), ended(work, DAY_AGO, NOON, ticket.number + 1)

    assert ([(ticket.number, until)] if over else [], []) == found
