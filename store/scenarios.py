"""A scenario's tickets into a store: as they would stand had everything really happened.

What a scenario leaves open is filled in so that the router sees a ticket of that status:
a solved one was solved just now, a waiting one's resolution stands still.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from intake.decisions import AddParticipant, OpenTicket, StartClock
from intake.messages import Address
from intake.tickets import Clock, ClockKind, Person, Status, Ticket
from store.rows import clock_row
from store.tables import clocks
from store.work import SqlWork
from store.writes import person_for

if TYPE_CHECKING:
    from intake.scenarios import TicketEntry

ACTOR = "scenario"
ENDED = frozenset({Status.SOLVED, Status.CLOSED})


def load_ticket(work: SqlWork, entry: "TicketEntry", running: Iterable[StartClock], now: datetime) -> Ticket:
    """Put a scenario's ticket into the store under its own number, with the clocks that it started."""
    opened = entry.opened or now
    requester = _person(work, entry.requester, now)
    work.buffer.next_number_is(entry.number)
    opening = OpenTicket(
        subject=entry.subject,
        severity=entry.severity,
        channel=entry.channel,
        requester=requester,
        organisation_id=requester.organisation_id,
        team=entry.team,
        product=entry.product,
        release=entry.version,
        clocks=tuple(running),
    )
    ticket = work.write(opening, None, ACTOR, opened)
    for address in entry.participants:
        person = _person(work, address, now)
        ticket = work.write(AddParticipant(person, person.organisation_id, "scenario"), ticket, ACTOR, now)
    assert ticket
    ticket = work.save(_as_it_stands(ticket, entry, now), now)
    for clock in ticket.clocks:
        work.buffer.change(clocks, clock.id, clock_row(clock) | {"started_at": clock.started_at})
    for message_id in (*entry.message_ids, *entry.sent_ids):
        ticket = work.file(message_id, (), ticket.number, now)
    work.flush()
    return ticket


def _person(work: SqlWork, address: str, now: datetime) -> Person:
    """Whoever has the address; a stranger belongs where their domain is listed."""
    found = work.organisation_of(address.rpartition("@")[2])
    return person_for(work, Address("", address), found.id if found else None, ACTOR, now)


def _as_it_stands(ticket: Ticket, entry: "TicketEntry", now: datetime) -> Ticket:
    return replace(
        ticket,
        status=entry.status,
        solved_at=now if entry.status in ENDED else None,
        closed_at=now if entry.status is Status.CLOSED else None,
        clocks=tuple(_clock(clock, entry, now) for clock in ticket.clocks),
    )


def _clock(clock: Clock, entry: "TicketEntry", now: datetime) -> Clock:
    due = clock.due_at
    if due and (clock.kind in entry.breached or due <= now):
        clock = replace(clock, breached_at=min(due, now))
    if entry.status in ENDED:
        return replace(clock, met_at=now, next_at=None, next_step="")
    if entry.status is Status.WAITING and clock.kind is ClockKind.RESOLUTION:
        return replace(clock, paused_at=now, next_at=None, next_step="")
    return clock
