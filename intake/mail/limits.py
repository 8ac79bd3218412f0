"""What a mail may cost: fences that are put up before any parser sees it.

One header of a megabyte, a thousand nested parts or ten thousand small ones cost a
parser minutes, gigabytes or its stack. So the mail is walked once, line by line and
without recursion, in the way the standard parser will walk it: what is beyond a limit is
cut off and said in words, and the rest is parsed as usual. The raw bytes stay as they are.

On the way the parts that are to be kept whole, messages within messages and what is
nested too deep, get another content type, so that no parser opens them.
"""

import re
from dataclasses import dataclass, field

from intake.mail.aside import Aside
from intake.mail.meant import meant_type
from intake.mail.parts import content_type, unfolded

HEADER_LENGTH = 16 * 1024
HEADERS = 1_000
PARTS = 1_000
NESTING = 50
ALL_HEADERS = 128 * 1024  # of one part
LOOKS = 4_000_000  # a parser compares each line with each open boundary
GUESSES = 50  # of boundaries
WHOLE = "x-kept-whole-"  # in front of a content type that must not be opened

_LINE_END = rb"(?:\r\n|\r|\n|\Z)"
_HEADER = re.compile(
    rb"(?:From |[!-9;-~]*[ \t]*:|[ \t])[^\r\n]*" + _LINE_END + rb"(?:[ \t][^\r\n]*" + _LINE_END + rb")*"
)
_LOOSE = re.compile(rb"([!-9;-~]+)([ \t]+):")  # obsolete, and unknown to the parser (RFC 5322 §4.5)
# Of those the ones that nobody trusts; a server that removes forged headers may not have seen them.
_HARMLESS = re.compile(
    rb"(?i)from|to|cc|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]{1,30}"
)
_DISARMED = b"X-Malformed-"
_TYPE = re.compile(rb"(?i)content-type[ \t]*:")
_DELIMITER = re.compile(rb"[\r\n](--[^\r\n]*" + _LINE_END + rb")")  # begun by a letter, it is sought fast


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: what is kept so far, and which boundaries are open, outermost first."""

    body: bytes
    kept: list[bytes] = field(default_factory=list)
    upto: int = 0  # everything before it is in `kept`
    opened: list[bytes] = field(default_factory=list)
    parts: int = 0
    nesting: int = NESTING
    guesses: int = 0
    defects: list[str] = field(default_factory=list)
    aside: Aside = field(default_factory=Aside)

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)

    def replace(self, start: int, end: int, text: bytes) -> None:
        self.kept += (self.body[self.upto : start], text)
        self.upto = end

    def set_aside(self, start: int, end: int) -> None:
        """Spare the parser what stands between two boundaries."""
        if taken := self.aside.put(self.body, max(start, self.upto), end):
            self.replace(*taken)

    def put_type(self, start: int, end: int, header: bytes, value: str) -> None:
        """Write a Content-Type where it is not what stands there already."""
        if not header or value != _value(header) or _LOOSE.match(header):
            self.replace(start, end, b"Content-Type: " + value.encode("ascii", "surrogateescape") + b"\r\n")


def fenced(body: bytes) -> tuple[bytes, tuple[str, ...], Aside]:
    """The mail within the limits, in words what was cut off, and what is to be put back."""
    walk = _Walk(body, nesting=max(5, min(NESTING, LOOKS // (body.count(b"\n") + body.count(b"\r") + 1))))
    position = inside = _read_headers(walk, 0)
    while walk.opened and (found := _DELIMITER.search(body, max(position - 1, 0))):
        position = found.end()
        depth, closes = _meant(walk.opened, found[1].rstrip(b" \t\r\n")[2:])
        if depth is None:
            continue
        walk.set_aside(inside, found.start(1))
        inside = position
        del walk.opened[depth if closes else depth + 1 :]
        if closes:
            _go_on(walk, depth, found)
            continue
        walk.parts += 1
        if walk.parts > PARTS:
            walk.note(f"more than {PARTS} parts; the rest is left out")
            walk.replace(found.start(1), len(body), b"")
            break
        position = inside = _read_headers(walk, position)
    walk.set_aside(inside, len(body))
    within = b"".join((*walk.kept, body[walk.upto :])) if walk.kept else body
    return within, tuple(walk.defects), walk.aside


def _go_on(walk: _Walk, depth: int, end: re.Match[bytes]) -> None:
    """Open the outermost multipart again whose parts go on behind its end."""
    boundary = end[1].strip()[2:-2]
    if depth or walk.guesses >= GUESSES:
        return
    walk.guesses += 1
    if re.compile(
        rb"[\r\n]--" + re.escape(boundary) + rb"[ \t]*" + _LINE_END + rb"content-", re.IGNORECASE
    ).search(walk.body, end.end() - 1):
        walk.opened.append(boundary)
        walk.replace(end.start(1), end.end(), b"--" + boundary + b"\r\n\r\n")


def _meant(opened: list[bytes], name: bytes) -> tuple[int | None, bool]:
    """Which open boundary a line names, and whether it closes it."""
    for closes, boundary in ((False, name), (True, name[:-2] if name.endswith(b"--") else None)):
        if boundary in opened:
            return len(opened) - 1 - opened[::-1].index(boundary), closes
    return None, False


def _read_headers(walk: _Walk, position: int) -> int:
    """Walk over one block of headers; where it ends."""
    found, end = _headers(walk, position)
    types = [header for header in found if _TYPE.match(header.group())]
    value = _type_of(walk, types, end)
    for header in found:
        if len(header.group()) > HEADER_LENGTH:
            walk.note(f"a header of more than {HEADER_LENGTH} bytes; its end is left out")
            walk.replace(header.start() + HEADER_LENGTH, header.end(), b"\r\n")
        elif types and header is types[0]:
            walk.put_type(header.start(), header.end(), header.group(), value)
        elif loose := _LOOSE.match(header.group()):
            _tighten(walk, header.start(), loose)
    kept_to = found[-1].end() if found else position
    if kept_to < end:
        walk.note(f"more than {HEADERS} headers or {ALL_HEADERS} bytes of them; the rest is left out")
        walk.replace(kept_to, end, b"")
    if value and not types:
        walk.put_type(end, end, b"", value)
    return end


def _headers(walk: _Walk, position: int) -> tuple[list[re.Match[bytes]], int]:
    """The headers within the limits, and where the block ends."""
    kept: list[re.Match[bytes]] = []
    number = length = 0
    while (found := _HEADER.match(walk.body, position)) and found.end() > position:
        position = found.end()
        number += 1
        length += min(len(found.group()), HEADER_LENGTH)
        if number <= HEADERS and length <= ALL_HEADERS:
            kept.append(found)
    return kept, position


def _tighten(walk: _Walk, start: int, loose: re.Match[bytes]) -> None:
    """Take the blanks out of a header's name; one that says what a server found gets another name."""
    if not _HARMLESS.fullmatch(loose[1]):
        walk.replace(start, start, _DISARMED)
    walk.replace(start + loose.start(2), start + loose.end(2), b"")


def _type_of(walk: _Walk, types: list[re.Match[bytes]], end: int) -> str:
    """What the headers of a part say it is, or should; its boundary is open then, or it is marked."""
    values = [_value(header.group()) for header in types]
    meant = meant_type(values, walk.body, end, walk.opened) if walk.guesses < GUESSES else ""
    walk.guesses += bool(meant)
    value = meant or (values[0] if values else "")
    kind, parameters = content_type(value)
    boundary = parameters.get("boundary", "").rstrip() if kind.startswith("multipart/") else ""
    if boundary and len(walk.opened) >= walk.nesting:
        walk.note(f"parts nested more than {walk.nesting} deep; what is inside is kept whole")
        boundary = ""
    elif boundary:
        walk.opened.append(boundary.encode("utf-8", "surrogateescape"))
    if kind == "multipart/digest" or (not boundary and kind.startswith(("message/", "multipart/"))):
        return _marked(value, inside=bool(boundary))
    return value


def _value(header: bytes) -> str:
    return unfolded(header.partition(b":")[2].decode("ascii", "surrogateescape"))


def _marked(value: str, *, inside: bool) -> str:
    """A type with our mark: in front, or behind the slash of one that stays a multipart."""
    kind, slash, rest = value.lstrip(" \t\"'").partition("/")
    return f"{kind}{slash}{WHOLE}{rest}" if inside else f"{WHOLE}{kind}{slash}{rest}"
