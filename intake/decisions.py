"""What is to happen because of one message, one due clock or one command.

A decision is data: its changes are for the store, its notices for `replies`, its trace
and `because` for whoever asks later. `intake.handle` applies all three alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from intake.messages import Address, Assurance
from intake.tickets import ClockKind, Person, Score, Status, Ticket


class Fate(StrEnum):
    """What became of a message; DESIGN's table says each in a line."""

    APPEND = "append"
    OPEN = "open"
    REFUSE = "refuse"
    HOLD = "hold"
    IGNORE = "ignore"
    ANSWER = "answer"
    BOUNCE = "bounce"


class MatchedBy(StrEnum):
    """The evidence that named the ticket, strongest first."""

    TOKEN = "token"
    THREAD = "thread"
    SUBJECT = "subject"
    TEXT = "text"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the trace: what was looked at, whether it held, and what it saw."""

    name: str
    holds: bool
    saw: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing in a message that names a ticket; `counts` is False for a number of a ticket not theirs."""

    kind: MatchedBy
    ticket: int
    saw: str
    counts: bool = True


# Changes: what is to be written. The store has one writer for each.


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A new ticket; `calendar` is the one whose business hours its clocks count."""

    subject: str
    severity: str
    channel: str
    requester: Person | Address  # an address: to be recorded as an end-user first
    organisation_id: int | None
    team: str = ""
    product: str = ""
    release: str = ""
    predecessor: int = 0
    fields: Mapping[str, object] = field(default_factory=dict)
    clocks: tuple["StartClock", ...] = ()


@dataclass(frozen=True, slots=True)
class StartClock:
    """A promise begins: due when, and the first moment the ticker has to look."""

    kind: ClockKind
    target: str
    at: datetime
    due_at: datetime
    next_at: datetime | None
    next_step: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class ChangeClock:
    """A clock is met, paused, resumed, breached, changed, reminded or stopped; `event` says which.

    `due_at`, `next_at` and `next_step` are what holds afterwards. `severity` is the one that counts
    from now on, where it is another; `raised` that it is a worse one. `until` is when what is put
    off (a reminder, a snoozed clock) may be heard again; steps up to `told_until` are done with.
    """

    kind: ClockKind
    event: str
    at: datetime
    due_at: datetime | None
    next_at: datetime | None
    next_step: str
    target: str = ""
    reason: str = ""
    severity: str = ""
    raised: bool = False
    until: datetime | None = None
    told_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetStatus:
    status: Status
    why: str


@dataclass(frozen=True, slots=True)
class SetSeverity:
    severity: str
    why: str


@dataclass(frozen=True, slots=True)
class SetField:
    """An agent sets one of assignee (an agent's email, "" for none), team, product, release, subject."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AddParticipant:
    """Somebody joins a ticket; an address that is nobody's yet is recorded as an end-user first."""

    person: Person | Address
    organisation_id: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Escalate:
    """The ticket is escalated from now on; one that is stays so."""

    why: str


@dataclass(frozen=True, slots=True)
class MergeInto:
    """The ticket goes on in another one: whoever follows up on it follows up there."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class LinkTo:
    """The ticket has to do with an earlier one."""

    number: int


@dataclass(frozen=True, slots=True)
class DropPromises:
    """What waits to be said to customers about the ticket is not said any more."""

    why: str


@dataclass(frozen=True, slots=True)
class AskSurvey:
    """The requester is asked how it went; `agent` is whose work it was, 0 for nobody's."""

    person: int
    agent: int


@dataclass(frozen=True, slots=True)
class KeepRating:
    """Whoever was asked says how it went, in place of what they said before."""

    score: Score
    comment: str


class Verdict(StrEnum):
    """What a delivery report says about one mail of ours."""

    FAILED = "failed"  # for good
    FAILED_FOR_NOW = "failed-for-now"  # this mail did not arrive; the next one may
    DELAYED = "delayed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class MarkReturned:
    """A delivery report is about this promise; `marks` is whether its address is written to no more.

    `is_counted` is False for a mail that was counted before, and for what came back from an agent,
    who must go on hearing of everything.
    """

    promise: int
    address: str
    verdict: Verdict
    status: str
    said: str  # in words, for the history
    marks: bool = False
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class MarkReachable:
    """Somebody shows that an address which was given up takes mail again."""

    address: str
    why: str


Change = (
    OpenTicket
    | StartClock
    | ChangeClock
    | SetStatus
    | SetSeverity
    | SetField
    | AddParticipant
    | Escalate
    | MergeInto
    | LinkTo
    | DropPromises
    | AskSurvey
    | KeepRating
    | MarkReturned
    | MarkReachable
)


class Audience(StrEnum):
    """Whom a notice is for."""

    SENDER = "sender"  # whoever wrote the message that is being decided
    REQUESTER = "requester"
    EVERYONE = "everyone"  # the requester and the participants, one mail each
    AGENTS = "agents"  # agents_address, or each agent where there is none
    ASSIGNEE = "assignee"  # the agent who has the ticket, else all
    TEAM = "team"  # the agents of the ticket's team, else all
    MANAGERS = "managers"  # the managers among the agents, of the ticket's team if it has any, else all
    ADMINISTRATORS = "administrators"  # of the organisation that it is about
    ACCOUNT_MANAGER = "account-manager"  # of that organisation; somebody of the vendor's, no agent


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be said: the template's name, for whom, and what only this notice knows.

    `facts` are the words of the template beyond desk, ticket, recipient and now. `files` are places
    among the attachments of the message that is decided: those that go with these words.
    `besides` are further audiences, where one message that all agents read is meant for them, too.
    """

    name: str
    audience: Audience
    facts: Mapping[str, object] = field(default_factory=dict)
    automatic: str = "auto-replied"
    files: tuple[int, ...] = ()
    besides: tuple[Audience, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """One reader of one notice; `person_id` is an agent's id where `is_agent`, 0 for agents_address.

    On another channel than email the address is a place there: a chat, a thread, `triage`.
    """

    address: Address
    language: str = ""
    timezone: str = ""
    person_id: int = 0
    is_agent: bool = False
    channel: str = "email"


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything that follows from one stimulus. `ticket` is a snapshot from before the changes."""

    fate: Fate
    rule: str
    because: str
    reply: str = ""
    ticket: Ticket | None = None
    matched_by: MatchedBy = MatchedBy.NONE
    assurance: Assurance = Assurance.NONE
    public: bool = True  # False: an agent's note, never shown to a customer
    escalated: bool = False
    missing: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    notices: tuple[Notice, ...] = ()
    trace: tuple[Step, ...] = ()

    @property
    def number(self) -> int:
        """The number of the ticket it is about, 0 for none."""
        return self.ticket.number if self.ticket else 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer of `accept`: the message is kept for good, and this became of it.

    `authenticated` is False when nobody proved to be the sender: such a refusal is said in
    the SMTP session, never by mail. `fate` is None for heavy mail that is decided later.
    """

    message: int
    fate: Fate | None
    rule: str = ""
    because: str = ""
    reply: str = ""
    ticket: int = 0
    authenticated: bool = False
    duplicate: bool = False
    escalated: bool = False
    missing: tuple[str, ...] = ()


def is_for_customers(notice: str) -> bool:
    """Whether a notice's words are for people outside; those for agents begin with `agent-`."""
    return notice == "agent-answer" or not notice.startswith("agent-")
