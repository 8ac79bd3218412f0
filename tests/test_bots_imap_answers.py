"""Odd answers of IMAP servers: each is read, or is trouble that is told; none ends the reader.

A proxy in front of a real Dovecot gives the odd answer in its place.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from bots.imap.connection import Account
from bots.imap.errors import CommandFailed, ConnectionLost
from bots.imap.mailbox import Listed, Mailbox
from dovecot import PASSWORD, Dovecot, dovecot
from imap_proxy import Cut, Proxy, Stall, between

pytestmark = pytest.mark.slow

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
DATE = b'INTERNALDATE "10-Mar-2026 13:00:00 +0100"'
BODY = b"Subject: x\r\n\r\nhello\r\n"
PATIENCE = 15  # seconds that an answer may take
Answer = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as one:
        yield one


@pytest.fixture
def proxy(server: Dovecot) -> Iterator[Proxy]:
    with between(server.imap) as one:
        yield one


@pytest.fixture
def box(proxy: Proxy) -> Iterator[Mailbox]:
    account = Account("127.0.0.1", proxy.port, "none", "odd", PASSWORD, None, "", None, PATIENCE)
    box = Mailbox.enter(account, "INBOX")
    box.select()
    yield box
    box.close()


def answers(proxy: Proxy, command: bytes, *lines: bytes, end: bytes = b"OK done") -> None:
    """From now on this is what comes back to a command."""

    def spoil(line: bytes) -> bytes | None:
        tag, _, rest = line.partition(b" ")
        if not rest.startswith(command):
            return None
        return b"".join(one + b"\r\n" for one in lines) + tag + b" " + end + b"\r\n"

    proxy.spoil = spoil


LISTED = {
    "as it should be": (b"* 1 FETCH (UID 7 RFC822.SIZE 21 " + DATE + b")", [Listed(7, 21, AT)]),
    "in another order": (b"* 1 FETCH (" + DATE + b" RFC822.SIZE 21 UID 7)", [Listed(7, 21, AT)]),
    "no date": (b"* 1 FETCH (UID 7 RFC822.SIZE 21)", [Listed(7, 21, None)]),
    "a date that is none": (b'* 1 FETCH (UID 7 RFC822.SIZE 21 INTERNALDATE "soon")', [Listed(7, 21, None)]),
    "a date of nothing": (b"* 1 FETCH (UID 7 RFC822.SIZE 21 INTERNALDATE NIL)", [Listed(7, 21, None)]),
    "no size": (b"* 1 FETCH (UID 7 " + DATE + b")", [Listed(7, 0, AT)]),
    "somebody else's flags in between": (
        b"* 5 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 7 RFC822.SIZE 21 " + DATE + b")\r\n* 9 EXISTS",
        [Listed(7, 21, AT)],
    ),
    "another mail": (b"* 1 FETCH (UID 8 RFC822.SIZE 21)", []),
    "nothing": (b"* 9 EXISTS", []),
}


@pytest.mark.parametrize("case", LISTED)
def test_sizes_and_dates_are_read_however_they_are_told(proxy, box, case):
    line, expected = LISTED[case]
    answers(proxy, b"UID FETCH", line)

    assert expected == box.listed([7])


BODIES = {
    "a literal": (b"* 1 FETCH (UID 7 BODY[]<0> {21}\r\n" + BODY + b")", {7: BODY}),
    "without the offset": (b"* 1 FETCH (UID 7 BODY[] {21}\r\n" + BODY + b")", {7: BODY}),
    "a quoted string": (b'* 1 FETCH (UID 7 BODY[]<0> "Subject: x")', {7: b"Subject: x"}),
    "the number behind": (b"* 1 FETCH (BODY[]<0> {21}\r\n" + BODY + b" UID 7)", {7: BODY}),
    "NIL": (b"* 1 FETCH (UID 7 BODY[]<0> NIL)", {}),
    "empty": (b'* 1 FETCH (UID 7 BODY[]<0> "")', {}),
    "flags only": (b"* 1 FETCH (UID 7 FLAGS (\\Seen))", {}),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_mail_is_read_however_it_is_handed_over_and_nothing_is_no_mail(proxy, box, case):
    lines, expected = BODIES[case]
    answers(proxy, b"UID FETCH", lines)

    assert expected == box.bodies([7], 1000)


LOST = {
    "a literal that is too short": [b"* 1 FETCH (UID 7 BODY[]<0> {9000}\r\n" + BODY + b")"],
    "brackets that do not close": [b"* 1 FETCH (UID 7 BODY[]<0> (("],
    "a number that is none": [b"* 1 FETCH (UID seven BODY[]<0> NIL)"],
    "no IMAP at all": [b"HTTP/1.1 400 Bad Request"],
    "an endless line": [b"* 1 FETCH " + b"x" * 1_100_000],
}


@pytest.mark.parametrize("case", LOST)
def test_what_cannot_be_read_is_a_connection_that_is_lost(proxy, box, case):
    answers(proxy, b"UID FETCH", *LOST[case])

    with pytest.raises(ConnectionLost):
        box.bodies([7], 1000)


def test_a_goodbye_in_the_middle_is_a_connection_that_is_lost(proxy, box):
    answers(proxy, b"UID FETCH", b"* BYE going down", end=b"")

    with pytest.raises(ConnectionLost):
        box.bodies([7], 1000)


@pytest.mark.parametrize("end", [b"NO [SERVERBUG] cannot", b"BAD what?"])
def test_a_no_leaves_the_connection_as_it_was(proxy, box, end):
    answers(proxy, b"UID FETCH", end=end)
    with pytest.raises(CommandFailed):
        box.bodies([7], 1000)
    proxy.spoil = lambda line: None

    assert [] == box.uids(0, 10)


def test_a_mail_is_fetched_no_further_than_just_over_the_limit(server, proxy, box):
    server.append("odd", b"Subject: large\r\n\r\n" + b"x" * 100_000)
    box.select()
    uid = box.uids(0, 0)[-1]

    assert 1001 == len(box.bodies([uid], 1000)[uid])


def test_a_wait_ends_when_the_line_is_cut_and_says_so(proxy, box):
    def spoil(line: bytes) -> bytes | None:
        if b"IDLE" in line:
            raise Cut
        return None

    proxy.spoil = spoil
    with pytest.raises(ConnectionLost):
        box.idle(30, lambda: False)


def test_mail_that_was_announced_among_other_answers_ends_the_wait_at_once(proxy, box):
    answers(proxy, b"UID SEARCH", b"* SEARCH 1", b"* 9 EXISTS")
    box.uids(0, 0)
    began = time.monotonic()
    box.idle(120, lambda: False)

    assert time.monotonic() - began < 60


def test_mail_that_is_announced_in_one_breath_with_the_idling_ends_the_wait_at_once(proxy, box):
    def spoil(line: bytes) -> bytes | None:
        if b"IDLE" in line:
            return b"+ idling\r\n* 9 EXISTS\r\n"
        return proxy.lines[-2].partition(b" ")[0] + b" OK done\r\n" if line == b"DONE\r\n" else None

    proxy.spoil = spoil
    began = time.monotonic()
    box.idle(120, lambda: False)

    assert time.monotonic() - began < 60


def test_a_wait_that_is_answered_against_the_grammar_is_a_connection_that_is_lost(proxy, box):
    proxy.spoil = lambda line: b"* 9 EXISTS\r\n+ idling\r\n" if b"IDLE" in line else None

    with pytest.raises(ConnectionLost):
        box.idle(20, lambda: False)


def test_a_wait_ends_by_itself_and_when_it_is_told_to(box):
    box.idle(0.1, lambda: False)
    box.idle(60, lambda: True)

    assert box.can_idle()


def test_without_starttls_nothing_is_said(server):

    with between(server.imap) as proxy:
        proxy.spoil = lambda line: (
            b"* CAPABILITY IMAP4rev1\r\n" + line.partition(b" ")[0] + b" OK done\r\n"
            if b"CAPABILITY" in line
            else None
        )
        context = ssl.create_default_context(cafile=server.ca_file)
        account = Account("127.0.0.1", proxy.port, "starttls", "odd", "secret", None, "", context, PATIENCE)
        with pytest.raises((ConnectionLost, CommandFailed)):
            Mailbox.enter(account, "INBOX")
        said = b"".join(proxy.lines)

    assert b"secret" not in said


def test_a_command_that_takes_too_long_can_be_ended_from_outside(proxy, box):
    def spoil(line: bytes) -> bytes | None:
        if b"FETCH" in line:
            raise Stall
        return None

    proxy.spoil = spoil
    busy: list[float] = []

    def cut() -> None:
        proxy.stalled.wait(PATIENCE)
        busy.append(box.busy_seconds())
        box.cut()

    other = threading.Thread(target=cut)
    other.start()
    began = time.monotonic()
    with pytest.raises(ConnectionLost):
        box.bodies([7], 1000)
    other.join(PATIENCE)

    assert time.monotonic() - began < PATIENCE - 3
    assert [True, False] == [seconds > 0 for seconds in (*busy, box.busy_seconds())]
