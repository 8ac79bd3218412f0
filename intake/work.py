"""What deciding asks of the rest: a store to read and write, and words for what is said.

The protocols stand here, the store and the wording that fill them come in through
`bots.wiring`. So intake knows neither SQL nor templates, and `serve`, `explain`, `policy
test` and `replay` run the same lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intake.decisions import Change, Decision, Notice, Receipt, Recipient
from intake.messages import Inbound, Outbound, Raw
from intake.policy import Policy
from intake.tickets import Agent, Desk, Organisation, Person, Ticket
from intake.tokens import Addresses


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

    def promised_since(self, recipient: str, since: datetime) -> int:
        """How many automatic messages were promised to an address since then: the budget's figure."""

    def notice_of(self, message_id: str, outbox_id: int) -> str:
        """Which notice a mail of ours was, by its row of the outbox or its Message-ID; "" when it is none."""

    def write(self, change: Change, ticket: Ticket | None, actor: str, now: datetime) -> Ticket | None:
        """Make one change and its line on the history; the ticket as it is afterwards."""

    def keep(
        self, raw: Raw | None, inbound: Inbound, decision: Decision, ticket: Ticket | None, now: datetime
    ) -> int:
        """Keep a message with its fate, trace, attachments, raw bytes and receipt; its id."""

    def for_delivery(self, delivery: int) -> None:
        """What is kept next waited in the inbox at this place, and waits no more."""

    def add_receipt(self, raw: Raw, identity: str, message: int) -> None:
        """Note that a message that we have came once more."""

    def promise(self, outbound: Outbound, ticket: Ticket | None, now: datetime, held: str = "") -> int:
        """Put finished words into the outbox; `held` is why they must wait for an agent."""


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
