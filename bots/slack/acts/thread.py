"""What agents write below a card: notes to colleagues, and `!reply …`, which asks before it is said.

Plain words in a ticket's thread are a note, never an answer: the customer reads only what somebody
sent by an act of its own. What is edited or deleted says so from then on, and what it said before is
kept. Above the threads nothing is the desk's business but an answer to nobody, which its author is
told; whoever is no agent reads that they are none.
"""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from bots import acting as acts
from bots.acting import Words
from bots.slack.acts.answering import whisper
from bots.slack.acts.doing import NotFound, Target, carry_out, seen_ticket
from bots.slack.acts.preview import show_preview
from bots.slack.apologies import reference_of
from bots.slack.asks.direct import mentioned
from bots.slack.blocks import errors
from bots.slack.blocks.facts import reads
from bots.slack.calls import Json, SlackFailure
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.people import name_of
from bots.slack.reading import people_in, plain_text
from bots.slack.signs import promise_sign
from bots.slack.workspaces import MEDIUM
from intake.errors import DeliveryError
from intake.files import foretold
from intake.handle import Command, Setup
from intake.telling import tell_mentioned
from intake.tickets import Agent, Ticket
from store import edits, inbox, posts, undoable
from store.posts import Post
from store.work import SqlWork

REPLY = "!reply"
NOTE, ANSWER = "note", "answer"
LOCK = "lock"
MOST_NAMES = 10


async def written(acting: Acting, call: Call) -> None:
    """Words in a ticket's thread."""
    if not acting.thread and _is_reply(str(call.payload.get("text") or "")):
        await whisper(acting, call, errors.refusal(errors.in_no_thread()))
    if not acting.thread or not acting.ticket or acting.thread == acting.ts:
        return
    words, left_out = await _words(acting, call)
    if not words.text and not words.attachments:
        return
    if _is_reply(words.text):
        await show_preview(acting, call, replace(words, text=words.text[len(REPLY) :].strip()))
    else:
        await _note(acting, call, words)
    if left_out:
        with suppress(SlackFailure, DeliveryError):  # the note says it, too
            await whisper(acting, call, errors.refusal(errors.left_out(left_out)))


async def unheard(acting: Acting, call: Call) -> None:
    """Nobody is to take words for a note that are none: no stranger, in a shared channel no agent either."""
    is_shared = bool(call.body.get("is_ext_shared_channel"))
    is_meant = acting.agent is not None if is_shared else bool(acting.user and not call.payload.get("bot_id"))
    if acting.ticket and acting.thread and is_meant:
        fault = errors.channel_shared if is_shared else errors.not_staff
        await whisper(acting, call, errors.refusal(fault(reference_of("not taken"))))


async def changed(acting: Acting, call: Call) -> None:
    """Words below a card were edited: a note says the new ones, an answer has been read already."""
    message = call.payload.get("message") or {}
    if message.get("subtype") == "tombstone":
        await deleted(acting, call)
        return
    if acting.role == ANSWER:
        policy = call.hands.desk.setup.policy
        ticket = await call.hands.desk.read(lambda work: work.ticket(acting.ticket))
        if ticket and not _is_same(call.payload):
            await whisper(acting, call, errors.refusal(errors.already_sent(policy.reference_of(ticket))))
    elif acting.role == NOTE and acting.message:
        text = await _text(acting, call, str(message.get("text") or ""))
        await _revise(acting, call, text)
        if _is_reply(text):
            await whisper(acting, call, errors.refusal(errors.stays_a_note()))
    elif not acting.role and not _is_same(call.payload):
        await _rewritten(acting, call, message)


async def _rewritten(acting: Acting, call: Call, message: Json) -> None:
    """`!reply …` was edited before it went out: the new words are shown, and nobody can send the first."""
    desk, place = call.hands.desk, f"{acting.team}/{acting.channel}/{acting.thread}"
    first = await desk.read(lambda work: undoable.of_source(work, acting.user, place, acting.ts))
    if first is None:
        return
    if first.kind != undoable.PREVIEW:
        await whisper(acting, call, errors.refusal(errors.on_its_way()))
        return
    await written(acting, replace(call, payload=message))


async def deleted(acting: Acting, call: Call) -> None:
    """A note is hidden; its words stay in the history. An answer that was only shown is sent no more."""
    if acting.role == NOTE and acting.message:
        await _revise(acting, call, "")
    elif not acting.role:
        await _withdrawn(acting, call)


async def _withdrawn(acting: Acting, call: Call) -> None:
    """`!reply …` is deleted: before Send that says no; after it many only tidy up, and have Undo."""
    place = f"{acting.team}/{acting.channel}/{acting.thread}"

    def act(work: SqlWork) -> errors.Fault | None:
        first = undoable.of_source(work, acting.user, place, acting.ts)
        if first is None:
            return None
        taken = undoable.take(work, first.id, undoable.PREVIEW, acting.user)
        return errors.withdrawn() if taken else errors.goes_out_deleted()

    if told := await call.hands.desk.write(act):
        await whisper(acting, call, errors.refusal(told))


async def _words(acting: Acting, call: Call) -> tuple[Words, tuple[str, ...]]:
    """What was written, with its files, and why some are not among them."""
    fetched = await call.hands.downloads.fetch(
        acting.team, call.payload.get("files") or (), is_last_try=acting.is_last_try
    )
    text = await _text(acting, call, str(call.payload.get("text") or ""))
    left_out = "".join(f"\n\n({one})" for one in fetched.defects)
    place = f"{acting.team}/{acting.channel}"
    words = Words(
        f"{text}{left_out}".strip(),
        MEDIUM,
        hashlib.sha256(f"{MEDIUM} {place} {acting.ts}".encode()).hexdigest(),
        fetched.attachments,
        fetched.files,
        f"{place}/{acting.thread}",
    )
    return words, fetched.defects


async def _text(acting: Acting, call: Call, wire: str) -> str:
    people = call.hands.people
    names: Mapping[str, str] = {
        one: name_of(await people.one(acting.team, one)) for one in people_in(wire)[:MOST_NAMES]
    }
    return plain_text(wire, names).strip()


async def _note(acting: Acting, call: Call, words: Words) -> None:
    place, setup = f"{acting.team}/{acting.channel}", call.hands.desk.setup
    if await call.hands.desk.read(lambda work: work.receipt_for(words.identity)):
        return  # a message comes as several events where the app is in several workspaces of its channel
    meant = await mentioned(acting, call, str(call.payload.get("text") or ""))

    def act(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
        work.for_delivery(acting.delivery)
        return acts.note(work, setup, agent, ticket, words, now)

    def kept(work: SqlWork, number: int, now: datetime) -> None:
        receipt = work.receipt_for(words.identity)
        message = receipt.message if receipt else 0
        post = Post(MEDIUM, place, acting.ts, NOTE, now, number, acting.thread, message)
        posts.record(work, post)
        if first := undoable.of_source(work, acting.user, words.place, acting.ts):  # a note is all it is now
            undoable.take(work, first.id, undoable.PREVIEW, acting.user)
        promise_sign(work, setup, place, acting.ts, LOCK, now)
        _tell(work, number, acting.agent, meant.values(), words.text, setup, now)

    try:
        await carry_out(acting, call, Target(acting.ticket), act, kept)
    except NotFound:
        return  # whoever may not see the ticket writes nothing on it
    await _foretell(acting, call, words)


async def _foretell(acting: Acting, call: Call, words: Words) -> None:
    """Say at once, not only when it is ticked in the form, that a file will go out with no answer."""
    if wrong := foretold(words.attachments, call.hands.desk.setup.desk):
        with suppress(SlackFailure, DeliveryError):
            await whisper(acting, call, errors.refusal(errors.Fault(wrong)))


def _tell(
    work: SqlWork,
    number: int,
    author: Agent | None,
    meant: Iterable[Agent],
    text: str,
    setup: Setup,
    now: datetime,
) -> None:
    """Whoever is mentioned and may read the ticket hears of it."""
    ticket = work.ticket(number)
    assert ticket
    assert author
    others = [one for one in meant if one.id != author.id and reads(one, ticket, setup.policy)]
    tell_mentioned(work, ticket, others, author.name, text, setup, now)


async def _revise(acting: Acting, call: Call, text: str) -> None:
    """Let a note say something else, or nothing any more."""
    now, policy, agent = datetime.now(UTC), call.hands.desk.setup.policy, acting.agent
    assert agent

    def act(work: SqlWork) -> None:
        inbox.settle(work, acting.delivery)
        seen_ticket(work, acting.ticket, agent, policy)
        if text:
            edits.edit(work, acting.message, text, agent.email, now)
        else:
            edits.take_back(work, acting.message, agent.email, now)

    try:
        await call.hands.desk.write(act)
    except NotFound:
        return


def _is_reply(text: str) -> bool:
    """Telephones write the first letter large."""
    return [one.lower() for one in text.split(maxsplit=1)[:1]] == [REPLY]


def _is_same(event: Mapping[str, object]) -> bool:
    """Slack says "changed" of a message that only got a preview of a link, or an answer below it."""
    message, before = event.get("message"), event.get("previous_message")
    assert isinstance(message, dict)
    return isinstance(before, dict) and message.get("text") == before.get("text")


LISTENERS = (
    *(
        Listener(Kind.MESSAGE, name, written, otherwise=unheard)
        for name in ("", "file_share", "thread_broadcast")
    ),
    Listener(Kind.MESSAGE, "message_changed", changed),
    Listener(Kind.MESSAGE, "message_deleted", deleted),
)
