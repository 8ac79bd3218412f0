"""`!reply …` in a thread: shown to its author as the customer will read it, and said if they say so.

The words are kept until then, with the files that were written with them, for a day. Sent, they can
be undone for the same seconds as those from the form. The event's wait ends when they were shown, so
whoever dies in between shows them again; they are kept once all the same.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bots.acting import Words
from bots.slack.acts.answering import answering, fault_of, fill, say, whisper
from bots.slack.acts.doing import NotFound, pressed, seen_ticket
from bots.slack.acts.reading import reply_facts
from bots.slack.acts.sending import SENT, body_of, enclosed_in, send_soon
from bots.slack.blocks import Message, errors, modals, names
from bots.slack.blocks.errors import Fault
from bots.slack.blocks.modals.parts import is_for_a_form
from bots.slack.blocks.types import Json
from bots.slack.calls import DeadToken, Refused, SlackFailure
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.workspaces import MEDIUM
from intake.commands import Then
from intake.errors import CommandRefused
from intake.files import objection_to
from store import posts, undoable
from store.undoable import PREVIEW, Waiting
from store.work import SqlWork

TOO_LONG = "these words are too long for a form; cancel them, and write them into the thread again"
GONE = (
    "these words are not kept any more: they were sent, changed or taken back. See the thread before you "
    "write them again"
)
log = structlog.get_logger()


async def show_preview(acting: Acting, call: Call, words: Words) -> None:
    """Keep the words and show them to their author."""
    desk, agent = call.hands.desk, acting.agent
    setup, now = desk.setup, datetime.now(UTC)
    assert agent
    body = body_of(agent, words.text, Then.WAITING, words.attachments, acting.ts)

    def keep(work: SqlWork) -> Message | None:
        seen_ticket(work, acting.ticket, agent, setup.policy)
        if not words.text:
            return errors.refusal(Fault("There is nothing to say.", "Write !reply and the answer behind it."))
        if wrong := objection_to(words.attachments, setup.desk):
            return errors.refusal(Fault(wrong[1]))
        known = undoable.of_source(work, acting.user, words.place, acting.ts)
        if (known and known.kind != PREVIEW) or _is_said(work, acting):
            return None
        for file in words.files:
            work.keep_file(file, now)
        one = Waiting(acting.user, words.place, acting.ticket, PREVIEW, body)
        if known and known.body["text"] != words.text:  # edited since: the first words are nobody's to send
            undoable.take(work, known.id, PREVIEW, acting.user)
            known = None
        draft = known.id if known else undoable.keep(work, one, now)
        facts = reply_facts(work, setup, agent, acting.ticket, words.text, draft)
        return modals.reply_preview(replace(facts, enclosed=enclosed_in(body)))

    try:
        shown = await desk.write(keep)
    except NotFound as error:
        shown = errors.refusal(fault_of(error))
    if shown:
        await _show(acting, call, shown)


async def _show(acting: Acting, call: Call, shown: Message) -> None:
    """To its author; what Slack refuses will not be otherwise when it is tried again."""
    try:
        await whisper(acting, call, shown)
    except SlackFailure as error:
        is_refused = isinstance(error, Refused) and not isinstance(error, DeadToken)
        if not is_refused and not acting.is_last_try:
            raise
        log.warning("a preview could not be shown", ticket=acting.ticket, error=str(error))


def _is_said(work: SqlWork, acting: Acting) -> bool:
    """Whether these words have been sent already."""
    post = posts.post_at(work, MEDIUM, f"{acting.team}/{acting.channel}", acting.ts)
    return post is not None and post.role == SENT


async def send(acting: Acting, call: Call) -> None:
    """Have it said once it can be undone no more; the offer to undo it takes the preview's place."""
    draft, seconds = pressed(call).draft, call.hands.settings.undo_seconds
    desk, agent = call.hands.desk, acting.agent
    assert agent

    def act(work: SqlWork) -> Message:
        now = datetime.now(UTC)
        kept = undoable.take(work, draft, PREVIEW, acting.user)
        if kept is None:
            raise CommandRefused(GONE)
        due_at = now + timedelta(seconds=seconds)
        soon = send_soon(work, kept.account, kept.place, kept.ticket, kept.body, due_at, now)
        if not seconds:
            return _only("It is on its way; the thread says when it is out.")
        return modals.undo(reply_facts(work, desk.setup, agent, kept.ticket, "", soon), seconds)

    async with answering(acting, call):
        await say(acting, call, await desk.write(act), instead=True)


async def edit(acting: Acting, call: Call) -> None:
    """The same words in the form; they are kept here until that is sent."""
    desk, agent, draft = call.hands.desk, acting.agent, pressed(call).draft
    assert agent

    def read(work: SqlWork) -> Json:
        kept = undoable.look(work, draft, PREVIEW, acting.user)
        if kept is None:
            raise CommandRefused(GONE)
        text = str(kept.body["text"])
        if not is_for_a_form(text):
            raise CommandRefused(TOO_LONG)
        facts = reply_facts(work, desk.setup, agent, kept.ticket, text, draft)
        return modals.reply(replace(facts, enclosed=enclosed_in(kept.body)))

    async with answering(acting, call):
        await fill(acting, call, "Reply to the customer", lambda: desk.read(read))


async def cancel(acting: Acting, call: Call) -> None:
    draft = pressed(call).draft

    def act(work: SqlWork) -> None:
        if undoable.take(work, draft, PREVIEW, acting.user) is None:
            raise CommandRefused(GONE)  # they may be on their way

    async with answering(acting, call):
        await call.hands.desk.write(act)
        await say(acting, call, _only("Cancelled: nothing is sent."), instead=True)


def _only(words: str) -> Message:
    return errors.refusal(Fault(words))


LISTENERS = (
    Listener(Kind.ACTION, names.SEND, send),
    Listener(Kind.ACTION, names.EDIT, edit),
    Listener(Kind.ACTION, names.CANCEL, cancel),
)
