"""What time alone does to chats, once an hour: silent accounts end, and what is too old is forgotten."""

import asyncio
from datetime import UTC, datetime

import structlog

from bots.chat.desk import ChatDesk
from bots.telegram.saying import MEDIUM
from intake.errors import StoreUnavailable, TemporaryFailure
from store import accounts, codes, dialogues
from store.accounts import IDLE, SILENT
from store.buttons import forget_buttons
from store.work import SqlWork

HOUR_SECONDS = 3600.0
log = structlog.get_logger()


class Upkeep:
    """Looks after the chats of one channel while the desk serves."""

    def __init__(self, name: str, desk: ChatDesk) -> None:
        self._name = name
        self._desk = desk

    async def run(self) -> None:
        """Go on until it is cancelled."""
        while True:
            try:
                await self._desk.write(lambda work: look_after(work, datetime.now(UTC)))
            except (StoreUnavailable, TemporaryFailure) as error:
                log.warning("old chats are not looked after", channel=self._name, error=str(error))
            await asyncio.sleep(HOUR_SECONDS)


def look_after(work: SqlWork, now: datetime) -> int:
    """End what has been silent for too long, forget what counts no longer; how many accounts were ended."""
    silent = [one for one in accounts.silent_since(work, now - IDLE) if one.medium == MEDIUM]
    for account in silent:
        accounts.end(work, account, SILENT, "deskbell", now)
    codes.forget_codes(work, now)
    dialogues.forget_states(work, now)
    forget_buttons(work, now)
    return len(silent)
