"""The mail channel that listens: SMTP or LMTP, on a port or a Unix socket.

Recommended is a mail server in front that speaks LMTP to us on loopback or a socket;
port 25 on the open net works too. `drain` ends it without losing a mail: no new
connections, goodbye to those who wait, time for those in the middle of something.
"""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from bots.channel import Accept
from bots.smtp.commands import LMTP_COMMANDS, SMTP_COMMANDS
from bots.smtp.limits import Budget, Guests, Limits
from bots.smtp.listener import Listener
from bots.smtp.session import SmtpSession
from intake.errors import ConfigError

UNIX = "unix:"
BACKLOG = 512
PROBE_SECONDS = 2.0
FAREWELL = "421 4.3.2 this service is being stopped, try again later"


class SmtpChannel:
    """A listener for mail; `address` is where it listens, once it is started."""

    def __init__(
        self,
        name: str,
        listen: str,
        protocol: Literal["smtp", "lmtp"],
        accept: Accept,
        takes: Callable[[str], bool],
        hostname: str,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self._listen = listen
        self._protocol = protocol
        self._accept = accept
        self._takes = takes
        self._hostname = hostname
        self._limits = limits or Limits()
        self._tls = tls
        self._address = ("", 0)
        self._inode = 0  # of our Unix socket: what is there later may be another's
        self._server: asyncio.Server | None = None
        self._listener: Listener | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; for a Unix socket its path and 0."""
        return self._address

    async def start(self) -> None:
        """Listen from now on; raises ConfigError where that cannot be."""
        loop = asyncio.get_running_loop()
        self._listener = listener = self._new_listener(loop)
        commands = LMTP_COMMANDS if listener.is_lmtp else SMTP_COMMANDS
        try:
            self._server = await self._listen_with(loop, lambda: SmtpSession(listener, commands))
        except (OSError, ValueError) as error:
            place = f"channel.{self.name}.listen"
            raise ConfigError([f"{place}: cannot listen on {self._listen!r}: {error}"]) from error
        self._address = _name_of(self._server)

    async def drain(self, seconds: float = 30) -> None:
        """Stop listening, let what is under way come to its end, and then cut."""
        if self._server is None or self._listener is None:
            return
        self._server.close()
        self._listener.is_closing = True
        if self._listen.startswith(UNIX):
            await asyncio.to_thread(_remove, Path(self.address[0]), self._inode)
        for leave in list(self._listener.farewells.values()):
            leave(FAREWELL)
        await _finish(list(self._listener.farewells), seconds)
        await asyncio.sleep(0)  # for the last transports to close

    async def _listen_with(
        self, loop: asyncio.AbstractEventLoop, session: Callable[[], SmtpSession]
    ) -> asyncio.Server:
        if self._listen.startswith(UNIX):
            path = self._listen.removeprefix(UNIX)
            if await asyncio.to_thread(_is_in_use, path):  # binding would take it away in silence
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
            server = await loop.create_unix_server(session, path, backlog=BACKLOG)
            self._inode = (await asyncio.to_thread(Path(path).stat)).st_ino
            # As open as a port of the loopback, since the mail server is another user;
            # who may come near it is up to the folder.
            await asyncio.to_thread(Path(path).chmod, 0o666)
            return server
        host, port = host_and_port(self._listen)
        return await loop.create_server(session, host or None, port, backlog=BACKLOG)

    def _new_listener(self, loop: asyncio.AbstractEventLoop) -> Listener:
        return Listener(
            source=self.name,
            accept=self._accept,
            takes=self._takes,
            hostname=self._hostname,
            limits=self._limits,
            is_lmtp=self._protocol == "lmtp",
            tls=self._tls,
            loop=loop,
            budget=Budget(self._limits.bytes_in_flight),
            guests=Guests(self._limits),
        )


def host_and_port(listen: str) -> tuple[str, int]:
    """Take `host:port` or `[host]:port` apart; raises ValueError.

    >>> host_and_port("[::1]:8025")
    ('::1', 8025)
    """
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError('expected "host:port" or "unix:/path"')
    return host.removeprefix("[").removesuffix("]"), int(port)


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with this certificate chain; raises OSError where the files will not do."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def _name_of(server: asyncio.Server) -> tuple[str, int]:
    name = server.sockets[0].getsockname()
    return (name, 0) if isinstance(name, str) else (name[0], name[1])


def _is_in_use(path: str) -> bool:
    """Whether somebody listens at a Unix socket; one that was left behind by a process that died is free."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(PROBE_SECONDS)
        try:
            probe.connect(path)
        except (TimeoutError, BlockingIOError):  # somebody, who has much to do
            return True
        except OSError:
            return False
    return True


def _remove(path: Path, inode: int) -> None:
    with suppress(FileNotFoundError):
        if path.stat().st_ino == inode:
            path.unlink()


async def _finish(tasks: list[asyncio.Task[None]], seconds: float) -> None:
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
