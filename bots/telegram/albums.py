"""Several pictures sent at once come as an update each; they are one message of several files.

The first one waits in the inbox, and with it all that is behind it in its chat, until nothing more of
the album has come for a while. Nothing of that is in memory: a process that is killed goes on.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from telegram import Bot

from bots.telegram.heard import Heard, HeardKind, heard_in
from intake.errors import UnreadableMessage
from store.inbox import Waiting

REST = timedelta(seconds=1.5)  # after its last item an album is whole
MOST = 20  # items are looked for among so many updates; an album has ten

Item = tuple[Waiting, Heard]


def items_of(first: Item, behind: Sequence[Waiting], bot: Bot) -> list[Item]:
    """The album that begins with an update: that one, and what came of it since."""
    group = first[1].media_group
    if not group or first[1].kind is not HeardKind.MESSAGE:
        return [first]
    others = ((waiting, _read(waiting, bot)) for waiting in behind)
    return [first, *((waiting, heard) for waiting, heard in others if heard and _is_of(heard, group))]


def whole_at(items: Sequence[Item]) -> datetime:
    """When no more items of an album are waited for."""
    return max(waiting.raw.received_at for waiting, _ in items) + REST


def joined(items: Sequence[Item]) -> Heard:
    """The album as one message: the words of whichever item has some, and every file."""
    heards = [heard for _, heard in items]
    return replace(
        heards[0],
        text="\n\n".join(heard.text for heard in heards if heard.text),
        files=tuple(file for heard in heards for file in heard.files),
        album=tuple(heard.message_id for heard in heards),
    )


def _read(waiting: Waiting, bot: Bot) -> Heard | None:
    try:
        return heard_in(waiting.raw, bot)
    except UnreadableMessage:
        return None  # it is held when its turn comes


def _is_of(heard: Heard, group: str) -> bool:
    return heard.kind is HeardKind.MESSAGE and heard.media_group == group
