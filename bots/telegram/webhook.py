"""Takes updates that Telegram brings: kept and committed before it hears "yes", "later" while that fails.

The path cannot be guessed and the secret is compared in constant time; both come from the desk's key
and the token, so every process of an installation has the same ones and they change with the token.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import structlog
from aiohttp import web
from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from bots.chat.desk import ChatDesk
from bots.telegram.alarm import Alarm
from bots.telegram.api import NotLetIn, failure_of, identity_of
from bots.telegram.updates import ALLOWED, kept, key_of
from bots.web import WebListener
from intake.errors import StoreUnavailable, TemporaryFailure

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LOOK_SECONDS = 600.0  # between two looks whether the webhook is still ours
WAITS = (1.0, 2.0, 5.0, 10.0, 30.0)
log = structlog.get_logger()


class Webhook:
    """One channel's; `listener` runs from start to stop, `run` keeps it registered."""

    def __init__(self, name: str, bot: Bot, desk: ChatDesk, alarm: Alarm, listen: str, url: str) -> None:
        self._name = name
        self._bot = bot
        self._desk = desk
        self._alarm = alarm
        self._path = _derived(desk.key, "path", bot.token)
        self._secret = _derived(desk.key, "secret", bot.token)
        self._url = f"{url.rstrip('/')}/{self._path}"
        self._is_set = False  # once a start, since the secret cannot be read back
        self.listener = WebListener(listen, self._taken)

    async def run(self) -> None:
        """See to it that Telegram knows where to bring updates, until it is cancelled."""
        failures = 0
        while True:
            try:
                await self._register()
            except TemporaryFailure as error:
                await self._note(error)
                await asyncio.sleep(WAITS[min(failures, len(WAITS) - 1)])
                failures += 1
            else:
                failures = 0
                await asyncio.sleep(LOOK_SECONDS)

    async def _register(self) -> None:
        try:
            known: WebhookInfo = await self._bot.get_webhook_info()
            if not self._is_set or known.url != self._url:
                await self._bot.set_webhook(
                    self._url, secret_token=self._secret, allowed_updates=list(ALLOWED)
                )
                self._is_set = True
                log.info("webhook", channel=self._name, bot=identity_of(self._bot))
        except TelegramError as error:
            failure = failure_of(error)
            raise (
                failure if isinstance(failure, TemporaryFailure) else TemporaryFailure(str(failure))
            ) from None
        await self._alarm.over()

    async def _note(self, error: TemporaryFailure) -> None:
        log.warning("no webhook", channel=self._name, error=str(error))
        if isinstance(error, NotLetIn):
            await self._alarm.raised(error)

    async def _taken(self, request: web.Request) -> web.Response:
        """Keep one update; whoever does not know path and secret learns nothing."""
        path = request.match_info["path"].rpartition("/")[2]
        said = request.headers.get(SECRET_HEADER, "")
        if not _same(path, self._path) or not _same(said, self._secret):
            return web.Response(status=404)
        body = await request.read()
        update = _update_in(body)
        raw = kept(body, update, self._name, datetime.now(UTC))
        try:
            await self._desk.keep(raw, key_of(body, update, identity_of(self._bot)))
        except (StoreUnavailable, TemporaryFailure) as error:
            log.warning("an update cannot be kept", channel=self._name, error=str(error))
            return web.Response(status=503)
        return web.Response(status=200)


def _update_in(body: bytes) -> Any:
    """The update, None for what is none; it is kept all the same, and held."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _derived(key: bytes, purpose: str, token: str) -> str:
    """43 characters that only this desk can make, for one purpose and one token."""
    made = hmac.digest(key, f"telegram webhook {purpose} {token}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _same(said: str, right: str) -> bool:
    return hmac.compare_digest(said.encode(errors="replace"), right.encode())
