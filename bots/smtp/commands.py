"""The commands of a session, each in a row of a table: SMTP's and LMTP's.

Those that are not here are aiosmtpd's own. MAIL and RCPT are read by one regular
expression while everything about them is plain; what it does not match goes to
aiosmtpd, whose answers are the same and cost three times as much.
"""

import re
import ssl
from typing import cast

from aiosmtpd.smtp import SMTP, syntax

from bots.smtp.mail import data
from bots.smtp.session import Command, SmtpSession

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
MAILBOX = rf"{ATOM}(?:\.{ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
SENDER = re.compile(
    rf"FROM: *<({MAILBOX}|)>(?: SIZE=(\d{{1,19}}))?(?: BODY=(?:7BIT|8BITMIME))?\Z", re.ASCII | re.IGNORECASE
)
RECIPIENT = re.compile(rf"TO: *<({MAILBOX}|postmaster)>\Z", re.ASCII | re.IGNORECASE)
HANDSHAKE_SECONDS = 30


@syntax("HELO hostname")
async def helo(session: SmtpSession, hostname: str | None) -> None:
    if not hostname:
        session.say("501 5.5.4 Syntax: HELO hostname")
        return
    _greet(session, hostname, is_extended=False)
    session.say(f"250 {session.hostname}")


@syntax("EHLO hostname")
async def ehlo(session: SmtpSession, hostname: str | None) -> None:
    if not hostname:
        session.say("501 5.5.4 Syntax: EHLO hostname")
        return
    _greet(session, hostname, is_extended=True)
    session.say("\r\n".join([f"250-{session.hostname}", *_offers(session), "250 HELP"]))


@syntax("LHLO hostname")
async def lhlo(session: SmtpSession, hostname: str | None) -> None:
    if not hostname:
        session.say("501 5.5.4 Syntax: LHLO hostname")
        return
    await ehlo(session, hostname)


@syntax("STARTTLS", when="tls_context")
async def starttls(session: SmtpSession, arg: str | None) -> None:
    if arg:
        session.say("501 5.5.4 Syntax: STARTTLS")
    elif session.tls_context is None:
        session.say("454 4.7.0 TLS not available")
    elif session.session.ssl is not None:
        session.say("503 5.5.1 Error: TLS is on already")
    else:
        await _start_tls(session, session.tls_context)


@syntax("QUIT")
async def leave(session: SmtpSession, arg: str | None) -> None:
    if arg:
        session.say("501 5.5.4 Syntax: QUIT")
        return
    session.part("221 2.0.0 Bye")


@syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
async def mail(session: SmtpSession, arg: str | None) -> None:
    found = SENDER.match(arg) if arg else None
    if found is None or not session.session.extended_smtp or session.envelope.mail_from:
        await SMTP.smtp_MAIL(session, arg)
        return
    sender, size = found.groups()
    session.say(session.take_sender(sender or "<>", int(size or 0)))


@syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
async def rcpt(session: SmtpSession, arg: str | None) -> None:
    found = RECIPIENT.match(arg) if arg else None
    if found is None or not session.envelope.mail_from:
        await SMTP.smtp_RCPT(session, arg)
        return
    session.say(await session.take_recipient(found[1]))


COMMON: dict[str, Command] = {
    "DATA": data,
    "MAIL": mail,
    "RCPT": rcpt,
    "QUIT": leave,
    "STARTTLS": starttls,
    "RSET": SMTP.smtp_RSET,
    "NOOP": SMTP.smtp_NOOP,
    "HELP": SMTP.smtp_HELP,
    "VRFY": SMTP.smtp_VRFY,
    "EXPN": SMTP.smtp_EXPN,  # type: ignore[dict-item]
}
SMTP_COMMANDS: dict[str, Command] = {**COMMON, "HELO": helo, "EHLO": ehlo}
LMTP_COMMANDS: dict[str, Command] = {**COMMON, "LHLO": lhlo}


def _greet(session: SmtpSession, hostname: str, *, is_extended: bool) -> None:
    session._set_rset_state()  # type: ignore[no-untyped-call]
    session.session.extended_smtp = is_extended
    session.session.host_name = hostname


def _offers(session: SmtpSession) -> list[str]:
    """What aiosmtpd offers, without AUTH, since there is nobody to log in."""
    offers = [f"250-SIZE {session.data_size_limit}", "250-8BITMIME", "250-SMTPUTF8"]
    if session.tls_context is not None and session.session.ssl is None:
        offers.append("250-STARTTLS")
    return [*offers, "250-PIPELINING", "250-ENHANCEDSTATUSCODES"]


async def _start_tls(session: SmtpSession, context: ssl.SSLContext) -> None:
    """Nothing said before counts afterwards, nor what was sent along behind the command (RFC 3207 §4.2)."""
    wire = session.wire
    session.say("220 2.0.0 Ready to start TLS")
    await wire.flush()
    wire.input.clear()  # not later: what start_tls hears is secured, and may be here before it returns
    try:
        transport = await session.loop.start_tls(
            wire.transport, session, context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
        )
    except OSError:
        session.close()
        return
    assert transport is not None
    wire.transport = transport
    session.begin_anew()
    session.session.ssl = cast("dict[str, object]", transport.get_extra_info("ssl_object"))
