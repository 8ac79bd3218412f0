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

from intake.mail.parts import content_type, parameterised, unfolded

HEADER_LENGTH = 16 * 1024
HEADERS = 1_000
PARTS = 1_000
NESTING = 50
ALL_HEADERS = 128 * 1024  # of one part
LOOKS = 4_000_000  # a parser compares each line with each open boundary
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
_DELIMITER = re.compile(rb"(?:(?<=[\r\n])|\A)--[^\r\n]*" + _LINE_END)
_KIND = re.compile(rb"(?i)(?:message|multipart)/")


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: what is kept so far, and which boundaries are open, outermost first."""

    body: bytes
    kept: list[bytes] = field(default_factory=list)
    upto: int = 0  # everything before it is in `kept`
    opened: list[bytes] = field(default_factory=list)
    parts: int = 0
    nesting: int = NESTING
    defects: list[str] = field(default_factory=list)

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)

    def replace(self, start: int, end: int, text: bytes) -> None:
        self.kept += (self.body[self.upto : start], text)
        self.upto = end


def fenced(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The mail within the limits, and in words what was cut off."""
    walk = _Walk(body, nesting=max(5, min(NESTING, LOOKS // (body.count(b"\n") + body.count(b"\r") + 1))))
    position = _read_headers(walk, 0)
    while walk.opened and (found := _DELIMITER.search(body, position)):
        position = found.end()
        depth, closes = _meant(walk.opened, found.group().rstrip(b" \t\r\n")[2:])
        if depth is None:
            continue
        del walk.opened[depth if closes else depth + 1 :]
        if closes:
            continue
        walk.parts += 1
        if walk.parts > PARTS:
            walk.note(f"more than {PARTS} parts; the rest is left out")
            walk.replace(found.start(), len(body), b"")
            break
        position = _read_headers(walk, position)
    return b"".join((*walk.kept, body[walk.upto :])) if walk.kept else body, tuple(walk.defects)


def _meant(opened: list[bytes], name: bytes) -> tuple[int | None, bool]:
    """Which open boundary a line names, and whether it closes it."""
    for closes, boundary in ((False, name), (True, name[:-2] if name.endswith(b"--") else None)):
        if boundary in opened:
            return len(opened) - 1 - opened[::-1].index(boundary), closes
    return None, False


def _read_headers(walk: _Walk, position: int) -> int:
    """Walk over one block of headers; where it ends."""
    number = length = 0
    typed = False
    kept_to = position
    while (found := _HEADER.match(walk.body, position)) and found.end() > position:
        position = found.end()
        number += 1
        length += min(len(found.group()), HEADER_LENGTH)
        if number > HEADERS or length > ALL_HEADERS:
            continue
        kept_to = position
        if len(found.group()) > HEADER_LENGTH:
            walk.note(f"a header of more than {HEADER_LENGTH} bytes; its end is left out")
            walk.replace(found.start() + HEADER_LENGTH, position, b"\r\n")
            continue
        if loose := _LOOSE.match(found.group()):
            _tighten(walk, found.start(), loose)
        if not typed and (named := _TYPE.match(found.group())):
            typed = True
            _read_type(walk, found.start(), found.group(), named.end())
    if kept_to < position:
        walk.note(f"more than {HEADERS} headers or {ALL_HEADERS} bytes of them; the rest is left out")
        walk.replace(kept_to, position, b"")
    return position


def _tighten(walk: _Walk, start: int, loose: re.Match[bytes]) -> None:
    """Take the blanks out of a header's name; one that says what a server found gets another name."""
    if not _HARMLESS.fullmatch(loose[1]):
        walk.replace(start, start, _DISARMED)
    walk.replace(start + loose.start(2), start + loose.end(2), b"")


def _read_type(walk: _Walk, start: int, header: bytes, colon: int) -> None:
    """Open the boundary that a Content-Type declares, or mark a part that stays whole."""
    value = unfolded(header[colon:].decode("ascii", "surrogateescape"))
    kind = content_type(value)[0]
    boundary = parameterised(value)[1].get("boundary", "").rstrip()
    opens = kind.startswith("multipart/") and boundary
    if opens and len(walk.opened) >= walk.nesting:
        walk.note(f"parts nested more than {walk.nesting} deep; what is inside is kept whole")
        opens = ""
    elif opens:
        walk.opened.append(boundary.encode("utf-8", "surrogateescape"))
    if kind == "multipart/digest" or (not opens and kind.startswith(("message/", "multipart/"))):
        _mark(walk, start, header, colon, digest=bool(opens))


def _mark(walk: _Walk, start: int, header: bytes, colon: int, *, digest: bool) -> None:
    if found := _KIND.search(header, colon):
        at = start + (found.end() if digest else found.start())
        walk.replace(at, at, WHOLE.encode())
