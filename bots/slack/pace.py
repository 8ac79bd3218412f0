"""When the next message may go into a channel: one a second each, whoever waits with the lowest order first.

Slack takes about a message a second in a channel, and says with 429 when that was too many; then the
whole channel waits as long as it asks, and no other does. Cards go before what stands under
them, and the newest ticket before the others. Several processes of one desk post into the same channels
and know nothing of each other's turns; so whoever is told that it was too fast goes slower for some turns,
and what each of them takes comes to one message a second together.
"""

import asyncio
import heapq
import itertools
import time
from contextlib import suppress

APART = 1.02  # seconds, a little more than the one that is allowed
UPDATES_APART = 1.22  # the same of chat.update: 50 a minute
Order = tuple[int, int]
CARD, ANSWER, MESSAGE = 0, 1, 2  # first of an order
SLOWER, LONGEST = 1.5, 8.0  # times as far apart, each time that it was too fast; at the most
EASE = 0.98  # of that, each turn


class Pace:
    """Queues by channel, `apart` seconds between two turns; a turn that was given up is nobody's."""

    def __init__(self, apart: float = APART) -> None:
        self.apart = apart
        self._queues: dict[str, _Queue] = {}

    async def turn(self, channel: str, order: Order = (MESSAGE, 0)) -> None:
        """Return when it is this one's turn in the channel."""
        await self._queue(channel).turn(order)

    def rest(self, channel: str, seconds: float) -> None:
        """Nothing goes into the channel for so long."""
        self._queue(channel).rest(seconds)

    def went(self, channel: str) -> None:
        """A message has arrived: it is from now that Slack counts."""
        self.rest(channel, self.apart_in(channel))

    def was_too_fast(self, channel: str, seconds: float) -> None:
        """Slack says so: nothing goes there for so long, and then it goes slower for a while."""
        self._queue(channel).slow_down()
        self.rest(channel, seconds)

    def apart_in(self, channel: str) -> float:
        """The seconds between two turns in a channel, as things are."""
        return self._queue(channel).apart

    def is_free(self, channel: str) -> bool:
        """Whether a turn would come at once."""
        return self._queue(channel).is_free

    def _queue(self, channel: str) -> "_Queue":
        if channel not in self._queues:
            self._queues[channel] = _Queue(self)
        return self._queues[channel]


class _Queue:
    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._free_at = 0.0
        self._slower = 1.0
        self._waiting: list[tuple[Order, int]] = []
        self._count = itertools.count()
        self._changed = asyncio.Condition()

    @property
    def is_free(self) -> bool:
        return not self._waiting and self._rest_left() <= 0

    @property
    def apart(self) -> float:
        return self._pace.apart * self._slower

    def slow_down(self) -> None:
        self._slower = min(self._slower * SLOWER, LONGEST)

    def rest(self, seconds: float) -> None:
        self._free_at = max(self._free_at, time.monotonic() + seconds)

    async def turn(self, order: Order) -> None:
        mine = (order, next(self._count))
        async with self._changed:
            heapq.heappush(self._waiting, mine)
            try:
                while self._waiting[0] != mine or self._rest_left() > 0:
                    await self._wait(is_first=self._waiting[0] == mine)
                self._free_at = time.monotonic() + self.apart
                self._slower = max(self._slower * EASE, 1.0)
            finally:
                self._waiting.remove(mine)
                heapq.heapify(self._waiting)
                self._changed.notify_all()

    async def _wait(self, *, is_first: bool) -> None:
        """The first waits for its moment, the others until somebody has gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rest_left() if is_first else None):
                await self._changed.wait()

    def _rest_left(self) -> float:
        return self._free_at - time.monotonic()
