"""Our session beside aiosmtpd's own: the same commands, however odd, get the same answers.

Left out of the comparison is what differs on purpose: enhanced codes, the offers of EHLO,
AUTH, encoded words, and the words of aiosmtpd for an exception of its own.
"""

import asyncio
import random
import re
import socket
import threading
from collections.abc import Iterator
from itertools import zip_longest

import pytest
from aiosmtpd.smtp import SMTP

from bots.smtp.limits import Limits
from smtp_door import PATIENCE, listening

pytestmark = pytest.mark.slow

SIZE = 2000
UNKNOWN = "550 5.1.1 nobody here has this address"
LIMITS = Limits(
    message_bytes=SIZE, idle_commands=10**6, unknown_recipients=10**6, slow_seconds=0, connections=10**6
)

LOCALS = [
    "a",
    "a.b",
    "a+b",
    ".a",
    "a.",
    "a..b",
    '"a b"',
    '"a\\"b"',
    "a b",
    "grün",
    "",
    "a@b",
    "(c)a",
    "x" * 70,
    "%",
]
DOMAINS = [
    "example.com",
    "example.org",
    "EXAMPLE.com",
    "",
    "[192.0.2.1]",
    "[IPv6:::1]",
    "exa_mple.com",
    "-",
    "a..b",
    "bücher.example",
    "example.com.",
]
ENVELOPES = [
    "<{}@{}>",
    " <{}@{}>",
    "<{}@{}> ",
    "{}@{}",
    "<{}@{}",
    "<<{}@{}>>",
    "<@relay.example:{}@{}>",
    "<{}@{}> x",
    "<{}>{}",
    "< {}@{} >",
]
OPTIONS = [
    "",
    " SIZE=10",
    " SIZE=9999",
    " SIZE=",
    " SIZE=x",
    " BODY=8BITMIME",
    " body=7bit",
    " BODY=BINARYMIME",
    " SMTPUTF8",
    " SMTPUTF8=1",
    " SIZE=10 BODY=8BITMIME",
    " BODY=8BITMIME SIZE=10",
    " FOO",
    " FOO=BAR",
    "  SIZE=10",
    " SIZE=10 ",
]
PLAIN = [
    "EHLO there",
    "HELO there",
    "EHLO",
    "HELO",
    "EHLO  a b ",
    "ehlo x",
    "NOOP",
    "NOOP x",
    "RSET",
    "RSET x",
    "rset",
    "HELP",
    "HELP MAIL",
    "HELP data",
    "HELP NOPE",
    "VRFY",
    "VRFY a@example.com",
    "VRFY <",
    "EXPN x",
    "STARTTLS",
    "STARTTLS x",
    "",
    " ",
    "QUIT now",
    "FOO",
    "\tNOOP",
    "NOOP\t",
    "DATA x",
    "MAIL",
    "MAIL x",
    "MAIL FROM",
    "MAIL FROM:",
    "MAIL FROM:<>",
    "MAIL FROM: <> SIZE=3",
    "RCPT",
    "RCPT TO:",
    "RCPT TO:<>",
    "RCPT FROM:<a@example.com>",
    "NOOP " + "x" * 505,
    "NOOP " + "x" * 700,
    "É",
]
BODIES = [
    "",
    "From: a\r\n\r\nb\r\n",
    "..\r\n",
    ".a\r\n",
    "a\nb\n.\n\r\n",
    "x" * 1500 + "\r\n",
    ("x" * 70 + "\r\n") * 40,
    "\r\n" * 50,
    "\x00é\r\n",
]


class Keeper:
    """What a handler of aiosmtpd looks like that does as our listener does."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, list[str], bytes]] = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if not takes(address):
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.kept.append((envelope.mail_from, list(dict.fromkeys(envelope.rcpt_tos)), envelope.content))
        return f"250 {len(self.kept)} kept"


class Stock(SMTP):
    line_length_limit = 65_536


def takes(address: str) -> bool:
    return address.lower().endswith("example.com")


@pytest.fixture
def stock() -> Iterator[tuple[int, Keeper]]:
    keeper = Keeper()
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        return await loop.create_server(
            lambda: Stock(
                keeper, hostname="mx.example.com", enable_SMTPUTF8=True, data_size_limit=SIZE, loop=loop
            ),
            "127.0.0.1",
            0,
        )

    server = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1], keeper
    loop.call_soon_threadsafe(server.close)
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0.1), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE)
    loop.close()


def a_command(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.25:
        return chance.choice(PLAIN)
    if kind < 0.35:
        return "EHLO there"
    if kind < 0.5:
        before = chance.choice(
            ["", "RSET\r\nMAIL FROM:<anna@example.org>\r\nRCPT TO:<support@example.com>\r\n"]
        )
        return before + "DATA\r\n" + chance.choice(BODIES) + "."
    if kind < 0.6:
        return "MAIL FROM:<anna@example.org>"
    if kind < 0.7:
        return "RCPT TO:<support@example.com>"
    address = chance.choice(ENVELOPES).format(chance.choice(LOCALS), chance.choice(DOMAINS))
    word = chance.choice(["MAIL FROM:", "Mail from:", "RCPT TO:", "RCPT TO: ", "rcpt to:"])
    return word + address + chance.choice(OPTIONS)


def a_session(chance: random.Random) -> bytes:
    commands = [a_command(chance) for _ in range(chance.randrange(1, 25))]
    return "".join(f"{command}\r\n" for command in ["EHLO there", *commands, "RSET", "QUIT"]).encode()


def conversation(port: int, session: bytes) -> list[str]:
    """All the replies to a session that is sent in one go."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(session)
        with client.makefile("rb") as answers:
            return answers.read().decode().split("\r\n")[1:]  # the greeting names the program


def comparable(lines: list[str]) -> list[str]:
    plain = [re.sub(r"^(\d{3}[ -])\d\.\d\.\d ", r"\1", line) for line in lines]
    offers = ("250-PIPELINING", "250-ENHANCEDSTATUSCODES")
    return [line.replace(" AUTH ", " ") for line in plain if line not in offers]


def alike(theirs: str, ours: str) -> bool:
    """Whether this is one answer; in our own words where theirs is an exception's, or has the wrong limit."""
    if theirs.startswith("500 Error: ("):
        return ours.startswith(("553 ", "502 "))
    return theirs[:3] == ours[:3] if "Too much mail data" in theirs else theirs == ours


@pytest.mark.parametrize("seed", range(8))
def test_our_answers_are_those_of_aiosmtpd(stock, seed):
    port, keeper = stock
    chance = random.Random(seed)
    with listening(takes=takes, limits=LIMITS) as door:
        for _ in range(60):
            session = a_session(chance)
            theirs = comparable(conversation(port, session))
            ours = comparable(conversation(door.channel.address[1], session))
            differences = [pair for pair in zip_longest(theirs, ours, fillvalue="") if not alike(*pair)]

            assert [] == differences, session
            mails = [
                (raw.envelope.sender or "<>", list(raw.envelope.recipients), raw.body) for raw in door.kept
            ]
            assert [mail[:2] for mail in keeper.kept] == [mail[:2] for mail in mails], session
            assert all(mine[2].endswith(mail[2]) for mail, mine in zip(keeper.kept, mails, strict=True)), (
                session
            )
            keeper.kept.clear()
            door.kept.clear()
