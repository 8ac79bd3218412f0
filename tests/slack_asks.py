"""A desk with Slack for a whole file of tests: it is started once, and its loop runs while a test plays."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from bots.commands import acts
from sandbox.slack import Interaction, Message
from serving import ANA, SAM
from slack_world import World, world
from store import cards
from store.work import SqlWork

Answer = TypeVar("Answer")


class Room:
    """The world, and a hand that plays in it."""

    def __init__(self, runner: asyncio.Runner, found: World) -> None:
        self._runner = runner
        self.world = found
        self.slack = found.slack
        self.space = found.space

    def play(self, act: Coroutine[Any, Any, Answer], seconds: float = 90) -> Answer:
        return self._runner.run(asyncio.wait_for(act, seconds))

    def ticket(self, subject: str = "Calls drop", text: str = "They drop.") -> int:
        """A new ticket of Ana's, by telephone."""
        wired = self.world.wired
        said = acts.log_call(wired, ANA.address, subject, text, "phone", "", {}, SAM.address)
        return int(str(said["ticket"]))

    def called(self, number: int, text: str) -> None:
        """Ana telephones again about a ticket."""
        acts.log_call(self.world.wired, ANA.address, f"VS-{number}", text, "phone", "", {}, SAM.address)

    def tickets(self) -> list[Any]:
        def asked(work: SqlWork) -> list[Any]:
            return [one for number in range(1001, 1080) if (one := work.ticket(number))]

        return self.world.read(asked)

    def settle(self) -> None:
        """Until nothing is under way any more."""
        self.play(self.world.settle())

    def told(self, user: str, words: str) -> list[str]:
        """The direct messages with these words that somebody got, once there is one."""

        def found() -> list[str]:
            return [text for one in self.slack.dms(user) if words in (text := shown(one))]

        return self.play(self.slack.wait_for(found))

    def in_thread(self, number: int, words: str) -> str:
        """What stands below a ticket's card and has these words in it, once it does."""

        card = self.card(number)

        def found() -> str:
            texts = map(shown, self.world.thread(card))
            return next((one for one in texts if words in one), "")

        return self.play(self.slack.wait_for(found))

    def now(self, number: int) -> Any:
        """A ticket as it stands."""
        return self.world.read(lambda work: work.ticket(number))

    def card(self, number: int) -> Message:
        """The card of a ticket, once it is there."""

        def found() -> Message | None:
            known = self.world.read(lambda work: cards.card_of(work, number))
            return next((one for one in self.world.cards() if known and one.ts == known.external), None)

        return self.play(self.slack.wait_for(found))

    def click(self, user: str, message: Message, action: str) -> Interaction:
        """Press something on a message, until it is done: what takes long is acknowledged before."""

        async def pressed() -> Interaction:
            interaction = await self.slack.click(user, message.channel, message.ts, action)
            await interaction.answered()
            await self.slack.wait_for(self.world.is_at_rest)
            return interaction

        return self.play(pressed())

    def say(self, text: str, user: str = "", channel: str = "") -> str:
        """A command; the words of what came back to whoever typed it."""

        async def typed() -> str:
            who, where = user or self.space.sam, channel or self.space.triage
            interaction = await self.slack.command(who, where, "/ticket", text)
            await interaction.answered()
            await self.slack.wait_for(lambda: interaction.ephemerals)
            return shown(interaction.ephemerals[-1])

        return self.play(typed())


def shown(message: Any) -> str:
    """Everything that a message or a view shows, blocks included."""
    found: list[str] = []

    def walk(thing: Any) -> None:
        if isinstance(thing, dict):
            found.extend(str(thing[name]) for name in ("text", "user_id") if isinstance(thing.get(name), str))
            for name, one in thing.items():
                if name != "state":
                    walk(one)
        elif isinstance(thing, list | tuple):
            for one in thing:
                walk(one)

    walk(message["blocks"] if isinstance(message, dict) else message.blocks)
    text = "" if isinstance(message, dict) else message.text
    return " ".join([text, *found])


@contextmanager
def a_room(folder: Path, **settings: str) -> Iterator[Room]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        found = runner.run(stack.enter_async_context(world(folder, **settings)))
        try:
            found.chat.hands.speaking.pace.apart = 0.0  # the sandbox lets us
            runner.run(found.slack.wait_for(lambda: found.slack.sockets))
            yield Room(runner, found)
        finally:
            runner.run(stack.aclose())
