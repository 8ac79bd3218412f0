"""Which message of a chat belongs to which ticket: what we posted, and what we took in.

An answer to something in a chat belongs to a ticket by these rows only, never by what a message
shows. A post is found by its medium, its place and the medium's own id of it, so that the same id
in another workspace is another message.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from store.chat_tables import posts
from store.tables import messages
from store.types import digest
from store.work import SqlWork


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a chat; `ticket` is 0 where it belongs to none."""

    medium: str
    place: str  # Slack: team/channel; Telegram: bot/chat
    external: str
    role: str  # card, customer, note, answer, status, list, …
    at: datetime
    ticket: int = 0
    thread: str = ""
    message: int = 0
    outbox: int = 0


def record(work: SqlWork, post: Post) -> None:
    """Remember a post; what is known of the same one already is replaced."""
    work.flush()  # the ticket and the message that it names may be new
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    values = {
        "medium": post.medium,
        "place": post.place,
        "external": post.external,
        "thread": post.thread,
        "ticket": post.ticket or None,
        "message": post.message or None,
        "outbox": post.outbox or None,
        "role": post.role,
        "at": post.at,
    }
    row = insert(posts).values(key=post_key(post.medium, post.place, post.external), **values)
    work.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))


def post_at(work: SqlWork, medium: str, place: str, external: str) -> Post | None:
    """What is known of a message of a chat, None for one that is nothing to us."""
    found = select(posts).where(posts.c.key == post_key(medium, place, external))
    row = work.connection.execute(found).first()
    return _post(row) if row else None


def posts_of(work: SqlWork, ticket: int, medium: str, role: str = "") -> list[Post]:
    """A ticket's posts in a medium, the first one first."""
    query = select(posts).where(posts.c.ticket == ticket, posts.c.medium == medium)
    query = query.where(posts.c.role == role) if role else query
    return [_post(row) for row in work.connection.execute(query.order_by(posts.c.at, posts.c.external))]


def last_at(work: SqlWork, medium: str, place: str, thread: str = "") -> Post | None:
    """The last thing that we said at a place, in one of its threads if one is named."""
    there = posts.c.medium == medium, posts.c.place == place, posts.c.outbox.is_not(None)
    query = select(posts).where(*there).order_by(posts.c.at.desc(), posts.c.external.desc()).limit(1)
    row = work.connection.execute(query.where(posts.c.thread == thread) if thread else query).first()
    return _post(row) if row else None


def is_anything_of(work: SqlWork, medium: str, place: str, ticket: int) -> bool:
    """Whether a ticket has something at a place: words of it, or an answer."""
    there = posts.c.ticket == ticket, posts.c.medium == medium, posts.c.place == place
    return work.connection.execute(select(posts.c.key).where(*there).limit(1)).first() is not None


def posts_of_promises(work: SqlWork, promises: Collection[int], medium: str) -> list[Post]:
    """What was posted of some promises, the first one first; they may be on no ticket."""
    query = select(posts).where(posts.c.outbox.in_(promises), posts.c.medium == medium)
    return [_post(row) for row in work.connection.execute(query.order_by(posts.c.at, posts.c.external))]


def post_key(medium: str, place: str, external: str) -> bytes:
    return digest(f"{medium} {place} {external}")


def _post(row: Any) -> Post:
    return Post(
        row.medium,
        row.place,
        row.external,
        row.role,
        row.at,
        row.ticket or 0,
        row.thread,
        row.message or 0,
        row.outbox or 0,
    )


def ticket_of_message(work: SqlWork, message: int) -> int:
    """The ticket that a message is on by now, 0 for none."""
    return work.connection.execute(select(messages.c.ticket).where(messages.c.id == message)).scalar() or 0
