"""What an agent sees of tickets in lists: which are hidden, what a row shows, where a thread is.

What a protected team has is for its own agents, the managers, and whoever has the ticket.
"""

from datetime import datetime

from bots.slack.blocks.facts import dues_of
from bots.slack.blocks.types import Due, Row
from bots.slack.calls import SlackFailure
from bots.slack.listening import Hands
from intake.policy import Policy
from intake.tickets import Agent, Ticket
from store import queues
from store.work import SqlWork

_bases: dict[str, str] = {}  # by workspace; Slack's own, the same for every desk


def hidden_from(agent: Agent, policy: Policy) -> tuple[str, ...]:
    """The protected teams of whose tickets an agent sees only those that are theirs."""
    if agent.manager:
        return ()
    return tuple(one.name for one in policy.file.team if one.protected and one.name != agent.team)


def rows_of(work: SqlWork, numbers: list[int], policy: Policy, base: str, now: datetime) -> tuple[Row, ...]:
    """What a list shows of these tickets; `base` is the address of the workspace."""
    work.known.tickets.fill(numbers)
    links = links_of(work, numbers, base)
    found = (ticket for number in numbers if (ticket := work.ticket(number)))
    return tuple(_row(one, policy, links.get(one.number, ""), now) for one in found)


def links_of(work: SqlWork, numbers: list[int], base: str) -> dict[int, str]:
    """Where the threads of tickets are, of those that have a card."""
    posted = queues.cards_of(work, numbers) if base else {}
    return {number: link_to(base, *where) for number, where in posted.items()}


def link_to(base: str, place: str, ts: str) -> str:
    """The permanent address of a message."""
    return f"{base.rstrip('/')}/archives/{place.rpartition('/')[2]}/p{ts.replace('.', '')}"


def _row(ticket: Ticket, policy: Policy, link: str, now: datetime) -> Row:
    assignee, organisation = ticket.assignee, ticket.organisation
    return Row(
        number=ticket.number,
        version=ticket.version,
        reference=policy.reference_of(ticket),
        subject=ticket.subject,
        status=ticket.status,
        severity=ticket.severity,
        organisation=organisation.name if organisation else "",
        assignee=assignee.name or assignee.email if assignee else "",
        due=_next(ticket, now),
        link=link,
    )


def _next(ticket: Ticket, now: datetime) -> Due | None:
    """The promise that comes first, those that stand still behind those that run."""
    return min(dues_of(ticket), key=lambda one: (one.is_paused, one.at or now), default=None)


async def link_base(hands: Hands) -> str:
    """The address of the agents' workspace, asked for once; "" while it is not known."""
    team = await hands.speaking.home()
    if team not in _bases:
        try:
            said = await hands.speaking.ask(team, lambda client: client.auth_test())
        except SlackFailure:
            return ""
        _bases[team] = str(said.get("url") or "")
    return _bases[team]
