"""Several processes on one database, each with a store of its own: nothing twice, nothing lost."""

import random
import threading

import pytest

import stores
from intake.decisions import Fate
from intake.errors import StoreConflict
from store import exports, inbox
from store.desk import open_store
from store.engine import retrying
from stores import NOON, a_decision, a_raw, an_inbound, an_outbound, open_a_ticket

pytestmark = pytest.mark.slow

MAILS = [an_inbound(f"{number}@acme.example") for number in range(60)]
GROUP = 8


@pytest.fixture(params=stores.DATABASES)
def url(request, tmp_path):
    return stores.a_url(request, tmp_path)


def accept(store, group, fate):
    """What a writer does with a group: keep what is new, note what is known, answer each."""
    numbers = [1001] if fate is Fate.APPEND else []
    with store.begin() as work:
        work.look_ahead([mail.identity for mail in group], [], [], numbers)
        for mail in group:
            raw = a_raw(mail.identity.encode())
            if first := work.receipt_for(mail.identity):
                work.add_receipt(raw, mail.identity, first.message)
                continue
            ticket = work.ticket(1001) if numbers else None
            work.keep(raw, mail, a_decision(fate), ticket, NOON)
            work.promise(an_outbound(f"re.{mail.message_id}"), ticket, NOON)


def deliver_everything(store, seed, fate):
    mails = MAILS.copy()
    random.Random(seed).shuffle(mails)
    for start in range(0, len(mails), GROUP):
        come_again(lambda group=mails[start : start + GROUP]: retrying(lambda: accept(store, group, fate)))


def come_again(attempt, times=50):
    """Others may be faster every time; that is "later" to whoever sends, and they do it again."""
    for _ in range(times):
        try:
            return attempt()
        except StoreConflict:
            continue
    return attempt()


@pytest.mark.parametrize(
    ("fate", "version"),
    [
        (Fate.APPEND, 1 + len(MAILS)),  # the lock on the ticket puts them in order
        (Fate.HOLD, 1),  # nothing does but the identities themselves
    ],
)
def test_mail_that_comes_to_several_processes_at_once_is_kept_once_with_a_receipt_each(url, fate, version):
    processes = [open_store(url) for _ in range(3)]
    with processes[0].begin() as work:
        open_a_ticket(work)
    threads = [
        threading.Thread(target=deliver_everything, args=(store, seed, fate))
        for seed, store in enumerate(processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with processes[0].reading() as work:
        kept = [line["message_id"] for line in exports.exported_messages(work)]
        deliveries = [len(inbox.deliveries_of(work, line["id"])) for line in exports.listed_messages(work)]
        moved = work.ticket(1001).version
    for store in processes:
        store.close()

    assert sorted(mail.message_id for mail in MAILS) == sorted(kept)
    assert [3] * len(MAILS) == deliveries
    assert version == moved
