"""What somebody acts on that we do not know yet, because it is being posted at this very moment.

People see a card as soon as Slack has it. We know where it stands when Slack's answer has come and is
written: moments later as a rule, much later where the answer was lost and the channel has to be looked
through. Words, emoji and presses of that time are about a ticket all the same. An event waits in the
inbox meanwhile, a press in place, for a person waits for it. So does a press on a notice.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bots.chat.desk import ChatDesk
from intake.errors import NotYet
from store import cards
from store.posts import Post
from store.work import SqlWork

AGAIN = timedelta(seconds=1)
PRESS_SECONDS = 8.0  # what is acknowledged meanwhile is answered afterwards
POLL_SECONDS = 0.1
LONGEST_SECONDS = 3600.0  # what is older is no card that is on its way


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a place; `may_come`: it may be a card whose place is not written down yet."""

    post: Post | None
    ticket: int
    may_come: bool = False


Find = Callable[[SqlWork], Found]
IsComing = Callable[[SqlWork], bool]


async def found_by_event(desk: ChatDesk, find: Find, root: str) -> Found:
    """What an event is about; NotYet while that may be a card on its way."""
    found = await desk.read(lambda work: _looked(work, find, root, cards.is_any_on_its_way))
    if found.may_come:
        raise NotYet("a card is being posted, and this may be about it", AGAIN)
    return found


async def found_by_press(
    desk: ChatDesk, find: Find, root: str, is_coming: IsComing = cards.is_any_on_its_way
) -> Found:
    """The same for what a person waits for, who is told in the end that it is not known."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PRESS_SECONDS):
            while (await desk.read(lambda work: _looked(work, find, root, is_coming))).may_come:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)  # another process may be posting it
    return await desk.read(find)


def _looked(work: SqlWork, find: Find, root: str, is_coming: IsComing) -> Found:
    """Asked in this order: what was on its way no more has been written down by then."""
    may_come = _is_recent(root) and is_coming(work)
    found = find(work)
    return Found(found.post, found.ticket, may_come and not found.post and not found.ticket)


def _is_recent(ts: str) -> bool:
    """Slack's ids of messages are their moments, in seconds."""
    with suppress(ValueError):
        return time.time() - float(ts) < LONGEST_SECONDS
    return False
