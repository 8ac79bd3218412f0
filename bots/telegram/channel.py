"""The Telegram channel while the desk serves: what comes in is decided in its order, what is owed is posted.

What is said in a private chat goes to the flows (`bots.telegram.flows`), in one transaction with the end of
its wait in the inbox. What is left is decided here: albums wait until they are whole, files are
fetched before, a block is noted, and in a group the bot says once that it talks in private, and leaves.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bots.chat import Loop
from bots.chat.desk import ChatDesk
from bots.door import blank
from bots.settings_of_chat import TelegramSettings
from bots.telegram.alarm import Alarm
from bots.telegram.albums import MOST as MOST_BEHIND
from bots.telegram.albums import Item, items_of, joined, whole_at
from bots.telegram.api import close, failure_of
from bots.telegram.carrier import Keyboards, TelegramCarrier
from bots.telegram.files import MIB, Fetching
from bots.telegram.groups import leave_group
from bots.telegram.heard import Heard, HeardKind, heard_in
from bots.telegram.introducing import CommandList, Introducing
from bots.telegram.pace import Pace
from bots.telegram.polling import Polling
from bots.telegram.unreachable import note_block
from bots.telegram.upkeep import Upkeep
from bots.telegram.webhook import Webhook
from intake.errors import UnreadableMessage
from intake.handle import Letter, Setup, receive_in
from intake.messages import File
from store import inbox
from store.inbox import Waiting
from store.telegram_accounts import unblock
from store.work import SqlWork

LONGEST_CALLBACK_ANSWER = 200
BLOCKED = "the bot was blocked by the user"
log = structlog.get_logger()


class Take(Protocol):
    def __call__(
        self,
        work: SqlWork,
        heard: Heard,
        waiting: Waiting,
        files: tuple[File, ...],
        setup: Setup,
        now: datetime,
    ) -> str:
        """Decide what was heard and settle its delivery; what the pressed button answers."""


@dataclass(frozen=True, slots=True)
class Flows:
    """What the bot says and does in a private chat."""

    take: Take
    keyboards: Keyboards
    commands: Sequence[CommandList]


class TelegramChat:
    """`bots.chat.Chat` on a bot."""

    kind = "telegram"

    def __init__(self, name: str, settings: TelegramSettings, bot: Bot, desk: ChatDesk, flows: Flows) -> None:
        self.name = name
        self._bot = bot
        self._desk = desk
        self._flows = flows
        most, most_a_day = settings.max_file_mib * MIB, settings.files_a_day_mib * MIB
        self._fetching = Fetching(bot, settings.api_url, desk, most, most_a_day)
        self._introducing = Introducing(name, bot, desk, flows.commands)
        self._upkeep = Upkeep(name, desk)
        self.pace = Pace()
        self._carrier = TelegramCarrier(bot, desk, self.pace, flows.keyboards)
        alarm = Alarm(name, desk)
        self._webhook: Webhook | None = None
        self._hears: Polling | Webhook
        if settings.listen:
            self._webhook = Webhook(name, bot, desk, alarm, settings.listen, settings.webhook_url)
        self._hears = self._webhook or Polling(name, bot, desk, alarm)

    @property
    def carrier(self) -> TelegramCarrier:
        return self._carrier

    @property
    def loops(self) -> Sequence[Loop]:
        return (
            (f"{self.name} updates", self._hears.run),
            (f"{self.name} introduction", self._introducing.run),
            (f"{self.name} upkeep", self._upkeep.run),
        )

    async def start(self) -> None:
        if self._webhook:
            await self._webhook.listener.start()
            log.info("listening", channel=self.name, at=self._webhook.listener.address)

    async def drain(self) -> None:
        if self._webhook:
            await self._webhook.listener.stop()

    async def stop(self) -> None:
        await close(self._bot)

    async def decide(self, waiting: Waiting) -> None:
        try:
            heard = heard_in(waiting.raw, self._bot)
        except UnreadableMessage as error:
            await self._desk.write(self._held(waiting, str(error)))
            return
        match heard.kind:
            case HeardKind.OTHER:
                await self._desk.write(lambda work: inbox.settle(work, waiting.id))
            case HeardKind.MEMBER:
                await self._desk.write(self._noted(heard, waiting))
            case HeardKind.GROUP:
                now, setup = datetime.now(UTC), self._desk.setup
                await self._desk.write(lambda work: leave_group(work, heard, waiting, setup, now))
            case _:
                await self._decide_private(heard, waiting)

    async def _decide_private(self, heard: Heard, waiting: Waiting) -> None:
        items = await self._items(heard, waiting)
        if heard.media_group and (until := whole_at(items)) > datetime.now(UTC):
            await self._wait_for_album(waiting, until)
            return
        whole, files = await self._fetching.fetch(joined(items), waiting.attempts)
        answer = await self._desk.write(self._taken(whole, waiting, files, items))
        if heard.callback_id:
            await self._answer_button(heard.callback_id, answer)

    async def _items(self, heard: Heard, waiting: Waiting) -> list[Item]:
        first = (waiting, heard)
        if not heard.media_group:
            return [first]
        behind = await self._desk.read(lambda work: inbox.behind(work, waiting, MOST_BEHIND))
        return items_of(first, behind, self._bot)

    async def _wait_for_album(self, waiting: Waiting, until: datetime) -> None:
        await self._desk.write(lambda work: inbox.postpone(work, waiting.id, until))
        seconds = (until - datetime.now(UTC)).total_seconds()
        asyncio.get_running_loop().call_later(max(seconds, 0) + 0.01, self._desk.arrived.set)

    def _taken(
        self, heard: Heard, waiting: Waiting, files: tuple[File, ...], items: Sequence[Item]
    ) -> Callable[[SqlWork], str]:
        """The transaction in which it is decided; the other items of an album became the same message."""

        def take(work: SqlWork) -> str:
            now = datetime.now(UTC)
            unblock(work, heard.account, now)  # whoever writes has let us in again
            answer = self._flows.take(work, heard, waiting, files, self._desk.setup, now)
            self._fetching.spend(work, heard, files, now)
            for other, _ in items[1:]:
                inbox.settle(work, other.id, inbox.message_of(work, waiting.id))
            return answer

        return take

    def _held(self, waiting: Waiting, why: str) -> Callable[[SqlWork], object]:
        letter = Letter(waiting.raw, blank(waiting.raw), why, waiting.id, refuse_in_session=False)
        return lambda work: receive_in(work, letter, self._desk.setup, datetime.now(UTC))

    def _noted(self, heard: Heard, waiting: Waiting) -> Callable[[SqlWork], object]:
        def note(work: SqlWork) -> None:
            if heard.is_blocked:
                note_block(work, heard.place, BLOCKED, 0, self._desk.setup, datetime.now(UTC))
            else:
                unblock(work, heard.place, heard.at)
            inbox.settle(work, waiting.id)

        return note

    async def _answer_button(self, callback_id: str, text: str) -> None:
        """Without an answer the button goes on turning; one that comes too late does no harm."""
        try:
            await self._bot.answer_callback_query(callback_id, text[:LONGEST_CALLBACK_ANSWER] or None)
        except TelegramError as error:
            log.info("a button is not answered", channel=self.name, error=str(failure_of(error)))
