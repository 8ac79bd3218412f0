"""Two tickets that are one, or have to do with each other.

Merging lets one of them go on in the other: its people join that one, its clocks stop, and whoever
answers any mail of it is heard there. What was said on it stays where it was said. People of one
customer never get onto a ticket of another by it: those can only be linked, which shows nothing. What a
protected team has goes on in no other team's ticket, where others would read what is answered.
"""

from collections.abc import Callable
from datetime import datetime

from intake import clocks
from intake.decisions import (
    Audience,
    Change,
    Decision,
    Fate,
    LinkTo,
    MergeInto,
    Notice,
    SetStatus,
)
from intake.errors import AlreadyDone, CommandRefused
from intake.policy import Policy
from intake.tickets import ClockKind, Status, Ticket


def merge(
    ticket: Ticket,
    into: Ticket,
    policy: Policy,
    author: str,
    now: datetime,
    goes_on_in: Callable[[int], int] = lambda number: number,
) -> Decision:
    """The ticket goes on in another one, and its requester is told."""
    reference, other = policy.reference_of(ticket), policy.reference_of(into)
    _check(ticket, into, reference, other)
    if policy.is_protected(ticket.team) and into.team != ticket.team:
        raise CommandRefused(
            f"{reference} is for team {ticket.team} only, and {other} is not; "
            f"link them, or merge {other} into it"
        )
    if goes_on_in(into.number) == ticket.number:
        raise CommandRefused(f"{other} goes on in {reference} already; there is nothing left to merge")
    why = f"{author} merged {reference} into {other}"
    changes: list[Change] = [MergeInto(into.number, why)]
    if ticket.status is not Status.CLOSED:
        changes.append(SetStatus(Status.CLOSED, why))
    for kind in ClockKind:
        changes += clocks.stop(ticket, kind, now, why)
    told = Notice("merged", Audience.REQUESTER, {"into": other}, "auto-generated")
    return Decision(Fate.ANSWER, "command", why, ticket=ticket, changes=tuple(changes), notices=(told,))


def _check(ticket: Ticket, into: Ticket, reference: str, other: str) -> None:
    if ticket.number == into.number:
        raise CommandRefused(f"{reference} cannot be merged into itself; name another ticket")
    if ticket.merged_into:
        raise AlreadyDone(f"{reference} has been merged already")
    if into.status is Status.CLOSED:
        raise CommandRefused(f"{other} is closed; open it first, or merge the other way round")
    if not _is_of_one_customer(ticket, into):
        raise CommandRefused(
            f"{reference} and {other} are of different customers, who would read each other's words; "
            "link them instead"
        )


def _is_of_one_customer(ticket: Ticket, other: Ticket) -> bool:
    if ticket.organisation and other.organisation:
        return ticket.organisation.id == other.organisation.id
    return ticket.organisation is other.organisation and ticket.requester.id == other.requester.id


def link(ticket: Ticket, to: Ticket, policy: Policy, author: str) -> Decision:
    """Note on both that one has to do with the other; nobody is told and nobody sees more by it."""
    reference, other = policy.reference_of(ticket), policy.reference_of(to)
    if ticket.number == to.number:
        raise CommandRefused(f"{reference} cannot be linked to itself; name another ticket")
    if ticket.predecessor == to.number:
        raise AlreadyDone(f"{reference} is linked to {other} already")
    because = f"{author} linked {reference} to {other}"
    return Decision(Fate.ANSWER, "command", because, ticket=ticket, changes=(LinkTo(to.number),))
