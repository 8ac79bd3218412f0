"""How much a bot may send: about a message a second to a chat, thirty in all, twenty a minute to a group.

Off unless asked for, since most tests are about something else. A short burst to one chat passes, as it
does at Telegram; how short is a setting.
"""

from dataclasses import dataclass, field
from math import ceil

from sandbox.telegram.clock import Clock
from sandbox.telegram.refusals import too_many_requests

ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Rates:
    chat_burst: int = 3
    chat_second: float = 1.0
    all_second: float = 30.0
    group_minute: float = 20.0


@dataclass(slots=True)
class Bucket:
    """Holds so many, and is filled by so many a second."""

    holds: float
    a_second: float
    left: float
    at: float

    def wait(self, now: float) -> float:
        """The seconds until one can be taken."""
        self.left = min(self.holds, self.left + (now - self.at) * self.a_second)
        self.at = now
        missing = 1 - self.left
        return missing / self.a_second if missing > ROUNDING else 0.0


@dataclass(slots=True)
class Limits:
    clock: Clock
    rates: Rates | None = None
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def count(self, bot: int, chat: int) -> None:
        """Count one message; refused with the seconds to wait when it is one too many."""
        if self.rates is None:
            return
        now = self.clock.now()
        buckets = [self._bucket(now, *one) for one in _measures(self.rates, bot, chat)]
        if (wait := max(bucket.wait(now) for bucket in buckets)) > 0:
            raise too_many_requests(ceil(wait))
        for bucket in buckets:
            bucket.left -= 1

    def _bucket(self, now: float, name: str, holds: float, a_second: float) -> Bucket:
        return self._buckets.setdefault(name, Bucket(holds, a_second, holds, now))


def _measures(rates: Rates, bot: int, chat: int) -> list[tuple[str, float, float]]:
    """Name, size and filling of each bucket that one message is taken from."""
    every = (f"{bot}", rates.all_second, rates.all_second)
    private = (f"{bot} {chat}", float(rates.chat_burst), rates.chat_second)
    group = (f"{bot} {chat} minute", rates.group_minute, rates.group_minute / 60)
    return [every, private] if chat > 0 else [every, private, group]
