"""What became of an answer: the line about it in the thread says when it went out, or why it did not.

The line is posted with the answer; whenever a promise to one of its readers has gone out, waits or
has failed, it is drawn again, until all have gone. What comes back later is told in words of its own.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from bots.slack.blocks import Message, card_facts, thread_messages
from bots.slack.blocks.elements import context
from bots.slack.blocks.text import date, escaped, mrkdwn
from bots.slack.calls import SlackFailure
from bots.slack.listening import Hands
from bots.slack.speaking import Where
from intake.errors import PermanentFailure, StoreUnavailable, TemporaryFailure
from intake.handle import Setup
from store.answered import Answered, answered, lines_after, newest_promise
from store.outbox import Promise
from store.posts import Post
from store.tables import Sending
from store.work import SqlWork

POLL_SECONDS = 1.0
REST_SECONDS = 15.0  # while Slack or the store is in trouble
LOOKED_AT = timedelta(days=2)
LOOKED_BACK = 1000  # rows of the outbox, when the desk starts
WAYS = {"email": "by email", "telegram": "in Telegram", "slack": "in Slack"}
log = structlog.get_logger()


class Receipts:
    """`run` keeps the lines about answers up to date until it is cancelled."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._seen: int | None = None  # the newest row of the outbox that was looked at
        self._shown: dict[int, str] = {}  # what each line that is watched shows

    async def run(self) -> None:
        while True:
            try:
                await self._look()
            except (TemporaryFailure, SlackFailure, StoreUnavailable) as error:
                log.info("what became of answers is not shown yet", error=str(error))
                await asyncio.sleep(REST_SECONDS)
            await asyncio.sleep(POLL_SECONDS)

    async def _look(self) -> None:
        """Only new rows are read, and those whose end is not shown yet."""
        for one in await self._hands.desk.read(self._found):
            words = states(one)
            if one.post and words != self._shown[one.line.id]:
                try:
                    await self._draw(one, one.post, words)
                except PermanentFailure as error:  # somebody deleted the line
                    log.info("a line about an answer cannot be changed", error=str(error))
                self._shown[one.line.id] = words
            if one.is_over or datetime.now(UTC) - one.line.created_at > LOOKED_AT:
                del self._shown[one.line.id]

    def _found(self, work: SqlWork) -> list[Answered]:
        newest = newest_promise(work)
        for line in lines_after(work, newest - LOOKED_BACK if self._seen is None else self._seen):
            self._shown.setdefault(line, "")
        self._seen = newest
        return answered(work, list(self._shown))

    async def _draw(self, one: Answered, post: Post, words: str) -> None:
        setup, triage = self._hands.desk.setup, self._hands.triage
        team, _, channel = post.place.partition("/")
        seat = await triage.seat_at(channel)
        message = await self._hands.desk.read(lambda work: _message(work, setup, one, seat.team, words))
        await self._hands.speaking.update(Where(team, channel), post.external, message)


def states(one: Answered) -> str:
    """In safe mrkdwn what became of each promise of an answer."""
    return " · ".join(map(_state, one.promises))


def _state(promise: Promise) -> str:
    to = escaped(promise.outbound.recipient.name or promise.outbound.recipient.address)
    way = WAYS.get(promise.outbound.channel, promise.outbound.channel)
    match promise.state:
        case Sending.SENT:
            return f"📨 sent {way} to {to} {date(promise.sent_at or promise.created_at)}"
        case Sending.FAILED:
            return f"❌ *failed* {way} to {to}: {escaped(promise.error[:200])}"
        case Sending.HELD:
            return f"✋ held, {way} to {to}: {escaped(promise.error[:200])}"
        case Sending.DROPPED:
            return f"given up, {way} to {to}"
    if promise.attempts > 1:
        return f"⏳ not out yet {way} to {to}, tried again: {escaped(promise.error[:200])}"
    return f"⏳ on its way {way} to {to}"


def _message(work: SqlWork, setup: Setup, one: Answered, team: str, words: str) -> Message:
    """The last message of the line, with what became of the answer below it."""
    ticket = work.ticket(one.line.outbound.ticket_number)
    assert ticket  # a line is one of a ticket
    facts = card_facts(work, ticket, setup, datetime.now(UTC), channel_team=team)
    last = thread_messages(one.line.outbound, facts)[-1]
    if facts.withheld_for:
        return last
    return Message(last.text, (*last.blocks, context(mrkdwn(words))), last.file)
