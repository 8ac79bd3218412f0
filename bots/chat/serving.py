"""The chats of a desk while it serves: each with its inbox, its outbox and what else it runs.

A chat's module is loaded only where one is configured, since its libraries take a third of a
second and thirty megabytes.
"""

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bots.chat import Chat, Loop
from bots.chat.desk import ChatDesk
from bots.chat.inbox import Inbox
from bots.delivery import Deliveries
from bots.keeping import Keeping
from bots.settings import signing_key
from bots.wiring import CHATS, Wired
from bots.writer import Writer
from intake.errors import ConfigError

AT_ONCE = 24  # posts under way: most of them wait for the turn of their chat
DRAIN_SECONDS = 5.0  # at the end; what takes longer is begun anew by whoever comes next


class Chats:
    """Every chat channel of a desk; `wake` is told after each commit, for all outboxes."""

    def __init__(self, wired: Wired, writer: Writer, keeping: Keeping, wake: Callable[[], None]) -> None:
        self._parts = [_Part(*one) for one in _made(wired, writer, keeping, wake)]

    async def start(self) -> None:
        for part in self._parts:
            await part.chat.start()

    @property
    def loops(self) -> Sequence[Loop]:
        return [loop for part in self._parts for loop in part.loops]

    def wake(self) -> None:
        for part in self._parts:
            part.deliveries.wake.set()
            part.desk.committed.set()

    def chat(self, name: str) -> Chat:
        """A channel by its name in the configuration."""
        return next(part.chat for part in self._parts if part.chat.name == name)

    async def stop(self) -> None:
        """Hear nothing more; let what is under way finish, and then let go of connections."""
        await asyncio.gather(*(part.stop() for part in self._parts))


class _Part:
    """One chat with its two boxes."""

    def __init__(
        self, chat: Chat, desk: ChatDesk, writer: Writer, keeping: Keeping, wake: Callable[[], None]
    ) -> None:
        self.chat = chat
        self.desk = desk
        self.inbox = Inbox(chat.name, chat.decide, writer, keeping, desk.arrived, wake)
        self.deliveries = Deliveries(writer, keeping, chat.carrier, chat.kind, at_once=AT_ONCE)

    @property
    def loops(self) -> Sequence[Loop]:
        name = self.chat.name
        boxes: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            (f"{name} inbox", self.inbox.run),
            (f"{name} outbox", self.deliveries.run),
        )
        return (*boxes, *self.chat.loops)

    async def stop(self) -> None:
        """All of it at once: where the other side hangs, one wait is enough."""
        await asyncio.gather(
            self.chat.drain(), self.inbox.drain(DRAIN_SECONDS), self.deliveries.drain(DRAIN_SECONDS)
        )
        await self.chat.stop()


def _made(wired: Wired, writer: Writer, keeping: Keeping, wake: Callable[[], None]) -> list[Any]:
    key = signing_key(wired.settings.secrets.key, "secrets.key", wired.folder)
    made = []
    for name, settings in wired.settings.channel.items():
        if settings.kind not in CHATS:
            continue
        desk = ChatDesk(writer, keeping, wired.store, wired.folder, key, wake)
        try:
            module = importlib.import_module(f"bots.{settings.kind}")
        except ModuleNotFoundError as error:
            hint = f"install Deskbell with it: 'deskbell[{settings.kind}]'"
            raise ConfigError([f"channel.{name}.kind: {settings.kind} needs {error.name}; {hint}"]) from error
        made.append((module.chat_of(name, settings, desk), desk, writer, keeping, wake))
    return made
