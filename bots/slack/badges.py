"""⏳ on a card that cannot be brought up to date in time: what it shows is old, and that it knows.

The card itself cannot say so, for what would change it is what Slack does not let us do just then; a
reaction is another method, with a limit of its own. It is written down before it is put on, so that
whoever draws the card afterwards takes it off again, even after a crash in between.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from bots.chat.desk import ChatDesk
from bots.slack.calls import Limited, Lost, Refused
from bots.slack.speaking import Speaking
from intake.errors import PermanentFailure, StoreUnavailable, TemporaryFailure
from store import cards
from store.cards import Card

EMOJI = "hourglass_flowing_sand"
PATIENCE = timedelta(seconds=10)
POLL_SECONDS = 1.0
REST_SECONDS = 15.0  # while Slack or the store is in trouble
LOOKED_AT = 20  # cards at once
log = structlog.get_logger()


class Badges:
    """`run` puts badges on until it is cancelled; `take_off` is for whoever has drawn a card."""

    def __init__(self, desk: ChatDesk, speaking: Speaking, lease: timedelta) -> None:
        self._desk = desk
        self._speaking = speaking
        self._lease = lease
        self.patience = PATIENCE

    async def run(self) -> None:
        while True:
            try:
                await self._look()
            except Limited as error:
                await asyncio.sleep(error.seconds)
            except (TemporaryFailure, StoreUnavailable) as error:
                log.info("late cards get no badge yet", error=str(error))
                await asyncio.sleep(REST_SECONDS)
            await asyncio.sleep(POLL_SECONDS)

    async def take_off(self, card: Card) -> None:
        """The card shows what it should; a badge that is not there, or not any more, is off."""
        team, _, channel = card.place.partition("/")
        at = {"channel": channel, "timestamp": card.external, "name": EMOJI}
        try:
            await self._speaking.said(team, lambda client: client.reactions_remove(**at))
        except PermanentFailure as error:  # no_reaction, message_not_found: nothing to take off
            log.info("a badge is not there", ticket=card.ticket, error=str(error))
        await self._desk.write(lambda work: cards.lose_badge(work, card.ticket))

    # Helpers

    async def _look(self) -> None:
        since = datetime.now(UTC) - self.patience
        for card in await self._desk.read(lambda work: cards.late(work, since, self._lease, LOOKED_AT)):
            if await self._desk.write(lambda work, card=card: cards.wear_badge(work, card)):  # type: ignore[misc]
                await self._put_on(card)

    async def _put_on(self, card: Card) -> None:
        team, _, channel = card.place.partition("/")
        at = {"channel": channel, "timestamp": card.external, "name": EMOJI}
        try:
            await self._speaking.ask(team, lambda client: client.reactions_add(**at))
        except (Refused, Lost) as error:  # it may be on; whoever draws the card takes it off
            log.info("a badge is not put on", ticket=card.ticket, error=str(error))
        except (Limited, TemporaryFailure):
            await self._desk.write(lambda work: cards.lose_badge(work, card.ticket))
            raise
        if not await self._desk.read(lambda work: cards.has_badge(work, card.ticket)):
            await self.take_off(card)  # it was drawn while the badge was on its way
