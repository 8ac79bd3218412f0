"""The screens of the demo's second act: the triage channel, direct messages, a customer's phone."""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.messages import Address
from sandbox.screens import CARD, Sight
from sandbox.slack import Message, SlackSandbox
from sandbox.slack_words import words_of
from sandbox.telegram import TelegramSandbox

PATIENCE = 60.0  # seconds that the desk has to take what was done
SIGNS = {"lock": "🔒", "white_check_mark": "✅", "eyes": "👀", "warning": "⚠️"}


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
