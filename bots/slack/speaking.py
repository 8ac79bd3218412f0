"""Says things in Slack: in turn, once each, and again where that is worth it.

A message carries its key as metadata, which only apps see. Where it is not known whether it was
posted (a broken connection, a worker that died), the place is looked through for that key before
it is posted again. What is too fast waits in its channel; what dead tokens do, and a Slack that is not
there, is in `tokens`.
"""

import asyncio
import io
from datetime import timedelta

import aiohttp
import structlog

from bots.chat.alerts import Alerts
from bots.chat.desk import ChatDesk
from bots.slack.blocks import Message
from bots.slack.calls import (
    CHANNEL_GONE,
    DeadToken,
    Json,
    Limited,
    Lost,
    Refused,
)
from bots.slack.looking import EVENT_TYPE, Call, Looking
from bots.slack.looking import Where as Where
from bots.slack.pace import MESSAGE, UPDATES_APART, Order, Pace
from bots.slack.tokens import Tokens
from bots.slack.workspaces import Workspaces
from intake.errors import PermanentFailure, TemporaryFailure

OK = 200
QUICK_TRIES = 3
LONGEST_REST = 200.0  # seconds that are waited in place, within the lease
TOO_COMPLEX = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "block_mismatch"}
)
UNFURLS = {"unfurl_links": False, "unfurl_media": False}
log = structlog.get_logger()


class ChannelGone(TemporaryFailure):
    """Nothing can be said in the channel: it is archived, or we are not in it, or it is not there."""

    def __init__(self, where: Where, error: str) -> None:
        self.where = where
        self.error = error
        super().__init__(f"{where.channel}: {error}")


class MessageGone(PermanentFailure):
    """What was to be changed is not there any more."""


class Speaking:
    """One for a channel of the configuration, with a queue for each channel of Slack."""

    def __init__(
        self, workspaces: Workspaces, desk: ChatDesk, alerts: Alerts, pace: Pace | None = None
    ) -> None:
        self.workspaces = workspaces
        self.pace = pace or Pace()
        self.updates = Pace(UPDATES_APART)
        self.tokens = Tokens(workspaces, desk, alerts)
        self.ask, self.home = self.tokens.ask, self.tokens.home
        self.looking = Looking(self.ask, desk)

    async def post(
        self,
        where: Where,
        message: Message,
        key: str,
        order: Order = (MESSAGE, 0),
        *,
        may_be_there: bool = False,
        takes_turn: bool = True,
    ) -> str:
        """Post a message under a key that is its own; its ts. `takes_turn` False: it is its turn."""
        tries = 0
        while True:
            try:
                if may_be_there and (ts := await self.looking.found(where, key)):
                    return ts
                if takes_turn:
                    await self.pace.turn(where.channel, order)
                return await self._posted(where, message, key)
            except Limited as error:
                await self._rested(self.pace, where.channel, error)
            except Lost as error:
                tries, may_be_there = tries + 1, True
                if tries >= QUICK_TRIES:
                    raise TemporaryFailure(f"Slack: {error}") from error
                await asyncio.sleep(tries / 2)
            takes_turn = True

    async def update(self, where: Where, ts: str, message: Message) -> None:
        """Change a message of ours; MessageGone when it is not there."""
        tries = 0
        while True:
            await self.updates.turn(where.channel)
            try:
                await self._updated(where, ts, message)
            except Limited as error:
                await self._rested(self.updates, where.channel, error)
            except Lost as error:
                tries += 1
                if tries >= QUICK_TRIES:
                    raise TemporaryFailure(f"Slack: {error}") from error
            else:
                return

    async def put(self, url: str, data: bytes) -> None:
        """Hand bytes to an address that Slack gave for them; Lost where they were not taken."""
        try:
            async with self.workspaces.session.post(
                url, data=io.BytesIO(data), allow_redirects=False
            ) as response:
                if response.status != OK:
                    raise Lost(f"HTTP {response.status}")
        except (aiohttp.ClientError, OSError) as error:
            raise Lost(type(error).__name__) from error

    async def direct(self, team: str, user: str) -> Where:
        """The direct messages with somebody."""
        said = await self.said(team, lambda client: client.conversations_open(users=user))
        return Where(team, str(said["channel"]["id"]))

    async def said(self, team: str, call: Call) -> Json:
        """The answer of a call, tried again quickly; failures as the outbox knows them."""
        for attempt in range(QUICK_TRIES):
            try:
                return await self.ask(team, call)
            except Limited as error:
                await self._waited(error)
            except Lost as error:
                lost = error
                await asyncio.sleep(attempt / 2)
            except Refused as error:
                raise _given_up(error) from error
        raise TemporaryFailure(f"Slack: {lost}")

    # Helpers

    async def _posted(self, where: Where, message: Message, key: str) -> str:
        args = {**UNFURLS, "metadata": {"event_type": EVENT_TYPE, "event_payload": self.looking.mark(key)}}
        if where.thread:
            args |= {"thread_ts": where.thread, "reply_broadcast": message.broadcast}
        try:
            said = await self._with_blocks(where, message, "chat.postMessage", args)
        except Refused as error:
            raise self._failure(where, error) from error
        finally:
            self.pace.went(where.channel)
        return str(said["ts"])

    async def _updated(self, where: Where, ts: str, message: Message) -> None:
        try:
            await self._with_blocks(where, message, "chat.update", {"ts": ts})
        except Refused as error:
            if error.error in ("message_not_found", "cant_update_message", "edit_window_closed"):
                raise MessageGone(error.error) from error
            raise self._failure(where, error) from error

    async def _with_blocks(self, where: Where, message: Message, method: str, args: Json) -> Json:
        """With its blocks; where Slack does not take those, in plain words rather than not at all."""
        args = args | {"channel": where.channel, "text": message.text}
        try:
            return await self._call(where, method, args | {"blocks": list(message.blocks)})
        except Refused as error:
            if error.error not in TOO_COMPLEX:
                raise
            log.warning("Slack does not take our blocks", method=method, error=str(error))
            return await self._call(where, method, args | {"text": message.text[:3000]})

    async def _call(self, where: Where, method: str, args: Json) -> Json:
        return await self.ask(where.team, lambda client: client.api_call(method, json=args))

    def _failure(self, where: Where, error: Refused) -> Exception:
        return ChannelGone(where, error.error) if error.error in CHANNEL_GONE else _given_up(error)

    async def _rested(self, pace: Pace, channel: str, error: Limited) -> None:
        pace.was_too_fast(channel, error.seconds)
        if error.seconds > LONGEST_REST:
            raise TemporaryFailure(f"Slack: {error}", timedelta(seconds=error.seconds)) from error

    async def _waited(self, error: Limited) -> None:
        if error.seconds > LONGEST_REST:
            raise TemporaryFailure(f"Slack: {error}", timedelta(seconds=error.seconds)) from error
        await asyncio.sleep(error.seconds)


def _given_up(error: Refused) -> Exception:
    if isinstance(error, DeadToken):
        return TemporaryFailure(f"Slack: {error}")
    return PermanentFailure(f"Slack: {error}")
