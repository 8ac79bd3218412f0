"""A notice of a held message once somebody has decided: it says who, what and when, and asks nothing more.

Its words are those that were kept for then, in each of its messages.
The new look is promised by whoever decides, with whatever tool (`store.held_notices`), and carried
here. A notice that was not posted yet when it was decided is posted without its buttons.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from bots.chat.desk import ChatDesk
from bots.slack import blocks
from bots.slack.blocks import Message
from bots.slack.looking import Where
from bots.slack.speaking import Speaking
from bots.slack.triage import Triage
from intake.errors import PermanentFailure
from store import held_notices, outbox
from store.work import SqlWork

log = structlog.get_logger()


async def carry_redraw(desk: ChatDesk, speaking: Speaking, triage: Triage, notice: int) -> str:
    """Draw a posted notice again; one that is not there, or not any more, is done with."""
    found = await desk.read(lambda work: _posted(work, notice))
    if not found:
        return ""
    place, last = found[-1]
    team, _, channel = place.partition("/")
    own = "" if channel.startswith("D") else (await triage.seat_at(channel)).team
    messages = await desk.read(lambda work: _messages(work, desk, notice, own))
    for (_, ts), message in zip(found, fitted(messages, len(found)), strict=True):
        try:
            await speaking.update(Where(team, channel), ts, message)
        except PermanentFailure as error:  # somebody deleted it, or Slack takes no change of it any more
            log.info("a decided notice is not drawn again", notice=notice, error=str(error))
    return last


def fitted(messages: Sequence[Message], count: int) -> list[Message]:
    """One message for each that was posted; the last says what became of it, whatever their number now."""
    first = list(messages[: count - 1])
    return [*first, *[messages[-1]] * (count - len(first))]


def _posted(work: SqlWork, notice: int) -> list[tuple[str, str]]:
    one = outbox.one(work, notice)
    return held_notices.posts_of_notice(work, one) if one else []


def _messages(work: SqlWork, desk: ChatDesk, notice: int, team: str) -> list[Message]:
    """The notice's messages, as they are from now on."""
    one = outbox.one(work, notice)
    assert one  # it was posted
    ticket = work.ticket(one.outbound.ticket_number) if one.outbound.ticket_number else None
    now = datetime.now(UTC)
    facts = blocks.card_facts(work, ticket, desk.setup, now, channel_team=team) if ticket else None
    return blocks.thread_messages(one.outbound, facts, held_notices.settled_by(work, notice))
