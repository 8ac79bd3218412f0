"""Has what a chat brought decided: of each lane one after the other, several lanes at once.

What fails is tried again after a growing wait, and its lane waits with it. After five tries, or
when its worker has died three times, the raw payload is held with the reason, so that no payload
stops a chat for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import structlog

from bots.door import blank
from bots.keeping import Keeping
from bots.writer import Writer
from intake.errors import StoreUnavailable, TemporaryFailure
from intake.handle import Letter
from store.inbox import Waiting

LEASE = timedelta(minutes=2)
AT_ONCE = 8
POLL_SECONDS = 1.0
MOST_DEATHS = 3
WAITS = (0.5, 2.0, 5.0, 15.0, 60.0)  # seconds after each try that failed
log = structlog.get_logger()


class Inbox:
    """Works off what one channel has kept; `arrived` is set when there may be something new."""

    def __init__(
        self,
        source: str,
        decide: Callable[[Waiting], Awaitable[None]],
        writer: Writer,
        keeping: Keeping,
        arrived: asyncio.Event,
        after: Callable[[], None],
    ) -> None:
        self._source = source
        self._decide = decide
        self._writer = writer
        self._keeping = keeping
        self._arrived = arrived
        self._after = after
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Go on until it is cancelled."""
        while True:
            if not await self._start_some():
                await self._pause()

    async def drain(self, seconds: float = 10) -> None:
        """Let what is under way come to its end; what does not is decided after its lease."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _start_some(self) -> int:
        free = AT_ONCE - len(self._under_way)
        if free <= 0:
            return 0
        self._arrived.clear()
        try:
            claimed = await self._writer.call(lambda: self._keeping.claim_raw(self._source, LEASE, free))
        except StoreUnavailable as error:
            log.warning("the inbox cannot be read", channel=self._source, error=str(error))
            return 0
        for waiting in claimed:
            task = asyncio.create_task(self._take(waiting))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(claimed)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._arrived.set()  # what is next in its lane may be claimed now

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):  # wait_for of 3.11 may swallow a cancellation
                await self._arrived.wait()

    async def _take(self, waiting: Waiting) -> None:
        if why := _too_often(waiting):
            await self._hold(waiting, why)
            return
        try:
            await self._decide(waiting)
        except TemporaryFailure as error:
            await self._put_off(waiting, error)
        except Exception as error:
            log.exception("a payload could not be decided", channel=self._source, delivery=waiting.id)
            await self._fail(waiting, f"{type(error).__name__}: {error}"[:500])
        else:
            self._after()

    async def _put_off(self, waiting: Waiting, error: TemporaryFailure) -> None:
        """Where it is known when it may go better, the other side is down: that counts as no try."""
        wait = error.retry_after
        if wait is None:
            await self._fail(waiting, str(error))
            return
        log.info("a payload waits", channel=self._source, delivery=waiting.id, error=str(error))
        await self._tried(lambda: self._keeping.try_again(waiting.id, str(error), wait, is_counted=False))

    async def _fail(self, waiting: Waiting, error: str) -> None:
        if waiting.attempts >= len(WAITS):
            await self._hold(waiting, f"deciding it failed {waiting.attempts} times: {error}")
            return
        wait = timedelta(seconds=WAITS[waiting.attempts - 1])
        await self._tried(lambda: self._keeping.try_again(waiting.id, error, wait))

    async def _hold(self, waiting: Waiting, why: str) -> None:
        letter = Letter(waiting.raw, blank(waiting.raw), why, waiting.id, refuse_in_session=False)
        await self._tried(lambda: self._keeping.receive([letter]))
        self._after()

    async def _tried(self, write: Callable[[], object]) -> None:
        """Written if the store can be written; else the end of the lease brings it back."""
        try:
            await self._writer.call(write)
        except (StoreUnavailable, TemporaryFailure) as error:
            log.warning("the inbox cannot be written", channel=self._source, error=str(error))


def _too_often(waiting: Waiting) -> str:
    """A try that neither ended nor failed ended its worker."""
    if not waiting.error and waiting.attempts > MOST_DEATHS:
        return f"whoever decided it died {MOST_DEATHS} times"
    return f"deciding it failed {len(WAITS)} times: {waiting.error}" if waiting.attempts > len(WAITS) else ""
