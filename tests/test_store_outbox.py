"""The outbox: who gets which promise, for how long, and what becomes of it."""

import threading
from datetime import timedelta

import pytest

import stores
from intake.work import Hold
from store import outbox
from store.tables import Sending
from stores import NOON, an_outbound, open_a_ticket

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def promised(store, count=1, held=None, **fields):
    with store.begin() as work:
        return [
            work.promise(an_outbound(f"{number}@vendor.example", **fields), None, NOON, held)
            for number in range(count)
        ]


def claimed(store, now=NOON, worker="w1", channel="email", limit=10):
    with store.begin() as work:
        return outbox.claim(work, channel, worker, now, LEASE, limit)


def state(store, promise):
    with store.reading() as work:
        return outbox.one(work, promise)


def do(store, function, *arguments):
    with store.begin() as work:
        return function(work, *arguments)


def test_a_claim_hands_out_the_words_as_they_were_promised(store):
    outbound = an_outbound(
        in_reply_to="m1@acme.example",
        references=("m0@acme.example", "m1@acme.example"),
        reply_to="support+token@vendor.example",
        from_name="Sam",
        language="de",
        automatic="auto-replied",
        ticket_number=1001,
    )
    with store.begin() as work:
        number = work.promise(outbound, open_a_ticket(work), NOON)

    assert [(number, outbound, 1)] == claimed(store)


def test_what_is_claimed_is_nobody_else_s_until_the_lease_ends(store):
    (number,) = promised(store)
    first = claimed(store)
    meanwhile = claimed(store, NOON + LEASE - MINUTE, "w2")
    afterwards = claimed(store, NOON + LEASE, "w2")

    assert [(number, 1)] == [(one, attempts) for one, _, attempts in first]
    assert meanwhile == []
    assert [(number, 2)] == [(one, attempts) for one, _, attempts in afterwards]


def test_two_workers_who_claim_at_once_get_different_promises(store):
    everything = promised(store, 40)
    got, started = [], threading.Barrier(4)

    def take(worker):
        started.wait(30)
        while found := claimed(store, worker=worker, limit=3):
            got.extend(number for number, _, _ in found)

    threads = [threading.Thread(target=take, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert everything == sorted(got)


def test_each_channel_claims_its_own(store):
    promised(store)
    with store.begin() as work:
        number = work.promise(an_outbound("chat", channel="telegram"), None, NOON)

    assert [number] == [one for one, _, _ in claimed(store, channel="telegram")]


def test_what_is_sent_stays_sent(store):
    (number,) = promised(store)
    claimed(store)
    do(store, outbox.mark_sent, number, "250 queued", NOON + MINUTE)
    do(store, outbox.mark_failed, number, "too late")
    promise = state(store, number)

    assert (Sending.SENT, "250 queued", NOON + MINUTE) == (promise.state, promise.answer, promise.sent_at)
    assert claimed(store, NOON + 2 * LEASE) == []


def test_what_failed_for_now_comes_back_at_its_time(store):
    (number,) = promised(store)
    claimed(store)
    do(store, outbox.mark_retry, number, "451 later", NOON + LEASE)

    assert claimed(store, NOON + LEASE - MINUTE) == []
    assert NOON + LEASE == do(store, outbox.next_due)
    assert [2] == [attempts for _, _, attempts in claimed(store, NOON + LEASE)]


def test_what_was_no_try_is_not_counted(store):
    (number,) = promised(store)
    claimed(store)
    do(store, lambda work: outbox.mark_retry(work, number, "no card yet", NOON + MINUTE, is_counted=False))

    assert [1] == [attempts for _, _, attempts in claimed(store, NOON + MINUTE)]


def test_what_failed_for_good_waits_for_an_agent(store):
    (number,) = promised(store)
    claimed(store)
    do(store, outbox.mark_failed, number, "550 nobody")
    promise = state(store, number)

    assert (Sending.FAILED, "550 nobody") == (promise.state, promise.error)
    assert claimed(store, NOON + 2 * LEASE) == []
    assert do(store, outbox.retry, number, NOON)
    assert [1] == [attempts for _, _, attempts in claimed(store)]


def test_a_held_promise_says_why_and_goes_out_only_when_an_agent_says_so(store):
    (number,) = promised(store, held=Hold("template acknowledgement, line 3: no word due"))

    assert claimed(store) == []
    assert [number] == [one.id for one in do(store, outbox.listed, Sending.HELD)]
    assert state(store, number).error == "template acknowledgement, line 3: no word due"
    assert do(store, outbox.retry, number, NOON)
    assert [number] == [one for one, _, _ in claimed(store)]


def test_a_dropped_promise_is_gone_and_a_sent_one_cannot_be_dropped(store):
    kept, dropped = promised(store, 2)
    claimed(store, limit=1)
    do(store, outbox.mark_sent, kept, "", NOON)

    assert [False, True] == [do(store, outbox.drop, one) for one in (kept, dropped)]
    assert claimed(store, NOON + 2 * LEASE) == []
    assert do(store, outbox.next_due) is None


def test_promises_are_listed_the_newest_first(store):
    numbers = promised(store, 3)

    assert numbers[::-1] == [one.id for one in do(store, outbox.listed)]
    assert numbers[::-1] == sorted(
        (one.id for one in do(store, outbox.sent_to, "ANA@acme.example")), reverse=True
    )
    assert state(store, 999) is None


def test_what_goes_to_one_chat_goes_in_its_order(store):
    promises = promised(store, 2, channel="telegram", lane="bot/1", extra={"buttons": [["Yes", "v:1"]]})
    with store.begin() as work:
        other = work.promise(an_outbound("o@vendor.example", channel="telegram", lane="bot/2"), None, NOON)
    first, elsewhere = claimed(store, channel="telegram")
    do(store, outbox.mark_retry, promises[0], "later", NOON + MINUTE)
    meanwhile = claimed(store, channel="telegram")
    do(store, outbox.mark_failed, promises[0], "never")

    assert ({"buttons": [["Yes", "v:1"]]}, other, []) == (first[1].extra, elsewhere[0], meanwhile)
    assert [promises[1]] == [one[0] for one in claimed(store, channel="telegram")]


def test_what_a_dead_worker_was_sending_is_free_at_once(store):
    (number,) = promised(store)
    claimed(store)
    do(store, outbox.let_go, lambda name: name == "w1", NOON)

    assert [number] == [one[0] for one in claimed(store)]
