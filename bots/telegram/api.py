"""The Bot API as the rest of this package holds it: the library's Bot, its errors as ours.

A Bot here is never "initialized", because that asks Telegram who we are and fails while Telegram is
away; the token says it too. The token is all that somebody needs to be our bot, and it stands in
every address, so no error leaves this module with one in it, and httpx logs no addresses.
"""

import asyncio
import logging
import os
import re
from datetime import timedelta

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bots.redacting import redacted, remember
from intake.errors import ConfigError, DeliveryError, PermanentFailure, TemporaryFailure

os.environ.setdefault("PTB_TIMEDELTA", "true")  # else the library warns of each 429 that it meets

TOKEN = re.compile(r"(\d{1,20}):[\w-]{3,}")
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
UPLOAD_SECONDS = 60.0
AT_ONCE = 40
NOBODY_THERE = ("chat not found", "user not found", "bot was kicked", "not enough rights", "have no rights")


class Refused(PermanentFailure):
    """Telegram will not take it, as it is; the text is what it said."""


class NotLetIn(TemporaryFailure):
    """The token is not, or no more, one of Telegram's."""


class Conflicting(TemporaryFailure):
    """Somebody else reads this bot's updates: another poller, or a webhook."""


class Unreachable(PermanentFailure):
    """Nothing can be said in this chat: the bot is blocked, the account is gone, there is no such chat."""


class Moved(TemporaryFailure):
    """The group has another id now."""

    def __init__(self, chat: int) -> None:
        super().__init__("the group has become a supergroup")
        self.chat = chat


def quiet_libraries() -> None:
    """Let no library write an address, which has the token in it, into a log."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)


def bot_of(token: str, api_url: str, place: str = "channel.telegram") -> Bot:
    """The bot of a token; ConfigError where that cannot be one."""
    if not TOKEN.fullmatch(token):
        raise ConfigError([f'{place}.token: not a bot\'s token; expected "123456:ABC…", from @BotFather'])
    quiet_libraries()
    remember(token)
    base = api_url.rstrip("/")
    return Bot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=_requests(AT_ONCE),
        get_updates_request=_requests(1),
    )


def identity_of(bot: Bot) -> str:
    """The bot's own id, which its token begins with."""
    return bot.token.partition(":")[0]


async def close(bot: Bot) -> None:
    """Let go of the connections; the library does that only for a Bot that was initialized."""
    await asyncio.gather(*(one.shutdown() for one in bot._request))


def failure_of(error: TelegramError) -> DeliveryError:
    """The library's error as ours, without secrets."""
    said = redacted(str(error))
    match error:
        case RetryAfter():
            wait = error.retry_after
            return TemporaryFailure(said, wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Unreachable(said)
        case InvalidToken():
            return NotLetIn(said)
        case Conflict():
            return Conflicting(said)
        case BadRequest() if any(words in said.lower() for words in NOBODY_THERE):
            return Unreachable(said)
        case BadRequest():
            return Refused(said)
        case NetworkError() | TelegramError():
            return TemporaryFailure(said)


def _requests(at_once: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=at_once,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        write_timeout=ANSWER_SECONDS,
        pool_timeout=UPLOAD_SECONDS,
        media_write_timeout=UPLOAD_SECONDS,
    )
