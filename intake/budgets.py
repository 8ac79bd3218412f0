"""Budgets: how much one sender may cause in an hour, and how much we may say by ourselves.

A budget is a name, a limit, and what has been spent of it in an hour that begins with the
first spending. A sender who proved who they are spends from another purse than whoever
writes in their name. What agents write themselves, and what they are told about their
tickets, costs nothing; a person's words are never held back by a number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.decisions import Audience, Decision, Fate, Notice
from intake.messages import LOGGED, Assurance, Inbound

HOUR = timedelta(hours=1)
OVERALL = "sent in all"
FLOOD = "flood"
UNLIMITED = (*LOGGED, "api")  # what agents write down, and programs that the operator gave a key
WORK = frozenset({Fate.APPEND, Fate.OPEN, Fate.ANSWER, Fate.HOLD})


@dataclass(frozen=True, slots=True)
class Budgets:
    """What may be spent in an hour: automatic mails on one ticket and in all, messages of one sender."""

    ticket: int = 60
    overall: int = 1000
    sender: int = 500
    follow_ups: int = 10_000  # of proven people on tickets of theirs


USUAL = Budgets()


@dataclass(frozen=True, slots=True)
class Spent:
    """What has been spent since the hour began; `is_told` is whether agents know that it was all."""

    since: datetime | None = None  # None: nothing yet
    count: int = 0
    is_told: bool = False

    @property
    def ends(self) -> datetime | None:
        return self.since + HOUR if self.since else None


@dataclass(frozen=True, slots=True)
class Flood:
    """The sender has spent their budget of this hour."""

    limit: int
    is_told: bool


def of_ticket(number: int) -> str:
    return f"sent on ticket {number}"


def of_sender(address: str, assurance: Assurance) -> str:
    """A forger must not be able to spend what is for the one who is named."""
    shown = "unproven" if assurance is Assurance.NONE else "proven"
    return f"heard from {shown} {address.lower()}"


def flood_of(spent: Spent, budgets: Budgets, *, follows_up: bool) -> Flood | None:
    limit = budgets.follow_ups if follows_up else budgets.sender
    return Flood(limit, spent.is_told) if spent.count >= limit else None


def is_counted(inbound: Inbound, decision: Decision) -> bool:
    """Does a message cost us work, or somebody else a mail? What is refused in the session does not."""
    costs = decision.fate in WORK or (decision.fate is Fate.REFUSE and bool(decision.notices))
    return costs and inbound.sender is not None and inbound.channel not in UNLIMITED


def flooded(decision: Decision, flood: Flood) -> Decision:
    """Hold it, unanswered; agents hear of the first that is held, and of no other."""
    because = (
        f"More than {flood.limit} messages came from this sender within an hour. "
        "This one and those that follow wait, unanswered."
    )
    told = Notice("agent-held", Audience.AGENTS, {"reason": because}, "auto-generated")
    notices = () if flood.is_told else (told,)
    return Decision(Fate.HOLD, FLOOD, because, ticket=decision.ticket, notices=notices)
