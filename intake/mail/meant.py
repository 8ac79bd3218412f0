"""The Content-Type that is meant: what a part must be, where its headers are wrong about it.

Mailers declare a boundary and part the mail with another, declare none, forget the semicolon before it,
or write the type twice. A reader that takes the header at its word shows its customer's
agents a page of base64. So a multipart whose boundary is nowhere is parted by the first line
that looks like one, and text that begins with such a line is a multipart.
"""

import re
from collections.abc import Sequence

from intake.mail.parts import content_type

WINDOW = 1 << 20  # bytes in which the first boundary stands, in any mail that can be mended

_TAIL = 4096  # bytes at the end of a mail, where the last boundary of a large one stands
_STRICT = re.compile(r'multipart/[\w.+-]+(?:\s*;\s*[\w*-]+=(?:"[^"\\]*"|[^\s;"\'(\\]+))+\s*;?', re.ASCII)
_LOOKS_LIKE_ONE = re.compile(
    rb"(?:(?<=[\r\n])|\A)--([^\s-][^\r\n]{0,70}|-{1,40}[^\s-][^\r\n]{0,70})(?:\r\n|\r|\n)"
    rb"(?=content-[a-z-]{2,30}[ \t]*:|\r?\n)",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    rb"(?:[ \t]*(?:\r\n|\r|\n)){0,20}--([^\s-]\S{0,70}|-{1,40}\S{1,70})[ \t]*(?:\r\n|\r|\n)content-",
    re.IGNORECASE,
)
_TEXT = ("text/plain", "")


def meant_type(values: Sequence[str], body: bytes, start: int, opened: Sequence[bytes]) -> str:
    """The value that a part's Content-Type should have, "" where its first one will do.

    `opened` are the boundaries that end the part.
    """
    value = next((one for one in values if _is_multipart(one)), values[0] if values else "")
    kind, parameters = content_type(value)
    if not kind.startswith("multipart/"):
        boundary = _beginning(body, start, opened) if kind in _TEXT else ""
        return f'multipart/mixed; boundary="{boundary}"' if boundary else ""
    declared = parameters.get("boundary", "").rstrip()
    if declared and _stands_in(body, start, declared):
        is_plain = value is values[0] and _STRICT.fullmatch(value.lower())
        return "" if is_plain else _written(kind, declared, dict(parameters))
    found = _LOOKS_LIKE_ONE.search(body, start, start + WINDOW)
    if found and found[1].rstrip(b" \t") not in opened:
        return _written(kind, _text(found[1]), dict(parameters))
    return "" if value is values[0] else value


def _is_multipart(value: str) -> bool:
    return content_type(value)[0].startswith("multipart/")


def _stands_in(body: bytes, start: int, boundary: str) -> bool:
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    found = body.find(mark, start, start + WINDOW)
    while found > 0 and body[found - 1] not in b"\r\n":
        found = body.find(mark, found + 1, start + WINDOW)
    return found >= 0


def _beginning(body: bytes, start: int, opened: Sequence[bytes]) -> str:
    """The boundary that text begins with, if it ends with it too."""
    found = _BEGINS.match(body, start)
    if not found or found[1] in opened:
        return ""
    end = b"\n--" + found[1] + b"--"
    is_closed = end in body[found.end() : found.end() + WINDOW] or end in body[-_TAIL:]
    return _text(found[1]) if is_closed else ""


def _written(kind: str, boundary: str, parameters: dict[str, str]) -> str:
    others = (f'; {name}="{value}"' for name, value in parameters.items() if _is_plain(name, value))
    return f'{kind}; boundary="{boundary}"{"".join(others)}'


def _is_plain(name: str, value: str) -> bool:
    return name != "boundary" and '"' not in value and "\\" not in value


def _text(boundary: bytes) -> str:
    return boundary.rstrip(b" \t").decode("utf-8", "surrogateescape")
