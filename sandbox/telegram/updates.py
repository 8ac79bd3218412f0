"""The updates that wait for a bot: numbered, kept for a day, deleted by being asked for the next.

The rules are those of the real server's queue. An offset above zero deletes all that is below it; one
below zero counts from the end and deletes what it leaves out; zero shows the head and deletes nothing.
An offset far in the future is taken for a mistake: it deletes nothing either. The bot's own choice of
kinds is applied when an update comes in, so what it did not want then never appears later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.clock import Bell, Clock

DAY = 86400.0
FIRST_ID = 700_000_001  # the real ones begin anywhere
FUTURE = 10  # offsets beyond the end by more than this are not believed
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_KINDS = (
    "message edited_message channel_post edited_channel_post business_connection business_message "
    "edited_business_message deleted_business_messages message_reaction message_reaction_count "
    "inline_query chosen_inline_result callback_query shipping_query pre_checkout_query "
    "purchased_paid_media poll poll_answer my_chat_member chat_member chat_join_request chat_boost "
    "removed_chat_boost"
)
KINDS = frozenset(_KINDS.split())


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update with the queue that keeps its order: a chat, or the clicks of a person."""

    id: int
    body: dict[str, Any]
    queue: str
    came: float
    expires: float


@dataclass(frozen=True, slots=True)
class Ack:
    """An update that the bot has confirmed, when, and how long after it came."""

    update_id: int
    at: float
    after: float


class UpdateQueue:
    def __init__(self, clock: Clock, bell: Bell) -> None:
        self._clock, self._bell = clock, bell
        self._waiting: dict[int, Waiting] = {}
        self._next = FIRST_ID
        self.acks: list[Ack] = []
        self.allowed: tuple[str, ...] = ()  # empty: all but those that must be asked for

    def push(self, kind: str, value: Any, queue: str, life: float = DAY) -> None:
        """Let an update wait, unless the bot does not want its kind."""
        if self._wants(kind):
            self._add({"update_id": self._next, kind: value}, queue, life)

    def push_raw(self, update: dict[str, Any]) -> None:
        """Let any update wait as it is; it gets a number where it has none."""
        body = {"update_id": self._next} | update
        given = body["update_id"]
        if isinstance(given, int) and given >= self._next:
            self._next = given
        self._add(body, f"raw {self._next}", DAY)

    def allow(self, kinds: Iterable[str]) -> None:
        """Choose kinds; names that nobody knows are passed over, none at all is the default."""
        self.allowed = tuple(kind.lower() for kind in kinds if kind.lower() in KINDS)

    def take(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """The first updates from an offset on; those below it are deleted for good."""
        if offset < 0:
            offset = max(self._next + offset, self._head)
        if 0 < offset <= self._next + FUTURE:
            for number in [number for number in self._waiting if number < offset]:
                self.confirm(number)
        return [one.body for one in self.waiting()[:limit]]

    def waiting(self) -> list[Waiting]:
        """Those whose time is not over."""
        now = self._clock.now()
        for one in [one for one in self._waiting.values() if one.expires <= now]:
            self.drop(one.id)
        return list(self._waiting.values())

    def confirm(self, number: int) -> None:
        """Delete an update that the bot has taken."""
        if one := self._waiting.pop(number, None):
            now = self._clock.now()
            self.acks.append(Ack(number, now, now - one.came))
            self._bell.ring()

    def drop(self, number: int) -> None:
        """Delete an update that nobody has taken."""
        self._waiting.pop(number, None)

    def clear(self) -> None:
        self._waiting.clear()

    @property
    def _head(self) -> int:
        return next(iter(self._waiting), self._next)

    def _wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def _add(self, body: dict[str, Any], queue: str, life: float) -> None:
        now = self._clock.now()
        self._waiting[self._next] = Waiting(self._next, body, queue, now, now + life)
        self._next += 1
        self._bell.ring()
