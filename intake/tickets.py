"""Snapshots of what the store knows: the desk, people, tickets and their clocks.

The store makes them, the router reads them, nobody changes them. A snapshot is whole
enough to decide and to word a notice without another look-up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from intake.messages import Address


class Status(StrEnum):
    OPEN = "open"
    WAITING = "waiting"  # for the requester
    SOLVED = "solved"
    CLOSED = "closed"


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    ACCOUNT_HOLDER = "account-holder"
    TECHNICAL_CONTACT = "technical-contact"
    END_USER = "end-user"


class ClockKind(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"  # from a follow-up to the next public answer
    RESOLUTION = "resolution"
    CALL_BACK = "call_back"  # a call that an agent promised for a moment


class Score(StrEnum):
    """How whoever was asked says it went."""

    GOOD = "good"
    BAD = "bad"


# What a machine would run when it is opened; a desk may have its own list.
PROGRAM_ENDINGS = (
    "app", "appx", "bat", "cab", "chm", "cmd", "com", "cpl", "dll", "exe", "hta", "img", "iso", "jar", "js",
    "jse", "lnk", "msc", "msi", "msix", "msp", "ps1", "reg", "scf", "scr", "sh", "url", "vb", "vbe", "vbs",
    "vhd", "vhdx", "wsf", "wsh", "xll",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk as a message sees it; `mark` is bound to this installation."""

    name: str
    address: str
    mark: str
    aliases: tuple[str, ...] = ()
    escalation_address: str = ""
    reply_address: str = ""  # with {token}; the desk's address with +{token} when empty
    agents_address: str = ""
    portal_url: str = ""
    phone: str = ""  # the support line of the business hours
    emergency_phone: str = ""  # the line for the worst, outside of them
    language: str = "en"
    timezone: str = "UTC"
    answer_files_mib: int = 20  # what the files of one answer may weigh
    refused_files: tuple[str, ...] = PROGRAM_ENDINGS
    chats: tuple[str, ...] = ()  # the chats that customers are answered on: telegram, slack
    has_triage: bool = False  # agents are told things in Slack, where each ticket has a card
    protected_channels: tuple[str, ...] = ()  # teams with a triage channel that only they read
    telegram_bot: str = ""  # its name, for links in mails

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of the desk without a token."""
        more = (self.escalation_address,) if self.escalation_address else ()
        return (self.address, *self.aliases, *more)

    def is_ours(self, address: str) -> bool:
        """Whether mail to an address comes to this desk, where no person reads it."""
        return address.lower() in {one.lower() for one in self.addresses}


@dataclass(frozen=True, slots=True)
class Organisation:
    id: int
    name: str
    domains: tuple[str, ...] = ()
    calendar: str = ""
    plan: str = ""
    active: bool = True
    timezone: str = ""
    language: str = ""
    products: tuple[str, ...] = ()
    maintenance_until: date | None = None
    technical_contact_seats: int = 1
    primary_contact: str = ""
    account_manager: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer's person; `emails[0]` is where we write to."""

    id: int
    name: str
    emails: tuple[str, ...] = ()
    organisation_id: int | None = None
    role: Role = Role.END_USER
    telegram: str = ""
    language: str = ""
    timezone: str = ""
    slack: str = ""
    seat: int = 0  # their place among the technical contacts; 0: behind those who have one, as recorded

    @property
    def address(self) -> Address:
        return Address(self.name, self.emails[0] if self.emails else "")


@dataclass(frozen=True, slots=True)
class Returned:
    """A promise that a delivery report is about: to whom, and what is known of that address.

    `failures` are the moments of earlier mails that came back for now; `came_back` is whether this
    one was reported before. `others` are the person's other addresses that mail still goes to;
    `accounts` what else there is of them, by its name.
    """

    promise: int
    address: str
    notice: str
    ticket: int = 0
    name: str = ""
    failures: tuple[datetime, ...] = ()
    came_back: bool = False
    is_marked: bool = False
    others: tuple[str, ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()

    @property
    def whom(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An address that mail came back from; `is_marked` is whether it is written to no more."""

    address: str
    status: str
    since: datetime
    is_marked: bool
    failures: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """A ticket's requester was asked how it went; `agent` is whose work it was, 0 for nobody's."""

    ticket: int
    person: int
    asked_at: datetime
    agent: int = 0
    score: Score | None = None
    comment: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    id: int
    name: str
    email: str
    slack: str = ""
    team: str = ""
    active: bool = True
    timezone: str = ""
    hours: Mapping[str, object] = field(default_factory=dict)  # on duty, as a calendar's; empty: always
    manager: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A running, paused or finished measurement of one target of one ticket.

    `target` is the policy's own words ("30m", "same business day"); a call's is the number to call.
    `due_at` says of a paused clock when it would be due if it ran on at once. `next_at` is the only
    moment that the ticker looks at: the next reminder or the breach. `legs` are the moments since
    which a severity's target counts, the earliest outcome holds; no legs: the ticket's severity
    since the start. Steps up to `told_until` have been told, or are not told any more.
    """

    id: int
    kind: ClockKind
    target: str
    started_at: datetime
    due_at: datetime | None
    next_at: datetime | None = None
    next_step: str = ""
    met_at: datetime | None = None
    breached_at: datetime | None = None
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    legs: tuple[tuple[datetime, str], ...] = ()
    snoozed_until: datetime | None = None
    told_until: datetime | None = None

    @property
    def is_owed(self) -> bool:
        """Neither kept nor given up; it may stand still."""
        return self.met_at is None and self.stopped_at is None

    @property
    def is_running(self) -> bool:
        return self.is_owed and self.paused_at is None


@dataclass(frozen=True, slots=True)
class Ticket:
    id: int
    number: int
    subject: str
    status: Status
    severity: str
    requester: Person
    channel: str
    opened_at: datetime
    organisation: Organisation | None = None
    participants: tuple[Person, ...] = ()
    assignee: Agent | None = None
    team: str = ""
    product: str = ""
    release: str = ""  # the version of the product, as the customer wrote it
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    escalated_at: datetime | None = None
    version: int = 1
    predecessor: int = 0
    merged_into: int = 0  # the ticket that this one goes on in
    clocks: tuple[Clock, ...] = ()
    last_message_id: str = ""  # what our next mail on it answers
    references: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)

    def clock(self, kind: ClockKind) -> Clock | None:
        return next((clock for clock in self.clocks if clock.kind is kind), None)

    @property
    def breached(self) -> tuple[str, ...]:
        return tuple(clock.kind.value for clock in self.clocks if clock.breached_at)
