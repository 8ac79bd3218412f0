"""The sandbox's time: real time, and as far ahead of it as a test has asked for.

Trigger ids, response URLs, rate limits and redeliveries all go by this clock, so that half an
hour passes in no time; whoever sleeps by it wakes when it is moved past the end. Once it is stopped only
a test moves it: then no stall of the machine is time that has passed.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any


class Clock:
    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped = 0.0  # when it was stopped, in real time
        self._moved = asyncio.Event()
        self._sleepers = 0

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody sleeps by it."""
        return self._sleepers > 0

    def now(self) -> float:
        return (self._stopped or time.time()) + self._ahead

    def stop(self) -> None:
        """Stand still from now on, but for `advance`."""
        self._stopped = self._stopped or time.time()

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        """Return once so many seconds have passed by this clock."""
        await self._reach(self.now() + seconds)

    async def first(self, awaited: "asyncio.Future[Any]", end: float) -> None:
        """Return when it is done or when this clock says `end`, whichever comes first."""
        ringing = asyncio.create_task(self._reach(end))
        try:
            await asyncio.wait((awaited, ringing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ringing.cancel()

    async def _reach(self, end: float) -> None:
        self._sleepers += 1
        try:
            while (left := end - self.now()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), left)
        finally:
            self._sleepers -= 1
