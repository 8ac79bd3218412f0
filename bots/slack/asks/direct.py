"""Who is meant in a note, and the direct messages that follow from it.

Somebody is meant by Slack's id of them only, and only if they are an agent: nobody else hears of a
ticket by being mentioned, and no agent of one that they may not see.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from bots.slack.asks.typed import PERSON, Asked
from bots.slack.blocks.facts import reads
from bots.slack.listening import Acting, Call
from intake.telling import tell_mentioned
from intake.tickets import Agent
from store.work import SqlWork

MOST = 10


def names_of(agent: Agent) -> tuple[str, ...]:
    """What an agent may be called by."""
    return tuple(filter(None, (agent.name, agent.email, agent.email.partition("@")[0])))


async def mentioned(acting: Acting, call: Call, text: str) -> Mapping[str, Agent]:
    """The agents whom a text mentions, by Slack's ids of them."""
    users = list(dict.fromkeys(PERSON.findall(text)))[:MOST]
    found = {one: await call.hands.staff.agent(acting.team, one) for one in users}
    return {user: agent for user, agent in found.items() if agent}


def with_names(text: str, agents: Mapping[str, Agent]) -> str:
    """The text with people as they are called, as colleagues read it anywhere."""
    return PERSON.sub(lambda one: f"@{agents[one[1]].name}" if one[1] in agents else one[0], text)


async def tell_of_note(acting: Acting, call: Call, asked: Asked, agents: Mapping[str, Agent]) -> None:
    """Those who were mentioned in a note hear of it, but for whoever wrote it."""
    setup, author = call.hands.desk.setup, acting.agent
    assert author
    others = [one for one in agents.values() if one.id != author.id]

    def told(work: SqlWork) -> None:
        ticket = work.ticket(asked.ticket)
        meant = [one for one in others if ticket and reads(one, ticket, setup.policy)]
        if ticket:
            tell_mentioned(work, ticket, meant, author.name, asked.text, setup, datetime.now(UTC))

    if others:
        await call.hands.desk.write(told)
