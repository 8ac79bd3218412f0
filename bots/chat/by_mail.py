"""Words that a chat does not take, as a mail to the same person: the same words in the ticket's thread."""

from dataclasses import replace
from datetime import datetime

from intake.handle import Setup
from intake.lookup import is_given_up
from intake.messages import Address, Outbound
from intake.tickets import Person, Ticket
from replies.catalogue import CATALOGUE
from store.work import SqlWork


def address_of(work: SqlWork, person: Person | None) -> str:
    """Where the person's mail goes, "" where none arrives."""
    return next((one for one in person.emails if not is_given_up(work, one)), "") if person else ""


def as_mail(
    outbound: Outbound,
    person: Person | None,
    address: str,
    ticket: Ticket | None,
    setup: Setup,
    now: datetime,
) -> Outbound:
    """The same words for a mailbox, under a Message-ID of their own and with a reply address."""
    number, name = outbound.ticket_number, person.name if person else ""
    kind = CATALOGUE.get(outbound.notice)
    purpose = kind.purpose if kind else "reply"
    reply_to = setup.addresses.reply_address(purpose, number, person.id, now) if number and person else ""
    subject = f"Re: {ticket.subject} [{setup.policy.reference_of(ticket)}]" if ticket else outbound.subject
    return replace(
        outbound,
        channel="email",
        recipient=Address(name, address),
        subject=subject,
        message_id=setup.addresses.message_id(number, now),
        reply_to=reply_to,
        lane="",
        extra={},
    )
