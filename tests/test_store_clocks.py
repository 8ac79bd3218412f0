"""Clocks in the store: what is written is what their events make, whatever happened to a ticket."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, MetaData, Text

import stores
from clock_walks import POLICY, TEXT, TUESDAY
from intake import clocks, commands
from intake.clocks.replayed import clocks_from
from intake.decisions import Change, OpenTicket
from intake.errors import CommandRefused
from intake.messages import Address
from intake.policy import Policy, read_policy
from intake.tickets import ClockKind, Status, Ticket
from store import engine as engines
from store.clocks import clock_events_of, tickets_that_owe
from store.desk import SqlStore, open_store
from store.schema import _migrate
from store.types import Moment

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
ACT = Callable[[Ticket, datetime, Policy], tuple[Change, ...]]


def follow_up(ticket: Ticket, now: datetime, policy: Policy) -> tuple[Change, ...]:
    resumed = tuple(clocks.resume(ticket, policy, now, "a follow-up came"))
    return (*resumed, *clocks.start_next_response(ticket, policy, now))


def severity(name: str) -> ACT:
    return lambda ticket, now, policy: commands.set_severity(ticket, name, policy, now).changes


def status(wanted: Status) -> ACT:
    return lambda ticket, now, policy: commands.set_status(ticket, wanted, policy, "why", now).changes


ACTS: dict[str, ACT] = {
    "answer": lambda ticket, now, policy: commands.answer(ticket, "Sam", "Try.", now).changes,
    "follow up": follow_up,
    "solve": status(Status.SOLVED),
    "wait": status(Status.WAITING),
    "open": status(Status.OPEN),
    "close": status(Status.CLOSED),
    "urgent": severity("urgent"),
    "usual": severity("usual"),
    "chained": severity("chained"),
    "in days": severity("in-days"),
    "snooze": lambda ticket, now, policy: commands.snooze(ticket, now + 3 * HOUR, policy, "Sam", now).changes,
    "call": lambda ticket, now, policy: (
        commands.call_back(ticket, now + 5 * HOUR, "+39", policy, "Sam", now).changes
    ),
    "called": lambda ticket, now, policy: commands.called_back(ticket, policy, "Sam", now).changes,
    "stop": lambda ticket, now, policy: tuple(clocks.stop(ticket, ClockKind.RESOLUTION, now, "no")),
    "recompute": lambda ticket, now, policy: commands.recompute(ticket, policy, now).changes,
    "tick": lambda ticket, now, policy: clocks.judge(ticket, policy, now).changes,
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 400)), max_size=14)


def opened(store: SqlStore, name: str, policy: Policy = POLICY) -> int:
    begins = TUESDAY + 10 * HOUR
    running = clocks.clocks_of_a_new_ticket(policy.severity_of(name), policy.calendar_of(None), begins)
    new = OpenTicket("Calls drop", name, "email", Address("", "ana@acme.example"), None, clocks=running)
    with store.begin() as work:
        ticket = work.write(new, None, "ana", begins)
    assert ticket
    return ticket.number


def act(store: SqlStore, number: int, name: str, now: datetime, policy: Policy = POLICY) -> None:
    """One act in a transaction of its own; one that makes no sense changes nothing."""
    with store.begin() as work:
        ticket = work.ticket(number)
        assert ticket
        try:
            changes = ACTS[name](ticket, now, policy)
        except CommandRefused:
            return
        for change in changes:
            work.write(change, ticket, "sam", now)


@settings(max_examples=120)
@given(st.sampled_from(["urgent", "usual", "chained", "by-the-wall", "in-days"]), STEPS)
@example("usual", [("urgent", 60), ("answer", 30), ("tick", 400), ("follow up", 300), ("tick", 60)])
@example("chained", [("snooze", 5), ("tick", 60), ("solve", 10), ("usual", 10), ("open", 60), ("tick", 400)])
def test_a_clock_is_what_its_events_make_it(name, steps):
    store, now = open_store("sqlite://"), TUESDAY + 10 * HOUR
    number = opened(store, name)
    for step, minutes in steps:
        now += timedelta(minutes=minutes)
        act(store, number, step, now)
    with store.reading() as work:
        ticket, events = work.ticket(number), clock_events_of(work, number)
    store.close()
    assert ticket
    again = {one.kind: one for one in clocks_from(events, ticket, POLICY)}

    assert {one.kind: one for one in ticket.clocks} == again


def test_under_another_policy_a_clock_is_what_it_would_have_been():
    store = open_store("sqlite://")
    number = opened(store, "urgent")
    act(store, number, "answer", TUESDAY + 11 * HOUR)
    act(store, number, "follow up", TUESDAY + 12 * HOUR)
    longer = read_policy(TEXT.replace('resolution = "4h"', 'resolution = "5h"'), "policy")
    with store.reading() as work:
        ticket, events = work.ticket(number), clock_events_of(work, number)
    store.close()
    would = next(one for one in clocks_from(events, ticket, longer) if one.kind is ClockKind.RESOLUTION)

    assert TUESDAY + 15 * HOUR == ticket.clock(ClockKind.RESOLUTION).due_at
    assert TUESDAY + 16 * HOUR == would.due_at


@pytest.fixture(params=stores.DATABASES)
def url(request, tmp_path):
    return stores.a_url(request, tmp_path)


def test_tickets_that_owe_nothing_are_not_asked_for(url):
    store = open_store(url)
    first, second, third = (opened(store, "urgent") for _ in range(3))
    act(store, second, "solve", TUESDAY + 11 * HOUR)
    act(store, third, "wait", TUESDAY + 11 * HOUR)
    with store.reading() as work:
        found = tickets_that_owe(work)
    store.close()

    assert [first, third] == found


def test_a_clock_of_the_first_schema_keeps_its_severity_and_what_was_told(url):
    old = engines.connect(url)
    _migrate(old, "0001")
    with old.begin() as connection:
        _put_a_clock_of_the_first_schema(connection)
    old.dispose()
    store = open_store(url)
    with store.reading() as work:
        clock = work.ticket(1001).clock(ClockKind.RESOLUTION)
    store.close()

    assert ((TUESDAY, "urgent"),) == clock.legs
    assert TUESDAY + 2 * HOUR == clock.told_until


def _put_a_clock_of_the_first_schema(connection: Connection) -> None:
    tables = MetaData()
    tables.reflect(connection)
    begins, told = (
        Moment().process_bind_param(one, connection.dialect) for one in (TUESDAY, TUESDAY + 2 * HOUR)
    )
    ticket = {"number": 1001, "severity": "urgent", "status": "open", "requester": 7, "opened_at": begins}
    clock = {"id": 5, "ticket": 1001, "kind": "resolution", "started_at": begins, "pauses": "[]"}
    rows = [
        ("people", {"id": 7, "role": "end-user"}),
        ("tickets", {**ticket, "last_activity_at": begins, "references": "[]", "fields": "{}"}),
        ("clocks", clock),
        ("clock_events", {"clock": 5, "id": 1, "at": begins, "event": "started"}),
        ("clock_events", {"clock": 5, "id": 2, "at": told, "event": "reminded"}),
        ("clock_events", {"clock": 5, "id": 3, "at": told, "event": "met"}),
    ]
    for name, row in rows:
        columns = [one for one in tables.tables[name].columns if not one.nullable]
        blank = {one.name: "" if isinstance(one.type, Text) else 0 for one in columns}
        connection.execute(tables.tables[name].insert().values(blank | row))
