"""Fetches updates: kept first, all of an answer in one transaction, and only then is the next offset said.

The offset tells Telegram to forget what is below it. It is kept with the updates, beside the claim
that makes one process of the installation the bot's reader. After a day without an update the head of
the queue is asked for, because nothing older is there and Telegram may count from anywhere.
"""

import asyncio
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bots.chat.desk import ChatDesk
from bots.processes import is_dead, this_process
from bots.telegram.alarm import Alarm
from bots.telegram.api import Conflicting, NotLetIn, failure_of, identity_of
from bots.telegram.updates import ALLOWED, as_bytes, kept, key_of, number_of
from intake.errors import DeliveryError, StoreUnavailable, TemporaryFailure
from store import inbox, mailboxes
from store.mailboxes import Mark
from store.work import SqlWork

# The library warns of its own names here, and would turn the updates into objects under them.
GET_UPDATES = "get_Updates"
HELD_OPEN = 25  # seconds that Telegram holds the question while nothing comes
GRACE = 10
AT_ONCE = 100
LEASE = timedelta(seconds=90)  # longer than the longest question
RENEW = timedelta(seconds=30)
TURN_SECONDS = 2.0  # between two looks whether the bot is free
PAUSE_SECONDS = 1.0  # after an empty answer that came at once
ALARMING_SECONDS = 30.0
WAITS = (1.0, 2.0, 5.0, 10.0, 30.0)
LIVES = timedelta(days=1)  # an update that nobody fetched
ONLY = ""  # a bot has one queue where a mailbox has folders
ORDERED = 1  # what a mark needs to count as one
log = structlog.get_logger()


class Polling:
    """`run` reads a bot's updates until it is cancelled, while they are ours to read."""

    def __init__(self, name: str, bot: Bot, desk: ChatDesk, alarm: Alarm) -> None:
        self._name = name
        self._bot = bot
        self._desk = desk
        self._alarm = alarm
        self._reader = this_process(secrets.token_hex(4))
        self._offset: int | None = None  # None: not known yet, or no longer ours
        self._claimed_until = datetime.min.replace(tzinfo=UTC)
        self._heard_at = datetime.now(UTC)
        self._failures = 0

    async def run(self) -> None:
        try:
            while True:
                await self._turn()
        finally:
            await self._let_go()

    async def _turn(self) -> None:
        """One question, if the bot is ours; a fault of whatever kind costs a wait, never an update."""
        try:
            if not await self._is_ours():
                await asyncio.sleep(TURN_SECONDS)
                return
            if self._offset is None:
                self._offset = await self._begin()
            await self._ask()
        except (DeliveryError, StoreUnavailable) as error:
            await self._wait_after(error)
        else:
            self._failures = 0
            await self._alarm.over()

    async def _ask(self) -> None:
        began = time.monotonic()
        updates = await self._updates(self._next_offset())
        if updates:
            await self._keep(updates)
        elif time.monotonic() - began < PAUSE_SECONDS:
            await asyncio.sleep(PAUSE_SECONDS)

    async def _updates(self, offset: int) -> list[Any]:
        asked = {"timeout": HELD_OPEN, "limit": AT_ONCE, "allowed_updates": list(ALLOWED)}
        asked |= {"offset": offset} if offset else {}
        try:
            answer: object = await self._bot.do_api_request(
                GET_UPDATES, api_kwargs=asked, read_timeout=HELD_OPEN + GRACE
            )
        except TelegramError as error:
            raise failure_of(error) from None
        if not isinstance(answer, list):
            raise TemporaryFailure("getUpdates: expected a list")
        return answer

    async def _keep(self, updates: Sequence[Any]) -> None:
        """One transaction for all; the offset moves when it is committed."""
        now = datetime.now(UTC)
        numbers = [number for one in updates if (number := number_of(one)) is not None]
        last = numbers[-1] if numbers else 0

        def keep(work: SqlWork) -> bool:
            for one in updates:
                body = as_bytes(one)
                raw = kept(body, one, self._name, now)
                inbox.keep_pending(work, raw, key_of(body, one, identity_of(self._bot)))
            return mailboxes.advance(work, self._name, ONLY, self._reader, Mark(ORDERED, last))

        is_ours = await self._desk.write(keep)
        self._desk.arrived.set()
        self._heard_at, self._offset = now, last + 1 if is_ours else None
        log.info("kept", channel=self._name, updates=len(updates))

    async def _begin(self) -> int:
        """Where to go on; a webhook that was set would keep the updates from us."""
        try:
            await self._bot.delete_webhook()
        except TelegramError as error:
            raise failure_of(error) from None

        def known(work: SqlWork) -> tuple[Mark, datetime | None]:
            mark = mailboxes.mark_of(work, self._name, ONLY)
            return mark, None if mark.is_first else mailboxes.newest_from(work, self._name)

        mark, newest = await self._desk.read(known)
        self._heard_at = newest or datetime.now(UTC)
        log.info("polling", channel=self._name, bot=identity_of(self._bot))
        return 0 if mark.is_first else mark.last_uid + 1

    def _next_offset(self) -> int:
        if datetime.now(UTC) - self._heard_at > LIVES:
            return 0
        return self._offset or 0

    async def _is_ours(self) -> bool:
        now = datetime.now(UTC)
        if self._offset is not None and now + LEASE - RENEW < self._claimed_until:
            return True
        until = now + LEASE
        is_ours = await self._desk.write(
            lambda work: mailboxes.claim(work, self._name, ONLY, self._reader, now, until, is_dead)
        )
        self._claimed_until = until
        if not is_ours:
            self._offset = None
        return is_ours

    async def _wait_after(self, error: Exception) -> None:
        wait = WAITS[min(self._failures, len(WAITS) - 1)]
        self._failures += 1
        if isinstance(error, Conflicting | NotLetIn):
            await self._alarm.raised(error)
            wait = ALARMING_SECONDS
        elif isinstance(error, TemporaryFailure) and error.retry_after:
            wait = error.retry_after.total_seconds()
        log.warning("no updates", channel=self._name, error=str(error), again=wait)
        await asyncio.sleep(wait)

    async def _let_go(self) -> None:
        try:
            await self._desk.write(lambda work: mailboxes.release(work, self._name, ONLY, self._reader))
        except (StoreUnavailable, TemporaryFailure):
            return  # it runs out by itself
