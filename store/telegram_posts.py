"""What the bot has posted: each message of a promise, so that one that broke off goes on where it was."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from intake.messages import Outbound
from store.chat_tables import posts
from store.posts import Post, record
from store.tables import Sending, outbox
from store.work import SqlWork

MEDIUM = "telegram"


def posted(work: SqlWork, promise: int) -> int:
    """How many messages of a promise are out; asked only when it is tried again."""
    found = select(func.count()).where(posts.c.outbox == promise, posts.c.medium == MEDIUM)
    return work.connection.execute(found).scalar() or 0


def record_posted(
    work: SqlWork, promise: int, outbound: Outbound, place: str, messages: Iterable[int], now: datetime
) -> None:
    """These messages said it, so an answer to them belongs to its ticket."""
    for number in messages:
        post = Post(MEDIUM, place, str(number), outbound.notice, now, outbound.ticket_number, outbox=promise)
        record(work, post)


def move_place(work: SqlWork, old: str, new: str, waiting: Sequence[Sending]) -> None:
    """A chat has another id: what still waits for it goes there."""
    waits = outbox.c.channel == MEDIUM, outbox.c.recipient == old, outbox.c.state.in_(waiting)
    work.connection.execute(update(outbox).where(*waits).values(recipient=new, lane=new))
