"""A decision becomes rows and promises: the only place where that happens.

First the changes, then the message itself with its fate and trace, then the notices: who
reads each, whether the hourly budget of their address allows it, and the finished words
into the outbox. All of it in the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from intake.context import Context
from intake.decisions import Audience, Decision, Notice, Recipient, Step, is_for_customers
from intake.errors import TemplateError
from intake.messages import Address, Assurance, Inbound, Outbound, Raw
from intake.rules import sender_words
from intake.tickets import Desk, Person, Ticket
from intake.work import Setup, Work

BUDGET_WINDOW = timedelta(hours=1)
AGENTS_SHARE = 10  # times the budget of one address
CAUSED_BY_ANYBODY = frozenset({"agent-held", "agent-undelivered"})


def apply(
    work: Work,
    raw: Raw | None,
    inbound: Inbound | None,
    decision: Decision,
    context: Context,
    setup: Setup,
    actor: str,
    now: datetime,
) -> tuple[int, Ticket | None]:
    """Write the changes, keep the message, promise the notices; the message's id (or 0) and the ticket."""
    ticket = decision.ticket
    for change in decision.changes:
        ticket = work.write(change, ticket, actor, now)
    said = [
        (notice, to)
        for notice in decision.notices
        for to in _readers(work, notice, inbound, context, ticket, setup)
    ]
    allowed = [pair for pair in said if _is_within_budget(work, *pair, setup, now)]
    if len(allowed) < len(said):
        step = Step(
            "budget", True, f"{len(said) - len(allowed)} notices more than an address may get an hour"
        )
        decision = replace(decision, trace=(*decision.trace, step))
    message = work.keep(raw, inbound, decision, ticket, now) if inbound else 0
    for notice, to in allowed:
        complete = _completed(notice, to, said, message, inbound)
        _promise(work, complete, to, ticket, inbound if _may_repeat(inbound, decision) else None, setup, now)
    return message, ticket


def _may_repeat(inbound: Inbound | None, decision: Decision) -> bool:
    """What the sender of a mail chose is said to nobody by mail unless the sender is proven."""
    return inbound is not None and (inbound.channel != "email" or decision.assurance is not Assurance.NONE)


def _completed(
    notice: Notice,
    to: Recipient,
    said: Sequence[tuple[Notice, Recipient]],
    message: int,
    inbound: Inbound | None,
) -> Notice:
    """Add what is known only now: the number of a held message, and who else reads an answer."""
    facts = dict(notice.facts)
    if notice.audience is Audience.EVERYONE:
        others = [one.address for about, one in said if about is notice and one is not to]
        facts["readers"] = [one.name or one.address for one in others]
    if notice.name == "agent-held" and inbound is not None:
        facts |= {"message": message, "sender": sender_words(inbound), "text": inbound.reply}
    return replace(notice, facts=facts)


def _readers(
    work: Work, notice: Notice, inbound: Inbound | None, context: Context, ticket: Ticket | None, setup: Setup
) -> list[Recipient]:
    organisation = ticket.organisation if ticket else context.organisation
    zone = (organisation and organisation.timezone) or str(setup.policy.calendar_of(organisation).zone)
    match notice.audience:
        case Audience.AGENTS:
            return _agents(work, setup.desk)
        case Audience.SENDER:
            return _sender_of(inbound, context, ticket, zone)
        case Audience.REQUESTER:
            return _people((ticket.requester,), zone) if ticket else []
        case Audience.EVERYONE:
            return _people((ticket.requester, *ticket.participants), zone) if ticket else []


def _agents(work: Work, desk: Desk) -> list[Recipient]:
    """agents_address, whose token counts for any listed agent; else each agent with their own."""
    if desk.agents_address:
        return [Recipient(Address("", desk.agents_address), desk.language, desk.timezone, 0, is_agent=True)]
    return [
        Recipient(Address(agent.name, agent.email), desk.language, desk.timezone, agent.id, is_agent=True)
        for agent in work.agents()
    ]


def _sender_of(
    inbound: Inbound | None, context: Context, ticket: Ticket | None, zone: str
) -> list[Recipient]:
    """Whoever wrote, at the address that they wrote from; a person who was recorded just now included."""
    if inbound is None or inbound.sender is None:
        return _people((context.person,), zone) if context.person else []
    wrote = inbound.sender.address
    known = (ticket.requester, *ticket.participants) if ticket else ()
    person = next((one for one in known if wrote in one.emails), context.person)
    if person is None:
        return [Recipient(inbound.sender, timezone=zone)]
    to = Address(person.name or inbound.sender.name, wrote)
    return [Recipient(to, person.language, person.timezone or zone, person.id)]


def _people(people: Iterable[Person], zone: str) -> list[Recipient]:
    """Each where we write to them, in the zone of their organisation's hours if they have none."""
    return [
        Recipient(one.address, one.language, one.timezone or zone, one.id) for one in people if one.emails
    ]


def _is_within_budget(work: Work, notice: Notice, to: Recipient, setup: Setup, now: datetime) -> bool:
    """What we send by ourselves to one address has an hourly limit; a person's words have none.

    Agents hear of everything on their tickets; but what any stranger can cause has a limit, or a
    machine that answers at their address would keep us writing to it for ever.
    """
    if notice.automatic == "no" or (to.is_agent and notice.name not in CAUSED_BY_ANYBODY):
        return True
    limit = setup.budget * (AGENTS_SHARE if to.is_agent else 1)
    return work.promised_since(to.address.address, now - BUDGET_WINDOW) < limit


def _promise(
    work: Work,
    notice: Notice,
    to: Recipient,
    ticket: Ticket | None,
    inbound: Inbound | None,
    setup: Setup,
    now: datetime,
) -> None:
    """Word a notice and put it into the outbox; one that cannot be worded waits there for an agent."""
    try:
        work.promise(setup.wording.word(notice, to, ticket, inbound, now), ticket, now)
    except TemplateError as error:
        number = ticket.number if ticket else 0
        message_id = setup.addresses.message_id(number, now)
        blank = Outbound("email", to.address, notice.name, notice.name, "", message_id, ticket_number=number)
        work.promise(blank, ticket, now, held=str(error))
        if is_for_customers(notice.name):
            _tell_agents(work, to, str(error), ticket, setup, now)


def _tell_agents(
    work: Work, to: Recipient, reason: str, ticket: Ticket | None, setup: Setup, now: datetime
) -> None:
    """Somebody did not get what they were to get, because it could not be worded."""
    facts = {"address": to.address.address, "reason": reason}
    notice = Notice("agent-gave-up", Audience.AGENTS, facts, "auto-generated")
    for agent in _agents(work, setup.desk):
        _promise(work, notice, agent, ticket, None, setup, now)
