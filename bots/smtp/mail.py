"""The DATA command: the mail is received, kept, and only then answered.

`250` is said after `accept` has returned, that is, after the commit. LMTP answers once
for each recipient, whatever the answer is (RFC 2033 §4.2).
"""

import logging
from datetime import UTC, datetime

from aiosmtpd.smtp import syntax

from bots.smtp.answers import LATER, answer, hops, named, trace
from bots.smtp.data import Data
from bots.smtp.session import SmtpSession
from intake.errors import TemporaryFailure
from intake.messages import Envelope, Raw

log = logging.getLogger(__name__)


@syntax("DATA")
async def data(session: SmtpSession, arg: str | None) -> None:
    """Take a mail, where everything that belongs before it has been said."""
    if await session.check_helo_needed():
        return
    if not session.envelope.rcpt_tos:
        session.say("503 5.5.1 Error: need RCPT command")
        return
    if arg:
        session.say("501 5.5.4 Syntax: DATA")
        return
    session.say("354 End data with <CR><LF>.<CR><LF>")
    await _take_mail(session)


async def _take_mail(session: SmtpSession) -> None:
    mail = Data(_head(session), session.limits, session.listener.budget)
    try:
        if not await _receive(session, mail):
            return  # no end: no mail, and nobody left to tell
        reply = mail.trouble or await _keep(session, mail)
    finally:
        mail.close()
    for _ in session.envelope.rcpt_tos if session.listener.is_lmtp else ("all of them",):
        session.say(reply)
    session._set_post_data_state()  # type: ignore[no-untyped-call]
    session.patience.renew()


async def _receive(session: SmtpSession, mail: Data) -> bool:
    """Read up to the end of the mail; what comes behind it are commands again."""
    session.patience.renew_for(session.limits.data_seconds)
    session.is_receiving = True
    try:
        while (rest := mail.feed(session.wire.block())) is None:
            if not await session.wire.more():
                return False
    finally:
        session.is_receiving = False
    session.wire.input += rest
    return True


async def _keep(session: SmtpSession, mail: Data) -> str:
    body = mail.body()
    if hops(body) - 1 > session.limits.received_headers:  # one is our own
        return "554 5.4.6 too many hops, this mail goes round in circles"
    session.patience.suspend()
    try:
        receipt = await session.listener.accept(_raw(session, body))
    except TemporaryFailure as failure:
        log.warning("%s: mail from %s not kept: %s", session.listener.source, session.peer, failure)
        return LATER
    except Exception:
        log.exception("%s: mail from %s not kept", session.listener.source, session.peer)
        return LATER
    session.trust.restore()
    return answer(receipt)


def _raw(session: SmtpSession, body: bytes) -> Raw:
    recipients = tuple(dict.fromkeys(session.envelope.rcpt_tos))
    envelope = Envelope(_sender(session), recipients, session.peer, named(session.session.host_name or ""))
    return Raw("email", session.listener.source, body, datetime.now(UTC), envelope)


def _head(session: SmtpSession) -> bytes:
    return trace(
        sender=_sender(session),
        recipients=session.envelope.rcpt_tos,
        peer=session.peer,
        helo=(session.session.host_name or ""),
        by=session.hostname,
        protocol=_protocol(session),
        mark=session.listener.mark(),
        now=datetime.now(UTC),
    )


def _sender(session: SmtpSession) -> str:
    """The reverse-path; aiosmtpd writes the null one with its brackets."""
    sender = str(session.envelope.mail_from)
    return "" if sender == "<>" else sender


def _protocol(session: SmtpSession) -> str:
    """The transmission type (RFC 3848, RFC 6531 §4.3)."""
    secure = "S" if session.session.ssl else ""
    utf8 = "UTF8" if session.envelope.smtp_utf8 else ""
    if session.listener.is_lmtp:
        return f"{utf8}LMTP{secure}"
    extended = "E" if session.session.extended_smtp and not utf8 else ""
    return f"{utf8}{extended}SMTP{secure}"
