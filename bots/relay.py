"""The mail relay: hands one finished mail to the desk's outgoing server.

Connections are kept for a while and asked for a sign of life before they are used again,
because a server may drop them between two mails. Every wait has a limit. What the server
says about a sender, a recipient or a mail with 5xx is final; everything else, a wrong
password included, is worth another try: the mail is not to blame. A server that cannot be
reached, does not keep the TLS that is asked for, or takes no mail at all just now is
`Unavailable`: then nothing was handed over, and another server may be asked.
"""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import aiosmtplib

from intake.errors import DeliveryError, PermanentFailure, TemporaryFailure
from replies.mime import is_mailbox

IDLE_SECONDS = 30.0  # servers drop the idle after five minutes (RFC 5321 §4.5.3.2.7), many much sooner
LINE_SECONDS = 300.0
LINE_MAILS = 100
KEPT_LINES = 4
CHECK_SECONDS = 5.0
MIB = 1 << 20
WAITS_A_MAIL = 5  # connect, MAIL, RCPT, DATA and the end of the mail, each at most one `timeout`
WAITS_TO_CONNECT = 3  # the connection, TLS, signing in
OUR_FAULT = frozenset({502, 503, 530, 534, 535, 538})  # out of turn, not signed in: not about the mail


class Unavailable(TemporaryFailure):
    """This server takes nothing at the moment, whatever the mail; it has not got this one."""


@dataclass(slots=True)
class Line:
    """An open connection; times are the event loop's."""

    client: aiosmtplib.SMTP
    opened_at: float
    used_at: float
    mails: int = 0

    def may_serve_again(self, now: float) -> bool:
        return (
            self.client.is_connected
            and self.mails < LINE_MAILS
            and now - self.used_at < IDLE_SECONDS
            and now - self.opened_at < LINE_SECONDS
        )


class Relay:
    """The outgoing server; `tls` is none, starttls or implicit, `timeout` limits each wait in seconds."""

    def __init__(
        self,
        host: str,
        port: int,
        tls: str = "none",
        username: str = "",
        password: str = "",
        timeout: float = 60.0,
        hostname: str = "localhost",
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._username, self._password = username, password
        self._timeout, self._hostname, self._tls_context = timeout, hostname, tls_context
        self._idle: list[Line] = []

    @property
    def name(self) -> str:
        return f"{self._host}:{self._port}"

    async def send(self, mail: bytes, sender: str, recipient: str) -> str:
        """Hand over a mail to one recipient and return the server's answer; else a DeliveryError."""
        if not is_mailbox(recipient) or not (sender == "" or is_mailbox(sender)):
            raise PermanentFailure(f"not an address: {sender!r} or {recipient!r}")
        try:
            async with asyncio.timeout(self._timeout * WAITS_A_MAIL):
                line = await self._line()
                return await self._transaction(line, mail, sender, recipient)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise failure(error) from error

    async def greet(self) -> str:
        """Connect as for a mail, with TLS and password, and take leave; what was seen, or Unavailable."""
        line = await self._new_line()
        try:
            await line.client.ehlo(timeout=self._timeout)
            return ", ".join(self._seen(line.client))
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(str(failure(error))) from error
        finally:
            await _quit(line)

    def _seen(self, client: aiosmtplib.SMTP) -> Iterator[str]:
        greeting = client.last_ehlo_response
        name = greeting.message.split()[0] if greeting and greeting.message.split() else "a mail server"
        yield f"answers as {name}"
        tls = client.get_transport_info("ssl_object")
        yield f"{tls.version()} with a certificate that we trust" if tls else "nothing is encrypted"
        if self._username:
            yield f"signed in as {self._username}"
        size = client.esmtp_extensions.get("size", "")
        if size.isdecimal() and int(size):
            yield f"takes mails up to {int(size) / MIB:.0f} MiB"

    async def close(self) -> None:
        """Take leave of the server; what does not answer is closed."""
        while self._idle:
            await _quit(self._idle.pop())

    async def _line(self) -> Line:
        """An open connection that has just answered, a new one if need be."""
        while self._idle:
            line = self._idle.pop()
            if line.may_serve_again(asyncio.get_running_loop().time()) and await _answers(line):
                return line
            await _quit(line)
        return await self._new_line()

    async def _new_line(self) -> Line:
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username or None,
            password=self._password or None,
            local_hostname=self._hostname,
            timeout=self._timeout,
            use_tls=self._tls == "implicit",
            start_tls=self._tls == "starttls",
            tls_context=self._tls_context,
        )
        try:
            async with asyncio.timeout(self._timeout * WAITS_TO_CONNECT):
                await client.connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise Unavailable(str(failure(error))) from error
        except BaseException:
            client.close()
            raise
        now = asyncio.get_running_loop().time()
        return Line(client, now, now)

    async def _transaction(self, line: Line, mail: bytes, sender: str, recipient: str) -> str:
        try:
            _, answer = await line.client.sendmail(
                sender, recipient, mail, mail_options=_options(mail, sender, recipient)
            )
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
            self._keep(line)
            raise
        except BaseException:  # a cancelled transaction leaves the line in an unknown state
            line.client.close()
            raise
        self._keep(line)
        return one_line(answer)

    def _keep(self, line: Line) -> None:
        line.mails += 1
        line.used_at = asyncio.get_running_loop().time()
        if line.client.is_connected and len(self._idle) < KEPT_LINES:
            self._idle.append(line)
        else:
            line.client.close()


def failure(error: Exception) -> DeliveryError:
    """What a library's error means for the mail."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return failure(error.recipients[0])
        case (
            aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPSenderRefused() | aiosmtplib.SMTPDataError()
        ) if 500 <= error.code < 600 and error.code not in OUR_FAULT:
            return PermanentFailure(_said(error))
        case aiosmtplib.SMTPSenderRefused():
            return Unavailable(_said(error))
        case aiosmtplib.SMTPResponseException():
            return TemporaryFailure(_said(error))
        case aiosmtplib.SMTPNotSupported():  # SMTPUTF8
            return PermanentFailure(one_line(str(error)))
        case ValueError() if not isinstance(error, OSError):  # a certificate's error is both
            return PermanentFailure(one_line(str(error)))
        case _:
            return TemporaryFailure(one_line(f"{type(error).__name__}: {error}"))


def one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return one_line(f"{error.code} {error.message}")


def _options(mail: bytes, sender: str, recipient: str) -> list[str]:
    """SMTPUTF8 (RFC 6531) only where an address or a header needs it; few servers take it."""
    head = mail.partition(b"\r\n\r\n")[0]
    return [] if head.isascii() and sender.isascii() and recipient.isascii() else ["SMTPUTF8"]


async def _answers(line: Line) -> bool:
    try:
        await line.client.rset(timeout=CHECK_SECONDS)
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


async def _quit(line: Line) -> None:
    try:
        if line.client.is_connected:
            await line.client.quit(timeout=CHECK_SECONDS)
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        line.client.close()
