"""The ways in and out, tried one by one for `deskbell check`: relays, listeners, mailboxes.

A relay is greeted as for a mail, with its TLS and password, and left again without one. At a
listener's address there is either the desk that serves already, or nobody, and then the
address must be free for it. A mailbox is entered and its folders are counted.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bots.commands.findings import Finding, sound, to_mend
from bots.console import safe
from bots.relays import relays_of
from bots.serve import tls_of
from bots.settings import ImapSettings, SmtpSettings
from bots.smtp import host_and_port
from bots.wiring import Wired
from intake.errors import DeskbellError

CONNECT_SECONDS = 5.0
GREETING_SECONDS = 3.0
LONGEST_GREETING = 200
UNIX = "unix:"


def relays(wired: Wired) -> Iterator[Finding]:
    """A line for each outgoing server: what it says to us, or why it says nothing."""
    relay = wired.settings.relay
    quick = {"timeout": min(relay.timeout, CONNECT_SECONDS)}
    servers = tuple(one.model_copy(update=quick) for one in relay.fallback)
    hasty = relay.model_copy(update={**quick, "fallback": servers, "dkim": None})
    try:
        greetings = asyncio.run(relays_of(hasty, wired.folder).greet())
    except DeskbellError as error:
        yield to_mend(str(error))
        return
    for one in greetings:
        if one.trouble:
            yield to_mend(f"relay {one.name}: no answer ({safe(one.trouble)}); is it running?")
        else:
            yield sound(f"relay {one.name}: {safe(one.said)}")


def channels(wired: Wired) -> Iterator[Finding]:
    """A line for each way in."""
    for name, settings in wired.settings.mail_channels.items():
        if isinstance(settings, SmtpSettings):
            yield _listener(name, settings, wired)
        else:
            yield _mailbox(name, settings, wired)


def _listener(name: str, settings: SmtpSettings, wired: Wired) -> Finding:
    place = f"channel.{name}"
    try:
        offers = ", STARTTLS" if tls_of(name, settings, wired.folder) else ""
        greeting = _greeting(settings.listen)
        if greeting is None:
            _try_to_listen(settings.listen)
    except DeskbellError as error:
        return to_mend(str(error))
    except OSError as error:
        reason = error.strerror or str(error)
        return to_mend(f"{place}.listen {settings.listen}: cannot be used: {reason}")
    if greeting is None:
        free = f"nobody listens, and it is free for `deskbell serve` ({settings.protocol}{offers})"
        return sound(f"{place}.listen {settings.listen}: {free}")
    if not greeting.startswith("220"):
        return to_mend(
            f"{place}.listen {settings.listen}: something else listens there; it says {greeting!r}"
        )
    return sound(f"{place}.listen {settings.listen}: somebody listens and says {greeting!r}")


def _greeting(listen: str) -> str | None:
    """What is said first to who connects, "" for nothing in time; None where nobody listens."""
    try:
        line = _connected(listen)
    except OSError:
        return None
    with line, suppress(TimeoutError, ConnectionError):
        return safe(line.recv(LONGEST_GREETING).decode("ascii", "replace").strip())
    return ""


def _connected(listen: str) -> socket.socket:
    if not listen.startswith(UNIX):
        return socket.create_connection(host_and_port(listen), GREETING_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(GREETING_SECONDS)
        line.connect(listen.removeprefix(UNIX))
    except BaseException:
        line.close()
        raise
    return line


def _try_to_listen(listen: str) -> None:
    """Raises OSError where `serve` could not."""
    if listen.startswith(UNIX):
        folder = Path(listen.removeprefix(UNIX)).parent
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, f"{folder} is no folder that we may write to")
        return
    host, port = host_and_port(listen)
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
        pass


def _mailbox(name: str, settings: ImapSettings, wired: Wired) -> Finding:
    place = f"channel.{name}"
    try:
        from bots.imap.check import check_mailbox
    except ModuleNotFoundError as error:
        return to_mend(f"{place}.kind: imap needs {error.name}; install Deskbell with it: 'deskbell[imap]'")
    hasty = settings.model_copy(update={"timeout_seconds": min(settings.timeout_seconds, CONNECT_SECONDS)})
    try:
        return sound(f"{place}: {safe(check_mailbox(name, hasty, wired.folder))}")
    except DeskbellError as error:
        return to_mend(f"{place}: {safe(str(error))}".replace(f"{place}: {place}", place))
