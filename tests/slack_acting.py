"""One desk with Slack for a whole module of tests, in a loop of its own: each test has a ticket of its own.

`here.run` runs a test's steps in that loop. The people are those of `slack_world`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import update

from intake.tickets import Ticket
from sandbox.slack import Interaction, Message
from slack_world import World, world
from store import cards, undoable
from store.chat_tables import drafts
from store.undoable import ANSWER
from store.work import SqlWork

IN_A_HURRY = 0.02  # seconds between two messages; the pace has its own tests
Answer = TypeVar("Answer")
Shown = dict[str, Any]


@dataclass(slots=True)
class Here:
    """The world, and what these tests do in it again and again."""

    world: World
    loop: asyncio.Runner

    def run(self, steps: Callable[[], Awaitable[Answer]]) -> Answer:
        async def bounded() -> Answer:
            return await asyncio.wait_for(steps(), 90)

        return self.loop.run(bounded())

    async def ticket(self, subject: str = "Calls drop", **fields: Any) -> "Case":
        """A new ticket by mail, with its card; answers that earlier tests have left are said by then."""
        await self.world.slack.wait_for(lambda: not self.world.read(soon_said))
        before = self.numbers()
        await self.world.mail(subject=subject, **fields)
        (number,) = self.numbers() - before
        await self.world.slack.wait_for(lambda: self.card_of(number))
        return Case(self, number)

    @contextmanager
    def time_to_undo(self) -> Iterator[None]:
        """An answer can be undone for as long as a test takes, instead of for a second."""
        with patch.dict(vars(self.world.chat.hands.settings), undo_seconds=600):  # which are frozen
            yield

    def numbers(self) -> set[int]:
        from store.exports import listed_tickets

        return self.world.read(lambda work: {one.number for one in listed_tickets(work)})

    def card_of(self, number: int) -> Message | None:
        card = self.world.read(lambda work: cards.card_of(work, number))
        if not card or not card.external:
            return None
        channel = card.place.rpartition("/")[2]
        return next(one for one in self.world.slack.channel(channel) if one.ts == card.external)


@dataclass(slots=True)
class Case:
    """One ticket and its card."""

    here: Here
    number: int

    @property
    def world(self) -> World:
        return self.here.world

    @property
    def now(self) -> Ticket:
        ticket = self.world.read(lambda work: work.ticket(self.number))
        assert ticket
        return ticket

    @property
    def card(self) -> Message:
        card = self.here.card_of(self.number)
        assert card
        return card

    @property
    def thread(self) -> list[Message]:
        return self.world.slack.thread(self.card.channel, self.card.ts)[1:]

    async def click(self, action: str, user: str = "", **how: Any) -> Interaction:
        """Press something on the card, and wait until it is done."""
        return await self.press(self.card, action, user, **how)

    async def press(self, message: Message, action: str, user: str = "", **how: Any) -> Interaction:
        """The same on any message."""
        user = user or self.world.space.sam
        click = await self.world.slack.click(user, message.channel, message.ts, action, **how)
        await self.world.done(click)
        return click

    async def say(self, text: str, user: str = "", **more: Any) -> str:
        """Write into the thread, and wait until it has been decided."""
        card = self.card
        ts = await self.world.slack.say(
            user or self.world.space.sam, card.channel, text, thread_ts=card.ts, **more
        )
        await self.decided()
        return ts

    async def decided(self) -> None:
        from store import inbox

        await self.world.slack.wait_until_idle()
        await self.world.slack.wait_for(
            lambda: self.world.read(inbox.next_due) is None and self.world.is_at_rest()
        )

    async def form(self, action: str, user: str = "", **how: Any) -> Shown:
        """Press something that opens a form, on a card that is up to date; the form once it is filled."""
        user = user or self.world.space.sam
        await self.world.settle()
        await self.click(action, user, **how)
        return await self.shown(user)

    async def shown(self, user: str = "") -> Shown:
        user = user or self.world.space.sam

        def filled() -> Shown | None:
            views = self.world.slack.views(user)
            return views[-1] if views and "One moment" not in str(views[-1]) else None

        view: Shown = await self.world.slack.wait_for(filled)
        return view

    async def submit(self, view: Shown, values: Shown, user: str = "") -> Shown:
        return await self.world.slack.submit(user or self.world.space.sam, view["id"], values)

    def whispers(self, user: str = "") -> list[Message]:
        """What somebody was told alone in this thread."""
        mine = self.world.slack.ephemerals(user or self.world.space.sam, self.card.channel)
        return [one for one in mine if one.thread_ts == self.card.ts]

    def let_time_pass(self) -> int:
        """The seconds are over in which an answer can be undone; how many answers waited."""
        mine = drafts.c.ticket == self.number, drafts.c.kind == ANSWER
        over = update(drafts).where(*mine).values(due_at=datetime.now(UTC))
        return self.world.write(lambda work: work.connection.execute(over).rowcount)

    def said(self) -> list[Shown]:
        """What was said on the ticket, as it is exported."""
        from store.exports import conversation

        def read(work: SqlWork) -> list[Shown]:
            return conversation(work, self.number)

        return self.world.read(read)


def soon_said(work: SqlWork) -> bool:
    """Whether answers wait that go out by themselves any moment."""
    return bool(undoable.due(work, datetime.now(UTC) + timedelta(seconds=5)))


@contextmanager
def working(folder: Path, more: str = "", desk: str = "", **settings: str) -> Iterator[Here]:
    with asyncio.Runner() as runner:
        made = world(folder, None, more, desk, **settings)
        here = runner.run(made.__aenter__())
        for pace in (here.chat.hands.speaking.pace, here.chat.hands.speaking.updates):
            pace.apart = IN_A_HURRY
        try:
            runner.run(here.slack.wait_for(lambda: here.slack.sockets))
            yield Here(here, runner)
        finally:
            runner.run(made.__aexit__(None, None, None))
