"""A mail relay that keeps what it is given: a real SMTP server on loopback that delivers nothing.

Tests and the demo send through it and read what arrived. It can be told to misbehave: each
fault that is put in with `expect` is used up by the first command that it is about.

    async with CatchingRelay() as relay:                     # or: with relay_in_thread() as relay:
        relay.expect(Fault("rcpt", "451 4.2.1 try later"), Fault("data", HANG))
        ...                                                  # send to relay.host, relay.port
        relay.wait(1)
"""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from aiosmtpd.smtp import SMTP

HANG = "hang"  # never answer
DROP = "drop"  # cut the connection
HOUR = 3600.0
TURNS = 5  # of the event loop; time alone may pass in one of them


@dataclass(frozen=True, slots=True)
class CaughtMail:
    sender: str
    recipients: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong at a command (mail, rcpt, data): an answer, HANG or DROP.

    At `data` the mail is kept before HANG and DROP: it has arrived, and the sender does not know.
    """

    at: str
    what: str


class CatchingRelay:
    """The server and everything that it caught; further options are aiosmtpd's (STARTTLS, AUTH)."""

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None, **options: Any
    ) -> None:
        self.host, self.port = host, port
        self._tls = tls
        self.mails: list[CaughtMail] = []
        self.connections = 0
        self._options = options
        self._faults: list[Fault] = []
        self._changed = threading.Condition()
        self._sessions: list[SMTP] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self.host, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close at once; sessions that are open are cut."""
        if self._server:
            self._server.close()
        self.cut()
        for _ in range(TURNS):  # a connection that was just taken becomes a session only now
            await asyncio.sleep(0.002)
        self.cut()
        if self._server:
            await self._server.wait_closed()
        await asyncio.sleep(0)  # lets the sessions see that they are cut

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    def expect(self, *faults: Fault) -> None:
        """Put in faults, each for one command."""
        self._faults += faults

    def cut(self) -> None:
        """Cut every open connection, as a server does that restarts."""
        for session in self._sessions:
            _cut(session)
        self._sessions = [session for session in self._sessions if session.transport is None]

    def wait(self, count: int, seconds: float = 30.0) -> list[CaughtMail]:
        """The mails, once there are so many; for threads (`await asyncio.to_thread(relay.wait, 1)`)."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.mails) >= count, seconds):
                raise TimeoutError(f"{len(self.mails)} of {count} mails came within {seconds:g} s")
            return list(self.mails)

    def _session(self) -> SMTP:
        self.connections += 1
        session = SMTP(self, hostname="relay.sandbox", enable_SMTPUTF8=True, **self._options)
        self._sessions.append(session)
        return session

    def _due(self, at: str) -> str:
        """The fault that this command has to suffer, "" for none."""
        fault = next((one for one in self._faults if one.at == at), None)
        if fault is None:
            return ""
        self._faults.remove(fault)
        return fault.what

    def _keep(self, envelope: Any) -> None:
        sender = (envelope.mail_from or "").removeprefix("<>")
        with self._changed:
            self.mails.append(CaughtMail(sender, tuple(envelope.rcpt_tos), envelope.content))
            self._changed.notify_all()

    # What aiosmtpd calls; the names are its own.

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if what := self._due("mail"):
            return await _suffer(what, server)
        envelope.mail_from = address or "<>"  # aiosmtpd takes "" for no MAIL at all
        envelope.mail_options.extend(options)
        return "250 2.1.0 fine"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if what := self._due("rcpt"):
            return await _suffer(what, server)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        what = self._due("data")
        if what in ("", HANG, DROP):
            self._keep(envelope)
        return await _suffer(what, server) if what else f"250 2.0.0 kept as {len(self.mails)}"


async def _suffer(what: str, server: SMTP) -> str:
    if what == HANG:
        await asyncio.sleep(HOUR)
    if what == DROP:
        _cut(server)
        return "421 4.3.2 gone"
    return what


def _cut(session: SMTP) -> None:
    if isinstance(session.transport, asyncio.WriteTransport):
        session.transport.abort()


@contextmanager
def relay_in_thread(**options: Any) -> Iterator[CatchingRelay]:
    """A relay with an event loop of its own, for code that is not asynchronous."""
    relay, loop = CatchingRelay(**options), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="catching-relay", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(relay.start(), loop).result(10)
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(relay.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
