"""Socket Mode: Slack's events over a connection that we open.

The library's client carries the connection; what comes is heard by our own listener, since the
library's Bolt adapter acknowledges before anything is kept. An event is acknowledged when it is
kept, and not at all when it cannot be: Slack brings it again. What a person waits for is done
before it is acknowledged, with the answer in the acknowledgement.

A socket's address is good once, and the library tries the same one again when a connection
fails. So this watches: what is not connected for some seconds is thrown away, and begun anew.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bots.slack.calls import Json
from bots.slack.dispatch import Answered
from bots.slack.workspaces import client_of
from intake.errors import DeskbellError

EVENTS = "events_api"
PING_SECONDS = 5.0
CONNECT_SECONDS = 10.0
BROKEN_SECONDS = 8.0  # without a connection, before another is made
WATCH_SECONDS = 0.5
RESTS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
OK = 200
log = structlog.get_logger()

Keep = Callable[[Json], Awaitable[None]]
Ask = Callable[[Json], Awaitable[Answered]]
Trouble = Callable[[str], Awaitable[None]]


class SocketMode:
    """`run` stays connected until it is cancelled; `trouble` hears with what word Slack refuses, or ""."""

    def __init__(
        self, api_url: str, app_token: str, keep: Keep, ask: Ask, trouble: Trouble, ping: float = PING_SECONDS
    ) -> None:
        self._api_url = api_url
        self._app_token = app_token
        self._keep = keep
        self._ask = ask
        self._trouble = trouble
        self._ping = ping
        self._asked: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        failures = 0
        while True:
            client = self._client()
            try:
                await self._connect(client)
                failures = 0
                await self._watch(client)
            except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                log.warning("no socket to Slack", error=_word(error))
                await self._trouble(_refusal(error))
                await asyncio.sleep(RESTS[min(failures, len(RESTS) - 1)])
                failures += 1
            finally:
                await _closed(client)

    async def drain(self, seconds: float = 3.0) -> None:
        """Let what people wait for come to its end; Slack waits no longer for it."""
        if self._asked:
            await asyncio.wait(self._asked, timeout=seconds)

    def _client(self) -> SocketModeClient:
        web = client_of(self._api_url, "")
        client = SocketModeClient(self._app_token, web_client=web, ping_interval=self._ping)
        client.proxy = web.proxy  # none for this machine, whatever the environment says
        client.socket_mode_request_listeners.append(self._hear)
        return client

    async def _connect(self, client: SocketModeClient) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            client.wss_uri = await client.issue_new_wss_url()
            await client.connect()  # type: ignore[no-untyped-call]
        await self._trouble("")
        log.info("connected to Slack")

    async def _watch(self, client: SocketModeClient) -> None:
        """Return when the connection has been broken for too long; the library mends most by itself."""
        seen = time.monotonic()
        while time.monotonic() - seen < BROKEN_SECONDS:
            await asyncio.sleep(WATCH_SECONDS)
            if await client.is_connected():
                seen = time.monotonic()
        log.warning("the socket to Slack is broken; another is made")

    async def _hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if request.type == EVENTS:
            if await self._is_kept(request.payload):
                await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))
            return
        task = asyncio.create_task(self._answer(client, request))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        await task

    async def _is_kept(self, payload: Json) -> bool:
        """Any other fault is logged by the library, and there is no acknowledgement either."""
        try:
            await self._keep(payload)
        except DeskbellError as error:
            log.warning("an event cannot be kept; Slack brings it again", error=str(error))
            return False
        return True

    async def _answer(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        answered = await self._ask(request.payload)
        if answered.status != OK:
            log.warning("Slack asked something that nobody answers", type=request.payload.get("type"))
            return
        await client.send_socket_mode_response(
            SocketModeResponse(request.envelope_id, payload_of(answered.body))
        )


def payload_of(body: object) -> Json | None:
    """What goes back with an acknowledgement: Bolt gives it as it would go over HTTP, as text."""
    if isinstance(body, dict) and body:
        return body
    if not isinstance(body, str) or not body:
        return None
    said: Json = json.loads(body) if body.startswith("{") else {"text": body}
    return said


async def _closed(client: SocketModeClient) -> None:
    """Nothing that fails while a broken connection is closed matters."""
    with suppress(Exception):
        async with asyncio.timeout(2):
            await client.close()  # type: ignore[no-untyped-call]
    with suppress(Exception):
        await client.aiohttp_client_session.close()


def _refusal(error: Exception) -> str:
    if not isinstance(error, SlackApiError):
        return ""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _word(error: Exception) -> str:
    return _refusal(error) or type(error).__name__
