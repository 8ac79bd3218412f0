"""What was said: the bytes as they came, the message read from them, and what we say back.

A `Raw` is kept whatever happens; an `Inbound` is what `intake.mail` (or a chat's own
bot) made of it; an `Outbound` is finished text that waits in the outbox. Times are
aware and in UTC. Addresses are canonical: domain case-folded and in IDNA A-labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

ALONE = -1
LOGGED = ("phone", "facebook")  # channels of what an agent writes down for somebody else


class Assurance(StrEnum):
    """How sure we are who wrote."""

    TOKEN = "token"  # the signed address, used by the person it was made for
    ALIGNED = "aligned"  # SPF or DKIM passed, aligned with the single From
    LINKED = "linked"  # a chat account that proved a known address
    SIGNED_IN = "signed-in"
    NONE = "none"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox (RFC 5322 §3.4): a display name, "" when there is none, and `local@domain`."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What SMTP said around the mail (RFC 5321): sender "" for the null reverse-path."""

    sender: str = ""
    recipients: tuple[str, ...] = ()
    peer: str = ""
    helo: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as it came, before anybody has read it."""

    channel: str  # the channel's name in policies: email, telegram, …
    source: str  # the configured channel it came through, for the trace
    body: bytes
    received_at: datetime
    envelope: Envelope = Envelope()
    lane: str = ""  # what is decided one after the other: a chat; "" where the order does not matter


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a message: `position` counts the leaf parts of the mail from 0, `size` is in bytes.

    What a chat brought is no part of anything: its position is ALONE, its bytes are kept by `sha256`.
    """

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    position: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of an attachment, under the name that its reader sees."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """One recipient block of a delivery report (RFC 3464 §2.3)."""

    recipient: str
    status: str  # enhanced status code (RFC 3463), "" when the report names none
    action: str  # failed, delayed, delivered, relayed, expanded or ""


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report: whom it is about and which of our mails, "" when it does not say."""

    recipients: tuple[ReportedRecipient, ...]
    original_message_id: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message that was read: what a person (or a machine) said, whatever channel brought it.

    `identity` is the hex SHA-256 that makes the same message the same (DESIGN: Message-ID,
    From, Date, Subject and body). `reply` is what the sender newly wrote, `text` all of it.
    `headers` holds every header by lower-case name, values unfolded and undecoded.
    """

    channel: str
    identity: str
    received_at: datetime
    sender: Address | None = None
    sender_count: int = 1  # addresses in all From fields; other than 1 is refused
    is_disowned: bool = False  # our own server found that From's domain did not send it (DMARC)
    is_ambiguous: bool = False  # another server may have read another From: nothing it found counts
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    text: str = ""
    reply: str = ""
    attachments: tuple[Attachment, ...] = ()
    automatic: str = ""  # why it is taken for automatic mail, "" for a person's
    bulk: str = ""  # why it is taken for bulk mail
    report: Report | None = None
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    envelope: Envelope = Envelope()
    assurance: Assurance = Assurance.NONE  # what the channel itself established
    severity: str = ""  # set by the agent who logs a call; a customer's wish is among the fields
    organisation: int = 0  # whose channel it was said in, by somebody of theirs; 0: it does not say
    ticket_number: int = 0  # not by mail: the ticket whose page or button was used
    place: str = ""  # in a chat: where it was said, which is where an answer to it goes
    is_form: bool = False  # filled in where its ticket is known, or for a new one: no word in it names one
    fields: Mapping[str, object] = field(default_factory=dict)
    defects: tuple[str, ...] = ()  # what had to be left out or guessed, in words

    def header(self, name: str) -> str:
        """The first value of a header, "" when absent."""
        values = self.headers.get(name)
        return values[0] if values else ""


@dataclass(frozen=True, slots=True)
class Outbound:
    """Finished words for one recipient; MIME and blocks are built from it at delivery.

    `body` is Markdown. `automatic` is the Auto-Submitted value (RFC 3834 §5): "no" for a
    person's own words, else "auto-replied" or "auto-generated". `attachments` are files that came
    with stored messages: the message, and the file's place among its attachments. In a chat the
    recipient's address is a place of the medium, what has the same `lane` goes out in its order, and
    `extra` holds what only the medium understands (buttons, a message to edit), ready for JSON.
    """

    channel: str
    recipient: Address
    notice: str
    subject: str
    body: str
    message_id: str  # without <>
    language: str = "en"
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    envelope_sender: str = ""
    from_name: str = ""
    automatic: str = "auto-generated"
    ticket_number: int = 0
    attachments: tuple[tuple[int, int], ...] = ()
    lane: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)


def clean(text: str) -> str:
    """Text a database can hold: without U+0000 and lone surrogates (PostgreSQL refuses both)."""
    if text.isascii() and "\x00" not in text:  # nearly always, and then no encoding is tried
        return text
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
