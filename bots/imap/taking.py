"""Rounds: what is taken out of a folder, in which order, and when it is marked.

A round looks at the folder anew, fetches what has not been taken yet, hands it in, and only
when it is kept for good marks or moves it; the mark in the store moves last. So whatever dies
in between is done again, and the same mail twice is one message. What people did to a mail in
the meantime (read, flagged) does not matter: what counts is the UID, and where the server has
numbered everything anew, the date and the Message-ID.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from bots.imap.backlog import Backlog, chunks, groups
from bots.imap.errors import CommandFailed, ConnectionLost
from bots.imap.mailbox import Listed, Mailbox, Selected
from bots.imap.mails import raw_of, stand_in
from intake.errors import StoreUnavailable, TemporaryFailure
from intake.messages import Raw
from store.mailboxes import Mark

BEFORE_THE_NEWEST = timedelta(days=7)  # how far back everything is fetched where UIDs have changed
MIB = 1 << 20
NOT_GIVEN = "the mail server does not give it out; it stays in the mailbox"
log = structlog.get_logger()


class Desk(Protocol):
    """What a reader asks of the desk; every method waits for its commit. StoreUnavailable means later."""

    def mark(self) -> Mark: ...

    def advance(self, mark: Mark) -> None:
        """Remember how far the folder has been read; raises ClaimLost."""

    def take(self, raws: Sequence[Raw]) -> list[Exception | None]:
        """Keep mails for good; what went wrong with each, None for nothing."""

    def hold(self, raw: Raw, because: str) -> None:
        """Keep for good what there is of a mail that cannot be taken as it is."""

    def newest(self) -> datetime | None:
        """When the newest mail that came by this channel had been received."""

    def heard_of(self, message_ids: Sequence[str]) -> set[str]: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read, and what becomes of it."""

    channel: str
    folder: str
    after: str
    first: str
    poll_seconds: float
    most_bytes: int


@dataclass(slots=True)
class Taking:
    """The rounds of one reader; what it knows besides the store's mark may be lost at any time."""

    plan: Plan
    desk: Desk
    stop: threading.Event
    backlog: Backlog = field(default_factory=lambda: Backlog(0))

    def round(self, box: Mailbox) -> bool:
        """Take what there is; whether there was anything."""
        selected, mark = box.select(), self.desk.mark()
        if self.backlog.uidvalidity != selected.uidvalidity:
            self.backlog = Backlog(selected.uidvalidity)
        if mark.uidvalidity == selected.uidvalidity:
            return self._take_new(box, mark.last_uid, selected)
        return self._take_all(box, mark, selected)

    def _take_new(self, box: Mailbox, last: int, selected: Selected) -> bool:
        """Everything above the mark, which rises with what is done."""
        self.backlog.forget_below(last)
        uids = box.uids(last, selected.uidnext)
        left = self.backlog.left(uids)
        for some in chunks(left, self.backlog):
            self._take(box, some)
            reached = self.backlog.low_water(uids)
            if reached > last:
                self.desk.advance(Mark(selected.uidvalidity, reached))
        return len(self.backlog.left(uids)) < len(left)

    def _take_all(self, box: Mailbox, mark: Mark, selected: Selected) -> bool:
        """Read a folder for the first time, or again where its numbers have changed.

        The mark is set when all of it is done, so that a reader that dies begins this again.
        """
        uids = self._first(box, selected) if mark.is_first else self._again(box, selected)
        left = self.backlog.left(uids)
        for some in chunks(left, self.backlog):
            self._take(box, some)
        if self.backlog.left(uids):
            return len(self.backlog.left(uids)) < len(left)
        self.desk.advance(Mark(selected.uidvalidity, max((selected.uidnext - 1, *uids))))
        return True

    def _first(self, box: Mailbox, selected: Selected) -> list[int]:
        match self.plan.first:
            case "all":
                return box.uids(0, selected.uidnext)
            case "unseen":
                return box.unseen(selected.uidnext)
        return []

    def _again(self, box: Mailbox, selected: Selected) -> list[int]:
        """Whatever is recent, and of the rest what the desk has not heard of."""
        log.warning("the folder was numbered anew and is read again", **self._where())
        uids = box.uids(0, selected.uidnext)
        newest = self.desk.newest()
        if newest is None:
            return uids
        recent = box.since((newest - BEFORE_THE_NEWEST).date(), selected.uidnext)
        older = [uid for uid in uids if uid not in recent]
        known: set[int] = set()
        for some in chunks(older, self.backlog):
            ids = box.message_ids(some)
            heard = self.desk.heard_of(list(ids.values()))
            known |= {uid for uid, message_id in ids.items() if message_id in heard}
        return [uid for uid in uids if uid not in known]

    def _take(self, box: Mailbox, uids: Sequence[int]) -> None:
        hopeless = [uid for uid in uids if self.backlog.is_hopeless(uid)]
        for uid in hopeless:
            self._hold(box, Listed(uid, 0, None), NOT_GIVEN)
        listed = self._listed(box, [uid for uid in uids if uid not in hopeless])
        gone = set(uids) - {one.uid for one in listed} - self.backlog.refusals.keys()
        self.backlog.settle(gone)  # somebody has taken them away in the meantime
        for group in groups(listed, self.backlog):
            if self.stop.is_set():
                return
            self._take_group(box, group)

    def _listed(self, box: Mailbox, uids: Sequence[int]) -> list[Listed]:
        try:
            return box.listed(uids)
        except ConnectionLost:
            self.backlog.broke(uids)
            raise
        except CommandFailed as error:
            if len(uids) > 1:
                return [one for uid in uids for one in self._listed(box, [uid])]
            self._refused(uids[0], str(error))
            return []

    def _take_group(self, box: Mailbox, group: Sequence[Listed]) -> None:
        """Each mail is kept, or counted as trouble; only what concerns all of them is raised."""
        wanted = [one for one in group if self._is_fetchable(box, one)]
        try:
            bodies = box.bodies([one.uid for one in wanted], self.plan.most_bytes)
        except ConnectionLost:
            self.backlog.broke(one.uid for one in wanted)
            raise
        except CommandFailed as error:
            if len(wanted) == 1:
                self._refused(wanted[0].uid, str(error))
            else:
                for one in wanted:
                    self._take_group(box, [one])
        else:
            self._keep(box, wanted, bodies)

    def _is_fetchable(self, box: Mailbox, one: Listed) -> bool:
        """Otherwise it is held."""
        if one.size <= self.plan.most_bytes:
            return True
        self._hold(box, one, self._too_large(one.size))
        return False

    def _keep(self, box: Mailbox, wanted: Sequence[Listed], bodies: dict[int, bytes]) -> None:
        """Hand mails in, mark those that are kept, and count the others."""
        now = datetime.now(UTC)
        there = [one for one in wanted if self._is_whole(box, one, bodies.get(one.uid))]
        raws = [raw_of(self.plan.channel, one, bodies[one.uid], now) for one in there]
        outcomes = list(zip(there, self.desk.take(raws), strict=True)) if raws else []
        self._settle(box, [one.uid for one, error in outcomes if error is None])
        for one, error in outcomes:
            if isinstance(error, StoreUnavailable | TemporaryFailure):
                raise error
            if error is not None:
                self._refused(one.uid, f"keeping it failed: {type(error).__name__}: {error}")

    def _is_whole(self, box: Mailbox, one: Listed, body: bytes | None) -> bool:
        """Otherwise it is held, gone, or counted as trouble."""
        if body is not None and len(body) <= self.plan.most_bytes:
            return True
        if body is not None:
            self._hold(box, one, self._too_large(len(body)))
        elif box.is_there(one.uid):
            self._refused(one.uid, "the server answers without it")
        else:
            self.backlog.settle([one.uid])
        return False

    def _settle(self, box: Mailbox, uids: Sequence[int]) -> None:
        """What a server refuses to mark is kept all the same; else it would come again for ever."""
        if uids:
            try:
                box.settle(uids, self.plan.after)
            except CommandFailed as error:
                log.warning("mails are kept, but cannot be marked", error=str(error), **self._where())
            self.backlog.settle(uids)

    def _refused(self, uid: int, because: str) -> None:
        self.backlog.refused(uid)
        log.warning("a mail cannot be taken", uid=uid, because=because, **self._where())

    def _hold(self, box: Mailbox, one: Listed, because: str) -> None:
        """Keep what can be had of it; the mail itself stays as it is, for a person to look at."""
        head = self._head(box, one) or stand_in(self.plan.folder, self.backlog.uidvalidity, one.uid)
        self.desk.hold(raw_of(self.plan.channel, one, head, datetime.now(UTC)), because)
        self.backlog.settle([one.uid])

    def _head(self, box: Mailbox, one: Listed) -> bytes:
        if self.backlog.breaks_connections(one.uid):
            return b""
        try:
            return box.head(one.uid)
        except CommandFailed:
            return b""
        except ConnectionLost:
            self.backlog.broke([one.uid])
            raise

    def _too_large(self, size: int) -> str:
        setting = f"channel.{self.plan.channel}.max_message_mib"
        limit = self.plan.most_bytes // MIB
        return f"it has {size / MIB:.1f} MiB, more than the {limit} of {setting}; it stays in the mailbox"

    def _where(self) -> dict[str, str]:
        return {"channel": self.plan.channel, "folder": self.plan.folder}
