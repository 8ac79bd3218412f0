"""Tells the agents that the bot is not let in, or not alone: once, until it has worked for a while.

Two programs that read the same bot get their turn one after the other: each success between two
conflicts is no end of the trouble, or agents would be told every minute.
"""

import time
from contextlib import suppress

from bots.chat.alerts import Alerts
from bots.chat.desk import ChatDesk
from bots.telegram.api import Conflicting, NotLetIn
from intake.errors import StoreUnavailable

UPDATES = "updates"
CALM_SECONDS = 600.0
REMEDIES: tuple[tuple[type[Exception], str], ...] = (
    (NotLetIn, "Put the token that @BotFather shows into the configuration; `deskbell check` tries it."),
    (Conflicting, "Let only this desk read the bot: end the other program, or get the bot a new token."),
)


class Alarm:
    """One channel's; both may be called as often as it fails or works."""

    def __init__(self, channel: str, desk: ChatDesk) -> None:
        self._alerts = Alerts(desk, channel)
        self._raised_at: float | None = time.monotonic()  # by a process before us, perhaps

    async def raised(self, error: Exception) -> None:
        self._raised_at = time.monotonic()
        remedy = next((words for kind, words in REMEDIES if isinstance(error, kind)), "")
        with suppress(StoreUnavailable):  # said the next time
            await self._alerts.tell(UPDATES, str(error), remedy)

    async def over(self) -> None:
        if self._raised_at is None or time.monotonic() - self._raised_at < CALM_SECONDS:
            return
        self._raised_at = None
        with suppress(StoreUnavailable):
            await self._alerts.over(UPDATES)
