"""What is still to be taken out of a folder, and up to where everything has been.

A mail that cannot be had is tried again, behind all others and alone, so that it stands in
nobody's way. The mark that is remembered stays below it; what was taken above it is
remembered here only, and would come once more after a restart, which does no harm.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bots.imap.mailbox import Listed

MOST_REFUSALS = 3  # of a server that says NO, or of ours
MOST_BREAKS = 8  # of connections: one by itself proves nothing against the mail
AT_ONCE = 200  # mails whose sizes are asked for in one go
GROUP_BYTES = 4 << 20
GROUP_MAILS = 64


@dataclass(slots=True)
class Backlog:
    """One folder under one UIDVALIDITY."""

    uidvalidity: int
    done: set[int] = field(default_factory=set)
    refusals: dict[int, int] = field(default_factory=dict)
    breaks: dict[int, int] = field(default_factory=dict)

    def left(self, uids: Iterable[int]) -> list[int]:
        """Those still to be taken: the untroubled first, by their number."""
        left = (uid for uid in uids if uid not in self.done)
        return sorted(left, key=lambda uid: (self.troubles(uid), uid))

    def troubles(self, uid: int) -> int:
        return self.refusals.get(uid, 0) + self.breaks.get(uid, 0)

    def settle(self, uids: Iterable[int]) -> None:
        """Nothing more is to be done about these."""
        for uid in uids:
            self.done.add(uid)
            self.refusals.pop(uid, None)
            self.breaks.pop(uid, None)

    def refused(self, uid: int) -> None:
        self.refusals[uid] = self.refusals.get(uid, 0) + 1

    def broke(self, uids: Iterable[int]) -> None:
        """The connection was lost while these were fetched; one of them may be why."""
        for uid in uids:
            self.breaks[uid] = self.breaks.get(uid, 0) + 1

    def is_hopeless(self, uid: int) -> bool:
        return self.refusals.get(uid, 0) >= MOST_REFUSALS or self.breaks_connections(uid)

    def breaks_connections(self, uid: int) -> bool:
        return self.breaks.get(uid, 0) >= MOST_BREAKS

    def low_water(self, uids: Sequence[int]) -> int:
        """The highest UID up to which all of these are done, 0 where the first is not."""
        reached = 0
        for uid in sorted(uids):
            if uid not in self.done:
                break
            reached = uid
        return reached

    def forget_below(self, uid: int) -> None:
        """What the mark says need not be remembered."""
        self.done = {one for one in self.done if one > uid}


def chunks(uids: Sequence[int], backlog: Backlog) -> Iterator[Sequence[int]]:
    """What is asked about in one go; whatever gave trouble alone."""
    sound = [uid for uid in uids if not backlog.troubles(uid)]
    yield from (sound[start : start + AT_ONCE] for start in range(0, len(sound), AT_ONCE))
    yield from ([uid] for uid in uids if backlog.troubles(uid))


def groups(listed: Iterable[Listed], backlog: Backlog) -> Iterator[list[Listed]]:
    """Mails to be fetched in one go: few enough bytes, and whatever gave trouble alone."""
    group: list[Listed] = []
    size = 0
    for one in sorted(listed, key=lambda each: (backlog.troubles(each.uid), each.uid)):
        is_alone = backlog.troubles(one.uid) > 0
        if group and (is_alone or size + one.size > GROUP_BYTES or len(group) >= GROUP_MAILS):
            yield group
            group, size = [], 0
        group.append(one)
        size += one.size
    if group:
        yield group
