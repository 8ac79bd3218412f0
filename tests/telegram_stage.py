"""A Telegram sandbox with one person, and a bot that speaks to it in plain HTTP.

Tests see what goes over the wire: the status, the JSON, the headers. What a library makes of it is
tested with the library.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

import httpx

from sandbox.telegram import TelegramSandbox
from sandbox.telegram.clock import Clock

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: httpx.Headers

    @property
    def result(self) -> Any:
        """What the method returned; a refusal is shown instead of a KeyError."""
        assert self.body["ok"], self.body
        return self.body["result"]

    @property
    def words(self) -> str:
        return self.body.get("description", "")


@dataclass(frozen=True, slots=True)
class Stage:
    telegram: TelegramSandbox
    http: httpx.AsyncClient
    anna: int

    async def call(self, method: str, files: Any = None, **args: Any) -> Answer:
        """Call a method as most bots do: a form, or a multipart form with files."""
        url = f"{self.telegram.api_url}/bot{self.telegram.token}/{method}"
        answer = await self.http.post(url, data=args, files=files)
        return Answer(answer.status_code, answer.json(), answer.headers)

    async def say(self, text: str = "Hello") -> Answer:
        """Send Anna a message."""
        return await self.call("sendMessage", chat_id=self.anna, text=text)

    async def updates(self, **args: Any) -> list[dict[str, Any]]:
        result: list[dict[str, Any]] = (await self.call("getUpdates", **args)).result
        return result


def on_stage(scenario: Callable[[Stage], Awaitable[Result]], **options: Any) -> Result:
    """Run a scenario against a sandbox of its own, where Anna has already pressed Start.

    Its time passes by `advance` alone, so that a machine that is slow changes nothing.
    """
    begun = time.time()

    async def run() -> Result:
        client = httpx.AsyncClient(timeout=60, verify=False)  # reading certificates costs more than the test
        async with TelegramSandbox(**options) as telegram, client as http:
            anna = telegram.add_user("Anna", language_code="de")
            await telegram.send(anna, "/start")
            return await scenario(Stage(telegram, http, anna))

    with patch.object(Clock, "now", lambda clock: begun + clock._ahead):
        return asyncio.run(run())


def numbers(updates: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in updates]


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]
