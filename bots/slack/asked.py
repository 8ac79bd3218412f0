"""The answer to "status": how somebody's open tickets stand, or the one whose thread they asked in.

The whole channel reads it. So it names what everybody of that organisation may read by the policy,
and where they may not, only tickets that have something in this channel. Whoever is not known to be of
the organisation reads one hint, and nothing of any ticket; a ticket that is not there and one that
is not for this channel get the same words.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bots.slack.workspaces import MEDIUM
from intake.decisions import Audience, Notice, Recipient
from intake.handle import Setup
from intake.lookup import may_follow_up
from intake.messages import Address, Assurance, Inbound
from intake.policy import Policy
from intake.tickets import Person, Status, Ticket
from store import posts
from store.chat_places import ChatPlace
from store.chats import is_of_customer
from store.people_lists import open_tickets_of_person
from store.work import SqlWork

MOST = 8


def status_of(
    work: SqlWork,
    inbound: Inbound,
    named: tuple[int, ...],
    here: Ticket | None,
    place: ChatPlace,
    setup: Setup,
    now: datetime,
) -> None:
    """Promise the answer at the place where it was asked."""
    assert inbound.sender
    is_known = inbound.assurance is Assurance.LINKED
    person = work.person(inbound.sender.address) if is_known else None
    meant = _meant(work, person, named[:MOST], here if is_known else None)
    found = [one for one in meant if _is_for_all(work, person, one, place, setup.policy)]
    facts = {
        "tickets": [_line(one, setup) for one in found[:MOST]],
        "more": max(0, len(found) - MOST),
        "missing": [] if found else [setup.policy.file.reference.format(number=one) for one in named[:1]],
        "is_known": is_known,
        "only_here": not _is_shared(setup.policy),
    }
    to = Recipient(
        Address(inbound.sender.name, inbound.place),
        person.language if person else "",
        person.timezone if person else "",
        person.id if person else 0,
        channel=MEDIUM,
    )
    notice = Notice("ticket-status", Audience.SENDER, facts)
    outbound = setup.wording.word(notice, to, None, inbound, now)
    work.promise(replace(outbound, lane=inbound.place), None, now)


def _meant(
    work: SqlWork, person: Person | None, named: tuple[int, ...], here: Ticket | None
) -> Iterable[Ticket]:
    """Those that are named; else that of the thread; else all open ones of theirs."""
    if here and not named:
        return [here]
    theirs = open_tickets_of_person(work, person.id) if person and person.id else ()
    return [found for one in named or theirs if (found := work.ticket(one))]


def _is_for_all(
    work: SqlWork, person: Person | None, ticket: Ticket, place: ChatPlace, policy: Policy
) -> bool:
    """Whether whoever asked may read it, and everybody with them in the channel."""
    if not may_follow_up(person, ticket, policy) or not is_of_customer(ticket, place.organisation):
        return False
    is_theirs = ticket.organisation is not None and _is_shared(policy)
    return is_theirs or posts.is_anything_of(work, MEDIUM, place.place, ticket.number)


def _is_shared(policy: Policy) -> bool:
    """Whether colleagues read each other's tickets."""
    return policy.file.follow_ups == "organisation"


def _line(ticket: Ticket, setup: Setup) -> dict[str, object]:
    is_taken = ticket.status is Status.OPEN and ticket.assignee is not None
    dues = [clock.due_at for clock in ticket.clocks if clock.is_running and clock.due_at]
    return {
        "reference": setup.policy.reference_of(ticket),
        "subject": ticket.subject,
        "state": "assigned" if is_taken else ticket.status.value,
        "due": min(dues, default=None),
    }
