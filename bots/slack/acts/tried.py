"""The notice of words that did not arrive, once somebody had them sent again: it asks for nothing more.

What becomes of them is said in the line about the answer, and a further failure gets a notice of its own.
"""

from contextlib import suppress
from datetime import UTC, datetime

from bots.slack.blocks import Message, card_facts, thread_messages
from bots.slack.blocks.elements import context
from bots.slack.blocks.text import date, escaped, mrkdwn
from bots.slack.calls import SlackFailure
from bots.slack.listening import Acting, Call
from bots.slack.looking import Where
from bots.slack.workspaces import MEDIUM
from intake.errors import DeliveryError
from intake.messages import Outbound
from intake.readers import TRIAGE
from store import outbox, posts
from store.changed import Changed
from store.work import SqlWork


async def show_tried(acting: Acting, call: Call, by: Changed) -> None:
    """Take the buttons off the notice that was pressed, in a triage channel; at worst they stay."""
    place = Where(acting.team, acting.channel)
    found = await call.hands.desk.read(lambda work: _notice(work, place.place, acting.ts))
    if found is None:
        return
    seat = await call.hands.triage.seat_at(acting.channel)
    message = await call.hands.desk.read(lambda work: _without_buttons(work, call, by, found, seat.team))
    with suppress(SlackFailure, DeliveryError):
        await call.hands.speaking.update(place, acting.ts, message)


def _notice(work: SqlWork, place: str, ts: str) -> Outbound | None:
    post = posts.post_at(work, MEDIUM, place, ts)
    notice = outbox.one(work, post.outbox) if post and post.outbox else None
    is_there = notice is not None and notice.outbound.recipient.address == TRIAGE
    return notice.outbound if notice and is_there else None


def _without_buttons(work: SqlWork, call: Call, by: Changed, notice: Outbound, team: str) -> Message:
    """The last of its messages, which has them, with who pressed and when in their place."""
    now, setup = datetime.now(UTC), call.hands.desk.setup
    ticket = work.ticket(notice.ticket_number)
    assert ticket  # somebody was to read words about it
    facts = card_facts(work, ticket, setup, now, channel_team=team)
    last = thread_messages(notice, facts)[-1]
    blocks = tuple(one for one in last.blocks if one["type"] != "actions")
    told = context(mrkdwn(f"🔁 {escaped(by.by)} {by.what} {date(by.at or now)}"))
    return Message(last.text, (*blocks, told), last.file)
