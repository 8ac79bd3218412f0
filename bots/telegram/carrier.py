"""Posts what was promised in a chat: words in parts, files, an edit or a reaction, in that chat's order.

Each message that is out is recorded before the next one goes, so a promise that broke off goes on
where it was; only a message whose answer never came may come twice, since Telegram has no key to ask
with. Whoever has blocked the bot gets the words by mail (`bots.telegram.unreachable`).
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bots.chat.desk import ChatDesk
from bots.delivery import Claimed, Ended
from bots.telegram.again import Again
from bots.telegram.api import Moved, Refused, Unreachable, failure_of
from bots.telegram.pace import LONGEST_PAUSE, Pace
from bots.telegram.posting import MAY_STAY, UNPARSABLE, Call, Posting, Step
from bots.telegram.saying import Button, keyboard_of
from bots.telegram.unreachable import turn_to_mail
from intake.errors import TemporaryFailure
from intake.handle import Setup
from intake.messages import File, Outbound
from store.again import NOTICE
from store.files import files_of
from store.tables import Sending
from store.telegram_posts import move_place, posted, record_posted
from store.work import SqlWork

QUICK_WAITS = (0.5, 2.0, 5.0)  # seconds: most faults of a network are over by then
MOST_IN_PLACE = 120.0  # seconds of waiting for Telegram; the claim of a promise ends after five minutes
WAITING = (Sending.PENDING, Sending.CLAIMED)
Keyboards = Callable[[SqlWork, Outbound, Setup, datetime], Sequence[Sequence[Button]]]
Answer = TypeVar("Answer")
log = structlog.get_logger()


class TelegramCarrier:
    """`keyboards` says which buttons a decision's notice gets."""

    def __init__(self, bot: Bot, desk: ChatDesk, pace: Pace, keyboards: Keyboards) -> None:
        self._bot = bot
        self._desk = desk
        self._pace = pace
        self._keyboards = keyboards
        self._again = Again(bot, desk, self._once, self._dressed)

    async def carry(self, promise: Claimed) -> str:
        """The ids of the messages that say it; Ended where the chat takes none and they go by mail."""
        if promise.outbound.notice == NOTICE:
            return await self._again.carry(promise)
        try:
            return await self._carried(promise)
        except Unreachable as error:
            await self._by_mail(promise, str(error))
            raise Ended(str(error)) from error
        except Moved as error:
            return await self._moved(promise, error.chat)

    async def close(self) -> None:
        """The channel closes the bot."""

    async def _carried(self, promise: Claimed) -> str:
        posting = Posting(self._bot, await self._dressed(promise.outbound))
        if posting.reaction:
            await self._once(posting.chat, posting.react)
            return ""
        if posting.edited and await self._is_edited(posting):
            await self._record(promise, (posting.edited,))
            return str(posting.edited)
        done = await self._desk.read(lambda work: posted(work, promise.id)) if promise.attempts > 1 else 0
        ids: list[int] = []
        for step in posting.steps(await self._files(promise.outbound), self._lost):
            if done >= step.messages:
                done -= step.messages
                continue
            ids += await self._post(promise, posting, step)
        if posting.leaves:
            await self._once(posting.chat, posting.leave)
        return " ".join(map(str, ids))

    async def _post(self, promise: Claimed, posting: Posting, step: Step) -> Sequence[int]:
        ids = await self._told_plainly(posting, step)
        await self._record(promise, ids)
        return ids

    async def _record(self, promise: Claimed, ids: Sequence[int]) -> None:
        place, now = promise.outbound.recipient.address, datetime.now(UTC)
        await self._desk.write(
            lambda work: record_posted(work, promise.id, promise.outbound, place, ids, now)
        )

    async def _told_plainly(self, posting: Posting, step: Step) -> Sequence[int]:
        """Where Telegram cannot read our markup the words go without it: words matter more."""
        try:
            return await self._once(posting.chat, step.call)
        except Refused as error:
            if step.plain is None or not any(words in str(error).lower() for words in UNPARSABLE):
                raise
            log.warning("sent without markup", channel="telegram", error=str(error))
            return await self._once(posting.chat, step.plain)

    async def _is_edited(self, posting: Posting) -> bool:
        """False where the message cannot be edited any more: then the words are a new one."""
        try:
            await self._once(posting.chat, posting.edit)
        except Refused as error:
            return any(words in str(error).lower() for words in MAY_STAY)
        return True

    async def _once(self, chat: int, call: Call[Answer]) -> Answer:
        """Call Telegram in our turn; again after a short while where that is worth it, and after each 429."""
        waits, until = iter(QUICK_WAITS), time.monotonic() + MOST_IN_PLACE
        while True:
            await self._pace.turn(chat)
            try:
                return await call()
            except TelegramError as error:
                failure = failure_of(error)
            is_late = time.monotonic() > until
            if not isinstance(failure, TemporaryFailure) or isinstance(failure, Moved) or is_late:
                raise failure
            if failure.retry_after is not None:
                self._pace.pause(failure.retry_after.total_seconds())
                log.warning("telegram asks us to wait", seconds=failure.retry_after.total_seconds())
            elif (wait := next(waits, None)) is not None:
                await asyncio.sleep(min(wait, LONGEST_PAUSE))
            else:
                raise failure

    async def _dressed(self, outbound: Outbound) -> Outbound:
        """A decision's notice with its buttons; what the bot said in a dialogue has its own."""
        if outbound.extra.get("dialogue") or "keyboard" in outbound.extra:
            return outbound
        place, now, setup = outbound.recipient.address, datetime.now(UTC), self._desk.setup
        rows = await self._desk.read(lambda work: self._keyboards(work, outbound, setup, now))
        if not rows:
            return outbound
        made = await self._desk.write(lambda work: keyboard_of(work, place, place, rows, now))
        return replace(outbound, extra={**outbound.extra, "keyboard": made})

    async def _files(self, outbound: Outbound) -> tuple[File, ...]:
        if not outbound.attachments:
            return ()
        return await self._desk.read(lambda work: files_of(work, outbound))

    @property
    def _lost(self) -> str:
        """Where a file is to be had that Telegram does not take."""
        desk = self._desk.setup.desk
        return desk.portal_url or desk.address

    async def _by_mail(self, promise: Claimed, reason: str) -> None:
        now, setup = datetime.now(UTC), self._desk.setup
        await self._desk.write(lambda work: turn_to_mail(work, promise, reason, setup, now))

    async def _moved(self, promise: Claimed, chat: int) -> str:
        old = promise.outbound.recipient
        new = replace(old, address=f"{old.address.partition('/')[0]}/{chat}")
        await self._desk.write(lambda work: move_place(work, old.address, new.address, WAITING))
        return await self.carry(replace(promise, outbound=replace(promise.outbound, recipient=new)))
