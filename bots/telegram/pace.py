"""How fast we post: one message a second in a chat, thirty a second in all, and not while Telegram says wait.

Telegram's limit in groups is lower still; we post there once. A pause is for every chat, because the
limit that was met may be the one for all.
"""

import asyncio
import time
from datetime import timedelta

from intake.errors import TemporaryFailure

EACH_CHAT = 1.0
OVERALL = 1 / 30
LONGEST_PAUSE = 60.0  # seconds that are waited in place; what must wait longer comes back
MOST_REMEMBERED = 10_000


class Pace:
    """Whoever has waited for their `turn` may call Telegram once."""

    def __init__(self, each_chat: float = EACH_CHAT, overall: float = OVERALL) -> None:
        self.each_chat = each_chat
        self._overall = overall
        self._chats: dict[int, float] = {}  # when the next message may go to a chat
        self._next = 0.0
        self._paused_until = 0.0

    async def turn(self, chat: int) -> None:
        """Wait for the chat's turn, then for one of all; TemporaryFailure in a long pause."""
        now = time.monotonic()
        at = max(now, self._chats.get(chat, 0.0))
        self._chats[chat] = at + self.each_chat
        self._forget(now)
        await asyncio.sleep(at - now)
        await self._one_of_all()

    def pause(self, seconds: float) -> None:
        """Telegram asks us to wait: nobody gets a turn before that."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    async def _one_of_all(self) -> None:
        while True:
            now = time.monotonic()
            if self._paused_until - now > LONGEST_PAUSE:
                raise _too_long(self._paused_until - now)
            at = max(now, self._next, self._paused_until)
            if at <= now:
                break
            await asyncio.sleep(at - now)
        self._next = now + self._overall

    def _forget(self, now: float) -> None:
        if len(self._chats) > MOST_REMEMBERED:
            self._chats = {chat: at for chat, at in self._chats.items() if at > now}


def _too_long(seconds: float) -> TemporaryFailure:
    return TemporaryFailure(f"Telegram asks us to wait for {seconds:.0f} s", timedelta(seconds=seconds))
