"""What people have before them in the chats: the triage channel, direct messages, a customer's phone.

A screen is looked at again and again; what is new on it, or stands there otherwise, became of the
step that was just played. Nothing is taken from the desk: it is what the sandboxes got over the wire.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from intake.messages import Address

CARD = "card"


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing on a screen; `post` is the medium's own id of a message of ours."""

    reader: Address
    post: str
    text: str
    name: str = ""  # of what is no notice: a card, an emoji
    can_change: bool = False  # what is drawn anew counts each time

    def since(self, before: str) -> "Sight":
        """What is new on a card that was drawn before: its title, and the lines that changed."""
        title, *lines = self.text.splitlines()
        old = before.splitlines()
        return replace(self, text="\n".join([title, *(one for one in lines if one not in old)]))


class Screen(Protocol):
    async def settle(self) -> None:
        """Return once the desk has taken everything that was done here."""

    def sights(self) -> Iterable[Sight]:
        """Everything of ours that stands there now."""


@dataclass(slots=True)
class Watch:
    """Looks at all screens, and remembers what it saw."""

    screens: tuple[Screen, ...] = ()
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    async def settle(self) -> None:
        for one in self.screens:
            await one.settle()

    def news(self) -> list[Sight]:
        """What was not there when it looked last."""
        seen = [sight for screen in self.screens for sight in screen.sights()]
        before = {_key(one): self._known.get(_key(one)) for one in seen}
        self._known |= {_key(one): one.text for one in seen}
        return [_shortened(one, before[_key(one)]) for one in seen if _is_new(one, before[_key(one)])]


def _key(sight: Sight) -> tuple[str, str]:
    return sight.reader.address, sight.post


def _is_new(sight: Sight, before: str | None) -> bool:
    return before is None or (sight.can_change and before != sight.text)


def _shortened(sight: Sight, before: str | None) -> Sight:
    return sight.since(before) if before is not None and sight.name == CARD else sight
