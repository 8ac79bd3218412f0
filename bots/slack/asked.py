"""The answer to "status": how somebody's open tickets stand, or the one whose thread they asked in.

Whoever is not known to be of the channel's organisation reads one hint, and nothing of any ticket; a
ticket that is not there and one that they may not see get the same words.
"""

from dataclasses import replace
from datetime import datetime

from bots.slack.workspaces import MEDIUM
from intake.decisions import Audience, Notice, Recipient
from intake.handle import Setup
from intake.lookup import may_follow_up
from intake.messages import Address, Assurance, Inbound
from intake.tickets import Person, Status, Ticket
from intake.work import Work
from store.people_lists import open_tickets_of_person
from store.work import SqlWork

MOST = 8


def status_of(
    work: SqlWork,
    inbound: Inbound,
    named: tuple[int, ...],
    here: Ticket | None,
    setup: Setup,
    now: datetime,
) -> None:
    """Promise the answer at the place where it was asked."""
    assert inbound.sender
    is_known = inbound.assurance is Assurance.LINKED
    person = work.person(inbound.sender.address) if is_known else None
    found = _meant(work, person, named[:MOST], here if is_known else None, setup)
    facts = {
        "tickets": [_line(one, setup) for one in found[:MOST]],
        "more": max(0, len(found) - MOST),
        "missing": [] if found else [setup.policy.file.reference.format(number=one) for one in named[:1]],
        "is_known": is_known,
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
    work: Work, person: Person | None, named: tuple[int, ...], here: Ticket | None, setup: Setup
) -> list[Ticket]:
    """Those that are named, if they may see them; else that of the thread; else all open ones of theirs."""
    meant = [work.ticket(one) for one in named] if named else [here] if here else []
    if meant:
        return [one for one in meant if one and may_follow_up(person, one, setup.policy)]
    if person is None or not person.id:
        return []
    assert isinstance(work, SqlWork)
    open_ones = (work.ticket(one) for one in open_tickets_of_person(work, person.id))
    return [one for one in open_ones if one and may_follow_up(person, one, setup.policy)]


def _line(ticket: Ticket, setup: Setup) -> dict[str, object]:
    is_taken = ticket.status is Status.OPEN and ticket.assignee is not None
    dues = [clock.due_at for clock in ticket.clocks if clock.is_running and clock.due_at]
    return {
        "reference": setup.policy.reference_of(ticket),
        "subject": ticket.subject,
        "state": "assigned" if is_taken else ticket.status.value,
        "due": min(dues, default=None),
    }
