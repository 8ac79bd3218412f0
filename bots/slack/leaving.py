"""What is left of a ticket in a channel when its card goes to another one: where it is, and nothing to press.

The old card would show what held then for ever. Where the channel that is left may not read the
ticket any more, because it was given to a protected team, what the bot said and put up below the card is
taken back too; what agents wrote there themselves is theirs to delete. While Slack cannot be asked
nothing counts as left: it is tried again.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bots.chat.desk import ChatDesk
from bots.slack import blocks
from bots.slack.blocks import CardFacts
from bots.slack.looking import Where
from bots.slack.speaking import ChannelGone, Speaking
from bots.slack.triage import Seat
from bots.slack.workspaces import MEDIUM
from intake.errors import PermanentFailure
from store import posts
from store.cards import Card
from store.work import SqlWork

log = structlog.get_logger()


class Leaving:
    """`leave` is done again as a whole where it was interrupted, and then changes nothing."""

    def __init__(self, desk: ChatDesk, speaking: Speaking) -> None:
        self._desk = desk
        self._speaking = speaking

    async def leave(self, card: Card, old: Seat, new: Seat) -> None:
        """Say on the card where the ticket is now; a message that is gone or cannot be changed stays.

        TemporaryFailure where it is not known whether all of that was done.
        """
        setup, now = self._desk.setup, datetime.now(UTC)

        def read(work: SqlWork) -> tuple[CardFacts, list[str]]:
            ticket = work.ticket(card.ticket)
            assert ticket  # a card is one of a ticket
            facts = blocks.card_facts(work, ticket, setup, now, channel_team=old.team)
            return facts, _said_below(work, card)

        facts, below = await self._desk.read(read)
        message = blocks.left(facts, new.where.channel)
        await self._put(old.where, card.external, message)
        for ts in below if facts.withheld_for else ():
            await self._put(old.where, ts, blocks.taken_back(facts))
        if facts.withheld_for:
            await self._take_down(replace(old.where, thread=card.external))

    async def _put(self, where: Where, ts: str, message: blocks.Message) -> None:
        with suppress(PermanentFailure, ChannelGone):
            await self._speaking.update(where, ts, message)

    async def _take_down(self, thread: Where) -> None:
        """The files are words, too."""
        bot = (await self._speaking.workspaces.of(thread.team)).bot_user
        for file in await self._speaking.looking.files_at(thread, bot):
            args = {"file": file.id}
            try:
                await self._speaking.said(
                    thread.team,
                    lambda client, args=args: client.api_call("files.delete", json=args),  # type: ignore[misc]
                )
            except PermanentFailure as error:
                log.warning("a file of a protected ticket stands in Slack still", error=str(error), **args)


def _said_below(work: SqlWork, card: Card) -> list[str]:
    """What the bot said in the card's thread."""
    known = posts.posts_of(work, card.ticket, MEDIUM)
    return [
        one.external
        for one in known
        if one.outbox and one.place == card.place and one.thread == card.external
    ]
