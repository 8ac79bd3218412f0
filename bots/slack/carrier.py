"""Carries what is promised into Slack: under a ticket's card, into a direct message, to customers.

A place in the outbox is one of six: `triage` (for agents: in the thread of the ticket's card, or in
the channel itself where it is about no ticket), `direct U123` (one agent), `TEAM/CHANNEL[/THREAD]`
(a registered channel of customers), `sign …` (a message that gets a reaction), `redraw …` (a notice
that shows what was decided), or `again N` (what was posted about a ticket, whose words were redacted).
What is posted is remembered with its ticket, so that an answer to it belongs there.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from bots.chat.desk import ChatDesk
from bots.delivery import Claimed, Ended
from bots.slack import blocks
from bots.slack.again import Again
from bots.slack.blocks import CardFacts, Message
from bots.slack.blocks.thread import direct_messages
from bots.slack.cards import Cards
from bots.slack.looking import Where
from bots.slack.noticed import carry_redraw
from bots.slack.pace import ANSWER, MESSAGE, Order
from bots.slack.signs import SIGN, carry_sign
from bots.slack.speaking import ChannelGone, Speaking
from bots.slack.triage import Triage
from bots.slack.unreachable import ENDED, NOT_INSTALLED, REASONS, REMOVED, turn_to_mail
from bots.slack.uploads import Uploads, check
from bots.slack.workspaces import MEDIUM, NotInstalled
from intake.decisions import is_for_customers
from intake.errors import PermanentFailure, TemporaryFailure
from intake.messages import File, Outbound
from intake.policy import Policy
from intake.readers import DIRECT, TRIAGE, privileged
from store import chat_places, posts
from store.again import AGAIN
from store.chat_places import ChatPlace, PlaceKind
from store.chats import is_of_customer
from store.files import file_of, files_of, kept_files_of
from store.held_notices import HELD, REDRAW, Settled, settled_by
from store.outbox import Promise
from store.posts import Post
from store.work import SqlWork


class SlackCarrier:
    """`carry` answers the ts of the first message that it posted, or of what says all that already."""

    def __init__(self, desk: ChatDesk, speaking: Speaking, triage: Triage, cards: Cards) -> None:
        self._desk = desk
        self._speaking = speaking
        self._triage = triage
        self._cards = cards
        self._again = Again(desk, speaking, self._words)

    async def carry(self, promise: Claimed) -> str:
        try:
            kind, _, rest = promise.outbound.recipient.address.partition(" ")
            if kind == TRIAGE:
                return await self._to_agents(promise)
            if kind == DIRECT:
                return await self._directly(promise, rest)
            if kind == SIGN:
                return await carry_sign(self._speaking, rest, promise.outbound.subject)
            if kind == REDRAW:
                return await carry_redraw(self._desk, self._speaking, self._triage, int(rest))
            if kind == AGAIN:
                return await self._again.carry(int(rest), promise.outbound.extra)
            return await self._to_customers(promise, kind)
        except ChannelGone as gone:
            if await self._triage.is_triage(gone.where.team, gone.where.channel):
                await self._triage.lost(gone)  # the next try goes to the fallback
            raise

    async def close(self) -> None:
        """The connections are the channel's, which closes them."""

    # Helpers

    async def _to_agents(self, promise: Claimed) -> str:
        number = promise.outbound.ticket_number
        if not number:
            seat = await self._triage.seat("")
            messages = blocks.thread_messages(promise.outbound, None, await self._settled(promise))
            return await self._say(promise, seat.where, messages)
        seat, ts = await self._cards.thread(number)
        facts = await self._facts(number, seat.team)
        if facts.withheld_for:  # its files are words, too
            promise = replace(promise, outbound=replace(promise.outbound, attachments=()))
        if blocks.is_on_card(promise.outbound, facts) or blocks.is_over(promise.outbound, facts):
            return ts
        messages = blocks.thread_messages(promise.outbound, facts, await self._settled(promise))
        return await self._say(promise, Where(seat.where.team, seat.where.channel, ts), messages)

    async def _settled(self, promise: Claimed | Promise) -> Settled | None:
        """What became of a held message before the notice of it was posted."""
        if promise.outbound.notice != HELD:
            return None
        return await self._desk.read(lambda work: settled_by(work, promise.id))

    async def _directly(self, promise: Claimed, user: str) -> str:
        where = await self._speaking.direct(await self._speaking.home(), user)
        if not promise.outbound.ticket_number:
            return await self._say(promise, where, direct_messages(promise.outbound, None))
        facts = await self._direct_facts(promise.outbound.ticket_number, user)
        if blocks.is_over(promise.outbound, facts):
            return ""
        return await self._say(promise, where, direct_messages(promise.outbound, facts))

    async def _direct_facts(self, number: int, user: str) -> CardFacts:
        policy = self._desk.setup.policy
        team = await self._desk.read(lambda work: _team_that_reads(work, user, number, policy))
        return await self._facts(number, team)

    async def _to_customers(self, promise: Claimed, place: str) -> str:
        team, channel, thread = [*place.split("/"), "", ""][:3]
        number = promise.outbound.ticket_number
        known = await self._desk.read(lambda work: _reads(work, f"{team}/{channel}", number))
        if known is None:
            raise await self._by_mail(promise, f"{team}/{channel}", REMOVED)
        if known.broken:
            raise await self._by_mail(promise, known.place, known.broken)
        where = Where(team, channel, thread)
        try:
            return await self._say(promise, where, blocks.customer_messages(promise.outbound))
        except TemporaryFailure as error:
            if word := await self._shut_by(team, error):
                raise await self._by_mail(promise, known.place, word) from error
            raise

    async def _shut_by(self, team: str, error: TemporaryFailure) -> str:
        """Slack's word for a channel that takes nothing any more, "" where it may take it later.

        While the agents' own workspace is without the app, or is not known yet, everything waits.
        """
        if isinstance(error, ChannelGone):
            return error.error
        try:
            home = await self._speaking.home()
        except TemporaryFailure:
            return ""
        if team == home:
            return ""
        if isinstance(error, NotInstalled):
            return NOT_INSTALLED
        dead = self._speaking.workspaces.dead(team)
        return dead if dead in ENDED else ""

    async def _by_mail(self, promise: Claimed, place: str, word: str) -> Exception:
        """What to raise: Ended, or the failure where no address takes the words either."""
        setup, now, why = self._desk.setup, datetime.now(UTC), f"Slack: {REASONS.get(word, word)}"
        if await self._desk.write(lambda work: turn_to_mail(work, promise, place, word, setup, now)):
            return Ended(why)
        return PermanentFailure(f"{why}, and no address of theirs takes mail")

    async def _words(self, promise: Promise, place: str) -> tuple[Sequence[Message], Sequence[File]]:
        """What was said about a ticket at a place, as it would be said now, with the files kept of it."""
        outbound = promise.outbound
        kind, _, user = outbound.recipient.address.partition(" ")
        number = outbound.ticket_number
        if kind == DIRECT:
            return direct_messages(outbound, await self._direct_facts(number, user) if number else None), ()
        kept = await self._desk.read(lambda work: _kept_files(work, outbound))
        if kind != TRIAGE:
            return blocks.customer_messages(outbound), kept
        seat = await self._triage.seat_at(place.rpartition("/")[2])
        facts = await self._facts(number, seat.team) if number else None
        messages = blocks.thread_messages(outbound, facts, await self._settled(promise))
        return messages, () if facts and facts.withheld_for else kept

    async def _say(self, promise: Claimed, where: Where, messages: Sequence[Message]) -> str:
        """Every message in its order, the files last; nothing at all where a file must not go."""
        again = promise.attempts > 1
        files, messages = await self._with_files(promise, messages)
        first = ""
        for part, message in enumerate(messages):
            key = f"outbox {promise.id} {part}"
            ts = await self._speaking.post(where, message, key, _order(promise), may_be_there=again)
            await self._remember(promise, where, ts)
            first = first or ts
        if files:
            uploads = Uploads(self._speaking, self._desk.setup.desk)
            await uploads.share(where, files, may_be_there=again)
        return first

    async def _with_files(
        self, promise: Claimed, messages: Sequence[Message]
    ) -> tuple[list[File], Sequence[Message]]:
        """What goes up behind the words. Agents read which are lost; an answer goes with all or not."""
        whole, outbound = [one.file for one in messages if one.file], promise.outbound
        if not outbound.attachments:
            return whole, messages
        if is_for_customers(outbound.notice):
            kept = await self._desk.read(lambda work: files_of(work, outbound))
        else:
            kept, lost = await self._desk.read(lambda work: kept_files_of(work, outbound))
            messages = blocks.with_lost_files(messages, lost)
        check(kept, self._desk.setup.desk)
        return [*whole, *kept], messages

    async def _remember(self, promise: Claimed, where: Where, ts: str) -> None:
        post = Post(
            MEDIUM,
            where.place,
            ts,
            promise.outbound.notice,
            datetime.now(UTC),
            promise.outbound.ticket_number,
            where.thread,
            outbox=promise.id,
        )
        await self._desk.write(lambda work: posts.record(work, post))

    async def _facts(self, number: int, channel_team: str) -> CardFacts:
        setup, now = self._desk.setup, datetime.now(UTC)

        def read(work: SqlWork) -> CardFacts:
            ticket = work.ticket(number)
            if ticket is None:
                raise PermanentFailure(f"there is no ticket {number}")
            return blocks.card_facts(work, ticket, setup, now, channel_team=channel_team)

        return await self._desk.read(read)


def _kept_files(work: SqlWork, outbound: Outbound) -> list[File]:
    """The files of a promise but those that are not kept any more."""
    found: list[File] = []
    for message, place in outbound.attachments:
        with suppress(PermanentFailure):
            found.append(file_of(work, message, place))
    return found


def _order(promise: Claimed) -> Order:
    """A person's own words go before what the desk says by itself."""
    return (ANSWER if promise.outbound.automatic == "no" else MESSAGE, promise.id)


def _reads(work: SqlWork, place: str, number: int) -> ChatPlace | None:
    """A channel of the ticket's customer, None for another: it may have been given away meanwhile."""
    known = chat_places.place_at(work, MEDIUM, place)
    if known is None or known.kind is not PlaceKind.CUSTOMERS:
        return None
    is_theirs = is_of_customer(work.ticket(number) if number else None, known.organisation)
    return known if is_theirs else None


def _team_that_reads(work: SqlWork, user: str, number: int, policy: Policy) -> str:
    """The team whose words an agent may read: that of the ticket where they are among its few readers."""
    few = privileged(work, work.ticket(number), policy)
    agents = [one for one in (*few, *work.agents()) if one.slack == user]
    ticket = work.ticket(number)
    return ticket.team if ticket and agents and agents[0] in few else agents[0].team if agents else ""
