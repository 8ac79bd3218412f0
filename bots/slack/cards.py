"""Draws the triage cards that are out of date: the newest ticket first, each posted once.

One card at a time in each channel, as Slack takes them; which one is asked when its turn has come,
so that in a storm the newest ticket is on the screen first. What a ticket's card shows is compared
with what it showed, and what is the same is not sent. A ticket that was given to another team
gets a card in that team's channel; the old one is drawn a last time (`leaving`). A card that waits
for too long wears a badge meanwhile (`badges`).
"""

import asyncio
import hashlib
import json
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from bots.chat.desk import ChatDesk
from bots.processes import is_of_the_past, this_process
from bots.slack import blocks
from bots.slack.badges import Badges
from bots.slack.blocks import Message
from bots.slack.leaving import Leaving
from bots.slack.looking import Where
from bots.slack.pace import CARD
from bots.slack.speaking import ChannelGone, MessageGone, Speaking
from bots.slack.triage import Seat, Triage
from bots.slack.workspaces import MEDIUM
from intake.errors import DeliveryError, NotYet, StoreUnavailable, TemporaryFailure
from store import cards, outbox, posts
from store.cards import Card, Wanted
from store.posts import Post
from store.work import SqlWork

LEASE = timedelta(minutes=5)
LOOKED_AT = 300  # cards of a storm among which the newest of each channel is found
POLL_SECONDS = 1.0
FAR_BEHIND = 4  # cards that are to be posted before another
CARD_SECONDS = 20.0  # that what stands under a card waits for it
LOOK_AGAIN = timedelta(seconds=15)  # where it was late, and nothing woke what waits for it
FIRST_REST, LONGEST_REST = timedelta(seconds=2), timedelta(minutes=5)
AT_ONCE = 0.05  # seconds; a turn that took longer may be another card's
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lane:
    """What is drawn one after the other: new cards in a channel, or changes to those that are there."""

    channel: str
    is_posted: bool


class Cards:
    """`run` draws until it is cancelled; `thread` is where what belongs under a card goes."""

    def __init__(self, desk: ChatDesk, speaking: Speaking, triage: Triage) -> None:
        self._desk = desk
        self._speaking = speaking
        self._triage = triage
        self._leaving = Leaving(desk, speaking)
        self.badges = Badges(desk, speaking, LEASE)
        self._worker = this_process("cards")
        self._busy: dict[Lane, asyncio.Task[None]] = {}
        self._drawn = asyncio.Event()

    async def run(self) -> None:
        now = datetime.now(UTC)
        await self._desk.write(lambda work: cards.let_go(work, is_of_the_past, now))
        while True:
            self._desk.committed.clear()
            self._drawn.clear()
            try:
                await self._start_some()
            except (TemporaryFailure, StoreUnavailable) as error:
                log.info("no card can be drawn", error=str(error))
            await self._pause()

    async def stop(self) -> None:
        """Let go of what is under way; it is drawn again after its lease."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def thread(self, number: int) -> tuple[Seat, str]:
        """The channel and the ts of a ticket's card, once it is there; TemporaryFailure if that is late."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CARD_SECONDS):
                while True:
                    if found := await self._there(number):
                        return found
                    if await self._is_far_behind(number):
                        break  # in a storm: others must not wait with it, and its card brings it back
                    await self._pause()
        raise NotYet(f"the card of ticket {number} is not posted yet", LOOK_AGAIN)

    # Helpers

    async def _is_far_behind(self, number: int) -> bool:
        """Whether many newer cards are to be posted before this ticket's."""
        now = datetime.now(UTC)
        waiting = await self._desk.read(lambda work: cards.wanted(work, now, LOOKED_AT))
        return sum(one.ticket > number and not one.is_posted for one in waiting) >= FAR_BEHIND

    async def _there(self, number: int) -> tuple[Seat, str] | None:
        def asked(work: SqlWork) -> tuple[Card | None, str]:
            ticket = work.ticket(number)
            return cards.card_of(work, number), ticket.team if ticket else ""

        card, team = await self._desk.read(asked)
        if card is None:
            await self._desk.write(lambda work: work.redraw(number, datetime.now(UTC)))
            return None
        seat = await self._triage.seat(team)
        return (seat, card.external) if card.external and card.place == seat.where.place else None

    async def _pause(self) -> None:
        """Until something was written or drawn, or for a moment."""
        woken = [asyncio.create_task(one.wait()) for one in (self._desk.committed, self._drawn)]
        try:
            await asyncio.wait(woken, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in woken:
                task.cancel()

    async def _start_some(self) -> None:
        for lane, number in (await self._newest()).items():
            if lane not in self._busy:
                task = asyncio.create_task(self._draw_one(lane, number))
                self._busy[lane] = task
                task.add_done_callback(lambda _, lane=lane: self._ended(lane))  # type: ignore[misc]

    def _ended(self, lane: Lane) -> None:
        self._busy.pop(lane, None)
        self._drawn.set()

    async def _newest(self) -> dict[Lane, int]:
        """The newest ticket whose card is out of date, of each lane."""
        now = datetime.now(UTC)
        found: dict[Lane, int] = {}
        for one in await self._desk.read(lambda work: cards.wanted(work, now, LOOKED_AT)):
            with suppress(TemporaryFailure):  # its team's channel cannot be used at this moment
                found.setdefault(await self._lane(one), one.ticket)
        return found

    async def _lane(self, one: Wanted) -> Lane:
        return Lane((await self._triage.seat(one.team)).where.channel, one.is_posted)

    async def _draw_one(self, lane: Lane, number: int) -> None:
        try:
            began = time.monotonic()
            if not lane.is_posted:
                await self._speaking.pace.turn(lane.channel, (CARD, 0))
            if time.monotonic() - began > AT_ONCE:
                number = (await self._newest()).get(lane, number)
            await self._draw(number)
        except StoreUnavailable as error:
            log.warning("a card cannot be drawn", ticket=number, error=str(error))
            await asyncio.sleep(POLL_SECONDS)
        except Exception:
            log.exception("a card could not be drawn", ticket=number)
            await asyncio.sleep(POLL_SECONDS)

    async def _draw(self, number: int) -> None:
        now = datetime.now(UTC)
        card = await self._desk.write(lambda work: cards.claim(work, number, self._worker, now, LEASE))
        if card is None:
            return
        try:
            await self._shown(card)
        except DeliveryError as error:
            if isinstance(error, ChannelGone):
                await self._triage.lost(error)
            rest = min(FIRST_REST * 2 ** min(card.attempts, 10), LONGEST_REST)
            reason = str(error)
            log.warning("a card is not drawn", ticket=number, error=reason, again=str(rest))
            again = datetime.now(UTC) + rest
            await self._desk.write(lambda work: cards.failed(work, card, reason, again))

    async def _shown(self, card: Card) -> None:
        """Bring a card up to date: post it, change it, or find that it shows what it should."""
        team = await self._desk.read(lambda work: _team_of(work, card.ticket))
        seat = await self._triage.seat(team)
        if card.external and card.place != seat.where.place:
            old = await self._triage.seat_at(card.place.rpartition("/")[2])
            await self._leaving.leave(card, old, seat)
            await self.badges.take_off(card)
            card = replace(card, place="", external="", shown="", attempts=1)
        message = await self._message(card.ticket, seat)
        shown = digest_of(message)
        if not card.external:
            await self._post(card, seat, message)
        elif shown != card.shown:
            try:
                await self._speaking.update(_where(card), card.external, message)
            except MessageGone:  # somebody deleted it
                await self._post(replace(card, attempts=1), seat, message)
        while not await self._desk.write(lambda work: cards.drawn(work, card, shown, datetime.now(UTC))):
            await self.badges.take_off(card)

    async def _post(self, card: Card, seat: Seat, message: Message) -> None:
        ts = await self._speaking.post(
            seat.where,
            message,
            f"card {card.ticket}",
            (CARD, 0),
            may_be_there=card.attempts > 1,
            takes_turn=False,
        )
        now, place = datetime.now(UTC), seat.where.place

        def kept(work: SqlWork) -> None:
            cards.posted(work, card.ticket, place, ts)
            posts.record(work, Post(MEDIUM, place, ts, "card", now, card.ticket))
            outbox.hasten(work, MEDIUM, now, card.ticket)  # what waited for the card goes now

        await self._desk.write(kept)

    async def _message(self, number: int, seat: Seat) -> Message:
        setup, now = self._desk.setup, datetime.now(UTC)

        def made(work: SqlWork) -> Message:
            ticket = work.ticket(number)
            assert ticket  # a card is one of a ticket
            return blocks.card(blocks.card_facts(work, ticket, setup, now, channel_team=seat.team))

        return await self._desk.read(made)


def digest_of(message: Message) -> str:
    """What tells whether a card shows the same as before."""
    return hashlib.sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()


def _team_of(work: SqlWork, number: int) -> str:
    ticket = work.ticket(number)
    return ticket.team if ticket else ""


def _where(card: Card) -> Where:
    team, _, channel = card.place.partition("/")
    return Where(team, channel)
