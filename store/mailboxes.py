"""How far each mailbox has been read, and which process reads it.

A mailbox has one reader in the whole installation: the one whose claim has not run out. A
claim is a lease in this table on both databases, since a lock that PostgreSQL drops with its
connection would not tell its holder. Two readers for a moment do no harm: the same mail twice
is one message. A mark that has no UIDVALIDITY yet (0, which no server uses) says that the
mailbox was never read to its end.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from store.side_tables import mailboxes
from store.tables import inbox, thread_keys
from store.types import digest
from store.work import SqlWork

AT_ONCE = 500  # look-ups in one query


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything in the mailbox up to this UID has been taken, as long as it has this UIDVALIDITY."""

    uidvalidity: int = 0
    last_uid: int = 0

    @property
    def is_first(self) -> bool:
        return self.uidvalidity == 0


def claim(
    work: SqlWork,
    channel: str,
    folder: str,
    reader: str,
    now: datetime,
    until: datetime,
    is_dead: Callable[[str], bool] = lambda _: False,
) -> bool:
    """Be the mailbox's reader until then, or stay it: False while another one is, who is not known dead."""
    here = mailboxes.c.channel == channel, mailboxes.c.folder == folder
    found = work.connection.execute(
        select(mailboxes.c.claimed_by, mailboxes.c.claimed_until).where(*here).with_for_update()
    ).first()
    claimed = {"claimed_by": reader, "claimed_until": until}
    if found is None:
        row = {"channel": channel, "folder": folder, "uidvalidity": 0, "last_uid": 0, **claimed}
        work.connection.execute(insert(mailboxes).values(**row))
        return True
    is_free = found.claimed_until is None or found.claimed_until <= now
    if not (is_free or found.claimed_by == reader or is_dead(found.claimed_by)):
        return False
    work.connection.execute(update(mailboxes).where(*here).values(**claimed))
    return True


def release(work: SqlWork, channel: str, folder: str, reader: str) -> None:
    """Let somebody else read it at once."""
    here = mailboxes.c.channel == channel, mailboxes.c.folder == folder, mailboxes.c.claimed_by == reader
    work.connection.execute(update(mailboxes).where(*here).values(claimed_by="", claimed_until=None))


def mark_of(work: SqlWork, channel: str, folder: str) -> Mark:
    here = mailboxes.c.channel == channel, mailboxes.c.folder == folder
    found = work.connection.execute(select(mailboxes.c.uidvalidity, mailboxes.c.last_uid).where(*here))
    row = found.first()
    return Mark(row.uidvalidity, row.last_uid) if row else Mark()


def advance(work: SqlWork, channel: str, folder: str, reader: str, mark: Mark) -> bool:
    """Remember how far it has been read; False where the reader has lost its claim to another."""
    here = mailboxes.c.channel == channel, mailboxes.c.folder == folder, mailboxes.c.claimed_by == reader
    moved = update(mailboxes).where(*here).values(uidvalidity=mark.uidvalidity, last_uid=mark.last_uid)
    return work.connection.execute(moved).rowcount == 1


def newest_from(work: SqlWork, channel: str) -> datetime | None:
    """When the newest mail that came through a channel had been received, None when none came."""
    newest = select(func.max(inbox.c.received_at)).where(inbox.c.source == channel)
    return work.connection.execute(newest).scalar()


def heard_of(work: SqlWork, message_ids: Iterable[str]) -> set[str]:
    """Those of the Message-IDs (without <>) that some message on the desk has."""
    wanted = {digest(one): one for one in message_ids}
    keys, heard = list(wanted), set()
    for start in range(0, len(keys), AT_ONCE):
        some = select(thread_keys.c.key).where(thread_keys.c.key.in_(keys[start : start + AT_ONCE]))
        heard |= {wanted[bytes(key)] for key in work.connection.execute(some).scalars()}
    return heard
