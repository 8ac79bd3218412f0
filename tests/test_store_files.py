"""Files that an answer takes along: found again in the bytes of the message, and not purged before."""

from dataclasses import replace
from datetime import timedelta

import pytest

import stores
from intake.errors import PermanentFailure
from intake.mail import read_mail
from intake.messages import File
from store import inbox, outbox
from store.files import files_of, kept_files_of
from stores import NOON, a_decision, a_raw, an_outbound

MAIL = b"""From: Sam <sam@vendor.example>
Message-ID: <a1@vendor.example>
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

Here.
--b
Content-Type: application/zip; name="one.zip"
Content-Disposition: attachment
Content-Transfer-Encoding: base64

b25l
--b
Content-Type: text/plain; name="two.txt"
Content-Disposition: attachment

two
--b--
"""
YEAR = timedelta(days=365)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


@pytest.fixture
def answer(store):
    """An answer that takes the second file along, and the message that brought it."""
    raw = a_raw(MAIL.replace(b"\n", b"\r\n"))
    with store.begin() as work:
        message = work.keep(raw, read_mail(raw), a_decision(), None, NOON)
        number = work.promise(an_outbound(attachments=((message, 1),)), None, NOON)
    return message, number


def files(store, number):
    with store.reading() as work:
        return files_of(work, outbox.one(work, number).outbound)


def purged(store):
    with store.begin() as work:
        return inbox.purge_raws(work, NOON + YEAR, NOON + YEAR)


def test_the_files_of_a_promise_are_those_that_its_message_came_with(store, answer):
    assert (File("two.txt", "text/plain", b"two"),) == files(store, answer[1])


def test_bytes_that_a_waiting_promise_needs_are_not_purged_and_are_afterwards(store, answer):
    before = purged(store)
    with store.begin() as work:
        outbox.mark_sent(work, answer[1], "250", NOON)

    assert (0, 1) == (before, purged(store))


@pytest.mark.parametrize("place", [7, 10_000])
def test_a_file_that_is_not_there_is_a_failure_for_good(store, answer, place):
    with store.begin() as work:
        number = work.promise(an_outbound("x@v", attachments=((answer[0], place),)), None, NOON)

    with pytest.raises(PermanentFailure, match="not kept any more"):
        files(store, number)


def test_purged_bytes_are_a_failure_for_good(store, answer):
    with store.begin() as work:
        outbox.mark_sent(work, answer[1], "250", NOON)
    purged(store)

    with pytest.raises(PermanentFailure, match="not kept any more"):
        files(store, answer[1])


def test_what_is_purged_is_named_beside_what_is_kept(store, answer):
    with store.begin() as work:
        outbox.mark_sent(work, answer[1], "250", NOON)
    purged(store)
    with store.reading() as work:
        outbound = replace(outbox.one(work, answer[1]).outbound, attachments=((answer[0], 1), (answer[0], 7)))

        assert ((), ("two.txt", "a file")) == kept_files_of(work, outbound)
