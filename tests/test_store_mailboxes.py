"""Which process reads a mailbox, and how far it has been read, on either database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import stores
from store import mailboxes
from store.desk import SqlStore
from store.mailboxes import Mark
from stores import NOON, a_raw, an_inbound, keep

LEASE = timedelta(seconds=30)
BOX = ("support", "INBOX")


@pytest.fixture(params=stores.DATABASES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    yield from stores.opened(request, tmp_path)


def claims(desk: SqlStore, reader: str, seconds: float = 0, dead: str = "", folder: str = "INBOX") -> bool:
    now = NOON + timedelta(seconds=seconds)
    with desk.begin() as work:
        return mailboxes.claim(work, "support", folder, reader, now, now + LEASE, lambda one: one == dead)


def test_a_mailbox_has_one_reader_until_its_claim_has_run_out(desk):
    answers = [claims(desk, "one"), claims(desk, "two", 29), claims(desk, "one", 29), claims(desk, "two", 58)]

    assert [True, False, True, False] == answers
    assert claims(desk, "two", 59)


def test_each_folder_of_a_mailbox_has_a_reader_of_its_own(desk):
    assert claims(desk, "one")
    assert claims(desk, "two", folder="Spam")


def test_a_reader_that_is_known_dead_gives_way_at_once(desk):
    claims(desk, "one")

    assert not claims(desk, "two", dead="three")
    assert claims(desk, "two", dead="one")


def test_a_reader_that_leaves_gives_way_at_once(desk):
    claims(desk, "one")
    with desk.begin() as work:
        mailboxes.release(work, *BOX, "two")
    still = claims(desk, "two")
    with desk.begin() as work:
        mailboxes.release(work, *BOX, "one")

    assert not still
    assert claims(desk, "two")


def test_the_mark_begins_at_nothing_and_moves_for_its_reader_only(desk):
    claims(desk, "one")
    with desk.begin() as work:
        begins = mailboxes.mark_of(work, *BOX)
        moved = mailboxes.advance(work, *BOX, "one", Mark(4294967295, 17))
        foreign = mailboxes.advance(work, *BOX, "two", Mark(1, 1))
    with desk.reading() as work:
        ends = mailboxes.mark_of(work, *BOX)

    assert begins.is_first
    assert (True, False) == (moved, foreign)
    assert Mark(4294967295, 17) == ends


def test_the_mark_outlives_the_claim(desk):
    claims(desk, "one")
    with desk.begin() as work:
        mailboxes.advance(work, *BOX, "one", Mark(5, 17))
        mailboxes.release(work, *BOX, "one")
    claims(desk, "two")

    with desk.reading() as work:
        assert Mark(5, 17) == mailboxes.mark_of(work, *BOX)


def test_the_newest_mail_of_a_channel_is_that_which_the_server_received_last(desk):
    with desk.begin() as work:
        nothing = mailboxes.newest_from(work, "support")
        for hours in (0, 5, 3):
            inbound = an_inbound(f"m{hours}@acme.example")
            raw = a_raw(str(hours).encode(), source="support", received_at=NOON + timedelta(hours=hours))
            work.add_receipt(raw, inbound.identity, keep(work, inbound))
        work.flush()
        newest = mailboxes.newest_from(work, "support")

    assert (None, NOON + timedelta(hours=5)) == (nothing, newest)


def test_what_was_heard_is_known_by_its_message_id_also_among_many(desk):
    with desk.begin() as work:
        keep(work, an_inbound("m1@acme.example"))
    many = [f"m{number}@acme.example" for number in range(1200)]

    with desk.reading() as work:
        assert {"m1@acme.example"} == mailboxes.heard_of(work, many)
        assert set() == mailboxes.heard_of(work, [])
