"""What Slack and Telegram have in common: what came is kept raw, acknowledged, and decided by a worker.

A chat channel is a `Chat`. It keeps every payload through `ChatDesk.keep` before it acknowledges,
`Inbox` has each decided in the order of its lane, and what is owed waits in the outbox like mail
until the chat's carrier has posted it. Neither library is ever the durable step: both lose
events as they come out of the box.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bots.delivery import Carrier
from store.inbox import Waiting

Loop = tuple[str, Callable[[], Awaitable[None]]]


class Chat(Protocol):
    """One configured chat channel while the desk serves."""

    name: str
    kind: str  # slack, telegram: the channel's name in policies, and of its rows in the outbox

    @property
    def carrier(self) -> Carrier: ...

    @property
    def loops(self) -> Sequence[Loop]:
        """What runs beside the inbox and the outbox until it is cancelled, each with its name."""

    async def start(self) -> None:
        """Be ready to listen and to post; ConfigError where it can never be."""

    async def decide(self, waiting: Waiting) -> None:
        """Decide one kept payload and settle its delivery in one transaction; tried again if it raises."""

    async def drain(self) -> None:
        """Take nothing new, and let what somebody waits for come to its end, for some seconds."""

    async def stop(self) -> None:
        """Let go of connections."""
