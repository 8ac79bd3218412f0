"""Queues show what waits for somebody, a page at a time; looking for words or addresses finds tickets."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

import stores
from intake.tickets import Agent, Status
from store import found, queues
from store.queues import Queue, Wish
from store.rows import agent_row
from store.tables import agents, clocks, tickets
from stores import NOON, an_inbound, keep, open_a_ticket

pytestmark = pytest.mark.slow

SAM, TIM = Agent(1, "Sam", "sam@vendor.example"), Agent(2, "Tim", "tim@vendor.example")
SEVERITIES = ("critical", "standard")


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


@pytest.fixture
def desk(store):
    """Five tickets: standard, critical, Sam's and late, waiting, closed."""
    with store.begin() as work:
        work.connection.execute(insert(agents), [{"id": one.id, **agent_row(one)} for one in (SAM, TIM)])
        numbers = [open_a_ticket(work, clocks=(stores.a_clock(),)).number for _ in range(5)]
    changes = (
        {},
        {"severity": "critical"},
        {"assignee": 1},
        {"status": Status.WAITING},
        {"status": Status.CLOSED},
    )
    with store.begin() as work:
        for number, values in zip(numbers, changes, strict=True):
            work.connection.execute(
                update(tickets).where(tickets.c.number == number).values(severity="standard")
            )
            if values:
                work.connection.execute(update(tickets).where(tickets.c.number == number).values(**values))
        late = clocks.c.ticket == numbers[2]
        work.connection.execute(update(clocks).values(due_at=NOON + timedelta(hours=5)))
        work.connection.execute(update(clocks).where(late).values(due_at=NOON - timedelta(minutes=5)))
        snoozed = clocks.c.ticket == numbers[0]
        work.connection.execute(update(clocks).where(snoozed).values(snoozed_until=NOON + timedelta(days=1)))
    return store, numbers


@pytest.mark.parametrize(
    ("wish", "places"),
    [
        (Wish(Queue.OPEN, 1), [1, 2, 0, 3]),
        (Wish(Queue.MINE, 1), [2]),
        (Wish(Queue.MINE, 2), []),
        (Wish(Queue.UNASSIGNED, 1), [1, 0, 3]),
        (Wish(Queue.BREACHING, 1), [2]),
        (Wish(Queue.SNOOZED, 1), [0]),
        (Wish(Queue.OPEN, 1, severity="critical"), [1]),
        (Wish(Queue.OPEN, 1, organisation="acme"), []),
        (Wish(Queue.OPEN, 1, organisation="%"), []),  # a letter like any other
        (Wish(Queue.OPEN, 1, team="voice"), []),
        (Wish(Queue.OPEN, 1, hidden=("",)), [2]),  # of a hidden team only their own
    ],
)
def test_a_queue_holds_what_it_says_in_the_order_of_work(desk, wish, places):
    store, numbers = desk
    wish = Wish(wish.queue, wish.agent, wish.hidden, wish.team, wish.organisation, wish.severity, SEVERITIES)
    with store.reading() as work:
        shown = queues.page(work, wish, NOON, 10)
        counted = queues.count(work, wish, NOON)

    assert ([numbers[one] for one in places], len(places)) == (shown, counted)


def test_pages_follow_each_other(desk):
    store, _ = desk
    wish = Wish(Queue.OPEN, 1, severities=SEVERITIES)
    with store.reading() as work:
        pages = [queues.page(work, wish, NOON, 2, before) for before in (0, 2, 4)]
        whole = queues.page(work, wish, NOON, 10)

    assert [whole[:2], whole[2:], []] == pages


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [
        ("CALLS", True),
        ("calls drop", True),
        ("purple", True),  # said in a message
        ("purple calls", False),  # not both in one place
        ("100%", False),
        ("ana@acme.example", True),
        ("ANA@acme.example", True),
        ("bob@acme.example", False),
    ],
)
def test_words_and_addresses_find_the_tickets_that_they_are_on(store, wanted, is_found):
    with store.begin() as work:
        ticket = open_a_ticket(work)
        keep(work, an_inbound(text="The lamp is purple."), ticket)
    with store.reading() as work:
        numbers = found.find(work, wanted, 1, (), 10).numbers

    assert ((ticket.number,) if is_found else ()) == numbers


def test_nothing_of_a_hidden_team_is_found(store):
    with store.begin() as work:
        ticket = open_a_ticket(work)
        keep(work, an_inbound(text="The lamp is purple."), ticket)
    with store.reading() as work:
        every = [
            found.find(work, one, 1, ("",), 10).numbers for one in ("calls", "purple", "ana@acme.example")
        ]

    assert [(), (), ()] == every
