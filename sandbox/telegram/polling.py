"""`getUpdates`: the bot asks, and is answered at once or when something comes.

Two bots with one token, or a bot that asks in a circle, are the faults that this has to show as the
real server does: the older of two held calls fails, a call that repeats within half a second gets one
update at a time, and one that repeats within three seconds is held.
"""

import asyncio

from sandbox.telegram.clock import Bell, Clock
from sandbox.telegram.query import Query
from sandbox.telegram.refusals import Refused, conflict
from sandbox.telegram.updates import UpdateQueue

LONGEST_HOLD = 50
MOST_UPDATES = 100
QUICKLY = 0.5
SOON = 3
TOGETHER = 0.002  # seconds that a held call waits for more, once something has come
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OTHER_CALL = "terminated by other getUpdates request; make sure that only one bot instance is running"
OTHER_WAY = "terminated by setWebhook request"


class Polling:
    def __init__(self, updates: UpdateQueue, clock: Clock, bell: Bell) -> None:
        self._updates, self._clock, self._bell = updates, clock, bell
        self._held: Query | None = None
        self._ended_by = OTHER_CALL
        self._last_offset: int | None = None
        self._last_start = 0.0
        self._next_conflict = 0.0
        self.closing = False

    @property
    def is_held(self) -> bool:
        return self._held is not None

    async def ask(self, query: Query) -> list[object]:
        """What `getUpdates` answers, held open while there is nothing."""
        limit, timeout = self._bounds(query)
        offset = query.integer("offset")
        found = self._updates.take(offset, limit)
        if not found and timeout:
            await self._hold(query, timeout)
            found = self._updates.take(offset, limit)
        return list(found)

    def end(self) -> None:
        """Let the held call fail, because a webhook takes over."""
        self._ended_by, self._held = OTHER_WAY, None
        self._bell.ring()

    async def conflict(self, what: str) -> Refused:
        """The refusal; one that follows within three seconds comes three seconds late."""
        now = self._clock.now()
        if now < self._next_conflict:
            await self._clock.wait(now + SOON, lambda: self.closing)
        else:
            self._next_conflict = now + SOON
        return conflict(what)

    def _bounds(self, query: Query) -> tuple[int, int]:
        limit = query.integer("limit", MOST_UPDATES, 1, MOST_UPDATES)
        timeout = query.integer("timeout", 0, 0, LONGEST_HOLD)
        offset, now = query.integer("offset"), self._clock.now()
        since = now - self._last_start if offset == self._last_offset else float("inf")
        self._last_offset, self._last_start = offset, now
        return (1 if since < QUICKLY else limit), (max(timeout, SOON) if since < SOON else timeout)

    async def _hold(self, query: Query, seconds: float) -> None:
        self._held, self._ended_by = query, OTHER_CALL
        self._bell.ring()  # an older call that is held sees that it is not the one any more
        await self._clock.wait(self._clock.now() + seconds, lambda: self._is_over(query))
        if self._held is not query and not self.closing:
            raise await self.conflict(self._ended_by)
        self._held = None
        await asyncio.sleep(TOGETHER)

    def _is_over(self, query: Query) -> bool:
        return self.closing or self._held is not query or bool(self._updates.waiting())
