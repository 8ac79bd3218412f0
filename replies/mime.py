"""A finished mail: the bytes that go over the wire for one outbound message.

Text and HTML come from the same Markdown. Bodies are quoted-printable, so that any relay
may carry them. The head is written here and not by the library's EmailMessage, which
encodes ids longer than a line and so breaks the thread (Microsoft 365's have 81
characters), and loses a long display name's quotes, so that "eve@x.example …" as a name
would become another recipient.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from intake.errors import PermanentFailure
from intake.messages import Address, File, Outbound
from intake.tickets import Desk
from replies.escaping import one_line
from replies.markdown import as_html
from replies.plain import as_text

BODY = SMTP.clone(max_line_length=76)  # the library takes the width of quoted-printable lines from here
THREAD_ENDS = 10  # References kept at either end; the first is the root that clients group by
LONGEST_THREAD = 4096  # letters of all References together
LONGEST_WORD = 60  # a longer one goes into encoded words, which can be split
LONGEST_WORDS = 900  # a header's line holds 998 (RFC 5322 §2.1.1)

_MAILBOX = re.compile(r'(?:"[^"\\\x00-\x1f\x7f]*"|[^\s"<>,;:()@\x00-\x1f\x7f]+)@[^\s"<>,;()@\x00-\x1f\x7f]+')
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,90}")
_ID = re.compile(r"[!-;=?-~]{1,900}")  # visible ASCII without <>


def mail_bytes(outbound: Outbound, desk: Desk, now: datetime, files: Sequence[File] = ()) -> bytes:
    """The mail as it is sent, the same bytes at every try but for the Date; `now` is when it leaves."""
    try:
        head = "".join(f"{name}: {value}\r\n" for name, value in _head(outbound, desk, now) if value)
        return head.encode() + _body(outbound, files).as_bytes()
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


def _trimmed(references: tuple[str, ...]) -> list[str]:
    """Both ends of a thread, with fewer between them the longer its ids are: some servers limit headers."""
    kept = [one for one in references if _ID.fullmatch(one)]
    if len(kept) > 2 * THREAD_ENDS:
        kept = kept[:THREAD_ENDS] + kept[-THREAD_ENDS:]
    while len(kept) > 2 and sum(map(len, kept)) > LONGEST_THREAD:
        del kept[len(kept) // 2]
    return kept


def _body(outbound: Outbound, files: Sequence[File]) -> EmailMessage:
    """Text and HTML, and behind them the files, if there are any."""
    message = _alternatives(outbound)
    if not files:
        return message
    for number, file in enumerate(files, 1):
        kind, _, subtype = _type_of(file).partition("/")
        name = one_line(file.name) or f"file-{number}"
        message.add_attachment(file.data, maintype=kind, subtype=subtype, filename=name)
    message.set_boundary(_boundary(f"{outbound.message_id} with files"))
    return message


def _type_of(file: File) -> str:
    """What the file says it is; a mail or a multipart must not stand in base64 (RFC 2046 §5)."""
    kind = file.content_type.lower()
    is_one = bool(_TYPE.fullmatch(kind)) and not kind.startswith(("multipart/", "message/"))
    return kind if is_one else "application/octet-stream"


def _alternatives(outbound: Outbound) -> EmailMessage:
    message = EmailMessage(BODY)
    message.set_content(as_text(outbound.body), cte="quoted-printable")
    html = as_html(outbound.body, outbound.language, one_line(outbound.subject))
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(_boundary(outbound.message_id))
    return message


def _boundary(seed: str) -> str:
    """The same at every try; a part's text cannot hold it, since "=_" is encoded there."""
    return f"=_{hashlib.sha256(seed.encode()).hexdigest()[:32]}"
