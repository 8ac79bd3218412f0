"""What deciding asks of the rest: a store to read and write, and words for what is said.

The protocols stand here, the store and the wording that fill them come in through
`bots.wiring`. So intake knows neither SQL nor templates, and `serve`, `explain`, `policy
test` and `replay` run the same lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from intake.alike import Earlier
from intake.budgets import USUAL, Budgets, Spent
from intake.decisions import Change, Decision, Notice, Receipt, Recipient
from intake.maintenance import Announced
from intake.messages import File, Inbound, Outbound, Raw
from intake.policy import Policy
from intake.tickets import Agent, Desk, Organisation, Person, Returned, Survey, Ticket, Unreachable
from intake.tokens import Addresses
from intake.uptime import Outage


class HeldFor(StrEnum):
    """What a held promise waits for."""

    AGENT = "agent"
    BUDGET = "budget"  # goes out by itself in an hour that has room for it
    ADDRESS = "address"  # goes out when the address takes mail again
    QUIET = "quiet"  # goes out by itself when its reader's quiet hours are over


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a promise waits; `until` is when it may be looked at again, where that is known."""

    because: str
    waits_for: HeldFor = HeldFor.AGENT
    until: datetime | None = None


class Work(Protocol):
    """One transaction. What it read it remembers, what it wrote it knows; nothing outlives it."""

    def look_ahead(
        self,
        identities: Iterable[str],
        addresses: Iterable[str],
        thread_keys: Iterable[str],
        numbers: Iterable[int],
    ) -> None:
        """Read what a group of messages will ask for in a few queries; asking without it works too."""

    def receipt_for(self, identity: str) -> Receipt | None:
        """The first receipt of a message that was kept before."""

    def tickets_of(self, thread_keys: Sequence[str]) -> Mapping[str, int]:
        """Ticket numbers by thread key (Message-IDs without <>), for those that are known."""

    def ticket(self, number: int) -> Ticket | None: ...

    def person(self, address: str) -> Person | None:
        """The customer's person with this address, in canonical form."""

    def person_by_id(self, person_id: int) -> Person | None: ...

    def agent(self, address: str) -> Agent | None: ...

    def agents(self) -> tuple[Agent, ...]:
        """The active ones, by name."""

    def organisation(self, organisation_id: int) -> Organisation | None: ...

    def organisation_of(self, domain: str) -> Organisation | None:
        """The organisation that lists exactly this domain."""

    def people_of(self, organisation_id: int) -> tuple[Person, ...]:
        """Everybody of an organisation: those with a seat by their place, then as they were recorded."""

    def open_tickets_of(self, organisation_id: int, besides: int = 0) -> int:
        """How many of an organisation's tickets are open or waiting."""

    def latest_of(self, ticket: Ticket) -> tuple[Earlier, ...]:
        """The latest tickets of its organisation, else of its requester, the newest first."""

    def announced(self, service: str, now: datetime) -> tuple[Announced, ...]:
        """Maintenance of a service that is coming or running, the next first; "" for what concerns all."""

    def outages(self, service: str, since: datetime) -> tuple[Outage, ...]:
        """Outages of a service that were not over by then, the first begun first."""

    def domains(self) -> tuple[str, ...]:
        """Every domain that an organisation lists."""

    def promised_since(self, recipient: str, since: datetime) -> int:
        """How many automatic messages were promised to an address since then: the budget's figure."""

    def spent(self, name: str, now: datetime) -> Spent:
        """What has been spent of a budget in the hour that is running."""

    def spend(self, name: str, now: datetime, *, is_told: bool = False) -> None:
        """Spend one of a budget; `is_told` notes that agents know that it is all."""

    def redraw(self, number: int, now: datetime) -> None:
        """A ticket's card shows something old from now on."""

    def last_place(self, person: int, number: int) -> tuple[str, str] | None:
        """The channel and place of what somebody last said on a ticket, None when they said nothing."""

    def preference(self, owner: str, name: str) -> str:
        """What somebody ("agent:3", "person:7") chose, "" when they chose nothing."""

    def is_open(self, channel: str, place: str, person: int, number: int) -> bool:
        """Whether a person reads about a ticket at a place of a chat: theirs still, and not blocked."""

    def survey(self, number: int) -> Survey | None:
        """What the requester of a ticket was asked and said about it, None where nobody was asked."""

    def unreachable(self, address: str) -> Unreachable | None:
        """What is known of mail that came back from an address, None when none did."""

    def returned(self, message_id: str, outbox_id: int) -> Returned | None:
        """The promise that a mail of ours was, by its row of the outbox or its Message-ID."""

    def write(self, change: Change, ticket: Ticket | None, actor: str, now: datetime) -> Ticket | None:
        """Make one change and its line on the history; the ticket as it is afterwards."""

    def keep(
        self, raw: Raw | None, inbound: Inbound, decision: Decision, ticket: Ticket | None, now: datetime
    ) -> int:
        """Keep a message with its fate, trace, attachments, raw bytes and receipt; its id."""

    def for_delivery(self, delivery: int) -> None:
        """What is kept next waited in the inbox at this place, and waits no more."""

    def keep_file(self, file: File, now: datetime) -> None:
        """Keep the bytes of a file that a chat brought; its attachment names them by their SHA-256."""

    def add_receipt(self, raw: Raw, identity: str, message: int) -> None:
        """Note that a message that we have came once more."""

    def promise(
        self, outbound: Outbound, ticket: Ticket | None, now: datetime, held: Hold | None = None
    ) -> int:
        """Put finished words into the outbox; `held` is why they must wait there."""


class Store(Protocol):
    """Where the desk remembers; `begin` commits at its end, or not at all."""

    def begin(self) -> AbstractContextManager[Work]: ...


class Wording(Protocol):
    """Turns a notice into finished words for one recipient; raises TemplateError."""

    def word(
        self, notice: Notice, to: Recipient, ticket: Ticket | None, inbound: Inbound | None, now: datetime
    ) -> Outbound: ...


@dataclass(frozen=True, slots=True)
class Setup:
    """What a desk decides with; `budget` is how many automatic mails an hour one address may get."""

    desk: Desk
    policy: Policy
    addresses: Addresses
    wording: Wording
    budget: int = 20
    budgets: Budgets = USUAL
