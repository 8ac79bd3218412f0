"""One-time codes that were asked for: of addresses that are known and of those that are not, alike.

A code is kept as a keyed digest. It is good for ten minutes and five tries, by the account that
asked for it; asking for another ends it. How many may be sent is counted by the account and by the
address, so that nobody can try many codes by asking from many accounts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update

from store.chat_tables import codes
from store.types import address_key
from store.work import SqlWork

LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5
AN_HOUR, A_DAY = 3, 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Code:
    """`person` is 0 where the address was nobody's: then no code is right."""

    id: int
    person: int
    address: str
    digest: bytes
    tries: int

    @property
    def tries_left(self) -> int:
        return max(0, MOST_TRIES - self.tries)


def may_be_sent(work: SqlWork, medium: str, account: str, address: str, now: datetime) -> bool:
    """Whether this account, and this address, have had fewer codes than an hour and a day may see."""
    mine = (codes.c.medium == medium) & (codes.c.account == account)
    theirs = codes.c.address_key == address_key(address)
    query = select(codes.c.sent_at, mine.label("mine"), theirs.label("theirs"))
    rows = work.connection.execute(query.where(or_(mine, theirs), codes.c.sent_at > now - DAY)).all()
    counted = [(row.sent_at, one) for row in rows for one in ("mine", "theirs") if getattr(row, one)]
    return not any(
        sum(at > now - span for at, name in counted if name == one) >= most
        for one in ("mine", "theirs")
        for span, most in ((HOUR, AN_HOUR), (DAY, A_DAY))
    )


def keep_code(
    work: SqlWork, medium: str, account: str, address: str, person: int, digest: bytes, now: datetime
) -> None:
    """Remember a code that was asked for; those before it count no longer."""
    before = update(codes).where(codes.c.medium == medium, codes.c.account == account)
    work.connection.execute(before.where(codes.c.expires_at > now).values(expires_at=now))
    work.connection.execute(
        codes.insert().values(
            medium=medium,
            account=account,
            address_key=address_key(address),
            address=address,
            person=person or None,
            code=digest,
            sent_at=now,
            expires_at=now + LIFETIME,
            tries=0,
            used_at=None,
        )
    )


def current(work: SqlWork, medium: str, account: str, now: datetime) -> Code | None:
    """The code that an account may try now."""
    query = select(codes.c.id, codes.c.person, codes.c.address, codes.c.code, codes.c.tries).where(
        codes.c.medium == medium,
        codes.c.account == account,
        codes.c.expires_at > now,
        codes.c.used_at.is_(None),
        codes.c.tries < MOST_TRIES,
    )
    row = work.connection.execute(query.order_by(codes.c.id.desc()).limit(1)).first()
    return Code(row.id, row.person or 0, row.address, row.code, row.tries) if row else None


def tried(work: SqlWork, code: Code) -> None:
    """Count a try that was wrong."""
    work.connection.execute(update(codes).where(codes.c.id == code.id).values(tries=codes.c.tries + 1))


def use(work: SqlWork, code: Code, now: datetime) -> None:
    work.connection.execute(update(codes).where(codes.c.id == code.id).values(used_at=now))


def sent_in_all(work: SqlWork, since: datetime) -> int:
    """How many codes were asked for since then, by anybody."""
    return work.connection.execute(select(func.count()).where(codes.c.sent_at > since)).scalar() or 0


def forget_codes(work: SqlWork, now: datetime) -> int:
    """Drop what no limit counts any more; how many."""
    return work.connection.execute(delete(codes).where(codes.c.sent_at < now - DAY)).rowcount
