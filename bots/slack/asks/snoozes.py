"""The end of a snooze: one line in the ticket's thread, when its moment comes or a customer's words end it.

What was said is found among the promises, so each end is told once, whoever promises it and however often
they start again; one that was missed by a day is left out.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from bots.slack.listening import Hands
from bots.slack.workspaces import MEDIUM
from intake.errors import StoreUnavailable
from intake.thread_lines import tell_snooze_over
from store import seen
from store.snoozes import ended
from store.work import SqlWork

AGAIN_SECONDS = 15.0
MISSED = timedelta(days=1)
log = structlog.get_logger()


class Snoozes:
    """`run` promises what is due until it is cancelled."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def run(self) -> None:
        while True:
            try:
                await self.tell(datetime.now(UTC))
            except StoreUnavailable as error:
                log.info("no end of a snooze can be promised", error=str(error))
            await asyncio.sleep(AGAIN_SECONDS)

    async def tell(self, now: datetime) -> int:
        """Promise what is due at a moment; how many lines."""
        over = await self._hands.desk.read(lambda work: ended(work, now - MISSED, now))
        for number, _ in over:
            await self._hands.desk.write(lambda work, number=number: self._say(work, number, now))  # type: ignore[misc]
        return len(over)

    def _say(self, work: SqlWork, number: int, now: datetime) -> None:
        """Asked once more in the transaction that says it; of two processes at once one says it."""
        ticket, setup = work.ticket(number), self._hands.desk.setup
        for _, until in ended(work, now - MISSED, now, number):
            if ticket and seen.is_first(work, MEDIUM, f"snooze {number} {until}", now):
                tell_snooze_over(work, ticket, until, setup, now)
