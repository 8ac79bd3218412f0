"""What a delivery report and a sign of life change in the store, on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import MetaData

import stores
from intake.decisions import MarkReachable, MarkReturned, Verdict
from intake.work import HeldFor, Hold
from store import engine as engines
from store import outbox, undeliverable
from store.desk import open_store
from store.rows import outbox_row
from store.schema import _migrate
from store.tables import Sending
from store.types import Moment, address_key
from stores import ANA, BOB, NOON, an_outbound, open_a_ticket

DAY = timedelta(days=1)
FAILED = (Verdict.FAILED, "5.1.1")
FOR_NOW = (Verdict.FAILED_FOR_NOW, "4.2.2")


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


@pytest.fixture
def sent(store):
    """A mail to Ana that is out."""
    with store.begin() as work:
        number = work.promise(an_outbound(), open_a_ticket(work), NOON)
    with store.begin() as work:
        outbox.mark_sent(work, number, "250 2.0.0 fine", NOON)
    return number


def comes_back(store, promise, verdict=FAILED, at=NOON, **options):
    kind, status = verdict
    change = MarkReturned(promise, ANA.address, kind, status, f"Ana: {kind} {status}", **options)
    with store.begin() as work:
        work.write(change, work.ticket(1001), "postmaster", at)


def known(store, address=ANA.address):
    with store.reading() as work:
        return work.unreachable(address)


def promise(store, number):
    with store.reading() as work:
        return outbox.one(work, number)


@pytest.mark.parametrize(
    ("message_id", "by_number"), [("r1@vendor.example", False), ("", True), ("x@y", True)]
)
def test_a_promise_is_found_by_its_return_address_or_its_message_id(store, sent, message_id, by_number):
    with store.reading() as work:
        found = work.returned(message_id, sent if by_number else 0)

    assert (sent, ANA.address, "acknowledgement", 1001) == (
        found.promise, found.address, found.notice, found.ticket
    )  # fmt: skip


@pytest.mark.parametrize(("message_id", "number"), [("made.up@vendor.example", 0), ("", 0), ("", 77)])
def test_what_is_no_mail_of_ours_is_not_found(store, sent, message_id, number):
    with store.reading() as work:
        assert work.returned(message_id, number) is None


def test_a_mail_that_came_back_has_failed_and_its_address_is_known(store, sent):
    comes_back(store, sent, marks=True)
    row = promise(store, sent)

    assert (Sending.FAILED, "returned: Ana: failed 5.1.1") == (row.state, row.error)
    assert (True, "5.1.1", NOON) == (known(store).is_marked, known(store).status, known(store).since)
    assert known(store, "ANA@acme.example").is_marked
    assert known(store, BOB.address) is None


def test_failures_for_now_are_remembered_for_a_week(store, sent):
    for days in (0, 1, 8):
        comes_back(store, sent, FOR_NOW, NOON + days * DAY)

    assert (NOON + 8 * DAY,) == known(store).failures
    assert not known(store).is_marked


def test_a_mark_stays_whatever_comes_back_later(store, sent):
    comes_back(store, sent, marks=True)
    comes_back(store, sent, FOR_NOW, NOON + DAY)

    assert known(store).is_marked


@pytest.mark.parametrize("verdict", [(Verdict.DELAYED, "4.4.1"), (Verdict.DELIVERED, "2.0.0")])
def test_what_did_not_fail_is_noted_only(store, sent, verdict):
    comes_back(store, sent, verdict)

    assert Sending.SENT is promise(store, sent).state
    assert known(store) is None


def test_what_came_back_from_an_agent_is_not_counted(store, sent):
    comes_back(store, sent, is_counted=False)

    assert Sending.FAILED is promise(store, sent).state
    assert known(store) is None


def test_what_waits_for_a_given_up_address_is_held_in_the_same_transaction_too(store, sent):
    with store.begin() as work:
        before = work.promise(an_outbound("b@v"), None, NOON)
        to_bob = work.promise(an_outbound("c@v", recipient=BOB), None, NOON)
    with store.begin() as work:
        beside = work.promise(an_outbound("d@v"), None, NOON)
        change = MarkReturned(sent, ANA.address, *FAILED, "Ana: failed", marks=True)
        work.write(change, None, "postmaster", NOON)

    assert [(Sending.HELD, "address"), (Sending.PENDING, ""), (Sending.HELD, "address")] == [
        (promise(store, one).state, promise(store, one).held_for) for one in (before, to_bob, beside)
    ]


def test_a_sign_of_life_forgets_the_mark_and_lets_out_what_waited_for_it(store, sent):
    comes_back(store, sent, marks=True)
    held = Hold("it came back", HeldFor.ADDRESS)
    with store.begin() as work:
        answer = work.promise(an_outbound("a@v", automatic="no"), None, NOON, held)
        stale = work.promise(an_outbound("s@v", automatic="auto-replied"), None, NOON, held)
        unworded = work.promise(an_outbound("u@v"), None, NOON, Hold("no such word"))
    with store.begin() as work:
        work.write(MarkReachable(ANA.address, "a mail came"), None, "ana", NOON + 2 * DAY)

    assert known(store) is None
    assert [Sending.PENDING, Sending.DROPPED, Sending.HELD] == [
        promise(store, one).state for one in (answer, stale, unworded)
    ]


def test_the_addresses_that_are_given_up_can_be_listed(store, sent):
    comes_back(store, sent, FOR_NOW)
    with store.reading() as work:
        before = undeliverable.listed(work)
    comes_back(store, sent, marks=True)
    with store.reading() as work:
        assert ([], [ANA.address]) == (before, [one.address for one in undeliverable.listed(work)])


# What the first schema held


@pytest.fixture(params=stores.DATABASES)
def url(request, tmp_path):
    return stores.a_url(request, tmp_path)


def test_addresses_and_promises_of_the_first_schema_are_kept_and_what_was_for_now_marks_nobody(url):
    old = engines.connect(url)
    _migrate(old, "0001")
    with old.begin() as connection:
        _put_what_the_first_schema_held(connection)
    old.dispose()
    store = open_store(url)
    with store.reading() as work:
        promise, marked = outbox.one(work, 1), undeliverable.listed(work)
    store.close()

    assert ("r1@vendor.example", (), "") == (
        promise.outbound.message_id,
        promise.outbound.attachments,
        promise.held_for,
    )
    assert [(ANA.address, "5.1.1")] == [(one.address, one.status) for one in marked]


def _put_what_the_first_schema_held(connection):
    tables = MetaData()
    tables.reflect(connection)
    noon = Moment().process_bind_param(NOON, connection.dialect)
    for address, status in ((ANA.address, "5.1.1"), (BOB.address, "4.2.2")):
        row = {"key": address_key(address), "address": address, "status": status, "at": noon}
        connection.execute(tables.tables["undeliverable"].insert().values(row))
    table = tables.tables["outbox"]
    kept = outbox_row(an_outbound(), NOON, None)
    row = {name: value for name, value in kept.items() if name in table.c}
    moments = {"next_at": noon, "created_at": noon, "headers": json.dumps(row["headers"])}
    connection.execute(table.insert().values(row | moments | {"id": 1, "state": "pending"}))
