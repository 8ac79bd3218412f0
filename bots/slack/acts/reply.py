"""The form for an answer to the customer, and the seconds in which it can be undone.

The form says whom the words reach, and how, before they are written. Sent, they wait some seconds
with a button that takes them back; then they go out by the customer's own channel, as the core does.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bots.slack.acts.answering import answering, fill, say, submitting, update_view
from bots.slack.acts.canned import filled_for
from bots.slack.acts.doing import Target, pressed, seen_ticket, target_of
from bots.slack.acts.forms import block_of, ticked, typed
from bots.slack.acts.places import at_card, whisper_at
from bots.slack.acts.reading import reply_facts
from bots.slack.acts.sending import body_of, enclosed_in, send_soon
from bots.slack.blocks import errors, modals, names
from bots.slack.blocks.modals.parts import text_in
from bots.slack.blocks.modals.reply import CLOSED
from bots.slack.blocks.types import Json
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.workspaces import MEDIUM
from intake.commands import Then
from intake.errors import CommandRefused
from intake.files import objection_to
from intake.handle import Setup
from intake.messages import Attachment
from intake.tickets import Agent, Desk, Status
from store import seen, undoable
from store.changed import last_change
from store.notes import recent_files
from store.undoable import ANSWER, PREVIEW, Waiting
from store.work import SqlWork

TITLE = "Reply to the customer"
SENT_ALREADY = (
    "These words were taken from this form a moment ago, and are sent once. To say them again, press Reply."
)
EDITED_IN_VAIN = (
    "the answer that you edit here was sent or taken back meanwhile; to say more, copy this and press Reply"
)
TOO_LATE = "it is out already, or was taken back before; write again if they should know more"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that waits, and the thread that it belongs to."""

    place: str
    facts: modals.ReplyFacts


async def open_reply(acting: Acting, call: Call) -> None:
    """The button, and the shortcut on any message of a ticket's thread."""
    async with answering(acting, call):
        target = target_of(acting, call)
        await fill(acting, call, TITLE, lambda: _view(acting, call, target))


async def fill_in(acting: Acting, call: Call) -> None:
    """A ready answer was chosen: its words stand in the field from now on."""
    view, desk, agent = call.body["view"], call.hands.desk, acting.agent
    assert agent
    about = names.pressed_in(str(view["private_metadata"]))
    name = str((call.payload.get("selected_option") or {}).get("value") or "")

    def read(work: SqlWork) -> Json:
        ticket = seen_ticket(work, about.ticket, agent, desk.setup.policy)
        text = filled_for(desk.setup, name, ticket)
        drafted = undoable.look(work, about.draft, PREVIEW, acting.user)
        facts = reply_facts(work, desk.setup, agent, about.ticket, text, about.draft)
        return modals.reply(replace(facts, enclosed=enclosed_in(drafted.body) if drafted else ()))

    async with answering(acting, call):
        made = await desk.read(read)
        await update_view(call, str(view["id"]), _with_new_field(made, f"{names.TEXT}:{name}"))


async def submit(acting: Acting, call: Call) -> None:
    """Keep the answer until it can be undone no more, and offer to undo it."""
    view, desk, agent = call.body["view"], call.hands.desk, acting.agent
    assert agent
    about = names.pressed_in(str(view["private_metadata"]))
    text, then = text_in(view), _then(typed(view, names.AND_THEN))
    seconds = call.hands.settings.undo_seconds
    kept: list[Kept] = []

    def keep(work: SqlWork) -> Kept | None:
        now = datetime.now(UTC)
        if not _is_first(work, view, text, now):
            return None
        ticket = seen_ticket(work, about.ticket, agent, desk.setup.policy)
        drafted = _drafted(work, about.draft, acting.user)
        enclosed = [Attachment(**one) for one in drafted.body["files"]] if drafted else []
        files = _files(work, ticket.number, ticked(view, names.FILES), desk.setup.desk, enclosed)
        source = str(drafted.body["source"]) if drafted else ""
        place = drafted.place if drafted else at_card(work, ticket.number)  # the thread of `source`
        body = body_of(agent, text, then, files, source)
        due_at = now + timedelta(seconds=seconds)
        draft = send_soon(work, acting.user, place, ticket.number, body, due_at, now)
        return Kept(place, reply_facts(work, desk.setup, agent, ticket.number, text, draft))

    async with submitting(acting, call, block_of(view, names.TEXT)) as page:
        if not text:
            raise CommandRefused("there is nothing to say; write the answer")
        if why := await desk.write(lambda work: _ended_since(work, desk.setup, agent, view)):
            raise CommandRefused(why)
        page.field = block_of(view, names.FILES if ticked(view, names.FILES) else names.TEXT)
        if one := await desk.write(keep):
            kept.append(one)
        else:
            page.view = modals.message_view("Sent already", SENT_ALREADY)
    for one in kept if seconds else ():
        await whisper_at(acting, call, one.place, one.facts.ticket, modals.undo(one.facts, seconds))


async def undo(acting: Acting, call: Call) -> None:
    """Take an answer back, if it still waits and is theirs."""
    desk, draft = call.hands.desk, pressed(call).draft

    def act(work: SqlWork) -> tuple[str, str]:
        taken = undoable.take(work, draft, ANSWER, acting.user)
        if taken is None:
            raise CommandRefused(TOO_LATE)
        ticket = work.ticket(taken.ticket)
        assert ticket
        return desk.setup.policy.reference_of(ticket), str(taken.body["text"])

    async with answering(acting, call):
        reference, text = await desk.write(act)
        await say(acting, call, modals.undone(reference, text), instead=True)


async def _view(acting: Acting, call: Call, target: Target) -> Json:
    desk, agent = call.hands.desk, acting.agent
    assert agent
    return await desk.read(lambda work: modals.reply(reply_facts(work, desk.setup, agent, target.number)))


def _is_first(work: SqlWork, view: Json, text: str, now: datetime) -> bool:
    """False for the same words from the same form: Slack lost our answer, and they pressed again."""
    about = names.pressed_in(str(view["private_metadata"]))
    said = hashlib.sha256(text.encode()).hexdigest()
    return seen.is_first(work, MEDIUM, f"answer {view['id']} {about.ticket} {said}", now)


def _drafted(work: SqlWork, number: int, account: str) -> Waiting | None:
    """The answer that the form was opened to edit; another press may have ended it, or the words' author."""
    if not number:
        return None
    if drafted := undoable.take(work, number, PREVIEW, account):
        return drafted
    raise CommandRefused(EDITED_IN_VAIN)


def _ended_since(work: SqlWork, setup: Setup, agent: Agent, view: Json) -> str:
    """Who closed or merged the ticket since the form was opened; said once, then they know it."""
    about, now = names.pressed_in(str(view["private_metadata"])), datetime.now(UTC)
    ticket = seen_ticket(work, about.ticket, agent, setup.policy)
    if ticket.status is not Status.CLOSED or about.word == CLOSED:
        return ""
    if not seen.is_first(work, MEDIUM, f"ended {view['id']} {agent.id}", now):
        return ""
    changed = last_change(work, ticket.number, ("status",))
    what = "merged" if ticket.merged_into else "closed"
    return errors.ended_since(what, changed.by, changed.at or now, now)


def _then(word: str) -> Then:
    return Then(word) if word in list(Then) else Then.WAITING


def _files(
    work: SqlWork, number: int, wanted: list[str], desk: Desk, enclosed: Iterable[Attachment]
) -> tuple[Attachment, ...]:
    """Those of a draft and the ticked ones; what a customer would not get is refused before it is kept."""
    offered = {f"{one.message}:{one.place}": one.attachment for one in recent_files(work, number)}
    files = (*enclosed, *(offered[one] for one in wanted if one in offered))
    if wrong := objection_to(files, desk):
        raise CommandRefused(wrong[1])
    return files


def _with_new_field(view: Json, block_id: str) -> Json:
    """The form with its text in a block of another id, or Slack would keep showing what was typed."""
    blocks = [
        one | {"block_id": block_id} if one.get("block_id") == names.TEXT else one for one in view["blocks"]
    ]
    return view | {"blocks": blocks}


LISTENERS = (
    Listener(Kind.ACTION, names.REPLY, open_reply),
    Listener(Kind.SHORTCUT, names.SHORTCUT_REPLY, open_reply),
    Listener(Kind.ACTION, names.CANNED, fill_in),
    Listener(Kind.VIEW, names.VIEW_REPLY, submit),
    Listener(Kind.ACTION, names.UNDO, undo),
)
