"""What agents command, as decisions: the same data that a message or a clock leads to.

Each takes the snapshot it acts on and answers a `Decision`; a thing that cannot be done is
a CommandRefused with the reason. Solving meets the resolution and waits for the policy or an
agent to close; closing stops whatever still runs.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from intake import clocks
from intake.decisions import (
    AddParticipant,
    Audience,
    Change,
    Decision,
    DropPromises,
    Escalate,
    Fate,
    Notice,
    SetField,
    SetStatus,
)
from intake.errors import AlreadyDone, CommandRefused
from intake.messages import Address
from intake.policy import Policy
from intake.suggestions import did_you_mean
from intake.tickets import ClockKind, Person, Status, Ticket

FIELDS = ("assignee", "team", "product", "release", "subject")
ANSWERS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
LONGEST_SNOOZE = timedelta(days=30)
FURTHEST_CALL = timedelta(days=90)


class Then(StrEnum):
    """What becomes of a ticket once its answer is out."""

    WAITING = "waiting"
    KEEP = "keep"
    SOLVED = "solved"


def answer(ticket: Ticket, author: str, text: str, now: datetime, files: tuple[int, ...] = ()) -> Decision:
    """An agent's public words to the requester and the participants; an open ticket waits for them then."""
    said = answer_only(ticket, author, text, now, files)
    if ticket.status is not Status.OPEN:
        return said
    waits = SetStatus(Status.WAITING, f"{author} answered")
    paused = clocks.pause(ticket, now, "waiting for the requester")
    return replace(said, changes=(*said.changes, waits, *paused))


def answer_only(
    ticket: Ticket, author: str, text: str, now: datetime, files: tuple[int, ...] = ()
) -> Decision:
    """An answer that leaves the status as it is."""
    if not text.strip():
        raise CommandRefused("there is nothing to say; write the answer")
    changes = (
        *clocks.meet(ticket, ClockKind.FIRST_RESPONSE, now),
        *clocks.meet(ticket, ClockKind.NEXT_RESPONSE, now),
    )
    said = Notice("agent-answer", Audience.EVERYONE, {"text": text, "author": author}, "no", files)
    because = f"{author} answered."
    return Decision(Fate.APPEND, "agent-answer", because, ticket=ticket, changes=changes, notices=(said,))


def answer_and_solve(
    ticket: Ticket, author: str, text: str, policy: Policy, now: datetime, files: tuple[int, ...] = ()
) -> Decision:
    """An answer that solves the ticket; one that has ended already stays as it is."""
    said = answer_only(ticket, author, text, now, files)
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        return said
    answered = clocks.with_changes(ticket, said.changes)
    solved = set_status(answered, Status.SOLVED, policy, f"{author} answered", now)
    changes, notices = (*said.changes, *solved.changes), (*said.notices, *solved.notices)
    return replace(said, changes=changes, notices=notices)


def note(ticket: Ticket, author: str) -> Decision:
    """An agent's words to colleagues only."""
    return Decision(Fate.APPEND, "agent-note", f"{author} wrote a note.", ticket=ticket, public=False)


def set_status(
    ticket: Ticket, status: Status, policy: Policy, why: str, now: datetime, words: str = ""
) -> Decision:
    """Move a ticket to a status, with what that means for its clocks; the requester hears of an end.

    `words` are an agent's last ones, said with it: no number keeps them back, as it does what nobody wrote.
    """
    if ticket.status is status:
        raise AlreadyDone(f"{policy.reference_of(ticket)} is {status} already")
    changes: list[Change] = [SetStatus(status, why)]
    changes += on_clocks(ticket, status, policy, now)
    ended = status in (Status.SOLVED, Status.CLOSED)
    days = policy.file.lifecycle.close_solved_after_days
    closes = now + timedelta(days=days) if status is Status.SOLVED and days else None
    facts = {"status": status.value, "text": words, "closes": closes}
    told = Notice("status-changed", Audience.REQUESTER, facts, "no" if words else "auto-generated")
    return _commanded(ticket, f"status {status}", changes, (told if ended else _moved(status),))


def set_severity(ticket: Ticket, name: str, policy: Policy, now: datetime) -> Decision:
    """Give a ticket another severity and its clocks the times that go with it."""
    if name not in policy.severities:
        raise CommandRefused(f"no severity {name!r}; {did_you_mean(name, policy.severities)}")
    if name == ticket.severity:
        raise AlreadyDone(f"{policy.reference_of(ticket)} is {name} already")
    changes = clocks.change_severity(ticket, name, policy, now, "set by an agent")
    return _commanded(ticket, f"severity {name}", changes)


def set_field(ticket: Ticket, name: str, value: str) -> Decision:
    """Set one of FIELDS; an assignee by the agent's address."""
    if name not in FIELDS:
        raise CommandRefused(f"no field {name!r}; {did_you_mean(name, FIELDS)}")
    is_taken = name == "assignee" and value and ticket.assignee is None and ticket.status is Status.OPEN
    told = (_moved(Status.OPEN),) if is_taken else ()
    return _commanded(ticket, f"{name} {value}", [SetField(name, value)], told)


def _moved(status: Status) -> Notice:
    """For whoever chose to hear of every status; nobody else is told."""
    return Notice("status-moved", Audience.REQUESTER, {"status": status.value}, "auto-generated")


def snooze(ticket: Ticket, until: datetime, policy: Policy, author: str, now: datetime) -> Decision:
    """Keep a ticket's reminders quiet until a moment; what is breached meanwhile is told all the same."""
    if until <= now:
        raise CommandRefused("the moment lies in the past; give one to come")
    if until - now > LONGEST_SNOOZE:
        raise CommandRefused(f"that is too long; {LONGEST_SNOOZE.days} days at the most")
    changes = tuple(clocks.snooze(ticket, policy, until, now, f"by {author}"))
    if not changes:
        raise CommandRefused(f"no clock of {policy.reference_of(ticket)} runs; there is nothing to snooze")
    return _commanded(ticket, "snoozed", changes)


def call_back(
    ticket: Ticket, due_at: datetime, phone: str, policy: Policy, author: str, now: datetime
) -> Decision:
    """Promise the requester a call at a moment; they are told, and agents are reminded of it."""
    reference = policy.reference_of(ticket)
    if ticket.status is Status.CLOSED:
        raise CommandRefused(f"{reference} is closed; open it before a call is promised")
    if due_at <= now:
        raise CommandRefused("the moment lies in the past; give one to come")
    if due_at - now > FURTHEST_CALL:
        raise CommandRefused(f"that is too far ahead; {FURTHEST_CALL.days} days at the most")
    promised = clocks.call_back(ticket, policy, due_at, phone, now)
    told = Notice("call-back-promised", Audience.REQUESTER, {"due": due_at, "phone": phone}, "auto-generated")
    return _commanded(ticket, f"{author} promised a call", (promised,), (told,))


def called_back(ticket: Ticket, policy: Policy, author: str, now: datetime) -> Decision:
    """The promised call was made."""
    changes = tuple(clocks.meet(ticket, ClockKind.CALL_BACK, now))
    if not changes:
        raise CommandRefused(
            f"no call is promised on {policy.reference_of(ticket)}; one that was made is logged as a call"
        )
    return _commanded(ticket, f"{author} called", changes)


def spam(ticket: Ticket, policy: Policy, author: str, now: datetime) -> Decision:
    """Close a ticket that nobody should have opened: its requester hears nothing, no promise counts."""
    if ticket.status is Status.CLOSED:
        raise AlreadyDone(f"{policy.reference_of(ticket)} is closed already")
    why = f"{author} says that it is spam"
    changes: list[Change] = [SetStatus(Status.CLOSED, why), DropPromises(why)]
    for kind in ClockKind:
        changes += clocks.stop(ticket, kind, now, why)
    return _commanded(ticket, why, changes)


def escalate(ticket: Ticket, text: str, policy: Policy, author: str) -> Decision:
    """An agent asks the managers for help with a ticket."""
    reference = policy.reference_of(ticket)
    if ticket.status is Status.CLOSED:
        raise CommandRefused(f"{reference} is closed; open it before it is escalated")
    if ticket.escalated_at:
        raise AlreadyDone(f"{reference} is escalated already")
    told = Notice("agent-escalated", Audience.MANAGERS, {"text": text, "sender": author}, "auto-generated")
    return _commanded(ticket, f"{author} escalated it", (Escalate(f"{author}: {text}"[:500]),), (told,))


def snooze_until_reply(ticket: Ticket, policy: Policy, author: str, now: datetime) -> Decision:
    """Keep reminders quiet until the customer writes again, which ends any snooze; a month at the most."""
    return snooze(ticket, now + LONGEST_SNOOZE, policy, author, now)


def recompute(ticket: Ticket, policy: Policy, now: datetime) -> Decision:
    """Give what is still owed the time that the present policy and calendars give it."""
    return _commanded(ticket, "recomputed", clocks.recompute(ticket, policy, now))


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


def on_clocks(ticket: Ticket, status: Status, policy: Policy, now: datetime) -> Iterable[Change]:
    """What a status means for the clocks."""
    match status:
        case Status.SOLVED:
            yield from clocks.meet(ticket, ClockKind.RESOLUTION, now)
            yield from _stopped(ticket, ANSWERS, now, "solved")
        case Status.CLOSED:
            if ticket.status is not Status.SOLVED:
                yield from clocks.meet(ticket, ClockKind.RESOLUTION, now)
            yield from _stopped(ticket, (*ANSWERS, ClockKind.CALL_BACK), now, "closed")
        case Status.WAITING:
            yield from clocks.pause(ticket, now, "waiting for the requester")
        case Status.OPEN:
            yield from clocks.resume(ticket, policy, now, "opened again")


def _stopped(ticket: Ticket, kinds: Iterable[ClockKind], now: datetime, why: str) -> Iterable[Change]:
    for kind in kinds:
        yield from clocks.stop(ticket, kind, now, why)


def _commanded(
    ticket: Ticket, because: str, changes: Iterable[Change], notices: tuple[Notice, ...] = ()
) -> Decision:
    return Decision(Fate.ANSWER, "command", because, ticket=ticket, changes=tuple(changes), notices=notices)
