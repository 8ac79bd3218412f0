"""A webhook: updates are posted to the bot's own address until it says that it has them.

One at a time in a queue (a chat, or the clicks of a person), several queues at once. What fails is
tried again at once, then after 2, 4, 8 seconds and so on up to one or two minutes, or when `Retry-After`
says; after its day an update is dropped. An address that has answered 410 for 23 hours is given up.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp

from sandbox.telegram.clock import Bell, Clock
from sandbox.telegram.updates import UpdateQueue, Waiting

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_RETRY_AFTER = 3600
GIVEN_UP_AFTER = 23 * 3600.0
NOT_RUN = ("get", "setwebhook", "deletewebhook", "close", "logout")  # beginnings
OK = range(200, 300)
GONE = 410


@dataclass(frozen=True, slots=True)
class Pace:
    """How webhooks are tried again; shorter in a test that has no day."""

    first: float = 1.0  # doubled before it is used: the delays are 0, 2, 4, 8…
    longest: float = 60.0  # the real limit lies between this and its double
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Address:
    """What `setWebhook` said."""

    url: str
    secret: str = ""
    connections: int = 40
    ip: str = ""


@dataclass(slots=True)
class Try:
    """How far the delivery of one update has come."""

    fails: int = 0
    delay: float = 0.0
    ready: float = 0.0


@dataclass(slots=True)
class Webhook:
    updates: UpdateQueue
    clock: Clock
    bell: Bell
    run: Callable[[dict[str, Any]], Awaitable[object]]  # a method named in an answer
    pace: Pace = Pace()
    address: Address | None = None
    last_error: str = ""
    last_error_at: float = 0.0
    next_set: float = 0.0  # when it may be set again
    _gone_since: float = 0.0
    _tries: dict[int, Try] = field(default_factory=dict)
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _loop: asyncio.Task[None] | None = None

    def set(self, address: Address) -> None:
        self.stop()
        self.address, self.last_error, self._gone_since = address, "", 0.0
        self._loop = asyncio.create_task(self._deliver(address))

    def delete(self) -> None:
        self.stop()
        self.address = None

    def stop(self) -> None:
        """End every delivery; what was not taken waits on."""
        running = [*self._busy.values(), *([self._loop] if self._loop else [])]
        for task in running:
            if task is not asyncio.current_task():
                task.cancel()
        self._busy, self._tries, self._loop = {}, {}, None

    def info(self) -> dict[str, Any]:
        """What `getWebhookInfo` answers."""
        here = self.address or Address("")
        told: dict[str, Any] = {"url": here.url, "has_custom_certificate": False}
        told["pending_update_count"] = len(self.updates.waiting())
        if here.url:
            told |= {"max_connections": here.connections, "ip_address": here.ip or "127.0.0.1"}
        if self.last_error:
            told |= {"last_error_date": int(self.last_error_at), "last_error_message": self.last_error}
        return told | ({"allowed_updates": list(self.updates.allowed)} if self.updates.allowed else {})

    async def _deliver(self, address: Address) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(self.pace.timeout)) as http:
            while True:
                for waiting in self._ready(address):
                    self._busy[waiting.queue] = asyncio.create_task(self._post(http, address, waiting))
                await self.bell.wait(self._next_moment())

    def _ready(self, address: Address) -> list[Waiting]:
        """The head of each queue that is not busy and whose time has come."""
        heads = {one.queue: one for one in reversed(self.updates.waiting())}
        now, free = self.clock.now(), address.connections - len(self._busy)
        due = [one for one in heads.values() if one.queue not in self._busy and self._try(one).ready <= now]
        return sorted(due, key=lambda one: one.id)[: max(free, 0)]

    def _next_moment(self) -> float:
        later = [one.ready for one in self._tries.values() if one.ready > self.clock.now()]
        return min(later, default=self.clock.now() + 60) - self.clock.now()

    def _try(self, waiting: Waiting) -> Try:
        return self._tries.setdefault(waiting.id, Try())

    async def _post(self, http: aiohttp.ClientSession, address: Address, waiting: Waiting) -> None:
        headers = {SECRET_HEADER: address.secret} if address.secret else {}
        try:
            async with http.post(address.url, json=waiting.body, headers=headers) as answer:
                body = await answer.read()
            await self._answered(waiting, answer, body)
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(waiting, str(error) or "Connection timed out", 0)
        self._busy.pop(waiting.queue, None)
        self.bell.ring()

    async def _answered(self, waiting: Waiting, answer: aiohttp.ClientResponse, body: bytes) -> None:
        if answer.status in OK:
            self._gone_since = 0.0
            self._tries.pop(waiting.id, None)
            self.updates.confirm(waiting.id)
            await self._run_named(answer.content_type, body)
            return
        words = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        after = answer.headers.get("Retry-After", "")
        self._failed(waiting, words, min(int(after), LONGEST_RETRY_AFTER) if after.isdigit() else 0)
        self._count_gone(answer.status == GONE)

    def _failed(self, waiting: Waiting, words: str, retry_after: int) -> None:
        now, state = self.clock.now(), self._try(waiting)
        self.last_error, self.last_error_at = words, now
        wait = float(retry_after)
        if not retry_after and state.fails:
            longest = self.pace.longest * (1 + waiting.id % 61 / 60)
            state.delay = min(longest, (state.delay or self.pace.first) * 2)
            wait = state.delay
        state.fails += 1
        state.ready = now + wait
        if state.ready > waiting.expires:
            self._tries.pop(waiting.id, None)
            self.updates.drop(waiting.id)

    def _count_gone(self, gone: bool) -> None:
        now = self.clock.now()
        self._gone_since = (self._gone_since or now) if gone else 0.0
        if gone and now > self._gone_since + GIVEN_UP_AFTER:
            self.delete()

    async def _run_named(self, content_type: str, body: bytes) -> None:
        """An answer may name a method, which is then run; nobody learns what came of it."""
        named = _arguments(content_type, body)
        method = str(named.get("method", "")).lower()
        if method and not method.startswith(NOT_RUN):
            await self.run(named)


def _arguments(content_type: str, body: bytes) -> dict[str, Any]:
    if content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode(errors="replace")))
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
