"""`/ticket me`: who somebody is to the desk, and what they are told directly, each to be switched."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bots.slack.asks.answering import answered
from bots.slack.asks.typed import Asked
from bots.slack.blocks import Message, lists, names
from bots.slack.blocks.elements import actions, context, option, rich_section, rich_text, said
from bots.slack.blocks.text import fallback, plain
from bots.slack.blocks.types import Json
from bots.slack.listening import Acting, Call, Kind, Listener
from intake.duty import next_duty, on_duty
from intake.readers import DIRECT, zone_of
from intake.telling import ASSIGNED, DIGEST, MENTIONED
from intake.tickets import Agent
from store import chats, queues
from store.queues import Queue, Wish
from store.work import SqlWork

CHOICES = (  # name, words, whether it is on until somebody says otherwise
    (ASSIGNED, "A ticket is given to me", True),
    (MENTIONED, "I am mentioned in a note", True),
    (DIRECT, "Something is due or late on my ticket", True),
    (DIGEST, "Every working day at nine: what is mine", False),
)


async def shown(acting: Acting, call: Call, asked: Asked) -> Message:
    setup, now, agent = call.hands.desk.setup, datetime.now(UTC), acting.agent
    assert agent

    def look(work: SqlWork) -> Message:
        mine = queues.count(work, Wish(Queue.MINE, agent.id), now)
        own = zone_of(work, agent, setup.desk)
        return _page(agent, mine, chosen(work, agent), _duty(agent, setup.desk.timezone, own, now))

    return await call.hands.desk.read(look)


def chosen(work: SqlWork, agent: Agent) -> tuple[str, ...]:
    """What an agent is told directly, by the names of the choices."""
    said = {name: work.preference(owner_of(agent), name) for name, _, _ in CHOICES}
    return tuple(name for name, _, is_on in CHOICES if (said[name] or ("on" if is_on else "off")) == "on")


def owner_of(agent: Agent) -> str:
    return f"agent:{agent.id}"


async def choose(acting: Acting, call: Call) -> None:
    """The boxes that are ticked are on, the others off."""
    ticked = {one["value"] for one in call.payload.get("selected_options") or ()}
    agent, now = acting.agent, datetime.now(UTC)
    assert agent

    def written(work: SqlWork) -> None:
        for name, _, _ in CHOICES:
            chats.choose(work, owner_of(agent), name, "on" if name in ticked else "off", now)

    await call.hands.desk.write(written)
    await call.ack()


async def mute(acting: Acting, call: Call) -> None:
    """The button below a direct message: no more of this kind."""
    name = str(call.payload.get("value") or "")

    async def muted(acting: Acting, call: Call) -> Message:
        assert acting.agent
        agent, words = acting.agent, {one: words for one, words, _ in CHOICES}
        if name in words:
            now = datetime.now(UTC)
            await call.hands.desk.write(lambda work: chats.choose(work, owner_of(agent), name, "off", now))
        return lists.words(f"You hear no more of this: {words.get(name, 'nothing')}. /ticket me turns it on.")

    await answered(acting, call, muted)


def _page(agent: Agent, mine: int, told: tuple[str, ...], duty: str) -> Message:
    who = f"You are {agent.name}, {'manager' if agent.manager else 'agent'}"
    lines = (
        f"{who}{f' of team {agent.team}' if agent.team else ''}.",
        f"{mine or 'No'} open {'ticket is' if mine == 1 else 'tickets are'} yours.",
        duty,
    )
    boxes: Json = {"type": "checkboxes", "action_id": names.ME_TOLD}
    boxes["options"] = [option(words, name) for name, words, _ in CHOICES]
    ticked = [one for one in boxes["options"] if one["value"] in told]
    boxes |= {"initial_options": ticked} if ticked else {}
    words = " ".join(lines)
    blocks = (
        rich_text(rich_section(said(words))),
        context(plain("Told directly:")),
        actions([boxes], "me"),
    )
    return Message(fallback(words), blocks)


def _duty(agent: Agent, zone: str, own: str, now: datetime) -> str:
    """When they work, by the zone that their hours are in; the moment is said in their own."""
    if on_duty(agent, now, zone):
        return "You are on duty."
    begins = next_duty(agent, now, zone)
    if begins is None:
        return "You are never on duty."
    return f"You are off duty until {begins.astimezone(ZoneInfo(own)):%Y-%m-%d %H:%M} {own}."


LISTENERS = (
    Listener(Kind.ACTION, names.ME_TOLD, choose),
    Listener(Kind.ACTION, names.MUTE, mute),
)
