"""What must hold of every SMTP or LMTP session, whatever the other side sends, on a line in memory.

The session is the real one; only the socket is not there. `talk` sends the same bytes in one go
and in pieces, and fails where the answers differ, where a session does not end with its line,
where a fault was logged, or where a mail was kept that nobody ended with CRLF.CRLF.
"""

import asyncio
import atexit
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from bots.smtp.commands import LMTP_COMMANDS, SMTP_COMMANDS
from bots.smtp.limits import Budget, Guests, Limits
from bots.smtp.listener import Listener
from bots.smtp.session import SmtpSession
from intake.decisions import Fate, Receipt
from intake.messages import Raw

LIMITS = Limits(message_bytes=3000, message_lines=60, line_bytes=1000, slow_seconds=0)
PATIENCE = 30
ANSWER = re.compile(rb"[2-5]\d\d[ -][\t\x20-\x7e]*")
TRACE = re.compile(rb"\A.*?;\r\n\t\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\r\n", re.DOTALL)
KEPT = re.compile(rb"250 2\.0\.0 (\d+) kept")
TOO_MUCH = re.compile(rb"(?:552 5.3.4 the message|500 5.6.0 a line) [^\r]+")  # which limit is met first
LOOP = asyncio.new_event_loop()
atexit.register(LOOP.close)


class Line(asyncio.Transport):
    """A connection whose far end writes down what it is told."""

    def __init__(self, session: SmtpSession) -> None:
        super().__init__({"peername": ("192.0.2.7", 4025)})
        self.session = session
        self.heard = bytearray()
        self.is_cut = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_cut, "something is said after the goodbye"
        self.heard += data

    def close(self) -> None:
        if not self.is_cut:
            self.is_cut = True
            LOOP.call_soon(self.session.connection_lost, None)

    abort = close

    def is_closing(self) -> bool:
        return self.is_cut

    def pause_reading(self) -> None:
        """What is sent here is in memory already."""

    def resume_reading(self) -> None:
        """As above."""


def talk(data: bytes) -> list[Raw]:
    """Hold a session of the kind that the first byte says, in one go and in pieces; what it kept."""
    if not data:
        return []
    is_lmtp, size, words = bool(data[0] & 1), data[0] // 2 % 64 + 1, data[1:]
    said, kept = hold(is_lmtp, [words])
    in_pieces = [words[at : at + size] for at in range(0, len(words), size)]
    again, kept_again = hold(is_lmtp, in_pieces)
    assert TOO_MUCH.sub(b"no", said) == TOO_MUCH.sub(b"no", again), (said, again)
    assert [bare(one) for one in kept] == [bare(one) for one in kept_again]
    assert_answers(said)
    assert_mails(said, kept, words)
    return kept


def hold(is_lmtp: bool, pieces: list[bytes]) -> tuple[bytes, list[Raw]]:
    """One session up to the end of its line: what was answered and what was kept."""
    kept: list[Raw] = []

    async def accept(raw: Raw) -> Receipt:
        await asyncio.sleep(0)
        kept.append(raw)
        return Receipt(len(kept), Fate.APPEND)

    listener = Listener(
        source="fuzz",
        accept=accept,
        takes=lambda address: address.lower().endswith("@example.com"),
        hostname="mx.example.com",
        limits=LIMITS,
        is_lmtp=is_lmtp,
        tls=None,
        loop=LOOP,
        budget=Budget(LIMITS.bytes_in_flight),
        guests=Guests(LIMITS),
    )
    with no_fault_logged():
        heard = LOOP.run_until_complete(asyncio.wait_for(_session(listener, is_lmtp, pieces), PATIENCE))
    assert listener.budget.used == 0, "bytes in flight were not given back"
    return heard, kept


async def _session(listener: Listener, is_lmtp: bool, pieces: list[bytes]) -> bytes:
    session = SmtpSession(listener, LMTP_COMMANDS if is_lmtp else SMTP_COMMANDS)
    line = Line(session)
    session.connection_made(line)
    (task,) = listener.farewells
    for piece in pieces:
        if not line.is_cut:
            session.data_received(piece)
            await asyncio.sleep(0)
    session.eof_received()
    await task
    await asyncio.sleep(0)  # for the line to be cut
    return bytes(line.heard)


def assert_answers(said: bytes) -> None:
    """Every answer is a line of ASCII without control characters, with a code, ended by CRLF."""
    *lines, rest = said.split(b"\r\n")
    assert rest == b""
    assert [] == [one for one in lines if not ANSWER.fullmatch(one)]


def assert_mails(said: bytes, kept: list[Raw], words: bytes) -> None:
    """A mail was kept for each yes, and each stands in what was sent, ended as only a mail is."""
    assert {str(number).encode() for number in range(1, len(kept) + 1)} == set(KEPT.findall(said))
    for one in kept:
        lines = map(re.escape, bare(one).split(b"\r\n"))
        assert re.search(rb"\n\.?" + rb"\r\n\.?".join(lines) + rb"\.\r\n", words), one
        assert bare(one)[-2:] in (b"", b"\r\n"), one


def bare(raw: Raw) -> bytes:
    """The mail as it was sent, without the trace that we write in front."""
    return TRACE.sub(b"", raw.body)


@contextmanager
def no_fault_logged() -> Iterator[None]:
    """An exception in a session is answered with 451 and logged: here it counts."""
    faults: list[logging.LogRecord] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = faults.append  # type: ignore[method-assign]
    logger = logging.getLogger("bots.smtp")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
    for fault in faults:
        raise AssertionError(fault.getMessage()) from (fault.exc_info or (None, None))[1]
