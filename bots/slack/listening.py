"""What a listener is, and what it is handed: who acts, where, on which ticket, and how to answer.

Before a listener runs, three things are done with for it: the same interaction is not taken a second
time, whoever acts is an agent, and the ticket is found by what was posted there, never by what a
button says. So a listener decides and writes, and nothing else. One that writes because of an event
should end the wait of its delivery in the same transaction: `inbox.settle(work, acting.delivery)`.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from re import Pattern
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bots.chat.desk import ChatDesk
from bots.settings import SlackSettings
from bots.slack.apologies import reference_of
from bots.slack.blocks.errors import not_staff, refusal
from bots.slack.blocks.modals.frame import message_view
from bots.slack.calls import SlackFailure, answer
from bots.slack.cards import Cards
from bots.slack.downloads import Downloads
from bots.slack.people import People
from bots.slack.speaking import Speaking
from bots.slack.staff import Staff
from bots.slack.triage import Triage
from intake.tickets import Agent

Json = dict[str, Any]
TITLE = "Not done"


class Kind(StrEnum):
    """What there is to listen to; MESSAGE is what is written in a triage channel."""

    ACTION = "action"
    VIEW = "view"
    CLOSED = "closed"
    SHORTCUT = "shortcut"
    COMMAND = "command"
    OPTIONS = "options"
    EVENT = "event"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Hands:
    """What listeners work with."""

    settings: SlackSettings
    desk: ChatDesk
    speaking: Speaking
    people: People
    staff: Staff
    triage: Triage
    cards: Cards
    downloads: Downloads


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody does something. `agent` is None only for listeners that are for everybody.

    `ts` is the message that was acted on or written, `thread` the one whose thread it is in; `ticket` is
    0 where neither is known, `role` what we posted there. `delivery` is the event's place in the inbox,
    0 for what somebody waits for.
    """

    agent: Agent | None
    user: str
    team: str
    channel: str = ""
    ts: str = ""
    thread: str = ""
    ticket: int = 0
    role: str = ""
    message: int = 0  # of the desk, where the post was one that it took in
    trigger: str = ""
    delivery: int = 0
    is_last_try: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """The payload and the ways to answer it; `ack` must be called for all but events."""

    body: Json
    payload: Json
    ack: Callable[..., Awaitable[Any]]
    respond: Callable[..., Awaitable[Any]]
    client: AsyncWebClient = field(repr=False)
    hands: Hands = field(repr=False)


Act = Callable[[Acting, Call], Awaitable[None]]


async def refuse(acting: Acting, call: Call) -> None:
    """What everybody gets who is no agent: one sentence, and nothing of any ticket."""
    words = refusal(not_staff(reference_of("no agent"))).text
    if call.body.get("type") == "view_submission":  # or they would take it for sent
        await call.ack(response_action="update", view=message_view(TITLE, words))
        return
    if call.body.get("type") in ("view_closed", "block_suggestion"):
        await call.ack()
        return
    if call.body.get("command"):
        await call.ack(text=words, response_type="ephemeral")
        return
    await call.ack()
    if call.body.get("response_url"):
        await call.respond(text=words, response_type="ephemeral", replace_original=False)
    elif call.body.get("type") == "shortcut":  # it has no channel to say it in
        asked: Json = {"trigger_id": acting.trigger, "view": message_view(TITLE, words)}
        with suppress(SlackFailure):
            await answer(call.client.api_call("views.open", json=asked))


@dataclass(frozen=True, slots=True)
class Listener:
    """`name` is an action's, a view's or a shortcut's id, a command, an event's type, or a message's subtype.

    `otherwise` answers those who are no agents; with `is_for_all` they are let by, as nobody's agent.
    """

    kind: Kind
    name: str | Pattern[str]
    act: Act
    is_for_all: bool = False
    otherwise: Act | None = None

    def is_named(self, name: str) -> bool:
        return name == self.name if isinstance(self.name, str) else bool(self.name.fullmatch(name))
