"""From what a mailbox gives to what the door takes: the raw mail, its envelope, or why there is none.

A mailbox keeps no envelope, but the server that delivered wrote it on top: Return-Path and
one of several headers for the recipient. Only the topmost of each counts, for the sender may
have written one further down. A mail came when the server received it (INTERNALDATE), not
when we looked.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from bots.door import blank, letter_from
from bots.imap.mailbox import Listed
from intake.handle import Letter
from intake.mail.addresses import addresses
from intake.messages import Envelope, Raw

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # a server that says so does not know
HEADERS = 256 * 1024  # no further is looked for them
RECIPIENT = (b"x-original-to", b"delivered-to", b"envelope-to", b"x-envelope-to", b"x-delivered-to")
HEADER = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.MULTILINE)
LONGEST = 1000  # of a header that holds an address


def raw_of(source: str, listed: Listed, body: bytes, now: datetime) -> Raw:
    """A mail as it came to the mailbox."""
    at = listed.received_at
    received_at = at if at and EARLIEST <= at <= now else now
    return Raw("email", source, body, received_at, envelope_in(body))


def envelope_in(body: bytes) -> Envelope:
    """What the delivering server wrote down of the envelope; without Return-Path From stands for it.

    >>> envelope_in(b"Return-Path: <ana@acme.example>\\r\\nDelivered-To: support@vendor.example\\r\\n\\r\\n")
    Envelope(sender='ana@acme.example', recipients=('support@vendor.example',), peer='', helo='')
    """
    topmost: dict[bytes, str] = {}
    for name, value in _headers(body):
        topmost.setdefault(name, value)
    sender = topmost.get(b"return-path", topmost.get(b"from"))
    recipients = dict.fromkeys(_address(topmost.get(name)) for name in RECIPIENT)
    return Envelope(_address(sender), tuple(one for one in recipients if one))


def unread(raw: Raw, because: str) -> Letter:
    """A mail of which only the headers are here, or nothing: it will be held with the reason."""
    read = letter_from(raw)
    inbound = blank(raw) if read.unreadable else read.inbound
    return Letter(raw, inbound, because, refuse_in_session=False)


def stand_in(folder: str, uidvalidity: int, uid: int) -> bytes:
    """What is kept of a mail whose very headers cannot be had: where it is."""
    return f"mailbox folder {folder}, UIDVALIDITY {uidvalidity}, UID {uid}\r\n".encode()


def _headers(body: bytes) -> Iterator[tuple[bytes, str]]:
    end = re.search(rb"\r?\n\r?\n", body[:HEADERS])
    for found in HEADER.finditer(body, 0, end.end() if end else min(len(body), HEADERS)):
        yield found[1].lower(), found[2].decode("utf-8", "replace")


def _address(value: str | None) -> str:
    """The one address in a header, "" for none (which is also the null return path)."""
    if not value or len(value) > LONGEST:
        return ""
    found = addresses((" ".join(value.split()),), "utf-8")
    return found[0].address if len(found) == 1 else ""
