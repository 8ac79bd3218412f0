"""One folder on an IMAP server, over one connection: what is asked of it, in our words.

Everything that is fetched is peeked at, so that reading changes nothing; only `settle`, which
is called after the commit, marks, moves or deletes. A body is fetched up to a limit, for a
server may be wrong about a size. IDLE (RFC 2177) is a hint: a wait ends when the server says
anything, and always after a while; a line that gives nothing at once is dead.
"""

import socket
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imapclient import DELETED, SEEN, IMAPClient

from bots.imap.connection import Account, enter, leave
from bots.imap.errors import ConnectionLost, translated

SLICE_SECONDS = 1.0  # how soon a wait finds out that it shall end
TOO_SOON = 0.2  # seconds: an empty answer before that means that nobody is there
MOST_HEADER_BYTES = 256 * 1024
WINDOW = 50_000  # UIDs asked for at once: the answer is one line, and the library limits those
MOST_WINDOWS = 200
MESSAGE_ID = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder as it is now; the next mail gets a UID of `uidnext` at least."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail that is there: how large the server says it is, and when it came."""

    uid: int
    size: int
    received_at: datetime | None


class Mailbox:
    """A folder that is entered; not safe to use from two threads, but for `cut` and `busy_seconds`."""

    def __init__(self, client: IMAPClient, folder: str) -> None:
        self._client = client
        self._folder = folder
        self._since: float | None = None  # when the command that is under way began

    @classmethod
    def enter(cls, account: Account, folder: str) -> "Mailbox":
        return cls(enter(account), folder)

    def select(self) -> Selected:
        """Look anew at what the folder is: it may have been made again in the meantime."""
        with self._asking("SELECT"):
            found: Mapping[bytes, Any] = self._client.select_folder(self._folder)
            self._is_told_of_mail()  # that which is there already is no news
            return Selected(int(found.get(b"UIDVALIDITY", 1)), int(found.get(b"UIDNEXT", 0)))

    def uids(self, after: int, uidnext: int) -> list[int]:
        """Every UID above this one, rising."""
        return self._search_all([], after, uidnext)

    def unseen(self, uidnext: int) -> list[int]:
        """Those that nobody has read."""
        return self._search_all(["UNSEEN"], 0, uidnext)

    def since(self, day: date, uidnext: int) -> set[int]:
        """Those that were received on this day or later, as the server counts days."""
        return set(self._search_all(["SINCE", day], 0, uidnext))

    def message_ids(self, uids: Iterable[int]) -> dict[int, str]:
        """Message-IDs without <>, for those that have one."""
        found = self._fetch(list(uids), [MESSAGE_ID])
        heads = {uid: _bytes_in(each, b"BODY[HEADER") or b"" for uid, each in found.items()}
        named = {uid: head.partition(b":")[2].strip().strip(b"<>") for uid, head in heads.items()}
        return {uid: name.decode("utf-8", "replace") for uid, name in named.items() if name}

    def listed(self, uids: Collection[int]) -> list[Listed]:
        """Size and date of those that are still there."""
        found = self._fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return [
            Listed(uid, int(each.get(b"RFC822.SIZE") or 0), _moment(each.get(b"INTERNALDATE")))
            for uid, each in found.items()
        ]

    def bodies(self, uids: Collection[int], limit: int) -> dict[int, bytes]:
        """Mails as they are, one byte over the limit at the most; those that came."""
        found = self._fetch(uids, [f"BODY.PEEK[]<0.{limit + 1}>"])
        bodies = {uid: _bytes_in(each, b"BODY[]") for uid, each in found.items()}
        return {uid: body for uid, body in bodies.items() if body}

    def head(self, uid: int) -> bytes:
        """A mail's headers, if they can be had."""
        found = self._fetch([uid], [f"BODY.PEEK[HEADER]<0.{MOST_HEADER_BYTES}>"])
        return _bytes_in(found.get(uid, {}), b"BODY[HEADER]") or b""

    def is_there(self, uid: int) -> bool:
        return uid in self._search(["UID", str(uid)])

    def settle(self, uids: Collection[int], after: str) -> None:
        """Mark, move or delete mails that are kept for good."""
        word, _, name = after.partition(":")
        with self._asking(after):
            match word:
                case "seen":
                    self._client.add_flags(uids, [SEEN], silent=True)
                case "flag":
                    self._client.add_flags(uids, [name], silent=True)
                case "delete":
                    self._delete(uids)
                case "move":
                    self._move(uids, name)

    def has_folder(self, name: str) -> bool:
        with self._asking("LIST"):
            return bool(self._client.folder_exists(name))

    def make_folder(self, name: str) -> None:
        """See to it that there is such a folder."""
        if not self.has_folder(name):
            with self._asking(f"CREATE {name}"):
                self._client.create_folder(name)

    def can_idle(self) -> bool:
        with self._asking("CAPABILITY"):
            return bool(self._client.has_capability("IDLE"))

    def idle(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Wait until the server says something, the seconds are over, or `is_over`.

        What it said already, among the answers since `select`, it does not say again.
        """
        if self._is_told_of_mail():
            return
        with self._asking("IDLE"):
            self._client.idle()
        ends = time.monotonic() + seconds
        while not is_over() and time.monotonic() < ends:
            if self._has_words_here() or self._said_something():
                break
        with self._asking("IDLE"):
            self._client.idle_done()

    def close(self) -> None:
        leave(self._client)

    def cut(self) -> None:
        """End the connection under whoever waits for it, from another thread."""
        try:
            socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself

    def busy_seconds(self) -> float:
        """How long the command that is under way takes already, 0 when none is."""
        since = self._since
        return time.monotonic() - since if since is not None else 0.0

    def _is_told_of_mail(self) -> bool:
        """Whether a new mail was announced since this was asked last."""
        _, numbers = self._client._imap.response("EXISTS")
        return bool(numbers != [None])

    def _has_words_here(self) -> bool:
        """Whether the server's next words were read with earlier ones: the library would wait for more."""
        line = self._client.socket()
        patience = line.gettimeout()
        line.settimeout(0)
        try:
            return bool(self._client._imap.file.peek(1))
        except OSError:
            return False  # nothing yet
        finally:
            line.settimeout(patience)

    def _said_something(self) -> bool:
        began = time.monotonic()
        with translated("IDLE"):
            said = self._client.idle_check(timeout=SLICE_SECONDS)
        if not said and time.monotonic() - began < TOO_SOON:
            raise ConnectionLost("the server has closed the connection")
        if any(isinstance(one, tuple) and one and one[0] == b"BYE" for one in said):
            raise ConnectionLost("the server has said BYE")
        return bool(said)

    def _search_all(self, criteria: list[Any], after: int, uidnext: int) -> list[int]:
        found: set[int] = set()
        for first, last in windows(after + 1, uidnext):
            found.update(self._search(["UID", f"{first}:{last}", *criteria]))
        return sorted(uid for uid in found if uid > after)  # "9:*" names the last mail even where it is 5

    def _search(self, criteria: list[Any]) -> list[int]:
        with self._asking("SEARCH"):
            return [int(uid) for uid in self._client.search(criteria)]

    def _fetch(self, uids: Collection[int], wanted: list[str]) -> dict[int, Mapping[bytes, Any]]:
        with self._asking("FETCH"):
            found: dict[int, Mapping[bytes, Any]] = self._client.fetch(uids, wanted)
            return found

    def _move(self, uids: Collection[int], folder: str) -> None:
        """Without MOVE (RFC 6851) a copy, and then the original away."""
        if self._client.has_capability("MOVE"):
            self._client.move(uids, folder)
        else:
            self._client.copy(uids, folder)
            self._delete(uids)

    def _delete(self, uids: Collection[int]) -> None:
        """Without UIDPLUS (RFC 4315) only marked: EXPUNGE would take what others have marked."""
        self._client.add_flags(uids, [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        self._since = time.monotonic()
        try:
            with translated(what):
                yield
        finally:
            self._since = None


def windows(first: int, end: int) -> Iterator[tuple[int, int | str]]:
    """Ranges of UIDs that cover everything from the first on, however sparse they are.

    >>> list(windows(1, 120_000))
    [(1, 50000), (50001, 100000), (100001, '*')]
    >>> list(windows(7, 0))
    [(7, '*')]
    """
    step = max(WINDOW, (end - first) // MOST_WINDOWS)
    while first + step < end:
        yield first, first + step - 1
        first += step
    yield first, "*"


def _bytes_in(found: Mapping[bytes, Any], name: bytes) -> bytes | None:
    """A body section, which a server may name with or without its offset."""
    value = next((value for key, value in found.items() if key.startswith(name)), None)
    return value if isinstance(value, bytes) else None


def _moment(value: object) -> datetime | None:
    """INTERNALDATE in UTC; a server may leave it out, or write nonsense."""
    if not isinstance(value, datetime):
        return None
    try:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
