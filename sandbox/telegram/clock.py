"""The sandbox's time: the real one, which can be turned forward, and a bell for whoever waits.

Everything that lasts (a held poll, a webhook's delay, the life of an update) is measured by one
clock, so that a test can let a day pass at once. Whoever waits is woken by each change and looks
again; that is simpler than a queue for each kind of waiting, and a sandbox has few who wait.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
LOOK_AGAIN = 0.02  # seconds; what is waited for may also change outside of the sandbox


class Bell:
    """Wakes everybody who waits, each time that something has changed."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        for one in self._waiting:
            if not one.done():
                one.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Return at the next change, or after so many seconds."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting.add(mine)
        try:
            await asyncio.wait({mine}, timeout=max(seconds, 0.0))
        finally:
            self._waiting.discard(mine)
            mine.cancel()


class Clock:
    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since 1970, as everything here is dated."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass at once; whoever waits for a moment that is now past is woken."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        self._ahead += seconds
        self._bell.ring()

    async def wait(self, until: float, done: Callable[[], object] = lambda: False) -> None:
        """Return at a moment, or as soon as `done` says so."""
        while not done() and (left := until - self.now()) > 0:
            await self._bell.wait(left)

    async def sleep(self, seconds: float) -> None:
        await self.wait(self.now() + seconds)


async def eventually(bell: Bell, found: Callable[[], Found], seconds: float) -> Found:
    """The first answer that is not empty, in real time; TimeoutError when none comes."""
    end = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > end:
            raise TimeoutError(f"it did not come true within {seconds:g} s")
        await bell.wait(LOOK_AGAIN)
    return answer
