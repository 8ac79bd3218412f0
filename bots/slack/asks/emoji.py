"""Emoji: a reaction to a card does what a button would; 🎫 on another message opens a ticket of it.

Whatever means nothing, whoever is no agent and wherever else: ignored without a word. Which emoji mean
what is an administrator's to choose.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from bots import phoned
from bots.slack.acts.answering import fault_of, whisper
from bots.slack.acts.doing import seen_ticket
from bots.slack.asks.changes import change
from bots.slack.asks.forms import open_from
from bots.slack.asks.seeing import link_base
from bots.slack.asks.shortcuts import facts_of
from bots.slack.asks.taking import Origin, files_in_time, message_at
from bots.slack.asks.typed import Asked
from bots.slack.blocks import Message, lists
from bots.slack.blocks.errors import refusal
from bots.slack.blocks.modals import solve_anyway
from bots.slack.listening import Acting, Call, Hands, Kind, Listener
from bots.slack.workspaces import MEDIUM
from intake.errors import CommandRefused
from intake.tickets import Agent, Status
from store import chat_places
from store.first_words import is_last_word_theirs
from store.work import SqlWork

CLAIM, SOLVE, WORST, SNOOZE, CREATE = "claim", "solve", "worst", "snooze", "create"
MEANINGS = (CLAIM, SOLVE, WORST, SNOOZE, CREATE)
USUAL = {
    "eyes": CLAIM,
    "white_check_mark": SOLVE,
    "rotating_light": WORST,
    "zzz": SNOOZE,
    "ticket": CREATE,
}
CHOICE = "emoji"
Answer = Callable[[Acting, Call, Agent], Awaitable[Message | None]]


def meanings_in(text: str) -> Mapping[str, str]:
    """What emoji mean, as it was chosen; the usual where nothing was."""
    return json.loads(text) if text else USUAL


async def added(acting: Acting, call: Call) -> None:
    meaning = await _meaning(acting, call)
    if acting.agent and meaning and await _is_for_us(acting, call.hands, meaning):
        await _answered(acting, call, acting.agent, ADDED[meaning])


async def removed(acting: Acting, call: Call) -> None:
    """Only a claim is taken back with its emoji, and only by whoever has the ticket."""
    meaning = await _meaning(acting, call)
    if acting.agent and meaning == CLAIM and await _is_for_us(acting, call.hands, meaning):
        await _answered(acting, call, acting.agent, _unclaimed)


async def _meaning(acting: Acting, call: Call) -> str:
    known = meanings_in(await call.hands.desk.read(lambda work: work.preference(MEDIUM, CHOICE)))
    return known.get(str(call.payload.get("reaction") or "").partition("::")[0], "")


async def _is_for_us(acting: Acting, hands: Hands, meaning: str) -> bool:
    """On a card; what opens a ticket on anything else in a channel of ours that is on no ticket yet."""
    if meaning != CREATE:
        return acting.role == "card" and acting.ticket > 0
    if acting.ticket:
        return False
    home = await hands.speaking.home()
    if await hands.triage.is_triage(home, acting.channel):
        return True
    place = f"{home}/{acting.channel}"
    return await hands.desk.read(lambda work: chat_places.place_at(work, MEDIUM, place)) is not None


async def _answered(acting: Acting, call: Call, agent: Agent, answer: Answer) -> None:
    try:
        message = await answer(acting, call, agent)
    except CommandRefused as error:
        message = refusal(fault_of(error))
    if message:
        await whisper(acting, call, message)


async def _claimed(acting: Acting, call: Call, agent: Agent) -> None:
    await change(call.hands.desk, agent, Asked("claim", acting.ticket), delivery=acting.delivery)


async def _unclaimed(acting: Acting, call: Call, agent: Agent) -> None:
    ticket = await call.hands.desk.read(lambda work: work.ticket(acting.ticket))
    if ticket and ticket.assignee and ticket.assignee.id == agent.id:
        await change(call.hands.desk, agent, Asked("unclaim", acting.ticket), delivery=acting.delivery)


async def _solved(acting: Acting, call: Call, agent: Agent) -> Message | None:
    """Asks once more while the last word is the customer's."""
    setup = call.hands.desk.setup

    def asked(work: SqlWork) -> Message | None:
        ticket = seen_ticket(work, acting.ticket, agent, setup.policy)
        if ticket.status in (Status.SOLVED, Status.CLOSED) or not is_last_word_theirs(work, ticket.number):
            return None
        return solve_anyway(setup.policy.reference_of(ticket), ticket.number, ticket.version)

    if question := await call.hands.desk.read(asked):
        return question
    wish = Asked("status", acting.ticket, text=Status.SOLVED.value)
    await change(call.hands.desk, agent, wish, delivery=acting.delivery)
    return None


async def _worst(acting: Acting, call: Call, agent: Agent) -> None:
    severity = next(iter(call.hands.desk.setup.policy.severities))
    wish = Asked("severity", acting.ticket, text=severity)
    await change(call.hands.desk, agent, wish, delivery=acting.delivery)


async def _snoozed(acting: Acting, call: Call, agent: Agent) -> Message:
    """Nothing on a card says until when, so whoever did it reads that."""
    wish = Asked("snooze", acting.ticket, text="reply")
    return lists.words(await change(call.hands.desk, agent, wish, delivery=acting.delivery))


async def _created(acting: Acting, call: Call, agent: Agent) -> Message:
    """A ticket for whoever wrote the message, if Slack knows their address and they are a customer."""
    message = await message_at(call, Origin(acting.channel, acting.ts))
    proposed = await facts_of(acting, call, message)
    if not proposed.requester:
        raise CommandRefused(
            "whose request this is cannot be told; use “Create ticket” in the message's menu and name them"
        )
    said = phoned.Call(proposed.requester, proposed.subject, proposed.text, identity=_once(acting))
    base, setup, now = await link_base(call.hands), call.hands.desk.setup, datetime.now(UTC)
    home = await call.hands.speaking.home()
    place = f"{home}/{acting.channel}"
    fetched = await files_in_time(call.hands.downloads, home, message)
    origin = Origin(acting.channel, acting.ts, str(message.get("thread_ts") or ""))
    words = await call.hands.desk.write(
        lambda work: open_from(
            work, setup, agent, said, place, origin, base, now, acting.delivery, fetched=fetched
        )
    )
    return lists.words(words)


def _once(acting: Acting) -> str:
    return hashlib.sha256(f"emoji {acting.team}/{acting.channel} {acting.ts}".encode()).hexdigest()


ADDED: Mapping[str, Answer] = {
    CLAIM: _claimed,
    SOLVE: _solved,
    WORST: _worst,
    SNOOZE: _snoozed,
    CREATE: _created,
}
LISTENERS = (
    Listener(Kind.EVENT, "reaction_added", added, is_for_all=True),
    Listener(Kind.EVENT, "reaction_removed", removed, is_for_all=True),
)
