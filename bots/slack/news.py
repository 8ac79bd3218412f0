"""What Slack tells one process of people and channels counts in every process of the desk, at once.

Slack gives each event to one of our connections only, so that a guest's joining is heard by one process
while another would go on posting. Whoever hears of it leaves a mark in the database; what is
remembered of people and channels is good only while the mark is the one that it was learnt under.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from bots.chat.desk import ChatDesk
from bots.slack.workspaces import MEDIUM
from store import chats

MARK = "heard of people"


class News:
    """`latest` is the mark that holds now; those in `forgetting` are told when it is another one."""

    def __init__(self, desk: ChatDesk) -> None:
        self.forgetting: list[Callable[[], None]] = []
        self._desk = desk
        self._known = ""

    async def latest(self) -> str:
        """The mark by now; what was remembered under another one is forgotten first."""
        mark = await self._desk.read(lambda work: work.preference(MEDIUM, MARK))
        if mark != self._known:
            self._known = mark
            for forget in self.forgetting:
                forget()
        return mark

    async def spread(self) -> None:
        """Let every process ask Slack again before it relies on anything."""
        mark, now = secrets.token_hex(8), datetime.now(UTC)
        await self._desk.write(lambda work: chats.choose(work, MEDIUM, MARK, mark, now))
