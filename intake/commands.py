"""What agents command, as decisions: the same data that a message or a clock leads to.

Each takes the snapshot it acts on and answers a `Decision`; a thing that cannot be done is
a CommandRefused with the reason. Solving meets the resolution and waits for the policy or an
agent to close; closing stops whatever still runs.
"""

from collections.abc import Iterable
from datetime import datetime

from intake import clocks
from intake.decisions import (
    AddParticipant,
    Audience,
    Change,
    Decision,
    Fate,
    Notice,
    SetField,
    SetStatus,
)
from intake.errors import CommandRefused
from intake.messages import Address
from intake.policy import Policy
from intake.suggestions import did_you_mean
from intake.tickets import ClockKind, Person, Status, Ticket

FIELDS = ("assignee", "team", "product", "release", "subject")


def answer(ticket: Ticket, author: str, text: str, now: datetime) -> Decision:
    """An agent's public words to the requester and the participants."""
    if not text.strip():
        raise CommandRefused("there is nothing to say; write the answer")
    changes: list[Change] = [*clocks.meet(ticket, ClockKind.FIRST_RESPONSE, now)]
    if ticket.status is Status.OPEN:
        changes.append(SetStatus(Status.WAITING, f"{author} answered"))
        changes += clocks.pause(ticket, now, "waiting for the requester")
    said = Notice("agent-answer", Audience.EVERYONE, {"text": text, "author": author}, "no")
    return Decision(
        Fate.APPEND,
        "agent-answer",
        f"{author} answered.",
        ticket=ticket,
        changes=tuple(changes),
        notices=(said,),
    )


def note(ticket: Ticket, author: str) -> Decision:
    """An agent's words to colleagues only."""
    return Decision(Fate.APPEND, "agent-note", f"{author} wrote a note.", ticket=ticket, public=False)


def set_status(ticket: Ticket, status: Status, policy: Policy, why: str, now: datetime) -> Decision:
    """Move a ticket to a status, with what that means for its clocks; the requester hears of an end."""
    if ticket.status is status:
        raise CommandRefused(f"{policy.reference_of(ticket)} is {status} already")
    changes: list[Change] = [SetStatus(status, why)]
    changes += _on_clocks(ticket, status, policy, now)
    ended = status in (Status.SOLVED, Status.CLOSED)
    told = Notice(
        "status-changed", Audience.REQUESTER, {"status": status.value, "text": ""}, "auto-generated"
    )
    return _commanded(ticket, f"status {status}", changes, (told,) if ended else ())


def set_severity(ticket: Ticket, name: str, policy: Policy, now: datetime) -> Decision:
    """Give a ticket another severity and its clocks the times that go with it."""
    if name not in policy.severities:
        raise CommandRefused(f"no severity {name!r}; {did_you_mean(name, policy.severities)}")
    changes = clocks.change_severity(ticket, name, policy, now, "set by an agent")
    return _commanded(ticket, f"severity {name}", changes)


def set_field(ticket: Ticket, name: str, value: str) -> Decision:
    """Set one of FIELDS; an assignee by the agent's address."""
    if name not in FIELDS:
        raise CommandRefused(f"no field {name!r}; {did_you_mean(name, FIELDS)}")
    return _commanded(ticket, f"{name} {value}", [SetField(name, value)])


def release(
    ticket: Ticket,
    sender: Person | Address,
    organisation_id: int | None,
    admit: bool,
    policy: Policy,
    now: datetime,
) -> Decision:
    """An agent takes a held message onto its ticket, and its sender too if they are admitted."""
    changes: list[Change] = []
    if admit:
        changes.append(AddParticipant(sender, organisation_id, "admitted by an agent"))
    if ticket.status in (Status.WAITING, Status.SOLVED):
        changes.append(SetStatus(Status.OPEN, "a held message was released"))
        changes += clocks.resume(ticket, policy, now, "a held message was released")
    return _commanded(ticket, "released", changes)


def _on_clocks(ticket: Ticket, status: Status, policy: Policy, now: datetime) -> Iterable[Change]:
    match status:
        case Status.SOLVED:
            yield from clocks.meet(ticket, ClockKind.RESOLUTION, now)
            yield from clocks.stop(ticket, ClockKind.FIRST_RESPONSE, now, "solved")
        case Status.CLOSED:
            if ticket.status is not Status.SOLVED:
                yield from clocks.meet(ticket, ClockKind.RESOLUTION, now)
            yield from clocks.stop(ticket, ClockKind.FIRST_RESPONSE, now, "closed")
        case Status.WAITING:
            yield from clocks.pause(ticket, now, "waiting for the requester")
        case Status.OPEN:
            yield from clocks.resume(ticket, policy, now, "opened again")


def _commanded(
    ticket: Ticket, because: str, changes: Iterable[Change], notices: tuple[Notice, ...] = ()
) -> Decision:
    return Decision(Fate.ANSWER, "command", because, ticket=ticket, changes=tuple(changes), notices=notices)
