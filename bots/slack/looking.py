"""Looks through a place of Slack for what we posted there already.

A message of ours bears its key as metadata, which only apps see. What was stored of a thread is our own;
this is asked only where it is not known whether something was posted.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bots.chat.desk import ChatDesk
from bots.slack.calls import DeadToken, Json, Refused, Response

Call = Callable[[AsyncWebClient], Awaitable[Response]]
EVENT_TYPE = "deskbell_message"
PAGE = 200
PAGES_OF_THREAD, PAGES_OF_CHANNEL = 20, 2
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Where:
    """A channel of a workspace, or a thread in it."""

    team: str
    channel: str
    thread: str = ""

    @property
    def place(self) -> str:
        return f"{self.team}/{self.channel}"


@dataclass(frozen=True, slots=True)
class Put:
    """A file that we put up, and the message that it stands in."""

    name: str
    size: int
    id: str
    ts: str

    @property
    def known(self) -> tuple[str, int]:
        """What Slack shows of a file; several may share it."""
        return self.name, self.size


class Looking:
    """`ask` is how Slack is asked in a workspace."""

    def __init__(self, ask: Callable[[str, Call], Awaitable[Json]], desk: ChatDesk) -> None:
        self._ask = ask
        self._desk = desk

    def mark(self, key: str) -> Json:
        """What a message bears so that it is found again; another desk's keys are not ours."""
        return {"desk": self._desk.setup.desk.mark, "key": key}

    async def found(self, where: Where, key: str) -> str:
        """The ts of what was posted under a key, "" where it is not found."""
        async for message in self._messages(where):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload") == self.mark(key):
                return str(message["ts"])
        return ""

    async def files_at(self, where: Where, bot: str) -> list[Put]:
        """Each file that the bot has put up at a place."""
        return [
            Put(
                str(file.get("name")), int(file.get("size") or 0), str(file.get("id")), str(message.get("ts"))
            )
            async for message in self._messages(where)
            if message.get("user") == bot
            for file in message.get("files") or ()
            if file.get("mode") != "tombstone"
        ]

    async def _messages(self, where: Where) -> AsyncIterator[Json]:
        """A whole thread, or the newest of a channel; nothing where we may not read it."""
        cursor = ""
        for _ in range(PAGES_OF_THREAD if where.thread else PAGES_OF_CHANNEL):
            try:
                said = await self._ask(where.team, lambda client, at=cursor: _page(client, where, at))  # type: ignore[misc]
            except DeadToken:
                raise
            except Refused as error:
                log.info("a place cannot be looked through", channel=where.channel, error=error.error)
                return
            for message in said["messages"]:
                yield message
            cursor = (said.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return


def _page(client: AsyncWebClient, where: Where, cursor: str) -> Awaitable[Response]:
    if where.thread:
        return client.conversations_replies(
            channel=where.channel,
            ts=where.thread,
            limit=PAGE,
            include_all_metadata=True,
            cursor=cursor or None,
        )
    return client.conversations_history(
        channel=where.channel, limit=PAGE, include_all_metadata=True, cursor=cursor or None
    )
