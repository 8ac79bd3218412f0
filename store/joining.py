"""What merging, linking and spam write: on both tickets, and in what waits to be said."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import update

from intake.decisions import AddParticipant, DropPromises, LinkTo, MergeInto
from intake.tickets import Ticket
from store.tables import Sending, outbox

if TYPE_CHECKING:
    from store.work import SqlWork


def join(
    work: "SqlWork", change: MergeInto | LinkTo | DropPromises, ticket: Ticket, actor: str, now: datetime
) -> Ticket:
    """Make the change; the ticket as it is afterwards."""
    match change:
        case MergeInto(number, why):
            return _merge(work, ticket, number, why, actor, now)
        case LinkTo(number):
            return _link(work, ticket, number, actor, now)
        case DropPromises(why):
            work.note(ticket.number, now, actor, "promises dropped", f"{_drop(work, ticket.number)}: {why}")
            return ticket


def _merge(work: "SqlWork", ticket: Ticket, into: int, why: str, actor: str, now: datetime) -> Ticket:
    """Everybody of the ticket is on the other one from now on."""
    work.note(ticket.number, now, actor, "merged", f"into ticket {into}: {why}")
    work.note(into, now, actor, "merged", f"ticket {ticket.number} goes on here: {why}")
    for person in (ticket.requester, *ticket.participants):
        joins = AddParticipant(person, person.organisation_id, f"of ticket {ticket.number}")
        work.write(joins, work.ticket(into), actor, now)
    return work.save(replace(ticket, version=ticket.version + 1, merged_into=into), now)


def _link(work: "SqlWork", ticket: Ticket, number: int, actor: str, now: datetime) -> Ticket:
    work.note(ticket.number, now, actor, "linked", f"to ticket {number}")
    work.note(number, now, actor, "linked", f"ticket {ticket.number} has to do with it")
    return work.save(replace(ticket, version=ticket.version + 1, predecessor=number), now)


def _drop(work: "SqlWork", ticket: int) -> int:
    """Drop what we would have said by ourselves and has not gone out; how many. Agents' words stay."""
    ours = outbox.c.ticket == ticket, outbox.c.automatic != "no", outbox.c.notice.not_like("agent-%")
    waiting = outbox.c.state.in_((Sending.PENDING, Sending.HELD))
    dropped = update(outbox).where(*ours, waiting).values(state=Sending.DROPPED)
    return work.connection.execute(dropped).rowcount
