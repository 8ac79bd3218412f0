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
    RESOLUTION = "resolution"


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
    emergency_phone: str = ""
    language: str = "en"
    timezone: str = "UTC"

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of the desk without a token."""
        more = (self.escalation_address,) if self.escalation_address else ()
        return (self.address, *self.aliases, *more)


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

    @property
    def address(self) -> Address:
        return Address(self.name, self.emails[0] if self.emails else "")


@dataclass(frozen=True, slots=True)
class Agent:
    id: int
    name: str
    email: str
    slack: str = ""
    team: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Clock:
    """A running, paused or finished measurement of one target of one ticket.

    `target` is the policy's own words ("30m", "same business day"). `due_at` is None while
    paused. `next_at` is the only moment that the ticker looks at: the next reminder or the breach.
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

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.stopped_at is None and self.paused_at is None


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
    version: int = 1
    predecessor: int = 0
    clocks: tuple[Clock, ...] = ()
    last_message_id: str = ""  # what our next mail on it answers
    references: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)

    def clock(self, kind: ClockKind) -> Clock | None:
        return next((clock for clock in self.clocks if clock.kind is kind), None)

    @property
    def breached(self) -> tuple[str, ...]:
        return tuple(clock.kind.value for clock in self.clocks if clock.breached_at)
