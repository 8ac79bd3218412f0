"""What the menu of a row in App Home does: claim it, or the form for snoozing or closing it.

A row is no post, so the ticket is the one that its block names: a hint, for which the store is asked whether
this agent may see it, like one that was typed.
"""

from dataclasses import replace

from bots.slack.acts import LISTENERS as ACTS
from bots.slack.acts.doing import seen_ticket
from bots.slack.asks.answering import explained, told
from bots.slack.asks.changes import change
from bots.slack.asks.home import Homes
from bots.slack.asks.typed import Asked
from bots.slack.blocks import Message, names
from bots.slack.listening import Act, Acting, Call, Kind, Listener

FORMS = (names.SNOOZE, names.CLOSE)


class Rows:
    """`listeners` are the menu; whoever chooses in it sees what came of it at once."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes

    @property
    def listeners(self) -> tuple[Listener, ...]:
        return (Listener(Kind.ACTION, names.HOME_ROW, self.chosen),)

    async def chosen(self, acting: Acting, call: Call) -> None:
        wanted = str((call.payload.get("selected_option") or {}).get("value") or "")
        here = names.card_of(str(call.payload.get("block_id") or ""))
        if wanted in FORMS and (act := button(wanted)):
            await act(replace(acting, ticket=here.ticket), call)
            return
        await call.ack()
        message = await explained(replace(acting, ticket=here.ticket), call, claimed)
        if message:
            await told(acting, call, message)
        await self._homes.acted(acting)


async def claimed(acting: Acting, call: Call) -> Message | None:
    """Nothing is said of what can be seen."""
    assert acting.agent
    await change(call.hands.desk, acting.agent, Asked("claim", acting.ticket))
    return None


async def replied(acting: Acting, call: Call, asked: Asked) -> None:
    """`/ticket reply`: the form that the button Reply opens."""
    agent, policy = acting.agent, call.hands.desk.setup.policy
    assert agent
    await call.hands.desk.read(lambda work: seen_ticket(work, asked.ticket, agent, policy))
    act = button(names.REPLY)
    assert act
    await act(replace(acting, ticket=asked.ticket), call)


def button(name: str) -> Act | None:
    """What a button of a card does."""
    return next((one.act for one in ACTS if one.kind is Kind.ACTION and one.name == name), None)
