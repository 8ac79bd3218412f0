"""Scenario files: a small world, and what must happen in it.

The specification of a policy and its test. Every case begins in the world as the file gives
it. Here the file is read and an outcome held against what is expected; `bots.rehearsal`
plays the cases, through the same lines as `serve`.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from intake.decisions import Fate, MatchedBy
from intake.errors import ConfigError
from intake.messages import LOGGED, Address, Assurance, Attachment, Inbound
from intake.mistakes import Written, checked, read_toml
from intake.people import AgentEntry, Book, OrganisationEntry, PersonEntry, mistakes_in
from intake.tickets import ClockKind, Status

Channel = Literal["email", "telegram", "slack", "portal", "api", "phone", "facebook"]
MOST_ATTACHED = 1 << 20


class DeskEntry(Written):
    address: str = "support@vendor.example"
    escalation_address: str = "escalation@vendor.example"
    portal_url: str = "https://portal.vendor.example"
    phone: str = ""
    emergency_phone: str = ""
    agents_address: str = ""
    name: str = "Support"


class TicketEntry(Written):
    number: int = Field(ge=1)
    subject: str = ""
    status: Status = Status.OPEN
    severity: str = ""
    requester: str
    participants: tuple[str, ...] = ()
    channel: Channel = "portal"
    opened: AwareDatetime | None = None
    product: str = ""
    version: str = ""
    team: str = ""
    message_ids: tuple[str, ...] = ()
    sent_ids: tuple[str, ...] = ()
    breached: tuple[ClockKind, ...] = ()


class AttachmentEntry(Written):
    filename: str
    size: int = Field(0, ge=0)


class MessageEntry(Written):
    channel: Channel = "email"
    ticket: int = 0
    sender: str = Field("", alias="from")
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    headers: dict[str, str] = Field(default_factory=dict)
    assurance: Assurance = Assurance.NONE
    fields: dict[str, Any] = Field(default_factory=dict)
    attachments: tuple[AttachmentEntry, ...] = ()
    eml: str = ""


class Expectation(Written):
    """What a case compares; a key that is left out is not looked at."""

    fate: Fate | None = None
    ticket: int | None = None
    matched_by: MatchedBy | None = None
    rule: str | None = None
    reply: str | None = None
    severity: str | None = None
    status: Status | None = None
    team: str | None = None
    linked_to: int | None = None
    escalated: bool | None = None
    notifies: tuple[str, ...] | None = None
    missing: tuple[str, ...] | None = None
    first_response_due: AwareDatetime | None = None
    resolution_due: AwareDatetime | None = None


class CaseEntry(Written):
    name: str = Field(min_length=1)
    at: AwareDatetime | None = None
    message: MessageEntry = MessageEntry()
    expect: Expectation
    # in place of message
    eml: str = ""
    channel: Channel = "email"
    assurance: Assurance = Assurance.NONE


class Scenario(Written):
    policy: str
    now: AwareDatetime
    desk: DeskEntry = DeskEntry()
    organisation: tuple[OrganisationEntry, ...] = ()
    person: tuple[PersonEntry, ...] = ()
    agent: tuple[AgentEntry, ...] = ()
    ticket: tuple[TicketEntry, ...] = ()
    case: tuple[CaseEntry, ...] = ()

    @property
    def book(self) -> Book:
        return Book(organisation=self.organisation, person=self.person, agent=self.agent)


def read_scenario(text: str, place: str) -> Scenario:
    """The scenario in a TOML text; ConfigError lists every mistake."""
    scenario = checked(Scenario, read_toml(text, place), place)
    mistakes = mistakes_in(scenario.book, place)
    if mistakes:
        raise ConfigError(mistakes)
    return scenario


def mail_of(message: MessageEntry, desk: DeskEntry, at: datetime) -> bytes:
    """The mail that a case describes, so that it is read like any other."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    mail["From"] = message.sender
    mail["To"] = ", ".join(message.to or (desk.address,))
    if message.cc:
        mail["Cc"] = ", ".join(message.cc)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(at)
    written = hashlib.sha256(message.model_dump_json().encode()).hexdigest()[:24]
    mail["Message-ID"] = f"<{written}@scenario.example>"
    if message.in_reply_to:
        mail["In-Reply-To"] = f"<{message.in_reply_to.strip('<>')}>"
    if message.references:
        mail["References"] = " ".join(f"<{one.strip('<>')}>" for one in message.references)
    for name, value in message.headers.items():
        del mail[name]
        mail[name] = value
    mail.set_content(message.text)
    for one in message.attachments:
        filling = bytes(min(one.size, MOST_ATTACHED))
        mail.add_attachment(filling, "application", "octet-stream", filename=one.filename)
    return mail.as_bytes()


def spoken(message: MessageEntry, at: datetime, place: str) -> Inbound:
    """A case's message on any other channel than mail; `place` makes it unlike every other."""
    name, address = parseaddr(message.sender)
    is_logged = message.channel in LOGGED and message.assurance is Assurance.NONE  # an agent vouches for it
    sender = Address(name, address or message.sender) if message.sender else None
    return Inbound(
        channel=message.channel,
        identity=hashlib.sha256(f"{place} {message.model_dump_json()}".encode()).hexdigest(),
        received_at=at,
        sender=sender,
        subject=message.subject,
        text=message.text,
        reply=message.text,
        assurance=Assurance.SIGNED_IN if is_logged else message.assurance,
        ticket_number=message.ticket,
        fields=message.fields,
        attachments=tuple(
            Attachment(
                one.filename, "application/octet-stream", one.size, "", inline=False, position=position
            )
            for position, one in enumerate(message.attachments)
        ),
    )


def compared(expectation: Expectation, got: Mapping[str, object]) -> tuple[bool, dict[str, object]]:
    """Whether an outcome is as expected, and what was expected as JSON has it."""
    expected = expectation.model_dump(exclude_none=True)
    shown = expectation.model_dump(exclude_none=True, mode="json")
    return all(_same(value, got.get(key)) for key, value in expected.items()), shown


def _same(expected: object, got: object) -> bool:
    if isinstance(expected, datetime):
        return isinstance(got, str) and datetime.fromisoformat(got) == expected
    if isinstance(expected, tuple | list):
        return isinstance(got, tuple | list) and sorted(map(str, expected)) == sorted(map(str, got))
    return expected == got
