"""What Slack is told, and the frozen facts that it is made from.

A `Message` is ready for chat.postMessage; a view or a block is a plain dict, as Slack takes it.
The facts are read in one place (`blocks.facts`) and shown in all the others, so that what a
channel must not read is missing before anything is drawn.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from intake.messages import File
from intake.tickets import ClockKind, Status

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what notifications and screen readers say; `file` the whole words where they are too long."""

    text: str
    blocks: tuple[Json, ...]
    file: File | None = None
    broadcast: bool = False  # an answer in a thread that the channel sees too


@dataclass(frozen=True, slots=True)
class Due:
    """One promise that is not kept yet."""

    kind: ClockKind
    at: datetime | None
    is_paused: bool = False
    is_breached: bool = False


def first_due(dues: tuple[Due, ...], otherwise: datetime) -> Due | None:
    """The promise that comes first, those that stand still behind those that run."""
    return min(dues, key=lambda one: (one.is_paused, one.at or otherwise), default=None)


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A ticket as one channel may see it; `withheld_for` names a team whose words are not read there.

    Slack's ids of people are ours from the agents' list; everything else that is text is shown literally.
    """

    number: int
    version: int
    reference: str
    now: datetime
    status: Status = Status.OPEN
    severity: str = ""
    severities: tuple[str, ...] = ()  # the policy's own, the worst first
    subject: str = ""
    requester: str = ""
    address: str = ""
    organisation: str = ""
    remarks: tuple[str, ...] = ()  # what else is on, and that nobody vouches for the sender
    missing: tuple[str, ...] = ()  # what the form requires and nobody told yet
    account: tuple[str, ...] = ()  # organisation, plan, maintenance, the requester's role
    channel: str = "email"
    opened_at: datetime | None = None
    words: str = ""  # the beginning of what the customer first wrote
    files: int = 0  # with that message
    assignee: str = ""
    assignee_slack: str = ""
    is_assignee_on_duty: bool = False
    team: str = ""
    product: str = ""
    release: str = ""
    predecessor: str = ""  # its reference
    merged_into: str = ""  # the reference of the ticket that it goes on in
    snoozed_until: datetime | None = None
    is_until_reply: bool = False  # of a snooze: it was meant so, whatever its end at the latest
    dues: tuple[Due, ...] = ()
    is_escalated: bool = False
    on_duty: tuple[str, ...] = ()  # Slack ids of the agents of its team who work now
    managers: tuple[str, ...] = ()
    withheld_for: str = ""

    @property
    def next_due(self) -> Due | None:
        return first_due(self.dues, self.now)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in a list: App Home, `/ticket list`, what `find` found."""

    number: int
    version: int
    reference: str
    subject: str
    status: Status = Status.OPEN
    severity: str = ""
    organisation: str = ""
    assignee: str = ""
    due: Due | None = None
    link: str = ""  # to the ticket's thread


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part of App Home: how many there are in all, and the rows of the page that is shown."""

    name: str  # one of names.SHELVES
    rows: tuple[Row, ...] = ()
    count: int = 0
    page: int = 1


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What somebody's App Home shows; `is_agent` False shows how to become one and nothing else."""

    now: datetime
    is_agent: bool = True
    admin: str = ""  # Slack id of whom to ask
    filter: str = "mine"
    counts: dict[str, int] = field(default_factory=dict)
    shelves: tuple[Shelf, ...] = ()
    severities: tuple[str, ...] = ()  # the worst first
    is_updating: bool = False
