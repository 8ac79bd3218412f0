"""Who the bot is and what it understands: asked and said once a day, when Telegram answers.

The bot's name makes the links in our mails; it is kept, so that a desk which begins while Telegram is
away still knows it. Commands differ by scope and language.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeDefault
from telegram.error import TelegramError

from bots.chat.desk import ChatDesk
from bots.telegram.api import failure_of
from bots.wiring import BOT_NAME, set_up_with_bot
from intake.errors import StoreUnavailable, TemporaryFailure
from store import chats

SCOPES = {"default": BotCommandScopeDefault, "private": BotCommandScopeAllPrivateChats}
DAY_SECONDS = 86_400.0
WAITS = (1.0, 5.0, 30.0, 60.0)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CommandList:
    """What is offered in one scope (default, private) to one language ("": to all others)."""

    scope: str
    language: str
    commands: tuple[tuple[str, str], ...]  # the command without its stroke, and what it does


class Introducing:
    def __init__(self, name: str, bot: Bot, desk: ChatDesk, lists: Sequence[CommandList]) -> None:
        self._name = name
        self._bot = bot
        self._desk = desk
        self._lists = lists

    async def run(self) -> None:
        """Go on until it is cancelled."""
        failures = 0
        while True:
            try:
                await self._introduce()
            except (TelegramError, StoreUnavailable, TemporaryFailure) as error:
                said = str(failure_of(error) if isinstance(error, TelegramError) else error)
                log.warning("the bot is not introduced yet", channel=self._name, error=said)
                await asyncio.sleep(WAITS[min(failures, len(WAITS) - 1)])
                failures += 1
            else:
                failures = 0
                await asyncio.sleep(DAY_SECONDS)

    async def _introduce(self) -> None:
        name, now = (await self._bot.get_me()).username or "", datetime.now(UTC)
        await self._desk.write(lambda work: chats.choose(work, *BOT_NAME, name, now))
        self._desk.setup = set_up_with_bot(self._desk.setup, name)
        for one in self._lists:
            commands = [BotCommand(command, words) for command, words in one.commands]
            await self._bot.set_my_commands(commands, SCOPES[one.scope](), one.language or None)
        log.info("introduced", channel=self._name, bot=name, lists=len(self._lists))
