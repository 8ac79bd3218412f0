"""The outbox: what we owe the world, claimed by whoever delivers it.

A claim is a lease. While it lasts nobody else gets the row; when it ends, its `next_at` has
come and the row is anybody's again, so a worker that died needs no burying. On
PostgreSQL two claims at once skip each other's rows; on SQLite there is one writer. What has a
lane (a chat, a thread) goes out in its order. Every function works in the transaction that it
is given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, bindparam, case, exists, func, or_, select, update

from intake.budgets import HOUR, OVERALL
from intake.messages import Address, Outbound
from intake.work import HeldFor
from store.driver import Query
from store.lookups import KEYS
from store.tables import IS_WAITING, IS_WITHHELD, Sending, outbox
from store.types import address_key, is_key
from store.undeliverable import let_out
from store.work import SqlWork

_earlier = outbox.alias("earlier")
IS_FIRST_OF_LANE = or_(
    outbox.c.lane == "",
    ~exists().where(
        _earlier.c.state.in_((Sending.PENDING, Sending.CLAIMED)),
        _earlier.c.channel == outbox.c.channel,
        _earlier.c.lane == outbox.c.lane,
        _earlier.c.id < outbox.c.id,
    ),
)
CLAIMABLE = (
    select(outbox.c.id)
    .where(IS_WAITING, outbox.c.channel == bindparam("channel"), outbox.c.next_at <= bindparam("now"))
    .where(IS_FIRST_OF_LANE)
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
ROWS = Query(select(*outbox.c).where(outbox.c.id.in_(KEYS)).order_by(outbox.c.next_at, outbox.c.id))
NEXT_DUE = select(func.min(outbox.c.next_at)).where(IS_WAITING)
HELD_BY_BUDGET = (IS_WITHHELD, outbox.c.held_for == HeldFor.BUDGET.value)
HELD_FOR_QUIET = (outbox.c.state == Sending.HELD, outbox.c.held_for == HeldFor.QUIET.value)
BY_THE_CLOCK = (HeldFor.BUDGET.value, HeldFor.QUIET.value)
DUE_AGAIN = (
    select(outbox.c.held_for)
    .where(IS_WITHHELD, outbox.c.held_for.in_(BY_THE_CLOCK), outbox.c.next_at <= bindparam("now"))
    .distinct()
)
SHOWN_AGAIN = "agent-again"  # a promise without words: posts are to look like what is kept of them
FORGOTTEN = "(a code, forgotten once it was sent)"
WITHOUT_CODES = case((outbox.c.notice == "chat-code", FORGOTTEN), else_=outbox.c.body)
UNSETTLED = (Sending.PENDING, Sending.CLAIMED, Sending.HELD, Sending.FAILED)


@dataclass(frozen=True, slots=True)
class Promise:
    """A row of the outbox; `attempts` counts the tries that were begun."""

    id: int
    outbound: Outbound
    state: Sending
    attempts: int
    next_at: datetime
    created_at: datetime
    sent_at: datetime | None = None
    answer: str = ""
    error: str = ""
    held_for: str = ""


def claim(
    work: SqlWork, channel: str, worker: str, now: datetime, lease: timedelta, limit: int
) -> list[tuple[int, Outbound, int]]:
    """Take what is due on a channel, until now + lease: id, words, and which try this is."""
    found = (
        work.connection.execute(CLAIMABLE, {"channel": channel, "now": now, "most": limit}).scalars().all()
    )
    if not found:
        return []
    taken = update(outbox).where(outbox.c.id.in_(found))
    work.connection.execute(
        taken.values(
            state=Sending.CLAIMED, claimed_by=worker, next_at=now + lease, attempts=outbox.c.attempts + 1
        )
    )
    return [(row.id, outbound_in(row), row.attempts) for row in ROWS.rows(work.connection, found)]


def let_go(work: SqlWork, is_dead: Callable[[str], bool], now: datetime) -> int:
    """What workers had claimed who are known to be dead is anybody's at once; how much."""
    claimed = outbox.c.state == Sending.CLAIMED
    held = work.connection.execute(select(outbox.c.claimed_by).where(claimed).distinct()).scalars()
    dead = [one for one in held if is_dead(one)]
    again = update(outbox).where(claimed, outbox.c.claimed_by.in_(dead))
    return work.connection.execute(again.values(state=Sending.PENDING, next_at=now)).rowcount if dead else 0


def mark_sent(work: SqlWork, promise: int, answer: str, now: datetime) -> None:
    """It is out; `answer` is what the other side said, a chat's message id for instance."""
    work.connection.execute(
        _one(promise, Sending.CLAIMED, Sending.PENDING).values(
            state=Sending.SENT, sent_at=now, answer=answer, claimed_by="", error="", body=WITHOUT_CODES
        )
    )


def mark_retry(
    work: SqlWork, promise: int, error: str, next_at: datetime, *, is_counted: bool = True
) -> None:
    """It did not go out, and is to be tried again not before `next_at`."""
    attempts = outbox.c.attempts - (0 if is_counted else 1)
    work.connection.execute(
        _one(promise, Sending.CLAIMED).values(
            state=Sending.PENDING, next_at=next_at, claimed_by="", error=error, attempts=attempts
        )
    )


def mark_failed(work: SqlWork, promise: int, error: str) -> None:
    """It will not go out by itself any more."""
    work.connection.execute(
        _one(promise, *UNSETTLED).values(state=Sending.FAILED, claimed_by="", error=error)
    )


def retry(work: SqlWork, promise: int, now: datetime) -> bool:
    """Put a held or failed promise back to be sent; False when there is none such, or it has no words."""
    has_something = or_(outbox.c.body != "", outbox.c.notice == SHOWN_AGAIN)
    again = _one(promise, Sending.HELD, Sending.FAILED, Sending.PENDING).where(has_something)
    values = {"state": Sending.PENDING, "next_at": now, "attempts": 0, "claimed_by": "", "error": ""}
    values |= {"held_for": ""}
    return work.connection.execute(again.values(values)).rowcount == 1


def mark_said(work: SqlWork, channel: str, place: str, ticket: int, answer: str, now: datetime) -> int:
    """What was promised just now for a place at which it was said by hand already; how much."""
    theirs = outbox.c.channel == channel, outbox.c.recipient_key == address_key(place)
    here = update(outbox).where(*theirs, outbox.c.ticket == ticket, outbox.c.created_at == now)
    said = here.where(outbox.c.state == Sending.PENDING).values(
        state=Sending.SENT, sent_at=now, answer=answer
    )
    return work.connection.execute(said).rowcount


def hasten(work: SqlWork, channel: str, now: datetime, ticket: int = 0) -> int:
    """What waits for another try on a channel is due at once, of one ticket where it is named; how much."""
    waits = outbox.c.channel == channel, outbox.c.state == Sending.PENDING, outbox.c.next_at > now
    theirs = update(outbox).where(*waits)
    theirs = theirs.where(outbox.c.ticket == ticket) if ticket else theirs
    return work.connection.execute(theirs.values(next_at=now)).rowcount


def drop(work: SqlWork, promise: int) -> bool:
    """Give up a promise that has not been sent; False when there is none such."""
    dropped = _one(promise, Sending.HELD, Sending.FAILED, Sending.PENDING)
    return work.connection.execute(dropped.values(state=Sending.DROPPED)).rowcount == 1


def release(work: SqlWork, now: datetime, most: int) -> int:
    """Let out what waited for the end of quiet hours, or for an hour with room in its budget; how many go."""
    due = set(work.connection.execute(DUE_AGAIN, {"now": now}).scalars())
    gone = let_out(work, (*HELD_FOR_QUIET, outbox.c.next_at <= now), now) if HeldFor.QUIET in due else 0
    return gone + (_within_budget(work, now, most) if HeldFor.BUDGET in due else 0)


def _within_budget(work: SqlWork, now: datetime, most: int) -> int:
    """As much as fits this hour, the oldest first; what does not fit waits for the next one."""
    spent = work.spent(OVERALL, now)
    room = max(0, most - spent.count)
    first = select(outbox.c.id).where(*HELD_BY_BUDGET, outbox.c.next_at <= now).order_by(outbox.c.id)
    chosen = list(work.connection.execute(first.limit(room)).scalars()) if room else []
    gone = let_out(work, (outbox.c.id.in_(chosen),), now) if chosen else 0
    for _ in range(gone):
        work.spend(OVERALL, now)
    later = update(outbox).where(*HELD_BY_BUDGET, outbox.c.next_at <= now)
    work.connection.execute(later.values(next_at=(work.spent(OVERALL, now).ends or now + HOUR)))
    return gone


def redirect(work: SqlWork, channel: str, place: str, to: Address, now: datetime) -> int:
    """What waits to be said at a place of a chat goes by mail instead, or nowhere without an address."""
    waits = (outbox.c.channel == channel, outbox.c.recipient_key == address_key(place))
    here = update(outbox).where(*waits, outbox.c.state.in_((Sending.PENDING, Sending.HELD)))
    is_talk = or_(outbox.c.ticket.is_(None), outbox.c.notice.like("chat-%"), outbox.c.notice == "reaction")
    talk = here.where(is_talk) if to.address else here
    work.connection.execute(talk.values(state=Sending.DROPPED, error="nobody reads it there any more"))
    if not to.address:
        return 0
    there = {"channel": "email", "recipient": to.address, "recipient_key": address_key(to.address)}
    again = {"state": Sending.PENDING, "next_at": now, "lane": "", "extra": {}, "held_for": "", "error": ""}
    return work.connection.execute(here.values(**there, **again)).rowcount


def listed(work: SqlWork, state: Sending | None = None, limit: int = 1000) -> list[Promise]:
    """Promises, the newest first; of every state when none is named."""
    query = select(*outbox.c).order_by(outbox.c.id.desc()).limit(limit)
    rows = work.connection.execute(query.where(outbox.c.state == state) if state else query)
    return [promise_in(row) for row in rows]


def is_any_on_its_way(work: SqlWork, channel: str, fact: str, value: object) -> bool:
    """Whether something with such a fact may be said already, unknown to us: it is sent, or failed once."""
    query = select(outbox.c.extra).where(IS_WAITING, outbox.c.channel == channel, outbox.c.attempts > 0)
    return any(extra.get(fact) == value for extra in work.connection.execute(query).scalars())


def of_ticket(work: SqlWork, number: int) -> list[Promise]:
    """What was promised about a ticket, the first one first."""
    query = select(*outbox.c).where(outbox.c.ticket == number).order_by(outbox.c.id)
    return [promise_in(row) for row in work.connection.execute(query)]


def one(work: SqlWork, promise: int) -> Promise | None:
    rows = ROWS.rows(work.connection, (promise,)) if is_key(promise) else ()
    return promise_in(rows[0]) if rows else None


def next_due(work: SqlWork) -> datetime | None:
    """When the next promise wants attention, None when there is none waiting."""
    return work.connection.execute(NEXT_DUE).scalar()


def sent_to(work: SqlWork, address: str, limit: int = 100) -> list[Promise]:
    """What was promised to an address, the newest first."""
    query = select(*outbox.c).where(outbox.c.recipient_key == address_key(address))
    rows = work.connection.execute(query.order_by(outbox.c.created_at.desc()).limit(limit))
    return [promise_in(row) for row in rows]


def promise_in(row: Any) -> Promise:
    return Promise(
        row.id,
        outbound_in(row),
        row.state,
        row.attempts,
        row.next_at,
        row.created_at,
        row.sent_at,
        row.answer,
        row.error,
        row.held_for,
    )


def outbound_in(row: Any) -> Outbound:
    """The words as they were promised."""
    headers = dict(row.headers)
    return Outbound(
        channel=row.channel,
        recipient=Address(row.recipient_name, row.recipient),
        notice=row.notice,
        subject=row.subject,
        body=row.body,
        message_id=row.message_id,
        language=row.language,
        automatic=row.automatic,
        ticket_number=row.ticket or 0,
        references=tuple(headers.pop("references")),
        attachments=tuple((message, place) for message, place in row.attachments),
        lane=row.lane,
        extra=row.extra,
        **headers,
    )


def _one(promise: int, *states: Sending) -> Update:
    return update(outbox).where(outbox.c.id == promise, outbox.c.state.in_(states))
