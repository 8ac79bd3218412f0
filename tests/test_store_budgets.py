"""Budgets in the store: an hour begins with the first spending, and writers at once add up."""

from datetime import timedelta

import pytest

import stores
from intake.budgets import OVERALL
from intake.work import HeldFor, Hold
from store import budgets, outbox
from store.tables import Sending
from stores import NOON, an_outbound

HOUR = timedelta(hours=1)
LATER = NOON + timedelta(minutes=30)
FULL = Hold("more than 2 automatic mails within an hour", HeldFor.BUDGET, NOON + HOUR)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def spend(store, *moments, name="x", is_told=False):
    for at in moments:
        with store.begin() as work:
            work.spend(name, at, is_told=is_told)


def spent(store, at, name="x"):
    with store.reading() as work:
        return work.spent(name, at)


@pytest.mark.parametrize(
    ("moments", "asked", "count"),
    [
        ((), NOON, 0),
        ((NOON,), NOON, 1),
        ((NOON, LATER), LATER, 2),
        ((LATER,), NOON, 1),  # it came a little earlier, and is decided later
        ((NOON, LATER), NOON + HOUR, 0),
        ((NOON, LATER, NOON + HOUR), NOON + HOUR, 1),  # a new hour
        ((NOON, NOON + HOUR, NOON + HOUR + HOUR / 2), NOON + 2 * HOUR - HOUR / 4, 2),
    ],
)
def test_an_hour_begins_with_the_first_spending_and_ends_by_itself(store, moments, asked, count):
    spend(store, *moments)

    assert count == spent(store, asked).count


def test_budgets_are_spent_apart_and_one_transaction_sees_what_it_spent(store):
    with store.begin() as work:
        for _ in range(3):
            work.spend("x", NOON)
        seen = [work.spent(name, NOON).count for name in ("x", "y")]

    assert [3, 0] == seen
    assert 3 == spent(store, LATER).count


def test_what_two_writers_spend_at_once_adds_up(store):
    """Each has read before the other writes, which PostgreSQL allows."""
    if store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    spend(store, NOON)
    with store.begin() as work:
        before = work.spent("x", NOON).count
        spend(store, NOON)
        work.spend("x", NOON)

    assert (1, 3) == (before, spent(store, NOON).count)


def test_that_agents_were_told_holds_for_the_hour(store):
    spend(store, NOON, is_told=True)
    spend(store, LATER)

    assert [True, False] == [spent(store, at).is_told for at in (LATER, NOON + HOUR)]


def test_hours_that_are_long_over_are_forgotten(store):
    spend(store, NOON)
    spend(store, NOON + 5 * HOUR, name="y")
    with store.begin() as work:
        budgets.forget(work.connection, NOON + 5 * HOUR)

    assert [0, 1] == [spent(store, at, name).count for at, name in ((NOON, "x"), (NOON + 5 * HOUR, "y"))]


def held(store, count, **fields):
    with store.begin() as work:
        return [
            work.promise(an_outbound(f"{number}@vendor.example", **fields), None, NOON, FULL)
            for number in range(count)
        ]


def states(store):
    with store.reading() as work:
        return [one.state for one in reversed(outbox.listed(work))]


def released(store, at, most=2):
    with store.begin() as work:
        return outbox.release(work, at, most)


def test_what_waits_for_the_next_hour_goes_out_then_the_oldest_first_and_is_counted_there(store):
    held(store, 3)
    before, first = released(store, LATER), released(store, NOON + HOUR)
    middle = states(store)
    again, last = released(store, NOON + HOUR + HOUR / 2), released(store, NOON + 2 * HOUR)

    assert (0, 2, 0, 1) == (before, first, again, last)
    assert [Sending.PENDING, Sending.PENDING, Sending.HELD] == middle
    assert 1 == spent(store, NOON + 2 * HOUR, OVERALL).count


def test_what_was_held_for_another_reason_stays_held(store):
    with store.begin() as work:
        work.promise(an_outbound("a@v"), None, NOON, Hold("no such word"))
        work.promise(an_outbound("b@v"), None, NOON, Hold("it came back", HeldFor.ADDRESS))

    assert 0 == released(store, NOON + 3 * HOUR)
    assert [Sending.HELD, Sending.HELD] == states(store)


def test_a_reminder_goes_out_however_late_and_an_old_acknowledgement_does_not(store):
    held(store, 1, automatic="auto-replied")
    with store.begin() as work:
        work.promise(an_outbound("r@v", automatic="auto-generated"), None, NOON, FULL)

    assert 1 == released(store, NOON + 25 * HOUR)
    assert [Sending.DROPPED, Sending.PENDING] == states(store)


def test_an_agent_can_send_what_is_held_at_once(store):
    (number,) = held(store, 1)
    with store.begin() as work:
        outbox.retry(work, number, NOON)
    with store.reading() as work:
        promise = outbox.one(work, number)

    assert (Sending.PENDING, "") == (promise.state, promise.held_for)
