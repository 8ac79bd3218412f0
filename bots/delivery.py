"""Delivers what was promised on one channel: claims rows of the outbox, has them carried, marks them.

A claim is a lease: a worker that dies leaves its rows to whoever comes after the lease. The
Message-ID was fixed when the promise was made, so what is sent twice because of a crash
between sending and marking is the same mail. Several are under way at once, so that one
that hangs delays nobody; failures come back after a growing wait, until an agent is told.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from bots.writer import Writer
from intake.errors import DeliveryError, NotYet, StoreUnavailable, TemporaryFailure
from intake.messages import File, Outbound
from replies.retry import retry

LEASE = timedelta(minutes=5)
AT_ONCE = 4
POLL_SECONDS = 1.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A promise that is this worker's to keep; `attempts` counts this try."""

    id: int
    outbound: Outbound
    attempts: int


class Ended(Exception):
    """The carrier has ended the promise itself, and says why: its words go another way, or none."""


class Outbox(Protocol):
    """The rows of all channels; every method is a transaction of its own."""

    def claim(self, channel: str, now: datetime, lease: timedelta, limit: int) -> list[Claimed]: ...

    def files(self, outbound: Outbound) -> tuple[File, ...]:
        """The files that go with a promise; called on any thread."""

    def sent(self, promise: Claimed, answer: str, now: datetime) -> None: ...

    def failed(self, promise: Claimed, error: str, next_at: datetime, *, is_counted: bool = True) -> None: ...

    def given_up(self, promise: Claimed, reason: str, now: datetime) -> None:
        """Mark it, and tell an agent in the same transaction."""


class Carrier(Protocol):
    """Hands finished words on by one channel; raises DeliveryError where it cannot, and Ended."""

    async def carry(self, promise: Claimed) -> str:
        """What the other side answered: a mail server's words, a chat's own id of the message."""

    async def close(self) -> None: ...


class Deliveries:
    """The deliver loop of one channel; `wake` is set when there may be something new."""

    def __init__(
        self,
        writer: Writer,
        outbox: Outbox,
        carrier: Carrier,
        channel: str = "email",
        lease: timedelta = LEASE,
        at_once: int = AT_ONCE,
    ) -> None:
        self._lease = lease
        self._at_once = at_once
        self._writer = writer
        self._outbox = outbox
        self._carrier = carrier
        self._channel = channel
        self._under_way: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Go on until it is cancelled; what is under way then has until `drain` to finish."""
        while True:
            started = await self._start_some()
            if not started or len(self._under_way) >= self._at_once:
                await self._pause()

    async def drain(self, seconds: float = 10) -> None:
        """Let what is under way come to its end; what does not is sent after its lease."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._carrier.close()

    async def _start_some(self) -> int:
        free = self._at_once - len(self._under_way)
        if free <= 0:
            return 0
        self.wake.clear()
        now = datetime.now(UTC)
        try:
            claimed = await self._writer.call(
                lambda: self._outbox.claim(self._channel, now, self._lease, free)
            )
        except StoreUnavailable as error:
            log.warning("the outbox cannot be read", error=str(error))
            return 0
        for promise in claimed:
            task = asyncio.create_task(self._deliver(promise))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(claimed)

    async def _pause(self) -> None:
        """Until something is done, or there may be more to do."""
        woken = asyncio.create_task(self.wake.wait())
        busy = len(self._under_way) >= self._at_once
        waiting = self._under_way if busy else {woken, *self._under_way}
        try:
            await asyncio.wait(waiting, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()

    async def _deliver(self, promise: Claimed) -> None:
        outbound = promise.outbound
        try:
            answer = await self._carrier.carry(promise)
        except Ended as error:
            log.info("not sent here", outbox=promise.id, error=str(error))
            return
        except DeliveryError as error:
            await self._note_failure(promise, error)
            return
        except Exception as error:  # noqa: BLE001  a fault of ours: tried again, then given up
            await self._note_failure(promise, TemporaryFailure(f"fault: {type(error).__name__}: {error}"))
            return
        await self._mark(lambda: self._outbox.sent(promise, answer, datetime.now(UTC)))
        log.info("sent", outbox=promise.id, notice=outbound.notice, ticket=outbound.ticket_number)

    async def _note_failure(self, promise: Claimed, error: DeliveryError) -> None:
        if isinstance(error, NotYet):
            await self._wait(promise, error)
            return
        verdict = retry(promise.attempts, error, random.random())  # noqa: S311  it spreads load only
        now = datetime.now(UTC)
        log.warning("not sent", outbox=promise.id, error=verdict.why, again=str(verdict.wait))
        if verdict.wait is None:
            await self._mark(lambda: self._outbox.given_up(promise, verdict.why, now))
        else:
            next_at = now + verdict.wait
            await self._mark(lambda: self._outbox.failed(promise, verdict.why, next_at))

    async def _wait(self, promise: Claimed, error: NotYet) -> None:
        """What waits for something of our own goes on as if it had not been tried."""
        log.info("not sent yet", outbox=promise.id, error=str(error))
        next_at = datetime.now(UTC) + error.wait
        await self._mark(lambda: self._outbox.failed(promise, str(error), next_at, is_counted=False))

    async def _mark(self, mark: Callable[[], None]) -> None:
        """Written as soon as the store can be written again; else the row waits for the end of its lease."""
        ends = datetime.now(UTC) + self._lease
        told = ""  # many wait like this one, and a disk that is full is not to be filled with their words
        while True:
            try:
                return await self._writer.call(mark)
            except StoreUnavailable as error:
                if str(error) != told:
                    log.warning("the outbox cannot be written", error=str(error))
                told = str(error)
            if datetime.now(UTC) > ends:
                return None
            await asyncio.sleep(POLL_SECONDS)
