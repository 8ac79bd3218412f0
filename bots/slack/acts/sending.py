"""Answers and last words on their way out: kept for the seconds in which they can be undone, then said, once.

The words wait in the database, so that a desk that dies in those seconds says them when it is there
again. Each is said in the transaction that takes it. What cannot be said any more goes back to its
author; they wait for that while Slack cannot be asked. What a fault of ours keeps back is for `stuck`.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bots import acting as acts
from bots.acting import Words
from bots.slack.acts.answering import fault_of
from bots.slack.acts.closing import close_now
from bots.slack.acts.doing import seen_ticket, still_an_agent
from bots.slack.acts.places import at_card
from bots.slack.acts.stuck import give_up, is_given_up, put_off
from bots.slack.blocks import Message, errors
from bots.slack.blocks.elements import rich_section, rich_text, said
from bots.slack.blocks.errors import Fault
from bots.slack.blocks.modals.reply import quoted
from bots.slack.calls import DeadToken, Json, Refused, SlackFailure
from bots.slack.listening import Hands
from bots.slack.workspaces import MEDIUM
from intake import handle
from intake.commands import Then
from intake.errors import CommandRefused, DeliveryError, StoreUnavailable
from intake.handle import Setup
from intake.messages import Attachment
from intake.tickets import Agent
from store import posts, undoable
from store.posts import Post
from store.undoable import ANSWER, CLOSING, Waiting
from store.work import SqlWork

POLL_SECONDS = 0.5
REST = timedelta(minutes=1)
SENT = "answer"  # the role of a `!reply …` that was sent
log = structlog.get_logger()


def body_of(
    agent: Agent, text: str, then: Then, attachments: Iterable[Attachment] = (), source: str = ""
) -> dict[str, object]:
    """What is kept of an answer; `source` is the message in the thread that it was written in."""
    files = [asdict(one) for one in attachments]
    return {"agent": agent.email, "text": text, "then": then.value, "files": files, "source": source}


def enclosed_in(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the files that go with what is kept of an answer."""
    return tuple(str(one["filename"]) for one in body["files"])


def send_soon(
    work: SqlWork,
    account: str,
    place: str,
    ticket: int,
    body: Mapping[str, Any],
    due_at: datetime,
    now: datetime,
) -> int:
    """Have an answer said at a moment unless it is undone before; its number."""
    return undoable.keep(work, Waiting(account, place, ticket, ANSWER, body, due_at), now)


class Sending:
    """`run` says what is due until it is cancelled."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def run(self) -> None:
        while True:
            try:
                for one in await self._hands.desk.read(lambda work: undoable.due(work, datetime.now(UTC))):
                    await self._send(one)
            except StoreUnavailable as error:
                log.warning("answers wait", error=str(error))
            await asyncio.sleep(POLL_SECONDS)

    async def _send(self, one: Waiting) -> None:
        desk = self._hands.desk
        try:
            if is_given_up(one):
                await desk.write(lambda work: give_up(work, desk.setup, one, datetime.now(UTC)))
            else:
                await self._say(one)
        except StoreUnavailable:
            raise
        except Exception as error:  # a fault of ours must neither lose the words nor stop the others
            log.exception("an answer could not be said", ticket=one.ticket, draft=one.id)
            fault = error
            await desk.write(lambda work: put_off(work, one, fault, datetime.now(UTC)))

    async def _say(self, one: Waiting) -> None:
        desk = self._hands.desk
        try:
            await desk.write(lambda work: DUE[one.kind].done(work, desk.setup, one, datetime.now(UTC)))
        except CommandRefused as error:
            await self._refused(one, error)

    async def _refused(self, one: Waiting, error: CommandRefused) -> None:
        """Let the words go when their author has them, and by one process only; until then they wait."""
        desk, later = self._hands.desk, datetime.now(UTC) + REST
        if not await desk.write(lambda work: undoable.lease(work, one, later)):
            return
        if await self._is_given_back(one, error):
            await desk.write(lambda work: undoable.take(work, one.id, one.kind, one.account))

    async def _is_given_back(self, one: Waiting, error: CommandRefused) -> bool:
        """Tell the author that nothing was said, and why; False where Slack may take that later."""
        log.info("an answer was not said", ticket=one.ticket, reason=str(error))
        known = one.place or await self._hands.desk.read(lambda work: at_card(work, one.ticket))
        if not known:
            return False  # it was written before its ticket had a card, which is on its way
        team, channel, *thread = known.split("/")
        message = _not_done(one, fault_of(error))
        args: Json = {"channel": channel, "user": one.account, "text": message.text}
        args |= {"blocks": list(message.blocks)} | ({"thread_ts": thread[0]} if thread else {})
        try:
            await self._hands.speaking.ask(
                team, lambda client: client.api_call("chat.postEphemeral", json=args)
            )
        except (SlackFailure, DeliveryError) as failure:
            log.warning("an answer could not be given back", ticket=one.ticket, error=str(failure))
            return isinstance(failure, Refused) and not isinstance(failure, DeadToken)
        return True


def say_now(work: SqlWork, setup: Setup, one: Waiting, now: datetime) -> None:
    """Say an answer that waited, if it still does."""
    if undoable.take(work, one.id, ANSWER, one.account) is None:
        return
    agent = still_an_agent(work, str(one.body["agent"]))
    ticket = seen_ticket(work, one.ticket, agent, setup.policy)
    words = _words(one)
    command = acts.answer(work, setup, agent, ticket, words, now, Then(one.body["then"]))
    handle.carry_out_in(work, lambda _: command, setup, agent.email, now)
    if source := one.body["source"]:
        receipt = work.receipt_for(words.identity)
        team, channel, thread = one.place.split("/")
        message = receipt.message if receipt else 0
        place = f"{team}/{channel}"
        posts.record(work, Post(MEDIUM, place, source, SENT, now, one.ticket, thread, message))


def _words(one: Waiting) -> Words:
    identity = hashlib.sha256(f"{MEDIUM} answer {one.id} {one.account} {one.due_at}".encode()).hexdigest()
    files = tuple(Attachment(**file) for file in one.body["files"])
    return Words(str(one.body["text"]), MEDIUM, identity, files)


def _not_done(one: Waiting, fault: Fault) -> Message:
    words = f"{DUE[one.kind].not_done} {fault.sentence} These were your words:"
    shown = rich_text(rich_section(said(words)), quoted(str(one.body["text"])))
    return Message(errors.refusal(Fault(words)).text, (shown,))


@dataclass(frozen=True, slots=True)
class Due:
    """What is done when the seconds are over, and what its author reads where that cannot be."""

    done: Callable[[SqlWork, Setup, Waiting, datetime], None]
    not_done: str


DUE: Mapping[str, Due] = {
    ANSWER: Due(say_now, "Your answer is not sent."),
    CLOSING: Due(close_now, "The ticket is not closed, and nothing is sent."),
}
