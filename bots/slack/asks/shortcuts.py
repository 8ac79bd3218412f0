"""Shortcuts: a new ticket from anywhere, one from a message, a message onto a ticket.

What a message says is taken from what Slack hands over with the shortcut, its files when the form is
submitted. Who wrote it proposes the requester: a customer's own address where Slack knows it, never an
agent's.
"""

from datetime import UTC, datetime

from bots.acting import Words
from bots.slack.acts.answering import open_view
from bots.slack.asks.answering import answered
from bots.slack.asks.changes import change
from bots.slack.asks.forms import EXPECTED, fault_of_any, open_new, values_of
from bots.slack.asks.seeing import link_base
from bots.slack.asks.taking import (
    Origin,
    check_add,
    files_in_time,
    left_out,
    link_of,
    message_at,
    origin_in,
)
from bots.slack.asks.typed import Asked, ticket_in
from bots.slack.blocks import Message, names
from bots.slack.blocks.modals import NewFacts, add_message, message_view
from bots.slack.calls import Json
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.people import email_of, is_of, name_of
from bots.slack.reading import plain_text
from bots.slack.workspaces import MEDIUM
from intake.errors import CommandRefused
from intake.tickets import Ticket
from store import seen
from store.work import SqlWork

LONGEST_SUBJECT = 150
LONGEST_TEXT = 3000


async def new(acting: Acting, call: Call) -> None:
    """The global shortcut, and the button in App Home."""

    async def opened(acting: Acting, call: Call) -> None:
        await open_new(acting, call)

    await answered(acting, call, opened)


async def from_message(acting: Acting, call: Call) -> None:
    """The form, with what the message says in it; what is on a ticket already is not taken twice."""

    async def opened(acting: Acting, call: Call) -> Message | None:
        if acting.ticket:
            reference = call.hands.desk.setup.policy.file.reference.format(number=acting.ticket)
            raise CommandRefused(f"that message is on {reference} already; see /ticket show {acting.ticket}")
        await open_new(acting, call, await facts_of(acting, call, call.body["message"]))
        return None

    await answered(acting, call, opened)


async def facts_of(acting: Acting, call: Call, message: Json) -> NewFacts:
    """What a message proposes for a new ticket."""
    text = plain_text(str(message.get("text") or ""))
    user = str(message.get("user") or "")
    team = str(message.get("user_team") or acting.team)
    known = await call.hands.people.one(acting.team, user) if user else {}
    is_ours = team == acting.team and is_of(known, await call.hands.speaking.home())
    origin = Origin(acting.channel, acting.ts, acting.thread)
    return NewFacts(
        (),
        requester="" if is_ours else email_of(known),
        subject=text.partition("\n")[0][:LONGEST_SUBJECT],
        text=text[:LONGEST_TEXT],
        source=f"From a message by {name_of(known) or 'somebody'}{_besides(message, text)}",
        origin=origin.words,
    )


def _besides(message: Json, text: str) -> str:
    """What the form does not show, and what becomes of it."""
    files = len(message.get("files") or ())
    along = f"; {files} file{'' if files == 1 else 's'} of it go along" if files else ""
    cut = (
        f"; only its first {LONGEST_TEXT} characters fit here, a link leads to all"
        if len(text) > LONGEST_TEXT
        else ""
    )
    return along + cut


async def add(acting: Acting, call: Call) -> None:
    """Asks which ticket a message belongs to; what it says waits where it stands."""

    async def opened(acting: Acting, call: Call) -> None:
        message = call.body["message"]
        known = await call.hands.people.one(acting.team, str(message.get("user") or ""))
        origin = Origin(acting.channel, acting.ts, acting.thread)
        text = plain_text(str(message.get("text") or ""))
        source = f"{name_of(known) or 'Somebody'}: {text[:200]}{_besides(message, '')}"
        await open_view(acting, call, add_message(origin.words, source))

    await answered(acting, call, opened)


async def added(acting: Acting, call: Call) -> None:
    """The message becomes a note on the ticket, with its files and where it came from."""
    try:
        words = await _noted(acting, call)
    except EXPECTED as error:
        await call.ack(response_action="errors", errors={names.TARGET: fault_of_any(error)[:300]})
        return
    await call.ack(response_action="update", view=message_view("Add to a ticket", words))


async def _noted(acting: Acting, call: Call) -> str:
    view = call.body["view"]
    wanted = values_of(view).get(names.TARGET, "").strip()
    number = ticket_in(wanted)
    if not number:
        raise CommandRefused(f"{wanted[:40]!r} names no ticket; write its number")
    origin = origin_in(names.pressed_in(str(view.get("private_metadata") or "")).word)
    message = await message_at(call, origin)
    home = await call.hands.speaking.home()
    known = await call.hands.people.one(home, str(message.get("user") or ""))
    said = plain_text(str(message.get("text") or ""))
    place = f"{home}/{origin.channel}"
    link = link_of(await link_base(call.hands), place, origin.ts)
    fetched = await files_in_time(call.hands.downloads, home, message)
    text = f"{name_of(known) or 'Somebody'} wrote in Slack:\n\n{said}{left_out(fetched)}\n\n{link}"
    words = Words(text, MEDIUM, attachments=fetched.attachments, files=fetched.files)
    agent, policy = acting.agent, call.hands.desk.setup.policy
    assert agent

    def checked(work: SqlWork, ticket: Ticket) -> None:
        check_add(work, policy, agent, place, origin, ticket)
        if not seen.is_first(work, MEDIUM, f"added {view['id']} {ticket.number}", datetime.now(UTC)):
            raise CommandRefused("it is on that ticket since a moment ago; close this form")  # came twice
        work.note(ticket.number, datetime.now(UTC), agent.email, "source", link)

    asked = Asked("note", number, text=text)
    done = await change(call.hands.desk, agent, asked, words=words, first=checked)
    return f"{done}{left_out(fetched)}"


LISTENERS = (
    Listener(Kind.SHORTCUT, names.SHORTCUT_NEW, new),
    Listener(Kind.SHORTCUT, names.SHORTCUT_FROM_MESSAGE, from_message),
    Listener(Kind.SHORTCUT, names.SHORTCUT_ADD, add),
    Listener(Kind.VIEW, names.VIEW_ADD_MESSAGE, added),
    Listener(Kind.ACTION, names.HOME_NEW, new),
)
