"""The answer to "status": how somebody's open tickets stand, or the one whose thread they asked in."""

from dataclasses import replace
from datetime import datetime

from bots.slack.workspaces import MEDIUM
from intake.decisions import Audience, Notice, Recipient
from intake.handle import Setup
from intake.lookup import may_follow_up
from intake.messages import Address, Inbound
from intake.tickets import Person, Status, Ticket
from intake.work import Work
from store.people_lists import open_tickets_of_person
from store.work import SqlWork

MOST = 8


def status_of(
    work: SqlWork, inbound: Inbound, named: str, here: Ticket | None, setup: Setup, now: datetime
) -> None:
    """Promise the answer at the place where it was asked."""
    assert inbound.sender
    person = work.person(inbound.sender.address)
    found = _meant(work, person, named, here, setup)
    facts = {"tickets": [_line(one, setup) for one in found[:MOST]], "more": max(0, len(found) - MOST)}
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


def _meant(work: Work, person: Person | None, named: str, here: Ticket | None, setup: Setup) -> list[Ticket]:
    """The ticket that is named, if they may see it; else that of the thread; else all open ones of theirs."""
    number = _number_in(named, setup)
    ticket = work.ticket(number) if number else here
    if number or ticket:
        return [ticket] if ticket and may_follow_up(person, ticket, setup.policy) else []
    if person is None or not person.id:
        return []
    assert isinstance(work, SqlWork)
    open_ones = (work.ticket(one) for one in open_tickets_of_person(work, person.id))
    return [one for one in open_ones if one and may_follow_up(person, one, setup.policy)]


def _number_in(words: str, setup: Setup) -> int:
    found = setup.policy.pattern.search(words.strip()) if words.strip() else None
    digits = next((one for one in found.groups() if one), "") if found else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def _line(ticket: Ticket, setup: Setup) -> dict[str, object]:
    is_taken = ticket.status is Status.OPEN and ticket.assignee is not None
    dues = [clock.due_at for clock in ticket.clocks if clock.is_running and clock.due_at]
    return {
        "reference": setup.policy.reference_of(ticket),
        "subject": ticket.subject,
        "state": "assigned" if is_taken else ticket.status.value,
        "due": min(dues, default=None),
    }
