"""The inbox: what was acknowledged before it was decided, and the bytes of everything."""

from datetime import timedelta

import pytest
from zstandard import ZstdCompressor, ZstdError

import stores
from intake.decisions import Fate
from store import inbox
from store.raws import unpacked
from stores import NOON, a_decision, a_raw, an_inbound, keep

LEASE = timedelta(minutes=5)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def pending(store, raw, key="update-1"):
    with store.begin() as work:
        return inbox.keep_pending(work, raw, key)


def claimed(store, now=NOON):
    with store.begin() as work:
        return inbox.claim(work, "w1", now, LEASE, 10)


def test_a_delivery_that_waits_is_claimed_with_its_bytes(store):
    raw = a_raw(b'{"update_id": 1}', channel="telegram", source="bot")
    number, is_new = pending(store, raw)
    (waiting,) = claimed(store)

    assert is_new
    assert (number, raw, 1) == (waiting.id, waiting.raw, waiting.attempts)


@pytest.mark.parametrize(
    ("source", "key", "is_new"),
    [("bot", "update-1", False), ("bot", "update-2", True), ("another bot", "update-1", True)],
)
def test_a_delivery_is_the_same_by_its_channel_s_own_id(store, source, key, is_new):
    pending(store, a_raw(source="bot"))

    assert is_new == pending(store, a_raw(source=source), key)[1]


def test_the_same_delivery_twice_in_one_group_waits_once(store):
    with store.begin() as work:
        first, second = (inbox.keep_pending(work, a_raw(), "update-1") for _ in range(2))

    assert [(first[0], True), (first[0], False)] == [first, second]


def test_keeping_the_message_ends_the_wait(store):
    raw = a_raw()
    number, _ = pending(store, raw)
    claimed(store)
    with store.begin() as work:
        work.for_delivery(number)
        message = work.keep(raw, an_inbound(), a_decision(Fate.HOLD), None, NOON)
        other = keep(work, an_inbound("another@acme.example"))  # which came by itself
    with store.reading() as work:
        deliveries = [len(inbox.deliveries_of(work, one)) for one in (message, other)]

    assert [1, 1] == deliveries
    assert claimed(store, NOON + 2 * LEASE) == []


def test_a_waiting_delivery_of_a_message_that_we_have_ends_as_a_receipt(store):
    raw, inbound = a_raw(), an_inbound()
    with store.begin() as work:
        message = keep(work, inbound)
    number, _ = pending(store, raw)
    with store.begin() as work:
        work.for_delivery(number)
        work.add_receipt(raw, inbound.identity, message)

    assert claimed(store, NOON + 2 * LEASE) == []


def test_a_worker_that_died_leaves_its_delivery_to_the_next_with_the_try_counted(store):
    pending(store, a_raw())
    tries = [claimed(store, NOON + times * LEASE)[0].attempts for times in range(3)]

    assert [1, 2, 3] == tries


def test_what_failed_waits_until_its_time_with_the_reason(store):
    number, _ = pending(store, a_raw())
    claimed(store)
    with store.begin() as work:
        inbox.fail(work, number, "dns is away", NOON + 2 * LEASE)
    meanwhile, (afterwards,) = claimed(store, NOON + LEASE), claimed(store, NOON + 2 * LEASE)

    assert meanwhile == []
    assert afterwards.error == "dns is away"


def test_what_is_settled_waits_no_more(store):
    number, _ = pending(store, a_raw())
    with store.begin() as work:
        due = inbox.next_due(work)
        inbox.settle(work, number)
        afterwards = inbox.next_due(work)

    assert (NOON, None) == (due, afterwards)


def test_old_bytes_are_purged_and_their_messages_stay(store):
    with store.begin() as work:
        old, new = keep(work, an_inbound("old")), keep(work, an_inbound("new"))
        inbox.keep_pending(work, a_raw(b"undecided"), "update-1")
    with store.begin() as work:
        later = work.keep(
            a_raw(b"later", received_at=NOON + LEASE), an_inbound("later"), a_decision(Fate.HOLD), None, NOON
        )
        purged = inbox.purge_raws(work, NOON + LEASE, NOON + 2 * LEASE)
        again = inbox.purge_raws(work, NOON + LEASE, NOON + 2 * LEASE)
    with store.reading() as work:
        bodies = [inbox.raw_of(work, number) for number in (old, new, later)]

    assert (2, 0) == (purged, again)
    assert [None, None, b"later"] == bodies
    assert len(claimed(store)) == 1


def test_a_damaged_row_cannot_unfold_to_more_than_it_held():
    bomb = ZstdCompressor(write_content_size=False).compress(bytes(10_000_000))

    with pytest.raises(ZstdError):
        unpacked(bomb, 100)


def test_of_one_lane_the_next_is_claimed_when_the_one_before_it_is_done(store):
    first, second, other = (
        pending(store, a_raw(key.encode(), source="bot", lane=lane), key)[0]
        for key, lane in (("1", "ana"), ("2", "ana"), ("3", "bob"))
    )
    at_once = [one.id for one in claimed(store)]
    with store.begin() as work:
        inbox.fail(work, first, "it broke", NOON + LEASE)
    while_it_waits = [one.id for one in claimed(store)]
    with store.begin() as work:
        inbox.settle(work, first)

    assert ([first, other], [], [second]) == (at_once, while_it_waits, [one.id for one in claimed(store)])


def test_what_a_dead_worker_had_claimed_is_free_at_once(store):
    number, _ = pending(store, a_raw())
    claimed(store)
    with store.begin() as work:
        freed = [inbox.let_go(work, lambda name, dead=dead: name == dead, NOON) for dead in ("w2", "w1")]

    assert ([0, 1], [number]) == (freed, [one.id for one in claimed(store)])
