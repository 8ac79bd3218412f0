"""A listening mail channel for tests, and the other side of the line, on real loopback sockets.

The channel runs in a thread with an event loop of its own; the client is a plain blocking
socket, so that a test reads like the conversation it is.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from bots.smtp import SmtpChannel
from bots.smtp.limits import Limits
from intake.decisions import Fate, Receipt
from intake.messages import Raw

PATIENCE = 30
MAIL = b"From: anna@example.org\r\nSubject: printer\r\n\r\nIt smokes.\r\n"


class Client:
    """One connection; `answer` reads one whole reply, without its last line end."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(PATIENCE)
        self._file = connection.makefile("rb")

    def say(self, words: str | bytes) -> None:
        self.socket.sendall(words if isinstance(words, bytes) else words.encode() + b"\r\n")

    def answer(self) -> str:
        """The next reply, "" when the other side has hung up."""
        lines = [self._file.readline()]
        while lines[-1][3:4] == b"-":
            lines.append(self._file.readline())
        return b"".join(lines).decode().rstrip("\r\n")

    def answers(self, count: int) -> list[str]:
        return [self.answer() for _ in range(count)]

    def ask(self, words: str | bytes) -> str:
        self.say(words)
        return self.answer()

    def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        return self._file.read()

    def greet(self, word: str = "EHLO") -> str:
        self.answer()
        return self.ask(f"{word} mail.example.org")

    def begin(self, *recipients: str) -> str:
        """Up to the answer to DATA."""
        self.ask("MAIL FROM:<anna@example.org>")
        for recipient in recipients or ("support@example.com",):
            self.ask(f"RCPT TO:<{recipient}>")
        return self.ask("DATA")

    def deliver(self, mail: bytes = MAIL) -> str:
        self.begin()
        return self.ask(mail + b".\r\n")

    def secure(self, context: Any) -> None:
        self._file.close()
        self.socket = context.wrap_socket(self.socket, server_hostname="mx.example.com")
        self._file = self.socket.makefile("rb")

    def close(self) -> None:
        self._file.close()
        self.socket.close()


class Door:
    """A channel that listens, and what it has handed over."""

    def __init__(self, loop: asyncio.AbstractEventLoop, channel: SmtpChannel, kept: list[Raw]) -> None:
        self.loop = loop
        self.channel = channel
        self.kept = kept
        self._clients: list[Client] = []

    def connect(self) -> Client:
        host, port = self.channel.address
        if port:
            connection = socket.create_connection((host, port), timeout=PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(host)
        self._clients.append(Client(connection))
        return self._clients[-1]

    def greeted(self, word: str = "EHLO") -> Client:
        client = self.connect()
        client.greet(word)
        return client

    def run(self, work: Awaitable[Any]) -> Any:
        async def it() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(it(), self.loop).result(PATIENCE)

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def listening(
    accept: Callable[[Raw], Awaitable[Receipt]] | None = None,
    takes: Callable[[str], bool] = lambda address: address.endswith("@example.com"),
    listen: str = "127.0.0.1:0",
    protocol: str = "smtp",
    limits: Limits | None = None,
    tls: Any = None,
    loops: ModuleType = asyncio,
) -> Iterator[Door]:
    """A channel that keeps every mail in a list, or asks `accept` what became of it."""
    kept: list[Raw] = []

    async def keep(raw: Raw) -> Receipt:
        kept.append(raw)
        return await accept(raw) if accept else Receipt(len(kept), Fate.APPEND)

    loop = loops.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    channel = SmtpChannel("mail", listen, protocol, keep, takes, "mx.example.com", limits, tls)
    door = Door(loop, channel, kept)
    try:
        door.run(channel.start())
        yield door
    finally:
        door.close()
        door.run(channel.drain(1))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


def certificate(folder: Path, run: Callable[..., object]) -> tuple[Path, Path]:
    """A self-signed certificate for mx.example.com and its key."""
    paths = folder / "mx.pem", folder / "mx.key"
    subject = ["-subj", "/CN=mx.example.com", "-addext", "subjectAltName=DNS:mx.example.com"]
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    run(["openssl", "req", *kind, *subject, "-out", str(paths[0]), "-keyout", str(paths[1])])
    return paths
