"""The inbox: deliveries that were acknowledged before they were decided.

Heavy mail and a chat's payloads are kept raw and wait here. Whoever claims one decides it
within the same lines as any other message; `SqlWork.for_delivery` ends the wait in the
transaction that keeps the message. A claim that its worker never ended comes back with its
attempts counted, so that a message which kills workers is found out. What has a lane (a chat)
is claimed when all before it in that lane is done with: a chat is read in its order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, update

from intake.messages import Raw
from store.raws import raw_in, unpacked
from store.tables import IS_WAITING, Delivery, Sending, inbox, messages, outbox, raws
from store.types import digest
from store.work import SqlWork

_earlier = inbox.alias("earlier")
IS_FIRST_OF_LANE = or_(
    inbox.c.lane == "",
    ~exists().where(
        _earlier.c.state.in_((Delivery.PENDING, Delivery.CLAIMED)),
        _earlier.c.source == inbox.c.source,
        _earlier.c.lane == inbox.c.lane,
        _earlier.c.id < inbox.c.id,
    ),
)
CLAIMABLE = (
    select(inbox.c.id)
    .where(IS_WAITING, inbox.c.next_at <= bindparam("now"), IS_FIRST_OF_LANE)
    .order_by(inbox.c.next_at, inbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
NEXT_DUE = select(func.min(inbox.c.next_at)).where(IS_WAITING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery to be decided; `attempts` counts the tries that were begun."""

    id: int
    raw: Raw
    attempts: int
    error: str = ""


def keep_pending(work: SqlWork, raw: Raw, delivery_key: str) -> tuple[int, bool]:
    """Keep a delivery to be decided later: its place, and whether it is new.

    `delivery_key` is the channel's own id of it (update_id, event_id, a digest of the mail).
    """
    known = select(inbox.c.id).where(inbox.c.key == digest(f"{raw.source} {delivery_key}"))
    found = work.connection.execute(known).scalar()
    if found is not None:
        return found, False
    number = work.keep_pending(raw, delivery_key)
    work.flush()  # the same again in this transaction must find it
    return number, True


def claim(
    work: SqlWork,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    *,
    channel: str = "",
    source: str = "",
) -> list[Waiting]:
    """Take what waits, until now + lease; of one kind of channel or one configured one, where it is named."""
    query = CLAIMABLE.where(inbox.c.source == source) if source else CLAIMABLE
    query = query.where(inbox.c.channel == channel) if channel else query
    found = work.connection.execute(query, {"now": now, "most": limit}).scalars().all()
    if not found:
        return []
    taken = update(inbox).where(inbox.c.id.in_(found))
    work.connection.execute(
        taken.values(
            state=Delivery.CLAIMED, claimed_by=worker, next_at=now + lease, attempts=inbox.c.attempts + 1
        )
    )
    return [_waiting(row) for row in _rows(work, list(found))]


def fail(work: SqlWork, delivery: int, error: str, next_at: datetime, *, is_counted: bool = True) -> None:
    """Deciding it failed, and is to be tried again not before `next_at`; it may have been no try at all."""
    failed = update(inbox).where(inbox.c.id == delivery, inbox.c.state == Delivery.CLAIMED)
    attempts = inbox.c.attempts - (0 if is_counted else 1)
    again = {"state": Delivery.PENDING, "next_at": next_at, "claimed_by": "", "error": error}
    work.connection.execute(failed.values(**again, attempts=attempts))


def hasten(work: SqlWork, channel: str, now: datetime) -> int:
    """What waits for another try on a channel is due at once; how much."""
    waits = inbox.c.channel == channel, inbox.c.state == Delivery.PENDING, inbox.c.next_at > now
    return work.connection.execute(update(inbox).where(*waits).values(next_at=now)).rowcount


def let_go(work: SqlWork, is_dead: Callable[[str], bool], now: datetime) -> int:
    """What workers had claimed who are known to be dead is anybody's at once; how much."""
    claimed = inbox.c.state == Delivery.CLAIMED
    held = work.connection.execute(select(inbox.c.claimed_by).where(claimed).distinct()).scalars()
    dead = [one for one in held if is_dead(one)]
    again = update(inbox).where(claimed, inbox.c.claimed_by.in_(dead))
    return work.connection.execute(again.values(state=Delivery.PENDING, next_at=now)).rowcount if dead else 0


def give_back(work: SqlWork, is_mine: Callable[[str], bool], now: datetime) -> None:
    """What a worker had claimed that stops is anybody's at once; that was no try."""
    claimed = inbox.c.state == Delivery.CLAIMED
    held = work.connection.execute(select(inbox.c.claimed_by).where(claimed).distinct()).scalars()
    mine = [one for one in held if is_mine(one)]
    again = {"state": Delivery.PENDING, "next_at": now, "claimed_by": "", "attempts": inbox.c.attempts - 1}
    work.connection.execute(update(inbox).where(claimed, inbox.c.claimed_by.in_(mine)).values(**again))


def postpone(work: SqlWork, delivery: int, until: datetime) -> None:
    """It is to be decided later, with all that is behind it in its lane; that was no try."""
    later = update(inbox).where(inbox.c.id == delivery, inbox.c.state == Delivery.CLAIMED)
    work.connection.execute(
        later.values(
            state=Delivery.PENDING, next_at=until, claimed_by="", attempts=inbox.c.attempts - 1, error=""
        )
    )


def behind(work: SqlWork, waiting: Waiting, most: int) -> list[Waiting]:
    """What waits behind a delivery in its lane, the next one first."""
    lane = inbox.c.source == waiting.raw.source, inbox.c.lane == waiting.raw.lane
    query = _DELIVERIES.where(*lane, inbox.c.id > waiting.id, inbox.c.state == Delivery.PENDING)
    return [_waiting(row) for row in work.connection.execute(query.order_by(inbox.c.id).limit(most))]


def message_of(work: SqlWork, delivery: int) -> int | None:
    """The message that a delivery of this transaction became, None where it became none."""
    work.flush()
    return work.connection.execute(select(inbox.c.message).where(inbox.c.id == delivery)).scalar()


def settle(work: SqlWork, delivery: int, message: int | None = None) -> None:
    """Nothing more is to be done about a delivery, with or without a message made of it."""
    done = update(inbox).where(inbox.c.id == delivery)
    work.connection.execute(done.values(state=Delivery.DONE, message=message, claimed_by="", error=""))


def is_waiting(work: SqlWork, delivery: int) -> bool:
    """Whether a delivery is yet to be decided."""
    work.flush()
    found = select(inbox.c.id).where(IS_WAITING, inbox.c.id == delivery)
    return work.connection.execute(found).first() is not None


def next_due(work: SqlWork) -> datetime | None:
    """When the next delivery wants attention, None when none waits."""
    return work.connection.execute(NEXT_DUE).scalar()


def raw_of(work: SqlWork, message: int) -> bytes | None:
    """A message's bytes as they came, None when it had none or they were purged."""
    query = select(raws.c.body, raws.c.size, raws.c.purged_at).join(messages, messages.c.raw == raws.c.digest)
    row = work.connection.execute(query.where(messages.c.id == message)).first()
    return unpacked(row.body, row.size) if row and row.purged_at is None else None


def deliveries_of(work: SqlWork, message: int) -> list[Raw]:
    """Each delivery that brought a message, the first one first."""
    query = _DELIVERIES.where(inbox.c.message == message, raws.c.purged_at.is_(None)).order_by(inbox.c.id)
    return [raw_in(row) for row in work.connection.execute(query)]


def forget_bytes_of(work: SqlWork, delivery: int, now: datetime) -> None:
    """Forget what a delivery brought, byte for byte: it held a secret that nothing is to keep."""
    brought = select(inbox.c.raw).where(inbox.c.id == delivery).scalar_subquery()
    forgotten = update(raws).where(raws.c.digest == brought)
    work.connection.execute(forgotten.values(body=b"", size=0, purged_at=now))


def purge_raws(work: SqlWork, before: datetime, now: datetime) -> int:
    """Forget the bytes of messages older than this, not the messages; how many were purged."""
    undecided = select(inbox.c.raw).where(IS_WAITING)
    wanted = select(messages.c.raw).where(messages.c.id.in_(_with_files_to_send(work)), messages.c.raw != b"")
    purged = (
        update(raws)
        .where(raws.c.received_at < before, raws.c.purged_at.is_(None))
        .where(raws.c.digest.not_in(undecided), raws.c.digest.not_in(wanted))
        .values(body=b"", size=0, purged_at=now)
    )
    return work.connection.execute(purged).rowcount


def _with_files_to_send(work: SqlWork) -> set[int]:
    """Messages whose files are to go out with a promise that has not gone yet."""
    waits = outbox.c.state.in_((Sending.PENDING, Sending.CLAIMED, Sending.HELD))
    rows = work.connection.execute(select(outbox.c.attachments).where(waits))
    return {message for (files,) in rows for message, _ in files}


_DELIVERIES = select(
    inbox.c.id,
    inbox.c.channel,
    inbox.c.source,
    inbox.c.envelope,
    inbox.c.received_at,
    inbox.c.attempts,
    inbox.c.error,
    inbox.c.lane,
    raws.c.body,
    raws.c.size,
).join(raws, raws.c.digest == inbox.c.raw)


def _rows(work: SqlWork, deliveries: list[int]) -> Any:
    return work.connection.execute(_DELIVERIES.where(inbox.c.id.in_(deliveries)).order_by(inbox.c.id))


def _waiting(row: Any) -> Waiting:
    return Waiting(row.id, raw_in(row), row.attempts, row.error)
