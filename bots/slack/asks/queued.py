"""`/ticket list`: the tickets of a queue, a team, an organisation, a severity, in the order of work."""

from datetime import UTC, datetime

from bots.slack.asks.filters import RANKS, check_names, filter_meant, nearest, severity_named
from bots.slack.asks.seeing import hidden_from, link_base, rows_of
from bots.slack.asks.typed import Asked
from bots.slack.blocks import HomeFacts, Message, lists
from bots.slack.listening import Acting, Call
from intake.errors import CommandRefused
from intake.policy import Policy
from intake.tickets import Agent
from store import queues
from store.queues import Queue, Wish
from store.work import SqlWork

TITLES = {
    Queue.MINE: "Your tickets",
    Queue.UNASSIGNED: "Tickets that nobody has",
    Queue.OPEN: "Open tickets",
    Queue.BREACHING: "Late, or due within the hour",
    Queue.SNOOZED: "Snoozed tickets",
}


async def listed(acting: Acting, call: Call, asked: Asked) -> Message:
    setup, now = call.hands.desk.setup, datetime.now(UTC)
    assert acting.agent
    wish = wish_of(asked, acting.agent, setup.policy)
    base = await link_base(call.hands)

    def look(work: SqlWork) -> Message:
        check_names(work, wish, setup.policy, now)
        numbers = queues.page(work, wish, now, lists.MOST_ROWS)
        total = len(numbers) if len(numbers) < lists.MOST_ROWS else queues.count(work, wish, now)
        rows = rows_of(work, numbers, setup.policy, base, now)
        return lists.ticket_list(_title(wish), rows, HomeFacts(now, severities=wish.severities), total)

    return await call.hands.desk.read(look)


def wish_of(asked: Asked, agent: Agent, policy: Policy) -> Wish:
    """What was typed as a wish; CommandRefused for a severity that the policy does not have."""
    severities = tuple(policy.severities)
    severity = severity_named(policy, asked.text)
    if asked.text and not severity:
        hint = filter_meant(asked.text) or nearest(asked.text, [*severities, *Queue], RANKS)
        raise CommandRefused(f"no severity or list {asked.text[:40]!r}; {hint}")
    return Wish(
        Queue(asked.queue),
        agent.id,
        hidden_from(agent, policy),
        asked.team,
        asked.organisation,
        severity,
        severities,
    )


def _title(wish: Wish) -> str:
    more = (wish.severity, wish.team and f"team {wish.team}", wish.organisation and f"of {wish.organisation}")
    return " · ".join(filter(None, (TITLES[wish.queue], *more)))
