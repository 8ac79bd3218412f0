"""Who reads a notice: whom an audience means, where each is written to, and who must not read it.

What a protected team gets is read by its own agents, the managers and the assignee only, each at
their own address; while there is nobody of them, all agents hear of it without its words.
The desk itself is nobody's reader: what it wrote to its own address would come back to it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from intake.context import Context
from intake.decisions import Audience, Notice, Recipient
from intake.duty import on_duty
from intake.messages import Address, Inbound
from intake.policy import Policy
from intake.tickets import Agent, Desk, Organisation, Person, Role, Ticket
from intake.work import Setup, Work

TRIAGE = "triage"
ZONE = "zone"  # what an agent's own Slack says, among their choices
DUE = frozenset({"agent-reminder", "agent-breach", "agent-call-back"})
AGENTS = frozenset({Audience.AGENTS, Audience.ASSIGNEE, Audience.TEAM, Audience.MANAGERS})
DIRECT = "direct"  # before the account of whoever is written to; and the name of the choice


def readers(
    work: Work, notice: Notice, inbound: Inbound | None, context: Context, ticket: Ticket | None, setup: Setup
) -> list[Recipient]:
    """Everybody who is to read a notice, one mail each; an agent with a token of their own."""
    meant = _meant(work, notice, inbound, context, ticket, setup)
    return [one for one in meant if not setup.desk.is_ours(one.address.address)]


def _meant(
    work: Work, notice: Notice, inbound: Inbound | None, context: Context, ticket: Ticket | None, setup: Setup
) -> list[Recipient]:
    organisation = ticket.organisation if ticket else context.organisation
    zone = (organisation and organisation.timezone) or str(setup.policy.calendar_of(organisation).zone)
    match notice.audience:
        case Audience.AGENTS | Audience.ASSIGNEE | Audience.TEAM | Audience.MANAGERS:
            return _agents_for(work, notice.audience, ticket, setup)
        case Audience.ADMINISTRATORS:
            return _people(_administrators(work, organisation), zone)
        case Audience.ACCOUNT_MANAGER:
            return _account_manager(organisation, zone)
        case Audience.SENDER:
            return _sender_of(inbound, context, ticket, zone)
        case Audience.REQUESTER:
            return _people((ticket.requester,), zone) if ticket else []
        case Audience.EVERYONE:
            return _people((ticket.requester, *ticket.participants), zone) if ticket else []


def privileged(work: Work, ticket: Ticket | None, policy: Policy) -> tuple[Agent, ...]:
    """Who alone reads what a protected team gets: its agents, the managers, and the assignee."""
    if ticket is None or not policy.is_protected(ticket.team):
        return ()
    assignee = ticket.assignee.id if ticket.assignee else 0
    return tuple(one for one in work.agents() if one.manager or one.team == ticket.team or one.id == assignee)


def is_withheld(work: Work, ticket: Ticket | None, policy: Policy) -> bool:
    """Whether agents hear of a ticket without its words, because nobody of its protected team is there."""
    is_protected = ticket is not None and policy.is_protected(ticket.team)
    return is_protected and not privileged(work, ticket, policy)


def _agents_for(work: Work, audience: Audience, ticket: Ticket | None, setup: Setup) -> list[Recipient]:
    if few := privileged(work, ticket, setup.policy):
        if ticket and ticket.team in setup.desk.protected_channels:
            return [triage(setup.desk)]
        return [_agent(one, setup.desk) for one in few]
    return agents_meant(work, audience, ticket, setup.desk)


def triage(desk: Desk) -> Recipient:
    """The agents, in the triage channel of the ticket's team: in its thread where there is a ticket."""
    return Recipient(Address("", TRIAGE), desk.language, desk.timezone, 0, is_agent=True, channel="slack")


def agents_meant(work: Work, audience: Audience, ticket: Ticket | None, desk: Desk) -> list[Recipient]:
    """The agents whom an audience means, each with their own token; all where it means nobody.

    Where they have a triage channel they are told there, and whom it is for is said in the thread.
    """
    if desk.has_triage:
        theirs = ticket.assignee if ticket and audience is Audience.ASSIGNEE else None
        return [triage(desk), *directly(work, theirs, desk)]
    team = ticket.team if ticket else ""
    match audience:
        case Audience.ASSIGNEE:
            meant = [ticket.assignee] if ticket and ticket.assignee else []
        case Audience.TEAM:
            meant = [one for one in work.agents() if team and one.team == team]
        case Audience.MANAGERS:
            managers = [one for one in work.agents() if one.manager]
            meant = [one for one in managers if one.team == team] or managers
        case _:
            meant = []
    return [_agent(one, desk) for one in meant if one.active] or all_agents(work, desk)


def directly(work: Work, agent: Agent | None, desk: Desk, choice: str = DIRECT) -> list[Recipient]:
    """An agent in a direct message, if they have not muted that kind."""
    if agent is None or not agent.slack or work.preference(f"agent:{agent.id}", choice) == "off":
        return []
    to = replace(_agent(agent, desk), channel="slack", timezone=zone_of(work, agent, desk))
    return [replace(to, address=Address(agent.name, f"{DIRECT} {agent.slack}"))]


def zone_of(work: Work, agent: Agent, desk: Desk) -> str:
    """The time zone that an agent is told moments in: the listed one, that of their Slack, the desk's."""
    return agent.timezone or work.preference(f"agent:{agent.id}", ZONE) or desk.timezone


def whose_it_is(
    work: Work, notice: Notice, ticket: Ticket | None, setup: Setup, now: datetime
) -> list[Recipient]:
    """Whoever has a ticket, directly while on duty, of what is due or late on it.

    A protected team that is written to one by one has them among its readers already.
    """
    desk = setup.desk
    is_due = notice.name in DUE and notice.audience in AGENTS and desk.has_triage
    if not is_due or ticket is None or ticket.assignee is None:
        return []
    is_one_by_one = setup.policy.is_protected(ticket.team) and ticket.team not in desk.protected_channels
    is_there = on_duty(ticket.assignee, now, desk.timezone)
    return directly(work, ticket.assignee, desk) if is_there and not is_one_by_one else []


def _agent(agent: Agent, desk: Desk) -> Recipient:
    zone = agent.timezone or desk.timezone
    return Recipient(Address(agent.name, agent.email), desk.language, zone, agent.id, is_agent=True)


def _administrators(work: Work, organisation: Organisation | None) -> list[Person]:
    people = work.people_of(organisation.id) if organisation else ()
    return [one for one in people if one.role is Role.ADMINISTRATOR]


def _account_manager(organisation: Organisation | None, zone: str) -> list[Recipient]:
    if organisation is None or not organisation.account_manager:
        return []
    return [Recipient(Address("", organisation.account_manager), timezone=zone)]


def all_agents(work: Work, desk: Desk) -> list[Recipient]:
    """Their triage channel; else agents_address, whose token counts for any of them; else each alone.

    An agents_address that is the desk's own is nobody's: then each agent is written to.
    """
    if desk.has_triage:
        return [triage(desk)]
    if desk.agents_address and not desk.is_ours(desk.agents_address):
        return [Recipient(Address("", desk.agents_address), desk.language, desk.timezone, 0, is_agent=True)]
    return [_agent(one, desk) for one in work.agents() if not desk.is_ours(one.email)]


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
    """Each at their address, "" without one, in the zone of their organisation's hours if they have none."""
    return [Recipient(one.address, one.language, one.timezone or zone, one.id) for one in people]
