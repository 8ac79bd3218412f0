"""Mail out of mailboxes: an mbox file, a Maildir, a folder of .eml files, or a single mail.

First a survey: where each mail lies and when it was received, in order of that time, so that
an answer comes after what it answers, whichever file holds it. Then each is read by itself,
so that a mailbox of any size needs the memory of one mail. What cannot be read is a `Missed`
with the reason; the rest goes on. Nothing is ever written, locked or marked as seen.

A Maildir's `cur` and `new` are read, not its sub-folders, for nobody wants the spam: name
those that are wanted. A folder of files is read with all folders below it. Links inside a
mailbox are not followed: a mailbox that somebody else may write to must not name our files.

The standard library's `mailbox` is not used: it opens an mbox for writing, begins a new
mail at any line that starts with "From ", leaves the quoting of such lines in the text, and
lists a Maildir in the order of the disk, links and all.
"""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from bots.settings import Settings
from intake.authentication import TOPMOST
from intake.mail.headers import moment

MOST_BYTES = 64 << 20  # of one mail; each is held in memory while it is read
HEAD_BYTES = 64 << 10
BLOCK_BYTES = 1 << 20
SEAM_BYTES = 4 << 10  # longer than a separator and the line behind it
EARLIEST = datetime(1982, 8, 13, tzinfo=UTC)  # RFC 822; an earlier date is a broken clock
LONGEST_WAY = timedelta(days=5)  # after that servers give up (RFC 5321 §4.5.4.1)
AHEAD = timedelta(days=1)  # and so is a later one than that
IS_A_LINK = "it is a link, and links inside a mailbox are not followed"
NO_FILE = "it is no regular file"

# After an empty line: "From ", and then a date in that line or a header in the next (RFC 4155 asks for more).
SEPARATOR = re.compile(
    rb"(?:\A|(?<=\n)\r?\n)From (?=[^\n]*\d\d?:\d\d|[^\n]*\n[!-9;-~]+:)([^\n]{0,1000})\n", re.MULTILINE
)
QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
FIELD = r"^{}:[ \t]*((?:[^\n]|\n[ \t]){{0,1000}})"
RECEIVED = re.compile(FIELD.format("Received").encode(), re.MULTILINE | re.IGNORECASE)
DATE = re.compile(FIELD.format("Date").encode(), re.MULTILINE | re.IGNORECASE)
SECONDS = re.compile(r"(\d{8,11})\.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one mail lies; `start` counts from its first byte, behind an mbox's separator."""

    name: str
    path: Path
    start: int
    size: int
    received_at: datetime
    is_quoted: bool = False  # an mbox, in which lines that begin with "From " are quoted


@dataclass(frozen=True, slots=True)
class Found:
    """One mail, its bytes as they were delivered."""

    name: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """Something in a mailbox that could not be read, and why."""

    name: str
    because: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What some mailboxes hold, oldest first."""

    places: tuple[Place, ...]
    missed: tuple[Missed, ...]

    def __len__(self) -> int:
        return len(self.places)

    def mails(self) -> Iterator[Found | Missed]:
        return map(read_place, self.places)


def believed(settings: Settings) -> str:
    """The authserv-id whose results count in old mail: one that a channel pins by its name.

    "topmost" does not: in a mailbox, which may come from anywhere, the position proves nothing.
    """
    pinned = (one.trust_authentication_results for one in settings.mail_channels.values())
    return next((one for one in pinned if one and one != TOPMOST), "")


def survey(mailboxes: Iterable[Path], now: datetime) -> Survey:
    """Look through mailboxes; those that hold nothing are missed too."""
    seen = [one for mailbox in mailboxes for one in _within(mailbox, now)]
    places = sorted((one for one in seen if isinstance(one, Place)), key=lambda one: one.received_at)
    return Survey(tuple(places), tuple(one for one in seen if isinstance(one, Missed)))


def read_place(place: Place) -> Found | Missed:
    """One mail of a survey."""
    if place.size > MOST_BYTES:
        return Missed(place.name, f"it has {place.size} bytes, more than the {MOST_BYTES} that are read")
    try:
        with _opened(place.path) as file:
            file.seek(place.start)
            body = file.read(place.size)
    except OSError as error:
        return Missed(place.name, _reason(error))
    if len(body) < place.size:
        return Missed(place.name, "the file has become shorter meanwhile")
    return Found(place.name, QUOTED_FROM.sub(rb"\1", body) if place.is_quoted else body, place.received_at)


def _within(mailbox: Path, now: datetime) -> Iterator[Place | Missed]:
    """What one mailbox holds, whatever its kind."""
    found = 0
    try:
        for one in _kind(mailbox)(mailbox, now):
            found += 1
            yield one
    except OSError as error:
        yield Missed(str(mailbox), _reason(error))
        return
    if not found:
        yield Missed(str(mailbox), "there is no mail in it")


def _kind(mailbox: Path) -> Callable[[Path, datetime], Iterator[Place | Missed]]:
    if (mailbox / "cur").is_dir() and (mailbox / "new").is_dir():
        return _maildir
    if mailbox.is_dir():
        return _folder
    if mailbox.exists() and not mailbox.is_file():
        raise OSError(0, NO_FILE)
    with mailbox.open("rb") as file:
        return _mbox if file.read(5) == b"From " else _file


# The four kinds


def _mbox(mailbox: Path, now: datetime) -> Iterator[Place | Missed]:
    mailbox = mailbox.resolve()
    with _opened(mailbox) as file:
        size = os.fstat(file.fileno()).st_size
        later = _separators(file)
        following = next(later, None)
        number = 0
        while following is not None:
            (_, start, line), following = following, next(later, None)
            end = following[0] if following else _without_last_empty_line(file, size)
            number += 1
            head = _read_at(file, start, min(end - start, HEAD_BYTES))
            at = _moment_in_mbox(line, head)
            yield Place(f"{mailbox}:{number}", mailbox, start, end - start, _sane(at, now), is_quoted=True)


def _maildir(mailbox: Path, now: datetime) -> Iterator[Place | Missed]:
    for part in ("cur", "new"):
        folder = mailbox / part
        if folder.is_symlink():
            yield Missed(str(folder), IS_A_LINK)
            continue
        for path in sorted(folder.iterdir()):
            if not path.name.startswith("."):
                yield _one(path, now, _moment_of_name(path.name))


def _folder(mailbox: Path, now: datetime) -> Iterator[Place | Missed]:
    closed: list[OSError] = []
    for folder, below, names in os.walk(mailbox, onerror=closed.append):
        below.sort()
        for name in sorted(names):
            if name.lower().endswith(".eml"):
                yield _one(Path(folder, name), now, None)
    for error in closed:
        yield Missed(str(error.filename), _reason(error))


def _file(mailbox: Path, now: datetime) -> Iterator[Place | Missed]:
    yield _one(mailbox.resolve(), now, None)  # named by the person who runs this: a link is as good


def _one(path: Path, now: datetime, named: datetime | None) -> Place | Missed:
    """A file with one mail: the time in a Maildir's name, else of the last server, else as it says itself."""
    try:
        with _opened(path) as file:
            status = os.fstat(file.fileno())
            at = named or _moment_of(file.read(HEAD_BYTES)) or datetime.fromtimestamp(status.st_mtime, UTC)
    except OSError as error:
        return Missed(str(path), _reason(error))
    return Place(str(path), path, 0, status.st_size, _sane(at, now))


def _opened(path: Path) -> BinaryIO:
    """A regular file; a link, a pipe or a device in its place is an OSError, and nothing waits for it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    file = os.fdopen(descriptor, "rb")
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return file
    file.close()
    raise OSError(0, NO_FILE)


def _reason(error: OSError) -> str:
    return IS_A_LINK if error.errno == errno.ELOOP else error.strerror or str(error)


# An mbox is cut at its separators


def _separators(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Where each separator begins, where the mail behind it does, and what stands in its line."""
    kept, base, done = b"", 0, -1
    while True:
        block = _read_at(file, base + len(kept), BLOCK_BYTES)  # whoever asked may have read elsewhere
        kept += block
        last = len(kept) - SEAM_BYTES // 2 if block else len(kept)
        for found in SEPARATOR.finditer(kept):
            begin = base + found.start()
            if done < begin < base + last and (found.start() or not base):
                done = begin
                yield begin, base + found.end(), found[1]
        if not block:
            return
        cut = max(len(kept) - SEAM_BYTES, 0)
        kept, base = kept[cut:], base + cut


def _without_last_empty_line(file: BinaryIO, size: int) -> int:
    """The last mail of an mbox has the empty line behind it that elsewhere belongs to the separator."""
    ending = _read_at(file, max(size - 4, 0), 4)
    for empty in (b"\r\n\r\n", b"\n\n"):
        if ending.endswith(empty):
            return size - len(empty) // 2
    return size


def _read_at(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(max(size, 0))


# When a mail was received


def _moment_of_separator(line: bytes) -> datetime | None:
    """`ana@acme.example Tue Mar 10 09:00:00 2026`: in UTC, where no offset is named (RFC 4155)."""
    words = line.decode("ascii", "replace").split()
    for at, word in enumerate(words[:-1]):
        if re.fullmatch(r"\d\d?:\d\d(:\d\d)?", word) and at >= 2:
            rest = words[at + 1 :]
            year = next((one for one in rest if re.fullmatch(r"\d{4}", one)), "")
            offset = next((one for one in rest if re.fullmatch(r"[+-]\d{4}", one)), "+0000")
            return moment(f"{words[at - 1]} {words[at - 2]} {year} {word} {offset}") if year else None
    return None


def _moment_in_mbox(line: bytes, head: bytes) -> datetime | None:
    """When the separator says, unless that is when the mailbox was exported or nobody knew."""
    delivered, inside = _moment_of_separator(line), _moment_of(head)
    if delivered is None or inside is None:
        return delivered or inside
    was_written_later = delivered - inside > LONGEST_WAY
    return (
        inside if delivered < EARLIEST <= inside or (was_written_later and inside >= EARLIEST) else delivered
    )


def _moment_of(head: bytes) -> datetime | None:
    """When the last server received it, else the date that it bears itself."""
    head = head[: _end_of_head(head)].replace(b"\r\n", b"\n")
    if (received := RECEIVED.search(head)) and (at := _moment_in(received[1].rpartition(b";")[2])):
        return at
    return _moment_in(date[1]) if (date := DATE.search(head)) else None


def _end_of_head(head: bytes) -> int:
    found = re.search(rb"\n\r?\n", head)
    return found.start() if found else len(head)


def _moment_in(value: bytes) -> datetime | None:
    return moment(" ".join(value.decode("ascii", "replace").split()))


def _moment_of_name(name: str) -> datetime | None:
    """A Maildir's file names begin with the second of delivery, which no copying changes."""
    found = SECONDS.match(name)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _sane(at: datetime | None, now: datetime) -> datetime:
    return at if at is not None and EARLIEST <= at <= now + AHEAD else now
