"""Rings the clocks: looks once a second for moments that have come.

A tick asks for the tickets whose next moment is past, and judges each in a transaction of
its own; so it costs by what is due, not by what is open, and a fault on one ticket leaves
the others alone. Two processes may tick at once: the second finds the moment moved on.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from bots.writer import Writer
from intake.errors import StoreUnavailable

TICK_SECONDS = 1.0
log = structlog.get_logger()


class Ticker:
    """`due` lists ticket numbers, `ring` judges one; both run on the writer's thread."""

    def __init__(
        self,
        writer: Writer,
        due: Callable[[datetime], list[int]],
        ring: Callable[[int, datetime], None],
        after: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = TICK_SECONDS,
    ) -> None:
        self._seconds = seconds
        self._writer = writer
        self._due = due
        self._ring = ring
        self._after = after
        self._clock = clock

    async def run(self) -> None:
        """Go on until it is cancelled."""
        while True:
            await self.tick()
            await asyncio.sleep(self._seconds)

    async def tick(self, now: datetime | None = None) -> int:
        """Judge everything that is due now, or at the moment that is given; how many tickets."""
        now = now or self._clock()
        try:
            numbers = await self._writer.call(lambda: self._due(now))
        except StoreUnavailable as error:
            log.warning("clocks cannot be read", error=str(error))
            return 0
        for number in numbers:
            await self._ring_one(number, now)
        if numbers:
            self._after()
        return len(numbers)

    async def _ring_one(self, number: int, now: datetime) -> None:
        try:
            await self._writer.call(lambda: self._ring(number, now))
        except Exception as error:
            log.exception("a clock could not ring", ticket=number, error=type(error).__name__)
