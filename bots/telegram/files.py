"""Fetches the files of a message: only for linked accounts, only from our own API, never too much.

A file comes from the configured host or not at all: no redirect is followed, because the address has
the bot's token in it. What is not taken is named with the reason, and costs the message nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
from telegram import Bot
from telegram.error import TelegramError

from bots.chat.desk import ChatDesk
from bots.redacting import redacted
from bots.sniffing import is_page_instead, sniffed
from bots.telegram.api import Refused, failure_of
from bots.telegram.heard import Heard, Missed, Offered
from intake.errors import TemporaryFailure
from intake.messages import File
from store import chats
from store.work import SqlWork

MIB = 1024 * 1024
SECONDS = 60.0
PATIENCE = 4  # tries; after them the message goes on without the file
MEDIUM = "telegram"
TODAY = "files-today"  # in the account's preferences: the day, and the bytes of its files

Outcome = File | Missed


class Fetching:
    """`most` and `most_a_day` are bytes of one file, and of all files of one account in a day."""

    def __init__(self, bot: Bot, api_url: str, desk: ChatDesk, most: int, most_a_day: int) -> None:
        self._bot = bot
        self._files = f"{api_url.rstrip('/')}/file/bot{bot.token}/"
        self._desk = desk
        self._most = most
        self._most_a_day = most_a_day

    async def fetch(self, heard: Heard, attempts: int) -> tuple[Heard, tuple[File, ...]]:
        """The files that were taken, and the message with what was not among its `missed`."""
        if not heard.files:
            return heard, ()
        left = await self._desk.read(lambda work: self._left(work, heard))
        found: list[tuple[Offered, Outcome]] = []
        for offered in heard.files:
            outcome = await self._one(offered, left, attempts)
            left = left - len(outcome.data) if left and isinstance(outcome, File) else left
            found.append((offered, outcome))
        missed = tuple((one.name, why) for one, why in found if isinstance(why, Missed))
        return replace(heard, missed=missed), tuple(file for _, file in found if isinstance(file, File))

    def spend(self, work: SqlWork, heard: Heard, files: tuple[File, ...], now: datetime) -> None:
        """Count what was taken, in the transaction that keeps it."""
        if files:
            spent = _spent(work, heard.account, now) + sum(len(file.data) for file in files)
            chats.choose(work, _owner(heard.account), TODAY, f"{now.date()} {spent}", now)

    def _left(self, work: SqlWork, heard: Heard) -> int | None:
        """What the account may still send today, None where it is nobody's."""
        if not chats.is_linked(work, MEDIUM, heard.account):
            return None
        return self._most_a_day - _spent(work, heard.account, datetime.now(UTC))

    async def _one(self, offered: Offered, left: int | None, attempts: int) -> Outcome:
        if left is None:
            return Missed.STRANGER
        if offered.size > self._most:
            return Missed.LARGE
        if max(offered.size, 1) > left:
            return Missed.BUDGET
        try:
            data = await self._data(offered, min(self._most, left))
        except TemporaryFailure:
            if attempts < PATIENCE:
                raise
            return Missed.GONE
        if data is None:
            return Missed.LARGE
        if not data or is_page_instead(offered.content_type, data):
            return Missed.GONE
        return sniffed(offered.name, offered.content_type, data)

    async def _data(self, offered: Offered, most: int) -> bytes | None:
        """The bytes, b"" where there are none to be had, None where there are too many."""
        try:
            path = (await self._bot.get_file(offered.file_id)).file_path or ""
        except TelegramError as error:
            failure = failure_of(error)
            if isinstance(failure, Refused):
                return None if "too big" in str(failure).lower() else b""
            raise failure from None
        path = path.removeprefix(self._files)
        if "://" in path or path.startswith("/") or ".." in path.split("/"):
            return b""  # another host's, or a file of the server's own disk
        async with _streamed(f"{self._files}{quote(path)}") as response:
            return await _body(response, most)


@asynccontextmanager
async def _streamed(address: str) -> AsyncIterator[httpx.Response]:
    """The answer as it comes; TemporaryFailure for what may be over soon, without the address."""
    try:
        async with (
            httpx.AsyncClient(follow_redirects=False, timeout=SECONDS) as client,
            client.stream("GET", address) as response,
        ):
            if response.status_code >= 500 or response.status_code == 429:
                raise TemporaryFailure(f"a file cannot be fetched now: {response.status_code}")
            yield response
    except httpx.HTTPError as error:
        raise TemporaryFailure(f"a file cannot be fetched: {redacted(repr(error))}") from None


async def _body(response: httpx.Response, most: int) -> bytes | None:
    if response.status_code != httpx.codes.OK:
        return b""
    data = bytearray()
    async for some in response.aiter_bytes():
        data += some
        if len(data) > most:
            return None
    return bytes(data)


def _spent(work: SqlWork, account: str, now: datetime) -> int:
    day, _, spent = work.preference(_owner(account), TODAY).partition(" ")
    return int(spent) if day == str(now.date()) and spent.isdecimal() else 0


def _owner(account: str) -> str:
    return f"{MEDIUM}:{account}"
