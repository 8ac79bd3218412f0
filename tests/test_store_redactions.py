"""A secret is taken out of the rows that a ticket has, on either database; what is no ticket's stays."""

import json
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, event, select

import stores
from intake.decisions import ChangeClock, Fate, SetField, Step
from intake.errors import PermanentFailure
from intake.messages import ALONE, Address, Attachment, File
from intake.redaction import Wanted, eraser_for
from intake.tickets import ClockKind
from store import erasing, exports, inbox, outbox
from store.again import show_again
from store.files import file_of
from store.places import PLACES
from store.redactions import find, texts_of
from store.revisions import carry_out
from store.side_tables import metadata, revisions
from store.tables import messages
from store.types import Json, Words
from stores import NOON, a_clock, a_decision, a_raw, an_inbound, an_outbound, open_a_ticket

pytestmark = pytest.mark.slow

SECRET = "hunter_22"
LEASE = timedelta(minutes=5)
ERASER = eraser_for([Wanted(SECRET, "password")])
MAIL = f"Subject: {SECRET}\r\n\r\nIt is {SECRET}.\r\n".encode()

OURS = {
    "direction", "channel", "fate", "rule", "notice", "matched_by", "assurance", "status", "severity",
    "state", "what", "event", "kind", "target", "language", "automatic", "team", "flagged", "held_for",
    "policy_digest", "source", "claimed_by", "attachments",
}  # fmt: skip
NAMES = {"sender_name", "sender_address", "recipient_name", "recipient", "actor"}
IDS = {
    "identity", "message_id", "last_message_id", "references", "headers", "envelope", "place", "lane",
    "medium", "account",
}  # fmt: skip


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def everything_in(store):
    with store.looking() as connection:
        return " ".join(
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(
                select(*(column for column in table.c if not isinstance(column.type, LargeBinary)))
            )
        )


def redact(store, ticket=1001, message=0):
    with store.begin() as work:
        erasing.overwrite(work)
        found = find(work, ticket, message, ERASER)
        carry_out(work, found, "sam", "password", NOON)
        return found


def kept(work, inbound, ticket=None, body=MAIL, **fields):
    fate = fields.pop("fate", Fate.APPEND if ticket else Fate.HOLD)
    return work.keep(a_raw(body, channel=inbound.channel), inbound, a_decision(fate, **fields), ticket, NOON)


def test_every_row_of_a_ticket_loses_the_secret(store):
    with store.begin() as work:
        ticket = open_a_ticket(
            work, subject=f"Login {SECRET}", fields={SECRET: [SECRET]}, release=SECRET, clocks=(a_clock(),)
        )
        reminded = ChangeClock(ClockKind.RESOLUTION, "paused", NOON, None, None, "", reason=f"said {SECRET}")
        work.write(reminded, ticket, "sam", NOON)
        work.write(SetField("product", SECRET), ticket, "sam", NOON)
        trace = (Step("secret", holds=True, saw=f"it saw {SECRET}"),)
        inbound = an_inbound(text=f"It is {SECRET}.", reply=SECRET, subject=SECRET)
        number = kept(work, inbound, ticket, trace=trace, because=f"It says {SECRET}.")
        promise = work.promise(an_outbound(body=r"You wrote hunter\_22.", subject=SECRET), ticket, NOON)
    found = redact(store)
    with store.reading() as work:
        record, raw = exports.message_record(work, number), inbox.raw_of(work, number)
        done = work.connection.execute(
            select(revisions.c.message, revisions.c.outbox, revisions.c.what)
        ).all()

    assert SECRET not in everything_in(store)
    assert "It is [redacted: password]." == record["text"]
    assert b"Subject: [redacted: password]\r\n\r\nIt is [redacted: password].\r\n" == raw
    assert {(number, None, "redacted"), (None, promise, "redacted"), (None, None, "redacted")} == set(done)
    assert {"message": 1, "notice": 1, "ticket": 1, "rewritten mail": 1} == {
        name: count for name, count in found.counts.items() if name not in ("history line", "clock event")
    }


def test_another_ticket_keeps_its_words_and_is_named(store):
    with store.begin() as work:
        for message_id in ("a", "b"):
            kept(work, an_inbound(message_id, text=SECRET), open_a_ticket(work), message_id.encode())
    redact(store)
    with store.reading() as work:
        elsewhere = list(erasing.still_in(work, [SECRET]))

    assert [("messages", (1002,))] == elsewhere


@pytest.mark.parametrize("secret", ['a"b\\c', "x'y%z", "Käse_7"])
def test_words_are_found_elsewhere_however_they_are_kept(store, secret):
    with store.begin() as work:
        open_a_ticket(work, subject="x", fields={"login": secret})
        open_a_ticket(work, subject=f"I am {secret}")
    with store.reading() as work:
        elsewhere = list(erasing.still_in(work, [secret]))

    assert ("tickets", (1001, 1002)) in elsewhere


def test_each_delivery_of_a_message_is_rewritten(store):
    with store.begin() as work:
        inbound = an_inbound(text=SECRET)
        number = kept(work, inbound, open_a_ticket(work))
        work.add_receipt(a_raw(b"Received: x\r\n" + MAIL), inbound.identity, number)
    redact(store)
    with store.reading() as work:
        bodies = [raw.body for raw in inbox.deliveries_of(work, number)]

    assert [False, False] == [SECRET.encode() in body for body in bodies]


def test_a_copy_that_waited_to_be_decided_brings_nothing_back(store):
    copy = a_raw(b"Received: x\r\n" + MAIL)
    with store.begin() as work:
        inbound = an_inbound(text=SECRET)
        number = kept(work, inbound, open_a_ticket(work))
    redact(store)
    with store.begin() as work:
        work.for_delivery(inbox.keep_pending(work, copy, "heavy")[0])
        work.add_receipt(copy, inbound.identity, number)
    with store.reading() as work:
        assert [False] == [SECRET.encode() in raw.body for raw in inbox.deliveries_of(work, number)]


def test_bytes_that_cannot_be_proven_free_of_it_are_forgotten_and_the_words_stay(store):
    with store.begin() as work:
        number = kept(work, an_inbound(text="Fine."), open_a_ticket(work), b" ")
    found = redact(store)
    with store.reading() as work:
        record, raw = exports.message_record(work, number), inbox.raw_of(work, number)

    assert ({"forgotten mail": 1}, "Fine.", None) == (found.counts, record["text"], raw)


def test_what_a_chat_sent_is_rewritten_too(store):
    with store.begin() as work:
        body = json.dumps({"text": SECRET, "id": 7}).encode()
        number = kept(work, an_inbound(channel="telegram", text=SECRET), open_a_ticket(work), body)
    redact(store)
    with store.reading() as work:
        raw = inbox.raw_of(work, number)

    assert {"text": "[redacted: password]", "id": 7} == json.loads(raw)


def test_a_file_that_a_chat_brought_is_forgotten_when_it_holds_one_and_kept_otherwise(store):
    files = [File("notes.txt", "text/plain", data) for data in (f"it is {SECRET}".encode(), b"nothing")]
    named = tuple(
        Attachment(one.name, one.content_type, len(one.data), sha256(one.data).hexdigest(), False, ALONE)
        for one in files
    )
    with store.begin() as work:
        inbound = an_inbound(channel="telegram", attachments=named)
        for one in files:
            work.keep_file(one, NOON)
        message = kept(work, inbound, open_a_ticket(work), b"{}")
    redact(store)
    with store.reading() as work:
        with pytest.raises(PermanentFailure, match="not kept any more"):
            file_of(work, message, 0)

        assert files[1] == file_of(work, message, 1)


def test_mails_that_were_read_before_are_not_read_again_and_new_ones_are(store):
    with store.begin() as work:
        ticket = open_a_ticket(work)
        kept(work, an_inbound("a", text=SECRET), ticket)
    with store.reading() as work:
        before = find(work, 1001, 0, ERASER)
    with store.begin() as work:
        kept(work, an_inbound("b", text=SECRET), work.ticket(1001), b"X: y\r\n" + MAIL)
        work.flush()
        after = find(work, 1001, 0, ERASER, before)

    assert (1, 2) == (len(before.bytes), len(after.bytes))
    assert any(one is before.bytes[0] for one in after.bytes)


def test_a_notice_that_is_being_sent_is_named(store):
    with store.begin() as work:
        promise = work.promise(an_outbound(body=SECRET), open_a_ticket(work), NOON)
    with store.begin() as work:
        outbox.claim(work, "email", "w", NOON, timedelta(minutes=5), 1)

    assert (promise,) == redact(store).under_way


def test_what_telegram_is_sent_at_this_moment_is_changed_behind_it(store):
    said = an_outbound(channel="telegram", recipient=Address("", "7/1"), lane="7/1", body=f"It is {SECRET}.")
    with store.begin() as work:
        promise = work.promise(said, open_a_ticket(work), NOON)
    with store.begin() as work:
        outbox.claim(work, "telegram", "w", NOON, LEASE, 9)
    found = redact(store)
    with store.begin() as work:
        show_again(work, found, lambda: "again@v", NOON)
    with store.begin() as work:
        waiting = outbox.claim(work, "telegram", "x", NOON, LEASE, 9)
        outbox.mark_sent(work, promise, "", NOON)
        ((_, again, _),) = outbox.claim(work, "telegram", "x", NOON, LEASE, 9)

    assert [] == waiting
    assert ("7/1", [promise]) == (again.recipient.address, again.extra["again"])


def test_what_a_notice_says_once_it_is_decided_loses_a_secret_as_its_words_do(store):
    words = r"It is hunter\_22(now)."
    with store.begin() as work:
        told = an_outbound(body=words, extra={"message": 7, "decided": words})
        promise = work.promise(told, open_a_ticket(work), NOON)
    redact(store)
    with store.reading() as work:
        left = outbox.one(work, promise).outbound

    assert r"It is \[redacted: password\](now)." == left.body.strip()
    assert {"message": 7, "decided": left.body} == left.extra


def test_secrets_are_looked_for_in_words_fields_and_files(store):
    mail = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n'
        b'Content-Disposition: attachment; filename="a.log"\r\n\r\nin a file\r\n--b--\r\n'
    )
    with store.begin() as work:
        ticket = open_a_ticket(work, fields={"login": "in a field"})
        kept(work, an_inbound(subject="in a subject", text="in a text"), ticket, mail)
        texts = set(texts_of(work, 1001)) | (work.flush() or set(texts_of(work, 1001)))

    assert {"in a subject", "in a text", "login: in a field", "in a file"} <= texts


def test_every_column_of_these_tables_that_has_words_of_others_loses_them():
    words = {name for place in PLACES for name in place.columns}
    left = {
        (place.table.name, column.name)
        for place in PLACES
        for column in place.table.c
        if isinstance(column.type, Words | Json) and column.name not in words | OURS | NAMES | IDS
    }

    assert set() == left


def test_every_other_table_has_no_words_of_messages_or_is_rewritten_with_the_mail():
    wordless = {
        "meta", "organisations", "organisation_domains", "people", "identities", "agents", "participants",
        "thread_keys", "clocks", "undeliverable", "outages", "announcements", "mailboxes", "budgets",
        "posts", "cards", "links", "codes", "accounts", "grants", "installations", "places", "preferences",
        "seen", "buttons", "dialogues",  # what stands there is gone within hours, and on no ticket yet
    }  # fmt: skip
    known = {place.table.name for place in PLACES} | {"raws", "attachments"}

    assert set() == set(metadata.tables) - known - wordless


@pytest.fixture
def careless(store):
    """A desk whose SQLite leaves what is deleted in its pages, as most builds do."""
    event.listen(store.engine, "checkout", lambda opened, *_: opened.execute("PRAGMA secure_delete=OFF"))
    with store.begin() as work:
        kept(work, an_inbound(text=SECRET * 200), open_a_ticket(work), b"x")
    return store


def shorten(store, overwritten):
    """Take the secret out of the row, and write the log into the file."""
    with store.begin() as work:
        if overwritten:
            erasing.overwrite(work)
        work.connection.execute(messages.update().values(text="short"))
    with closing(store.engine.raw_connection()) as opened:
        opened.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def is_in_files(store):
    folder = Path(store.engine.url.database).parent
    return any(SECRET.encode() in file.read_bytes() for file in folder.glob("desk.db*"))


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("overwritten", "stays"), [(False, True), (True, False)])
def test_what_is_deleted_is_overwritten_where_the_store_is_told_so(careless, overwritten, stays):
    shorten(careless, overwritten)

    assert stays == is_in_files(careless)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_was_deleted_long_ago_is_gone_once_the_file_is_written_anew(careless):
    shorten(careless, overwritten=False)
    before = is_in_files(careless)
    told = erasing.clear(careless)

    assert (True, "", False) == (before, told, is_in_files(careless))


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_log_that_somebody_reads_cannot_be_emptied_and_that_is_said(store):
    with store.begin() as work:
        open_a_ticket(work)
    with store.looking() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM tickets").all()
        told = erasing.clear(store)

    assert "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)" in told
    assert "" == erasing.clear(store)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_on_postgresql_the_operator_is_told_to_vacuum(store):
    assert "VACUUM FULL" in erasing.clear(store)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_large_file_is_not_written_anew_while_everybody_waits(careless):
    shorten(careless, overwritten=False)
    told = erasing.clear(careless, largest=1)

    assert told.startswith("the database file is large")
    assert is_in_files(careless)
