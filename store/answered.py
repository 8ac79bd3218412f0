"""Answers of the last days with what became of each promise, for the lines about them in the threads."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from intake.thread_lines import ANSWERED, LAST_WORDS
from store import posts
from store.outbox import Promise, promise_in
from store.outbox import one as outbox_one
from store.posts import Post
from store.tables import Sending, outbox
from store.work import SqlWork

ANSWER = "agent-answer"
SAID = (ANSWER, *LAST_WORDS)
OVER = (Sending.SENT, Sending.DROPPED)


@dataclass(frozen=True, slots=True)
class Answered:
    """The line about an answer, the last of its posts if it is out, and the promises to its readers."""

    line: Promise
    post: Post | None
    promises: tuple[Promise, ...]

    @property
    def is_over(self) -> bool:
        """Whether the line is out and every promise has gone, or has been given up."""
        return self.post is not None and all(one.state in OVER for one in self.promises)


def newest_promise(work: SqlWork) -> int:
    """The number of the newest row of the outbox."""
    return work.connection.execute(select(func.max(outbox.c.id))).scalar() or 0


def lines_after(work: SqlWork, promise: int) -> list[int]:
    """The lines about answers that were promised after this row."""
    query = select(outbox.c.id).where(outbox.c.id > promise, outbox.c.notice == ANSWERED)
    return list(work.connection.execute(query.order_by(outbox.c.id)).scalars())


def answered(work: SqlWork, lines: Iterable[int]) -> list[Answered]:
    """What became of the answers that these lines are about."""
    found = [line for one in lines if (line := outbox_one(work, one))]
    return [Answered(one, _post(work, one), _promises(work, one)) for one in found]


def _post(work: SqlWork, line: Promise) -> Post | None:
    theirs = posts.posts_of(work, line.outbound.ticket_number, line.outbound.channel, ANSWERED)
    return next((one for one in reversed(theirs) if one.outbox == line.id), None)


def _promises(work: SqlWork, line: Promise) -> tuple[Promise, ...]:
    """What was promised to customers in the transaction in which the line was.

    An answer that solves the ticket says both; the line is about the answer.
    """
    query = select(outbox).where(
        outbox.c.ticket == line.outbound.ticket_number,
        outbox.c.notice.in_(SAID),
        outbox.c.created_at == line.created_at,
    )
    found = [promise_in(row) for row in work.connection.execute(query.order_by(outbox.c.id))]
    answers = [one for one in found if one.outbound.notice == ANSWER]
    return tuple(answers or found)
