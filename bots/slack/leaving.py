"""What is left of a ticket in a channel when its card goes to another one: where it is, and nothing to press.

The old card would show what held then for ever. Where the channel that is left may not read the
ticket any more, because it was given to a protected team, what the bot said and put up below the card is
taken back too, and so is what it said of it directly to agents who may not read it now. What agents
wrote there themselves is theirs to delete: whoever gave the ticket away is told what stands there still,
with links. While Slack cannot be asked nothing counts as left: it is tried again.
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
from intake.policy import Policy
from intake.readers import DIRECT, privileged
from intake.tickets import Ticket
from store import outbox, posts
from store.cards import Card
from store.exports import history_of
from store.posts import Post
from store.work import SqlWork

MOST_LINKS = 20
OWN = ("note", "answer")  # what agents wrote below a card
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

        def read(work: SqlWork) -> tuple[CardFacts, list[str], list[Post]]:
            ticket = work.ticket(card.ticket)
            assert ticket  # a card is one of a ticket
            facts = blocks.card_facts(work, ticket, setup, now, channel_team=old.team)
            return facts, _said_below(work, card), _said_directly(work, ticket, setup.policy)

        facts, below, directly = await self._desk.read(read)
        message = blocks.left(facts, new.where.channel)
        await self._put(old.where, card.external, message)
        for ts in below if facts.withheld_for else ():
            await self._put(old.where, ts, blocks.taken_back(facts))
        for post in directly if facts.withheld_for else ():
            team, _, channel = post.place.partition("/")
            await self._put(Where(team, channel), post.external, blocks.taken_back(facts))
        if facts.withheld_for:
            await self._take_down(replace(old.where, thread=card.external))
            await self._tell_what_remains(card, old, facts)

    async def _tell_what_remains(self, card: Card, old: Seat, facts: CardFacts) -> None:
        """Whoever gave the ticket away, where they may see it there; else in a direct message."""
        who, left = await self._desk.read(lambda work: _remaining(work, card))
        if not who or not left:
            return
        team, where = old.where.team, replace(old.where, thread=card.external)
        links = [link for ts in left[:MOST_LINKS] if (link := await self._link(where, ts))]
        if not links:
            return
        message = blocks.remaining(facts, links)
        args = {"channel": where.channel, "user": who, "text": message.text, "blocks": list(message.blocks)}
        try:
            await self._speaking.said(team, lambda client: client.api_call("chat.postEphemeral", json=args))
        except PermanentFailure:  # they are not in that channel
            with suppress(PermanentFailure):
                direct = await self._speaking.direct(team, who)
                await self._speaking.post(direct, message, f"remaining {card.ticket} {card.place}")

    async def _link(self, where: Where, ts: str) -> str:
        """Where a message is, "" where its author has deleted it."""
        try:
            said = await self._speaking.said(
                where.team, lambda client: client.chat_getPermalink(channel=where.channel, message_ts=ts)
            )
        except PermanentFailure:
            return ""
        return str(said["permalink"])

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


def _said_directly(work: SqlWork, ticket: Ticket, policy: Policy) -> list[Post]:
    """What the bot said of a ticket to agents, in direct messages, who may not read it now."""
    few = {one.slack for one in privileged(work, ticket, policy)}
    found = []
    for post in posts.posts_of(work, ticket.number, MEDIUM):
        promise = outbox.one(work, post.outbox) if post.outbox else None
        kind, _, user = promise.outbound.recipient.address.partition(" ") if promise else ("", "", "")
        if kind == DIRECT and user not in few:
            found.append(post)
    return found


def _remaining(work: SqlWork, card: Card) -> tuple[str, list[str]]:
    """Who gave the ticket to its team last, by their Slack account, and what agents wrote below its card."""
    acts = [one for one in history_of(work, card.ticket) if one["what"] == "team"]
    agent = work.agent(str(acts[-1]["actor"])) if acts else None
    here = (one for one in posts.posts_of(work, card.ticket, MEDIUM) if one.role in OWN and not one.outbox)
    left = [one.external for one in here if (one.place, one.thread) == (card.place, card.external)]
    return agent.slack if agent else "", left
