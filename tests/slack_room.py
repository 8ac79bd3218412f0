"""A workspace to test in: the sandbox, an agent, a triage channel, and the app's own libraries.

The clients are slack_sdk's and slack_bolt's as they are: that they get along with the sandbox is
the test of it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSandbox

BUTTON = {
    "type": "button",
    "action_id": "claim",
    "text": {"type": "plain_text", "text": "Claim"},
    "value": "1042:3",
}
MENU = {
    "type": "static_select",
    "action_id": "status",
    "options": [
        {"text": {"type": "plain_text", "text": word.title()}, "value": word} for word in ("open", "solved")
    ],
}
CARD = [{"type": "actions", "block_id": "acts", "elements": [BUTTON, MENU]}]


@dataclass
class Room:
    slack: SlackSandbox
    client: AsyncWebClient
    ana: str
    triage: str

    async def card(self, **beside: Any) -> str:
        """A card in the triage channel; its ts."""
        posted = await self.client.chat_postMessage(channel=self.triage, text="card", blocks=CARD, **beside)
        return str(posted["ts"])


@dataclass
class Ear:
    """An app in Socket Mode that notes what it hears, and acknowledges it unless told not to."""

    client: SocketModeClient
    heard: list[SocketModeRequest] = field(default_factory=list)
    answers: Callable[[SocketModeRequest], dict[str, Any] | None] = lambda request: {}

    async def hear(self, client: Any, request: SocketModeRequest) -> None:
        self.heard.append(request)
        answer = self.answers(request)
        if answer is not None:
            reply = SocketModeResponse(request.envelope_id, answer or None)
            await client.send_socket_mode_response(reply)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [one.payload["event"] for one in self.heard if one.type == "events_api"]


def played(scenario: Callable[[Room], Awaitable[Any]], is_timed: bool = False, **wishes: Any) -> Any:
    """What a scenario in a new room returns; there it is the same moment until it is advanced.

    Only where it is timed do seconds pass in that Slack by themselves.
    """

    async def play() -> Any:
        async with SlackSandbox(**wishes) as slack, aiohttp.ClientSession() as session:
            if not is_timed:
                slack.world.clock.stop()
            client = AsyncWebClient(slack.team.bot_token, base_url=slack.api_url, session=session)
            ana = slack.add_user("ana", email="ana@vendor.example")
            triage = slack.add_channel("triage", private=True, members=[ana])
            return await asyncio.wait_for(scenario(Room(slack, client, ana, triage)), 90)

    return asyncio.run(play())


@asynccontextmanager
async def listening(room: Room, ping_interval: float = 5, **beside: Any) -> AsyncIterator[Ear]:
    """An app that listens for the length of the block."""
    web = AsyncWebClient(base_url=room.slack.api_url)
    client = SocketModeClient(
        room.slack.team.app_token, web_client=web, ping_interval=ping_interval, **beside
    )
    ear = Ear(client)
    client.socket_mode_request_listeners.append(ear.hear)
    before = room.slack.sockets
    await client.connect()
    await room.slack.wait_for(lambda: room.slack.sockets > before)
    try:
        yield ear
    finally:
        await client.close()


async def refusal(call: Awaitable[Any]) -> str:
    """Slack's word for why not, or "ok"."""
    try:
        await call
    except SlackApiError as error:
        return str(error.response["error"])
    return "ok"
