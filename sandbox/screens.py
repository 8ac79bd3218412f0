"""What people have before them in the chats: the triage channel, direct messages, a customer's phone.

A screen is looked at again and again; what is new on it, or stands there otherwise, became of the
step that was just played. Nothing is taken from the desk: it is what the sandboxes got over the wire.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from intake.messages import Address
from sandbox.slack import Message, SlackSandbox
from sandbox.slack_words import words_of
from sandbox.telegram import TelegramSandbox

PATIENCE = 10.0  # seconds that the desk has to take what was done
CARD = "card"
SIGNS = {"lock": "🔒", "white_check_mark": "✅", "eyes": "👀", "warning": "⚠️"}


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
class SlackScreen:
    """The triage channel as its members see it, and what agents are told directly."""

    slack: SlackSandbox
    triage: str
    channel: Address
    direct: dict[str, Address]  # by the user's id

    async def settle(self) -> None:
        await self.slack.wait_until_idle(PATIENCE)

    def sights(self) -> Iterator[Sight]:
        for one in self.slack.channel(self.triage):
            yield from self._in_triage(one)
        for user, reader in self.direct.items():
            yield from (self._seen(reader, one) for one in self.slack.dms(user) if one.bot_id)

    def _in_triage(self, one: Message) -> Iterator[Sight]:
        if one.is_deleted:
            return
        if one.bot_id and not one.is_reply:
            yield Sight(self.channel, one.ts, self._words(one), CARD, can_change=True)
        elif one.bot_id:
            yield self._seen(self.channel, one)
        elif one.reactions:
            signs = " ".join(SIGNS.get(name, f":{name}:") for name in one.reactions)
            yield Sight(self.channel, f"{one.ts} signs", f"{signs} on “{one.text}”", "sign")

    def _seen(self, reader: Address, one: Message) -> Sight:
        return Sight(reader, one.ts, self._words(one))

    def _words(self, one: Message) -> str:
        files = [f"📎 {file.name}" for file in one.files]
        names = {user.id: user.name for user in self.slack.world.users.values()}
        return "\n".join([*(words_of(one.blocks, names) if one.blocks else [one.text]), *files])


@dataclass(slots=True)
class TelegramScreen:
    """What a customer reads in the chat with the bot."""

    telegram: TelegramSandbox
    chat: int
    reader: Address

    async def settle(self) -> None:
        await self.telegram.wait_for(lambda: not self.telegram.waiting(), PATIENCE)

    def sights(self) -> Iterator[Sight]:
        for one in self.telegram.chat(self.chat):
            if one.from_bot and not one.deleted:
                rows = [" ".join(f"[{button.text}]" for button in row) for row in one.keyboard]
                yield Sight(self.reader, f"{one.id}", "\n".join([one.text, *rows]), can_change=True)


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
