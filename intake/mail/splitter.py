"""A quick way to the parts of plain, well-formed mail, which is nearly all mail there is.

The library's parser reads a mail line by line; this one only searches for the boundaries.
It knows just the forms that every mail program writes and gives up (None) at the
slightest oddity: then `intake.mail.mime` decides what the mail is. Whenever it does answer, its
tree equals the library's; the tests hold that against every mail they can find or invent.
"""

import re

from intake.mail.limits import ALL_HEADERS, HEADER_LENGTH, HEADERS, WHOLE
from intake.mail.parts import Part, content_type, unfolded
from intake.mail.uuencoded import may_hold_files

_DEEPEST = 8
_MOST_PARTS = 200
_LONGEST_BLOCK = ALL_HEADERS // 2
_SLACK = 200  # a header's name and line ends, which the limit counts too

_PLAIN = "text/plain"
_MAY_BE_MISPLACED = frozenset((b"-", b"C", b"c", b"M", b"m", b"\r", b"\n", b" ", b"\t"))
_MISPLACED = re.compile(rb"\s{0,200}(?:--|content-|mime-version)", re.IGNORECASE)
_HEADER = re.compile(r"^([!-9;-~]+):([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_MULTIPART = re.compile(r'multipart/[\w.+-]+(?:\s*;\s*[\w-]+=(?:"[^";\\]*"|[^\s;"\\]+))+\s*;?', re.ASCII)
_BOUNDARY = re.compile(r"""[0-9A-Za-z'()+_,./:=?-]{1,70}""")


class _Odd(Exception):
    """This mail is not plain; the library shall read it."""


def quick(body: bytes) -> Part | None:
    """The tree of a plain, well-formed mail; None for every other."""
    try:
        tree = _part(body, 0, len(body), 0)
    except _Odd:
        return None
    return None if _may_end_elsewhere(body) else tree


def _may_end_elsewhere(body: bytes) -> bool:
    """Headers end with an LF and an empty line, but a server that knows only CRLF reads on from there."""
    first = body.find(b"\n")
    return body[first - 1 : first] != b"\r" and b"\r\n" in body


def _part(body: bytes, start: int, end: int, depth: int) -> Part:
    block_end = body.find(b"\n\r\n", start, end)
    shorter = body.find(b"\n\n", start, end if block_end < 0 else block_end)
    if shorter >= 0:
        block_end, content_start = shorter, shorter + 2
    else:
        content_start = block_end + 3
    if block_end < 0 or block_end - start > _LONGEST_BLOCK or _mixes_line_ends(body[start:content_start]):
        raise _Odd
    headers, typed = _headers(body[start : block_end + 1])
    kind = _PLAIN if typed is None else content_type(typed)[0]
    if WHOLE in (typed or "") or not headers or (typed or "").endswith(";"):
        raise _Odd
    if not kind.startswith("multipart/"):
        return _leaf(Part(headers, kind, body[content_start:end]))
    mark = _delimiter(typed or "", kind, depth)
    return Part(headers, kind, b"", _children(body, content_start, end, mark, depth))


def _leaf(part: Part) -> Part:
    """A part without parts, unless it begins as if it had some, or has files in its text."""
    is_odd = part.body[:1] in _MAY_BE_MISPLACED and _MISPLACED.match(part.body)
    if is_odd or may_hold_files(part):
        raise _Odd
    return part


def _mixes_line_ends(block: bytes) -> bool:
    """A server that knows only CRLF finds another end of the headers than we do."""
    return b"\r\n" in block and block.count(b"\n") != block.count(b"\r\n")


def _headers(block: bytes) -> tuple[tuple[tuple[str, str], ...], str | None]:
    """The headers of a block, if nothing else is in it, and the first Content-Type."""
    if not block.isascii():
        raise _Odd
    text = block.decode("ascii").replace("\r\n", "\n")
    found = _HEADER.findall(text)
    folds = sum([value.count("\n") for _, value in found])
    if "\r" in text or len(found) > HEADERS or len(found) + folds != text.count("\n"):
        raise _Odd
    if len(block) > HEADER_LENGTH - _SLACK and any(
        len(name) + len(value) + value.count("\n") > HEADER_LENGTH - _SLACK for name, value in found
    ):
        raise _Odd
    headers = tuple([(name, unfolded(value) if "\n" in value else value.strip()) for name, value in found])
    types = [value for name, value in headers if name.lower() == "content-type"]
    if len(types) > 1:
        raise _Odd
    return headers, types[0] if types else None


def _delimiter(typed: str, kind: str, depth: int) -> bytes:
    boundary = content_type(typed)[1].get("boundary", "")
    strict = _MULTIPART.fullmatch(typed.lower()) and typed.lower().count("boundary") == 1
    if not strict or not _BOUNDARY.fullmatch(boundary) or kind == "multipart/digest" or depth >= _DEEPEST:
        raise _Odd
    return b"--" + boundary.encode()


def _children(body: bytes, start: int, end: int, mark: bytes, depth: int) -> tuple[Part, ...]:
    """The parts between the delimiters, every one of which must be clean, up to the closing one."""
    children: list[Part] = []
    child_start = -1
    at = body.find(mark, start, end)
    while at >= start and len(children) < _MOST_PARTS and (at == start or body[at - 1] == 0x0A):
        if child_start >= 0:
            child_end = at - 2 if body[at - 2] == 0x0D else at - 1
            if child_end < child_start:
                raise _Odd
            children.append(_part(body, child_start, child_end, depth + 1))
        after = at + len(mark)
        if body[after : after + 2] == b"--":
            if not depth and body.find(b"\n" + mark, after) >= 0:
                raise _Odd  # it goes on behind its end
            return _closed(tuple(children), body[after + 2 : min(after + 4, end)])
        child_start = after + (2 if body[after : after + 2] == b"\r\n" else 1)
        if body[child_start - 1 : child_start] != b"\n":  # or the mail is cut off here
            raise _Odd
        at = body.find(mark, child_start, end)
    raise _Odd


def _closed(children: tuple[Part, ...], rest: bytes) -> tuple[Part, ...]:
    if not children or (rest and not rest.startswith((b"\r\n", b"\n"))):
        raise _Odd
    return children
