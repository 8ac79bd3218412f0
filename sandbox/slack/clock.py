"""The sandbox's time: real time, and as far ahead of it as a test has asked for.

Trigger ids, response URLs, rate limits and redeliveries all go by this clock, so that half an
hour passes in no time; whoever sleeps by it wakes when it is moved past the end.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any


class Clock:
    def __init__(self) -> None:
        self._ahead = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        """Return once so many seconds have passed by this clock."""
        end = self.now() + seconds
        while (left := end - self.now()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), left)

    async def first(self, awaited: "asyncio.Future[Any]", seconds: float) -> None:
        """Return when it is done or when so many seconds have passed, whichever comes first."""
        ringing = asyncio.create_task(self.sleep(seconds))
        try:
            await asyncio.wait((awaited, ringing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ringing.cancel()
