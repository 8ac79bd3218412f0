"""What a chat channel is given of the desk: its store on the writer's thread, its rules, its outbox.

Every method that writes is one transaction. `setup` is asked anew each time, because the policy
may be read again while the desk serves.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bots.keeping import Keeping
from bots.writer import Writer
from intake import handle
from intake.decisions import Decision
from intake.handle import Command, Setup, Work
from intake.messages import Raw
from store.desk import SqlStore
from store.engine import retrying
from store.work import SqlWork

Answer = TypeVar("Answer")


class ChatDesk:
    """`wake` is told after each commit that there may be something to say."""

    def __init__(
        self,
        writer: Writer,
        keeping: Keeping,
        store: SqlStore,
        folder: Path,
        key: bytes,
        wake: Callable[[], None],
    ) -> None:
        self.store = store
        self.folder = folder  # where the configuration lies
        self.key = key  # the desk's; nothing is encrypted or signed with it but by a subkey
        self.wake = wake
        self.arrived = asyncio.Event()  # there is something in the inbox
        self.committed = asyncio.Event()  # something was written by any part of the desk
        self._writer = writer
        self._keeping = keeping

    @property
    def setup(self) -> Setup:
        return self._keeping.setup

    @setup.setter
    def setup(self, setup: Setup) -> None:
        self._keeping.setup = setup

    async def keep(self, raw: Raw, key: str) -> bool:
        """Keep a payload for good, before it is acknowledged; False where the same one is here already."""
        is_new = await self._writer.call(lambda: self._keeping.keep_raw(raw, key))
        self.arrived.set()
        return is_new

    async def write(self, function: Callable[[SqlWork], Answer]) -> Answer:
        """Run something in a transaction of its own, again whole where another process was in the way."""

        def attempt() -> Answer:
            with self.store.begin() as work:
                return function(work)

        answer = await self._writer.call(lambda: retrying(attempt))
        self.wake()
        return answer

    async def read(self, function: Callable[[SqlWork], Answer]) -> Answer:
        """Ask something, beside the loop; what is written in it is forgotten."""

        def asked() -> Answer:
            with self.store.reading() as work:
                return function(work)

        return await asyncio.to_thread(asked)

    async def act(self, decide: Callable[[Work], Command], actor: str) -> Decision:
        """Do what an agent commands; CommandRefused says why it cannot be done."""
        return await self.write(
            lambda work: handle.carry_out_in(work, decide, self.setup, actor, datetime.now(UTC))
        )
