"""The desk as a reader's thread sees it: every call waits for the desk's loop, and for the commit.

Mails go through the same door as those that come by SMTP, several at once, so that they share
a commit. Nothing waits for ever: when the loop does not answer, it is as if the store had
said "later".
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bots.channel import Accept
from bots.imap.errors import ClaimLost
from bots.imap.mails import unread
from bots.writer import Writer
from intake.decisions import Audience, Decision, Fate, Notice
from intake.errors import StoreUnavailable, TemporaryFailure
from intake.handle import Command, Setup, carry_out
from intake.messages import Raw
from store import mailboxes
from store.desk import SqlStore
from store.engine import retrying
from store.mailboxes import Mark
from store.work import SqlWork

ANSWER_SECONDS = 90.0
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class DeskSide:
    """What the desk gives to a mailbox; `setup` is the one that holds now, for the policy may change."""

    accept: Accept
    writer: Writer
    store: SqlStore
    setup: Callable[[], Setup]


@dataclass(frozen=True, slots=True)
class Bridge:
    """One folder's reader and its claim; `reader` names it among all processes."""

    channel: str
    folder: str
    reader: str
    desk: DeskSide
    loop: asyncio.AbstractEventLoop

    # Called by the reader's thread

    def mark(self) -> Mark:
        return self._wait(self._look(lambda work: mailboxes.mark_of(work, self.channel, self.folder)))

    def advance(self, mark: Mark) -> None:
        def move(work: SqlWork) -> bool:
            return mailboxes.advance(work, self.channel, self.folder, self.reader, mark)

        if not self._wait(self._change(move)):
            raise ClaimLost(f"channel.{self.channel}: another process reads {self.folder} now")

    def take(self, raws: Sequence[Raw]) -> list[Exception | None]:
        return self._wait(self._accepted(raws))

    def hold(self, raw: Raw, because: str) -> None:
        self._wait(self.desk.writer.keep(unread(raw, because)))

    def newest(self) -> datetime | None:
        return self._wait(self._look(lambda work: mailboxes.newest_from(work, self.channel)))

    def heard_of(self, message_ids: Sequence[str]) -> set[str]:
        return self._wait(self._look(lambda work: mailboxes.heard_of(work, message_ids)))

    def alarm(self, because: str) -> None:
        """Tell the agents that nobody gets into this mailbox."""
        facts = {"mailbox": f"channel.{self.channel}", "reason": because}
        told = Notice("agent-mailbox", Audience.AGENTS, facts, "auto-generated")
        decision = Decision(Fate.ANSWER, "mailbox-refused", because, notices=(told,))

        def say() -> None:
            now = datetime.now(UTC)
            carry_out(lambda _: Command(decision), self.desk.store, self.desk.setup(), "imap", now)

        self._wait(self.desk.writer.call(lambda: retrying(say)))

    # Called in the desk's loop

    async def claim(self, lease: timedelta, is_dead: Callable[[str], bool]) -> bool:
        now = datetime.now(UTC)

        def take_it(work: SqlWork) -> bool:
            return mailboxes.claim(work, self.channel, self.folder, self.reader, now, now + lease, is_dead)

        return await self._change(take_it)

    async def release(self) -> None:
        await self._change(lambda work: mailboxes.release(work, self.channel, self.folder, self.reader))

    async def _look(self, function: Callable[[SqlWork], Answer]) -> Answer:
        def look() -> Answer:
            with self.desk.store.reading() as work:
                return function(work)

        return await self.desk.writer.call(look)

    async def _change(self, function: Callable[[SqlWork], Answer]) -> Answer:
        """A transaction of its own, on the writer's thread."""

        def attempt() -> Answer:
            with self.desk.store.begin() as work:
                return function(work)

        return await self.desk.writer.call(lambda: retrying(attempt))

    async def _accepted(self, raws: Sequence[Raw]) -> list[Exception | None]:
        outcomes = await asyncio.gather(*(self.desk.accept(raw) for raw in raws), return_exceptions=True)
        return [outcome if isinstance(outcome, Exception) else None for outcome in outcomes]

    def _wait(self, coroutine: Coroutine[Any, Any, Answer]) -> Answer:
        if self.loop.is_closed():
            coroutine.close()
            raise TemporaryFailure("the desk has stopped")
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result(ANSWER_SECONDS)
        except TimeoutError as error:
            future.cancel()
            raise StoreUnavailable("the desk takes too long") from error
        except CancelledError as error:
            raise TemporaryFailure("the desk is stopping") from error
