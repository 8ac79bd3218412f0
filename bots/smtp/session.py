"""One SMTP or LMTP session: reads commands, finds who obeys them, and knows when to part.

aiosmtpd supplies the grammar (odd addresses, parameters, HELP, VRFY), and for those this
is a subclass of its SMTP. What is ours is what a mail costs and what a session promises:
answers are written together (bots.smtp.wire), the plain commands are read by one regular
expression (bots.smtp.commands), DATA in blocks (bots.smtp.mail).

Nobody ever cancels a session that commits a mail: a client that hangs up early has its
mail kept all the same, and one that half-closes still hears every answer. Whatever fails
on our side is "451, later"; only the policy and the limits say "never".
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import ClassVar, cast

from aiosmtpd.smtp import MISSING, SMTP, Envelope, Session

from bots.smtp.answers import LATER, enhanced
from bots.smtp.listener import Listener
from bots.smtp.patience import Patience
from bots.smtp.trust import Trust
from bots.smtp.wire import Wire

log = logging.getLogger(__name__)

Command = Callable[["SmtpSession", str | None], Awaitable[None]]
NOT_IN_A_REPLY = re.compile(r"[^\t\x20-\x7e]")  # RFC 5321 §4.2
NOT_IN_AN_ADDRESS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
COMMAND_SIZE = 512
READ_SIZE = 65_536

OVERSIZE = "552 5.3.4 message size exceeds fixed maximum message size"
BUSY = "452 4.3.1 too much mail is under way here, try again later"
FAREWELL_FULL = "421 4.7.0 too many connections, try again later"
FAREWELL_IDLE = "421 4.7.0 too many commands without a mail"
FAREWELL_SILENT = "421 4.4.2 waited too long"
FAREWELL_TOO_LONG = "421 4.4.2 this session has lasted too long"
FAREWELL_UNKNOWN = "421 4.7.0 too many unknown recipients"


class SmtpSession(SMTP):
    """The protocol of one connection; `commands` says by name who obeys them."""

    # SMTP.__init__ is not called: it inspects the handler and all methods for each
    # connection, a third of the time of a mail. This is what SMTP's methods read.
    enable_SMTPUTF8 = True  # noqa: N815
    command_size_limits: ClassVar = {"MAIL": COMMAND_SIZE + 36}  # type: ignore[misc]  # RFC 1870, RFC 6531
    session: Session  # never None once connected
    envelope: Envelope
    _decode_data = False
    _auth_required = False

    def __init__(self, listener: Listener, commands: dict[str, Command]) -> None:
        self.listener = listener
        self.limits = listener.limits
        self.loop = listener.loop
        self.hostname = listener.hostname
        self.data_size_limit = listener.limits.message_bytes
        self.tls_context = listener.tls
        self.wire = Wire(listener.loop, listener.limits.line_bytes)
        self.trust = Trust(listener.limits)
        self.peer = ""
        self.is_receiving = False
        self.farewell = ""  # to be said before the next command
        self._smtp_methods = commands

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.wire.transport = cast("asyncio.Transport", transport)  # uvloop's are not derived from it
        if hasattr(transport, "max_size"):  # asyncio's own would fetch 256 KiB from the system at each read
            transport.max_size = READ_SIZE
        self.peer = _address_of(transport)
        self.begin_anew()
        self.patience = Patience(self.loop, self.limits, self._silent, self._too_long)
        self._site = "" if self.listener.is_lmtp else self.peer  # LMTP comes from one relay (RFC 2033 §5)
        if self.listener.is_closing or not self.listener.guests.admit(self._site):
            self.part(FAREWELL_FULL)
            return
        task = self.loop.create_task(self._handle_client())
        self.listener.farewells[task] = self.leave
        task.add_done_callback(self._forget)

    def data_received(self, data: bytes) -> None:
        self.wire.hear(data)

    def eof_received(self) -> bool:
        """Half-closed: what was sent is still obeyed and answered, which TLS does not allow."""
        self.wire.end()
        return self.session.ssl is None

    def connection_lost(self, error: Exception | None) -> None:
        self.wire.lose()
        self.patience.stop()

    def pause_writing(self) -> None:
        self.wire.write_no_more()

    def resume_writing(self) -> None:
        self.wire.write_again()

    def begin_anew(self) -> None:
        """Know nothing yet of the other side."""
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self.session = self._create_session()

    def leave(self, farewell: str) -> None:
        """Say goodbye: at once when nothing is going on, else behind the answer that is due."""
        self.farewell = self.farewell or farewell
        if self.wire.is_waiting and not self.is_receiving:
            self.part(self.farewell)

    def part(self, farewell: str) -> None:
        """Say goodbye whatever is going on."""
        if self.wire.is_closed:
            return
        self.say(farewell)
        self.close()

    def close(self) -> None:
        """Hang up, behind the answers that are still to be written."""
        if self.wire.is_closed:
            return
        self.wire.close()
        self.patience.last(self.wire.transport.abort)

    def _silent(self) -> None:
        self.part(FAREWELL_SILENT)

    def _too_long(self) -> None:
        self.leave(FAREWELL_TOO_LONG)

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self.listener.farewells[task]
        self.listener.guests.forget(self._site)

    # The commands

    async def _handle_client(self) -> None:
        try:
            self.say(f"220 {self.hostname} {'LMTP' if self.listener.is_lmtp else 'ESMTP'} Deskbell")
            while not self.farewell and (line := await self.wire.line()) is not None:
                await self._obey_safely(line)
            if self.farewell:
                self.part(self.farewell)
        finally:
            self.close()

    async def _obey_safely(self, line: bytes) -> None:
        try:
            await self._obey(line)
        except Exception as error:
            log.exception("%s: session with %s", self.listener.source, self.peer)
            self.say(await self.handle_exception(error))

    async def handle_exception(self, error: Exception) -> str:
        """A fault on our side is never the sender's: they are to try again."""
        return LATER

    async def _obey(self, line: bytes) -> None:
        """Find the command and obey it, with the answers that aiosmtpd gives."""
        word, _, rest = line.partition(b" ")
        name = word.decode(errors="replace").upper()
        command = self._smtp_methods.get(name)
        if not self.trust.bears_line(name):
            self.farewell = FAREWELL_IDLE
        elif not line or (not word.isascii() and len(line) <= self.listener.limits.line_bytes):
            self.say("500 5.5.2 Error: bad syntax")
        elif len(line) > self._size_of(name):
            self.say("500 5.5.2 Command line too long")
        elif command is None:
            self._wonder(name)
        else:
            self.patience.renew()
            await command(self, rest.strip().decode(errors="surrogateescape") if rest else None)

    def _size_of(self, name: str) -> int:
        limits = self.command_size_limits if self.session.extended_smtp else {}
        return limits.get(name, COMMAND_SIZE)

    def _wonder(self, name: str) -> None:
        if self.trust.bears_unknown_word():
            self.say(plain(f'500 5.5.1 Error: command "{name}" not recognized'))
        else:
            self.part("502 5.5.1 Too many unrecognized commands, goodbye.")

    def say(self, reply: str) -> None:
        self.wire.say(reply.encode(errors="replace") + b"\r\n")

    async def push(self, status: str) -> None:  # type: ignore[override]
        """How aiosmtpd answers; some of its words are the other side's own."""
        self.say(enhanced(plain(status)))

    # The envelope

    async def check_helo_needed(self, helo: str = "HELO") -> bool:
        """Say so when a greeting is due."""
        return bool(await super().check_helo_needed("LHLO" if self.listener.is_lmtp else helo))

    async def _call_handler_hook(self, command: str, *args: object) -> object:
        """Where aiosmtpd asks what we think of an address that it has parsed."""
        match command, args:
            case "MAIL", [str(address), [*options]]:
                sizes = (str(option).removeprefix("SIZE=") for option in options)
                return self.take_sender(address, next((int(size) for size in sizes if size.isdigit()), 0))
            case "RCPT", [str(address), _]:
                return await self.take_recipient(address)
        return MISSING

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Parse an odd address: aiosmtpd asks email, which decodes encoded words and overruns the end."""
        if "=?" in arg:
            return None, None
        try:
            address, rest = super()._getaddr(arg)
        except (IndexError, ValueError, AttributeError):
            return None, None
        return address, rest

    def take_sender(self, address: str, size: int) -> str:
        """Note who sends a mail of this size, or not; the reply says which."""
        if NOT_IN_AN_ADDRESS.search(address):
            return "501 5.1.7 the sender's address has characters that no address may have"
        if size > self.limits.message_bytes:
            return OVERSIZE
        if not self.listener.budget.has(size):
            return BUSY
        self.envelope.mail_from = address
        return "250 2.1.0 OK"

    async def take_recipient(self, address: str) -> str:
        """Note who is to get the mail, or not; the reply says which."""
        if NOT_IN_AN_ADDRESS.search(address):
            return "501 5.1.3 the address has characters that no address may have"
        if len(self.envelope.rcpt_tos) >= self.limits.recipients:
            return "452 4.5.3 too many recipients"
        if not self.listener.takes(address):
            await self._suspect()
            return "550 5.1.1 nobody here has this address"
        self.envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def _suspect(self) -> None:
        if not self.trust.bears_guess():
            self.farewell = FAREWELL_UNKNOWN
        elif delay := self.trust.delay():
            await self.wire.flush()
            await asyncio.sleep(delay)


def plain(reply: str) -> str:
    """One line of a reply, without what could be another one or could move a cursor."""
    return NOT_IN_A_REPLY.sub("?", reply)


def _address_of(transport: asyncio.BaseTransport) -> str:
    """The other side's IP address, "" for a Unix socket; an IPv4 address in IPv6 clothes is the former."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]).removeprefix("::ffff:").partition("%")[0] if isinstance(peer, tuple) else ""
