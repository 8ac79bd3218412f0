"""What the router has to know about a message, read from the store in one go.

Who wrote, which tickets the clues name, which of them the sender may see, and how sure we
are of all that. A number of a ticket that the sender may not see costs the same look-ups as
one of a ticket that does not exist.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from intake.budgets import UNLIMITED, Flood, flood_of, of_sender
from intake.context import Context
from intake.evidence import Clues, settle, weigh
from intake.messages import LOGGED, Address, Assurance, Inbound
from intake.policy import Policy
from intake.tickets import Organisation, Person, Returned, Status, Survey, Ticket
from intake.tokens import Purpose, Token
from intake.work import Setup, Work

RATES_WITHIN = timedelta(weeks=4)
LONGEST_NUMBER = 10
LONGEST_MERGES = 20  # one into the next; a circle cannot be made, but is not run round either
LONGEST_REFERENCE = 60
OF_AN_ADDRESS = (Assurance.ALIGNED, Assurance.LINKED)  # which prove that the address is theirs
FORMS = ("portal", "api")  # whose pages say which ticket is meant


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
    written = _not_by_a_form(inbound, clues)
    evidence = weigh(
        written,
        known,
        lambda number: work.ticket(number) is not None,
        may_see,
        lambda number: goes_on_in(work, number),
    )
    _, numbers = settle(evidence)
    if _may_name(inbound) and may_see(inbound.ticket_number):
        numbers = (goes_on_in(work, inbound.ticket_number),)
    ticket = work.ticket(numbers[0]) if len(numbers) == 1 else None
    bounced = _token(clues, Purpose.BOUNCE)
    returned = _returned(work, inbound, bounced)
    if returned is not None:
        ticket = work.ticket(returned.ticket)
    assurance = _assurance(inbound, clues, person)
    may_follow = ticket is not None and may_follow_up(person, ticket, setup.policy)
    return Context(
        desk=setup.desk,
        assurance=assurance,
        person=person,
        agent=agent,
        organisation=organisation,
        ticket=ticket,
        evidence=evidence,
        rivals=numbers if len(numbers) > 1 else (),
        agent_token=_token(clues, Purpose.AGENT),
        bounced=bounced,
        survey=_survey(work, inbound, clues, assurance, person, ticket),
        returned=returned,
        is_given_up=_is_given_up(work, inbound, assurance),
        flood=_flood(work, inbound, assurance, setup, follows_up=may_follow),
        predecessor=_predecessor(inbound, setup.policy, may_see),
        may_follow_up=may_follow,
        can_refuse_in_session=refuse_in_session,
        colleagues=_colleagues(work, organisation, ticket, setup.policy),
    )


def goes_on_in(work: Work, number: int) -> int:
    """The ticket that a number means now: the one that it was merged into, if it was."""
    for _ in range(LONGEST_MERGES):
        ticket = work.ticket(number)
        if ticket is None or not ticket.merged_into:
            break
        number = ticket.merged_into
    return number


def _not_by_a_form(inbound: Inbound, clues: Clues) -> Clues:
    """What is written on a page names no ticket: the page itself is a ticket's, or for a new one."""
    is_form = inbound.is_form or inbound.channel in FORMS
    return Clues() if inbound.ticket_number or is_form else clues


def _may_name(inbound: Inbound) -> bool:
    """The page or button of a ticket counts when its user has signed in, or an agent writes it down."""
    is_shown = inbound.assurance is not Assurance.NONE or inbound.channel in LOGGED
    return inbound.ticket_number > 0 and is_shown


def _colleagues(
    work: Work, organisation: Organisation | None, ticket: Ticket | None, policy: Policy
) -> tuple[Person, ...]:
    """Everybody of the sender's organisation, for what may open a ticket where the policy asks for them."""
    goes_on = ticket is not None and ticket.status in (Status.OPEN, Status.WAITING)
    if organisation is None or goes_on or not policy.asks_for_colleagues:
        return ()
    return work.people_of(organisation.id)


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

    So does somebody of theirs in a channel that is one organisation's.
    Somebody may have been recorded without an organisation because of a mail that proved nothing.
    """
    sender = inbound.sender
    if sender is None:
        return None, None
    person = work.person(sender.address)
    if person and person.organisation_id:
        return person, work.organisation(person.organisation_id)
    organisation = _organisation_of(work, inbound, sender)
    if organisation is None:
        return person, None
    person = person or Person(0, sender.name, (sender.address,))
    return replace(person, organisation_id=organisation.id), organisation


def _organisation_of(work: Work, inbound: Inbound, sender: Address) -> Organisation | None:
    if inbound.assurance not in OF_AN_ADDRESS:
        return None
    if inbound.organisation:
        return work.organisation(inbound.organisation)
    return work.organisation_of(sender.domain)


def _assurance(inbound: Inbound, clues: Clues, person: Person | None) -> Assurance:
    """A signed address proves the person that it was made for, unless their domain disowns the mail."""
    token = _token(clues, Purpose.REPLY) or _token(clues, Purpose.SURVEY)
    if token and not inbound.is_disowned and person and person.id == token.subject:
        return Assurance.TOKEN
    return inbound.assurance


def _survey(
    work: Work,
    inbound: Inbound,
    clues: Clues,
    assurance: Assurance,
    person: Person | None,
    ticket: Ticket | None,
) -> Survey | None:
    """The survey that a message may answer: it came to the address made for whoever was asked, from them.

    What comes later is a message like any other, even if it begins with "good".
    """
    token = _token(clues, Purpose.SURVEY)
    if token is None or person is None or ticket is None or assurance is not Assurance.TOKEN:
        return None
    survey = work.survey(ticket.number) if token.ticket == ticket.number else None
    is_in_time = survey is not None and inbound.received_at - survey.asked_at <= RATES_WITHIN
    return survey if survey and is_in_time and survey.person == person.id == token.subject else None


def _token(clues: Clues, purpose: Purpose) -> Token | None:
    return next((token for token in clues.tokens if token.purpose is purpose), None)


def _returned(work: Work, inbound: Inbound, bounced: Token | None) -> Returned | None:
    """The promise that a delivery report is about, with the person who did not get it."""
    if inbound.report is None:
        return None
    found = work.returned(inbound.report.original_message_id, bounced.subject if bounced else 0)
    person = work.person(found.address) if found else None
    if found is None or person is None:
        return found
    others = (one for one in person.emails if one.lower() != found.address.lower())
    return replace(
        found,
        name=person.name,
        others=tuple(one for one in others if not is_given_up(work, one)),
        accounts=(("Telegram", person.telegram), ("Slack", person.slack)),
    )


def is_given_up(work: Work, address: str) -> bool:
    """Whether mail to an address came back, so that nothing more is sent there."""
    found = work.unreachable(address)
    return found is not None and found.is_marked


def _is_given_up(work: Work, inbound: Inbound, assurance: Assurance) -> bool:
    """Asked of mail that proves its sender only: nothing else shows that a mailbox is there."""
    if inbound.sender is None or inbound.channel != "email" or assurance is Assurance.NONE:
        return False
    return is_given_up(work, inbound.sender.address)


def _flood(
    work: Work, inbound: Inbound, assurance: Assurance, setup: Setup, *, follows_up: bool
) -> Flood | None:
    """Has the sender of this message spent what one may cause in an hour? A proven agent has no limit."""
    if inbound.sender is None or inbound.channel in UNLIMITED:
        return None
    is_proven = assurance is not Assurance.NONE
    if is_proven and work.agent(inbound.sender.address):
        return None
    spent = work.spent(of_sender(inbound.sender.address, assurance), inbound.received_at)
    return flood_of(spent, setup.budgets, follows_up=follows_up and is_proven)


def _predecessor(inbound: Inbound, policy: Policy, may_see: Callable[[int], bool]) -> int:
    """The ticket that a form names as the earlier one; absent and forbidden ones are the same: none."""
    named = str(inbound.fields.get("previous", "")).strip(" []()")[:LONGEST_REFERENCE]
    said = policy.pattern.fullmatch(named)
    digits = next((one for one in said.groups() if one), "") if said else named
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < LONGEST_NUMBER else 0
    return number if number and may_see(number) else 0
