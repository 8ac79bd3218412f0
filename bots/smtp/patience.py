"""How long one session is borne: silence, the whole session, and the last words.

Patience is renewed with every command, so renewing must cost nothing: it writes down a
time, and one timer looks now and then whether that time has come.
"""

import asyncio
from collections.abc import Callable
from math import inf

from bots.smtp.limits import Limits

GOODBYE_SECONDS = 10  # for the last words to be read, before the line is cut
SHORTEST_LOOK = 0.01


class Patience:
    """Calls `silent` when nothing was heard for too long, `over` when the session is too old."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limits: Limits,
        silent: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._idle_seconds = limits.idle_seconds
        self._look_again = min(limits.idle_seconds, limits.data_seconds)
        self._silent = silent
        self._over = over
        self._over_at = loop.time() + limits.session_seconds
        self._timer: asyncio.TimerHandle | None = None
        self.renew()
        self._set()

    def renew(self) -> None:
        self.renew_for(self._idle_seconds)

    def renew_for(self, seconds: float) -> None:
        self._quiet_until = self._loop.time() + seconds

    def suspend(self) -> None:
        """Wait without limit, until renewed: it is our own work that takes long."""
        self._quiet_until = inf

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def last(self, abort: Callable[[], None]) -> None:
        """From now on only the last words are waited for."""
        self.stop()
        self._timer = self._loop.call_later(GOODBYE_SECONDS, abort)

    def _set(self) -> None:
        now = self._loop.time()
        at = min(self._quiet_until, self._over_at, now + self._look_again)
        self._timer = self._loop.call_at(max(at, now + SHORTEST_LOOK), self._look)

    def _look(self) -> None:
        mine = self._timer
        now = self._loop.time()
        if now >= self._over_at:
            self._over_at = inf
            self._over()
        if now >= self._quiet_until:
            self._quiet_until = inf
            self._silent()
        if self._timer is mine:  # nobody has hung up
            self._set()
