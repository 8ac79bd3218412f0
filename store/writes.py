"""The writer of each change: one function for each kind that a decision can ask for.

All of them work on snapshots and gathered rows, so a change that follows another in the
same transaction stands on its outcome. Each leaves a line on the history. What an agent
might have seen on a button (status, severity, fields, participants) moves the version;
clocks and notes do not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from intake.clocks.changes import after, begun
from intake.decisions import (
    AddParticipant,
    AskSurvey,
    Change,
    ChangeClock,
    DropPromises,
    Escalate,
    KeepRating,
    LinkTo,
    MarkReachable,
    MarkReturned,
    MergeInto,
    OpenTicket,
    SetField,
    SetSeverity,
    SetStatus,
    StartClock,
)
from intake.messages import Address, clean
from intake.tickets import Clock, Person, Role, Status, Ticket
from store.driver import Row
from store.joining import join
from store.rows import clock_row, identity_row, kind_of, person_row
from store.surveys import survey
from store.tables import (
    IdentityKind,
    clock_events,
    clocks,
    identities,
    participants,
    people,
)
from store.types import is_key
from store.undeliverable import mark_reachable, mark_returned

if TYPE_CHECKING:
    from store.work import SqlWork

SETTABLE = frozenset({"team", "product", "release", "subject"})


def write_change(
    work: SqlWork, change: Change, ticket: Ticket | None, actor: str, now: datetime
) -> Ticket | None:
    """Make one change; the ticket as it is afterwards."""
    match change:
        case OpenTicket():
            return _open(work, change, actor, now)
        case MarkReturned():
            return mark_returned(work, change, ticket, actor, now)
        case MarkReachable():
            return mark_reachable(work, change, ticket, actor, now)
    if ticket is None:
        raise ValueError(f"{type(change).__name__} without a ticket")
    if isinstance(change, MergeInto | LinkTo | DropPromises):
        return join(work, change, ticket, actor, now)
    if isinstance(change, AskSurvey | KeepRating):
        return survey(work, change, ticket, actor, now)
    return _write_on(work, change, ticket, actor, now)


def _write_on(work: SqlWork, change: Change, ticket: Ticket, actor: str, now: datetime) -> Ticket:
    match change:
        case StartClock():
            return _start_clock(work, change, ticket, actor, now)
        case ChangeClock():
            return _change_clock(work, change, ticket, actor, now)
        case SetStatus(status, why):
            work.note(ticket.number, now, actor, "status", f"{ticket.status} -> {status}: {why}")
            return work.save(_with_status(ticket, status, now), now)
        case SetSeverity(severity, why):
            work.note(ticket.number, now, actor, "severity", f"{ticket.severity} -> {severity}: {why}")
            return work.save(_next(ticket, severity=clean(severity)), now)
        case Escalate(why):
            work.note(ticket.number, now, actor, "escalated", why)
            return work.save(_next(ticket, escalated_at=ticket.escalated_at or now), now)
        case SetField(name, value):
            return _set_field(work, ticket, name, clean(value), actor, now)
        case AddParticipant():
            return _add_participant(work, change, ticket, actor, now)
    raise TypeError(f"{type(change).__name__} is not a change")


def _open(work: SqlWork, change: OpenTicket, actor: str, now: datetime) -> Ticket:
    requester = person_for(work, change.requester, change.organisation_id, actor, now)
    number = work.buffer.ticket_number()
    organisation = work.organisation(change.organisation_id) if change.organisation_id else None
    ticket = Ticket(
        id=number,
        number=number,
        subject=clean(change.subject),
        status=Status.OPEN,
        severity=clean(change.severity),
        requester=requester,
        channel=change.channel,
        opened_at=now,
        organisation=organisation,
        team=clean(change.team),
        product=clean(change.product),
        release=clean(change.release),
        predecessor=change.predecessor if is_key(change.predecessor) else 0,
        fields=dict(change.fields),
    )
    work.add_ticket(ticket, now)
    work.note(number, now, actor, "opened", f"by {change.channel}, severity {change.severity}")
    if ticket.predecessor:
        work.note(ticket.predecessor, now, actor, "continued", f"in ticket {number}")
    for start in change.clocks:
        ticket = _start_clock(work, start, ticket, actor, now)
    return ticket


def person_for(
    work: SqlWork, who: Person | Address, organisation_id: int | None, actor: str, now: datetime
) -> Person:
    """The person meant, recorded first where they are nobody's yet."""
    if isinstance(who, Person):
        if who.id:
            return who
        return _record(work, who.address, who.organisation_id or organisation_id, actor, now)
    return _record(work, who, organisation_id, actor, now)


def _record(
    work: SqlWork, address: Address, organisation_id: int | None, actor: str, now: datetime
) -> Person:
    if address.address and (known := work.person(address.address)):
        return known
    person = _new_person(work.buffer.key_for(people), address, organisation_id)
    add_person(work, person)
    work.note(None, now, actor, "person", f"person {person.id} recorded")
    return person


def _new_person(number: int, address: Address, organisation_id: int | None) -> Person:
    value, name = clean(address.address), clean(address.name)
    emails = (value,) if kind_of(value) is IdentityKind.EMAIL else ()
    telegram = value if kind_of(value) is IdentityKind.TELEGRAM else ""
    slack = value if kind_of(value) is IdentityKind.SLACK else ""
    return Person(number, name, emails, organisation_id, Role.END_USER, telegram, slack=slack)


def add_person(work: SqlWork, person: Person) -> None:
    """Put somebody new among the people, with every account they have."""
    work.buffer.add(people, person_row(person))
    work.known.people.learn(person.id, person)
    accounts = (*person.emails, person.telegram, person.slack)
    for position, value in enumerate(value for value in accounts if value):
        row = work.buffer.add(identities, identity_row(value, person.id, position))
        work.known.owners.learn(row["key"], person.id)


def _start_clock(work: SqlWork, change: StartClock, ticket: Ticket, actor: str, now: datetime) -> Ticket:
    """A second clock of one kind takes the first one's place: a ticket has one of each."""
    running = ticket.clock(change.kind)
    number = running.id if running else work.buffer.key_for(clocks)
    clock = begun(number, change)
    fixed = {"id": number, "ticket": ticket.number, "kind": clock.kind, "started_at": clock.started_at}
    if running:
        work.buffer.change(clocks, number, _clock_change(clock))
    else:
        work.buffer.add(clocks, fixed | clock_row(clock))
    _note_event(work, clock, "started", change.at, severity=clean(change.severity))
    work.note(
        ticket.number, now, actor, f"clock {change.kind} started", f"{change.target}, due {change.due_at}"
    )
    others = tuple(each for each in ticket.clocks if each.kind is not change.kind)
    return work.save(replace(ticket, clocks=(*others, clock)), now)


def _change_clock(work: SqlWork, change: ChangeClock, ticket: Ticket, actor: str, now: datetime) -> Ticket:
    clock = ticket.clock(change.kind)
    if clock is None:
        raise ValueError(f"ticket {ticket.number} has no clock {change.kind}")
    changed = after(clock, change)
    work.buffer.change(clocks, clock.id, _clock_change(changed))
    _note_event(work, changed, change.event, change.at, change.reason, change.severity, change.until)
    work.note(ticket.number, now, actor, f"clock {change.kind} {change.event}", change.reason)
    others = tuple(changed if each is clock else each for each in ticket.clocks)
    return work.save(replace(ticket, clocks=others), now)


def _clock_change(clock: Clock) -> Row:
    return clock_row(clock) | {"started_at": clock.started_at}


def _note_event(
    work: SqlWork,
    clock: Clock,
    event: str,
    at: datetime,
    reason: str = "",
    severity: str = "",
    until: datetime | None = None,
) -> None:
    work.buffer.add(
        clock_events,
        {
            "clock": clock.id,
            "at": at,
            "event": event,
            "reason": reason,
            "target": clock.target,
            "due_at": clock.due_at,
            "severity": severity,
            "until": until,
        },
    )


def _with_status(ticket: Ticket, status: Status, now: datetime) -> Ticket:
    solved = now if status is Status.SOLVED else ticket.solved_at if status is Status.CLOSED else None
    return _next(ticket, status=status, solved_at=solved, closed_at=now if status is Status.CLOSED else None)


def _set_field(work: SqlWork, ticket: Ticket, name: str, value: str, actor: str, now: datetime) -> Ticket:
    work.note(ticket.number, now, actor, name, value)
    if name == "assignee":
        return work.save(_next(ticket, assignee=work.agent(value) if value else None), now)
    if name not in SETTABLE:
        raise ValueError(f"{name}: no such field; known: assignee, {', '.join(sorted(SETTABLE))}")
    return work.save(_next(ticket, **{name: value}), now)


def _add_participant(
    work: SqlWork, change: AddParticipant, ticket: Ticket, actor: str, now: datetime
) -> Ticket:
    person = person_for(work, change.person, change.organisation_id, actor, now)
    if person.id in {ticket.requester.id, *(each.id for each in ticket.participants)}:
        return ticket
    position = len(ticket.participants)
    work.buffer.add(participants, {"ticket": ticket.number, "person": person.id, "position": position})
    work.note(ticket.number, now, actor, "participant", f"person {person.id}: {change.why}")
    return work.save(_next(ticket, participants=(*ticket.participants, person)), now)


def _next(ticket: Ticket, **changes: Any) -> Ticket:
    return replace(ticket, version=ticket.version + 1, **changes)
