"""A finished mail: the bytes that go over the wire for one outbound message.

Text and HTML come from the same Markdown. Bodies are quoted-printable, so that any relay
may carry them. The head is written here and not by the library's EmailMessage, which
encodes ids longer than a line and so breaks the thread (Microsoft 365's have 81
characters), and loses a long display name's quotes, so that "eve@x.example …" as a name
would become another recipient.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from intake.errors import PermanentFailure
from intake.messages import Address, Outbound
from intake.tickets import Desk
from replies.escaping import one_line
from replies.markdown import as_html
from replies.plain import as_text

BODY = SMTP.clone(max_line_length=76)  # the library takes the width of quoted-printable lines from here
THREAD_ENDS = 10  # References kept at either end; the first is the root that clients group by
LONGEST_WORD = 60  # a longer one goes into encoded words, which can be split
LONGEST_WORDS = 900  # a header's line holds 998 (RFC 5322 §2.1.1)

_MAILBOX = re.compile(r'(?:"[^"\\\x00-\x1f\x7f]*"|[^\s"<>,;:()@\x00-\x1f\x7f]+)@[^\s"<>,;()@\x00-\x1f\x7f]+')
_ID = re.compile(r"[!-;=?-~]{1,900}")  # visible ASCII without <>


def mail_bytes(outbound: Outbound, desk: Desk, now: datetime) -> bytes:
    """The mail as it is sent, the same bytes at every try but for the Date; `now` is when it leaves."""
    try:
        head = "".join(f"{name}: {value}\r\n" for name, value in _head(outbound, desk, now) if value)
        return head.encode() + _alternatives(outbound).as_bytes()
    except ValueError as error:
        raise PermanentFailure(f"no mail can be written: {error}") from error


def is_mailbox(address: str) -> bool:
    """Whether it is exactly one address: libraries read "a@b, c@d" as their first and write there."""
    return len(address) < LONGEST_WORDS and bool(_MAILBOX.fullmatch(address))


def _head(outbound: Outbound, desk: Desk, now: datetime) -> Iterator[tuple[str, str]]:
    automatic = outbound.automatic != "no"
    yield "From", _mailbox(Address(outbound.from_name or desk.name, desk.address))
    yield "To", _mailbox(outbound.recipient)
    yield "Reply-To", _mailbox(Address("", outbound.reply_to)) if outbound.reply_to else ""
    yield "Subject", _words("Subject", outbound.subject)
    yield "Date", format_datetime(now)
    yield "Message-ID", _ids((outbound.message_id,))
    yield "In-Reply-To", _ids((outbound.in_reply_to,))
    yield "References", _ids(_trimmed(outbound.references))
    yield "Content-Language", _words("Content-Language", outbound.language)
    yield "X-Deskbell", _words("X-Deskbell", desk.mark)
    yield "Auto-Submitted", _words("Auto-Submitted", outbound.automatic) if automatic else ""  # RFC 3834 §5
    yield "X-Auto-Response-Suppress", "All" if automatic else ""


def _mailbox(address: Address) -> str:
    """One mailbox with its name quoted or encoded, so that nothing in a name is an address."""
    if not is_mailbox(address.address):
        raise ValueError(f"not an address: {address.address!r}")
    name = one_line(address.name)[:LONGEST_WORDS]
    if not name:
        return address.address
    quoted = re.sub(r'(["\\])', r"\\\1", name)
    phrase = f'"{quoted}"' if _is_plain(name) else _words("To", name)
    return f"{phrase}\r\n <{address.address}>"


def _words(header: str, text: str) -> str:
    """Text on lines of the usual width, in encoded words where it must be (RFC 2047)."""
    line = one_line(text)[:LONGEST_WORDS]
    folds = all(len(word) <= LONGEST_WORD for word in line.split())
    charset = "us-ascii" if folds and _is_plain(line) else "utf-8"
    return Header(line, charset, maxlinelen=76, header_name=header).encode(linesep="\r\n")


def _is_plain(line: str) -> bool:
    return line.isascii() and "=?" not in line  # what looks like an encoded word would be decoded


def _ids(ids: Iterable[str]) -> str:
    """An id a line, as it is; one that no header can hold is left out."""
    return "\r\n ".join(f"<{each}>" for each in ids if _ID.fullmatch(each))


def _trimmed(references: tuple[str, ...]) -> tuple[str, ...]:
    if len(references) <= 2 * THREAD_ENDS:
        return references
    return references[:THREAD_ENDS] + references[-THREAD_ENDS:]


def _alternatives(outbound: Outbound) -> EmailMessage:
    message = EmailMessage(BODY)
    message.set_content(as_text(outbound.body), cte="quoted-printable")
    html = as_html(outbound.body, outbound.language, one_line(outbound.subject))
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{hashlib.sha256(outbound.message_id.encode()).hexdigest()[:32]}")
    return message
