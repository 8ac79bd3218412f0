"""What the router has to know about a message, read from the store in one go.

Who wrote, which tickets the clues name, which of them the sender may see, and how sure we
are of all that. A number of a ticket that the sender may not see costs the same look-ups as
one of a ticket that does not exist.
"""

from collections.abc import Callable
from dataclasses import replace

from intake.context import Context
from intake.evidence import Clues, settle, weigh
from intake.messages import Assurance, Inbound
from intake.policy import Policy
from intake.tickets import Organisation, Person, Ticket
from intake.tokens import Purpose, Token
from intake.work import Setup, Work

LONGEST_NUMBER = 10


def context_for(
    work: Work, inbound: Inbound, clues: Clues, setup: Setup, *, refuse_in_session: bool = True
) -> Context:
    """Read what the router has to know about a message."""
    person, organisation = _sender(work, inbound)
    agent = work.agent(inbound.sender.address) if inbound.sender else None
    sees_all = agent is not None and inbound.assurance is not Assurance.NONE  # else numbers could be counted

    def may_see(number: int) -> bool:
        ticket = work.ticket(number)
        return ticket is not None and (sees_all or may_follow_up(person, ticket, setup.policy))

    known = work.tickets_of(clues.thread_ids)
    evidence = weigh(clues, known, lambda number: work.ticket(number) is not None, may_see)
    _, numbers = settle(evidence)
    if not evidence and inbound.ticket_number and may_see(inbound.ticket_number):
        numbers = (inbound.ticket_number,)
    ticket = work.ticket(numbers[0]) if len(numbers) == 1 else None
    bounced = _token(clues, Purpose.BOUNCE)
    return Context(
        desk=setup.desk,
        assurance=_assurance(inbound, clues, person),
        person=person,
        agent=agent,
        organisation=organisation,
        ticket=ticket,
        evidence=evidence,
        rivals=numbers if len(numbers) > 1 else (),
        agent_token=_token(clues, Purpose.AGENT),
        bounced=bounced,
        bounced_notice=_bounced_notice(work, inbound, bounced),
        predecessor=_predecessor(inbound, may_see),
        may_follow_up=ticket is not None and may_follow_up(person, ticket, setup.policy),
        can_refuse_in_session=refuse_in_session,
    )


def may_follow_up(person: Person | None, ticket: Ticket, policy: Policy) -> bool:
    """The requester, a participant, or a colleague where the policy says so."""
    if person is None:
        return False
    if any(person.id and person.id == one.id for one in (ticket.requester, *ticket.participants)):
        return True
    shared = ticket.organisation is not None and person.organisation_id == ticket.organisation.id
    return shared and policy.file.follow_ups == "organisation"


def _sender(work: Work, inbound: Inbound) -> tuple[Person | None, Organisation | None]:
    """Who wrote; an aligned sender at a listed domain belongs there, recorded or not yet.

    Somebody may have been recorded without an organisation because of a mail that proved nothing.
    """
    sender = inbound.sender
    if sender is None:
        return None, None
    person = work.person(sender.address)
    if person and person.organisation_id:
        return person, work.organisation(person.organisation_id)
    organisation = work.organisation_of(sender.domain) if inbound.assurance is Assurance.ALIGNED else None
    if organisation is None:
        return person, None
    person = person or Person(0, sender.name, (sender.address,))
    return replace(person, organisation_id=organisation.id), organisation


def _assurance(inbound: Inbound, clues: Clues, person: Person | None) -> Assurance:
    """A signed address proves the person that it was made for, unless their domain disowns the mail."""
    token = _token(clues, Purpose.REPLY)
    if token and not inbound.is_disowned and person and person.id == token.subject:
        return Assurance.TOKEN
    return inbound.assurance


def _token(clues: Clues, purpose: Purpose) -> Token | None:
    return next((token for token in clues.tokens if token.purpose is purpose), None)


def _bounced_notice(work: Work, inbound: Inbound, bounced: Token | None) -> str:
    if inbound.report is None:
        return ""
    return work.notice_of(inbound.report.original_message_id, bounced.subject if bounced else 0)


def _predecessor(inbound: Inbound, may_see: Callable[[int], bool]) -> int:
    """The ticket that a form names as the earlier one; absent and forbidden ones are the same: none."""
    named = str(inbound.fields.get("previous", ""))
    number = int(named) if named.isascii() and named.isdigit() and len(named) < LONGEST_NUMBER else 0
    return number if number and may_see(number) else 0
