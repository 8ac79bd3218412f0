"""What time alone does to chats, once an hour: silent accounts end, and what is too old is forgotten."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bots.chat.desk import ChatDesk
from bots.telegram.saying import MEDIUM
from intake.decisions import Audience, Decision, Fate, Notice
from intake.errors import StoreUnavailable, TemporaryFailure
from intake.handle import Command, Setup, carry_out_in
from intake.promising import BY_CHOICE
from store import accounts, codes, customers, dialogues, drafts
from store.accounts import IDLE, SILENT
from store.buttons import forget_buttons
from store.chats import choose
from store.work import SqlWork

HOUR_SECONDS = 3600.0
PATIENCE = timedelta(days=2)  # a ticket waits for its requester so long before they are reminded
REMINDER = Decision(
    Fate.ANSWER,
    "waiting-for-you",
    "We wait for the requester, who chose to be reminded.",
    notices=(Notice("waiting-for-you", Audience.REQUESTER, {}, "auto-generated"),),
)
CHOICES = tuple(BY_CHOICE["waiting-for-you"])
log = structlog.get_logger()


class Upkeep:
    """Looks after the chats of one channel while the desk serves."""

    def __init__(self, name: str, desk: ChatDesk) -> None:
        self._name = name
        self._desk = desk

    async def run(self) -> None:
        """Go on until it is cancelled."""
        while True:
            setup = self._desk.setup
            try:
                await self._desk.write(lambda work: look_after(work, datetime.now(UTC)))
                await self._desk.write(lambda work: remind(work, setup, datetime.now(UTC)))  # noqa: B023
            except (StoreUnavailable, TemporaryFailure) as error:
                log.warning("old chats are not looked after", channel=self._name, error=str(error))
            await asyncio.sleep(HOUR_SECONDS)


def remind(work: SqlWork, setup: Setup, now: datetime) -> int:
    """Tell those who chose it that we wait for them, once for each time; of how many tickets."""
    waiting = customers.waiting_for_long(work, now - PATIENCE, CHOICES)
    for number, person in waiting:
        choose(work, f"person:{person}", f"reminded {number}", now.isoformat(), now)
        command = Command(replace(REMINDER, ticket=work.ticket(number)))
        carry_out_in(work, lambda _, one=command: one, setup, "clock", now)  # type: ignore[misc]
    return len(waiting)


def look_after(work: SqlWork, now: datetime) -> int:
    """End what has been silent for too long, forget what counts no longer; how many accounts were ended."""
    silent = [one for one in accounts.silent_since(work, now - IDLE) if one.medium == MEDIUM]
    for account in silent:
        accounts.end(work, account, SILENT, "deskbell", now)
    codes.forget_codes(work, now)
    dialogues.forget_states(work, now)
    drafts.forget_drafts(work, MEDIUM, now)
    forget_buttons(work, now)
    return len(silent)
