"""Whether a mail holds a secret: looked for wherever it could stand, in whatever encoding.

This is the proof that a secret is gone, so it does not trust one reading of the mail. What
is searched is what people are shown, every header and part decoded, the files packed in
it, and besides the bytes as a whole, whatever their parts are said to be.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from intake.errors import UnreadableMessage
from intake.mail import attachment_bytes, read_mail
from intake.mail.attachments import INSIDE
from intake.mail.charsets import text_of
from intake.mail.headers import decoded
from intake.mail.html import without_tags
from intake.mail.mime import through_mail_parser
from intake.mail.parts import Part, content, from_base64, leaves, parameterised, unfolded
from intake.mail.splitter import quick
from intake.mail.texts import html_of, plain_text, texts_from_html
from intake.messages import Raw
from intake.redaction import Eraser

MAILS = ("message/rfc822", "message/global", "message/news")
_NOW = datetime(1970, 1, 1, tzinfo=UTC)  # when it came is no part of what is looked for
_BASE64 = re.compile(rb"^(?:[A-Za-z0-9+/]{20,}[ \t]*\r?\n)*[A-Za-z0-9+/]{4,}={0,2}[ \t]*\r?$", re.MULTILINE)
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # how UTF-16 begins
_PRINTED = bytes(range(7, 14)) + b"\x1b" + bytes(range(32, 256))
_MOST_UNPACKED = 32 * 1024 * 1024
_MOST_FILES = 500
_DEEPEST = 5  # mails within mails


def tree_of(body: bytes) -> Part:
    """The parts of a mail; raises UnreadableMessage."""
    if not body.strip():
        raise UnreadableMessage("there is nothing in it")
    return quick(body) or through_mail_parser(body)[0]


def mail_holds(body: bytes, eraser: Eraser, depth: int = 0) -> bool:
    """Whether a secret stands anywhere in a mail; raises UnreadableMessage."""
    return bytes_hold(body, eraser) or _is_read_in(body, eraser, depth)


def file_holds(data: bytes, eraser: Eraser) -> bool:
    """Whether one stands in a file, or in one that is packed in it."""
    return bytes_hold(data, eraser) or any(bytes_hold(inside, eraser) for inside in _inside(data))


def part_holds(part: Part, eraser: Eraser, depth: int = 0) -> bool:
    """Whether one stands in a leaf's content."""
    data = content(part)
    if file_holds(data, eraser):
        return True
    if part.kind in MAILS and depth < _DEEPEST:
        with suppress(UnreadableMessage):
            return _is_read_in(data, eraser, depth + 1)
    return any(eraser.holds(text) for text in _words(part))


def header_holds(value: str, eraser: Eraser) -> bool:
    """Whether one stands in a header's value."""
    return any(eraser.holds(text) for text in _header_texts(value))


def bytes_hold(data: bytes, eraser: Eraser) -> bool:
    """Whether one stands in some bytes, whatever they are."""
    if eraser.is_in_bytes(data):
        return True
    if _is_binary(data):
        return False
    if any(eraser.holds(text) for text in _readings(data)):
        return True
    return any(bytes_hold(from_base64(block[0]), eraser) for block in _BASE64.finditer(data))


def closed_files(body: bytes) -> tuple[str, ...]:
    """The names of the files that nothing was looked for in: pictures, and what is packed or encrypted."""
    return tuple(name or "a file without a name" for name, data in _files(body) if _is_closed(data))


def file_texts(body: bytes) -> tuple[str, ...]:
    """What the files of a mail say that are plain text."""
    return tuple(data.decode("utf-8", "replace") for _, data in _files(body) if not _is_binary(data))


def _files(body: bytes) -> tuple[tuple[str, bytes], ...]:
    try:
        files = read_mail(Raw("email", "", body, _NOW)).attachments
        return tuple((file.filename, attachment_bytes(body, file.position)) for file in files)
    except UnreadableMessage:
        return ()


def _is_read_in(body: bytes, eraser: Eraser, depth: int) -> bool:
    """Whether one stands in what is read from a mail."""
    inbound, tree = read_mail(Raw("email", "", body, _NOW)), tree_of(body)
    values = (value for part in _every(tree) for _, value in part.headers)
    wrapped = (file.position for file in inbound.attachments if file.position >= INSIDE)
    return (
        any(eraser.holds(text) for text in (inbound.subject, inbound.text))
        or any(eraser.holds(file.filename) for file in inbound.attachments)
        or any(header_holds(value, eraser) for value in values)
        or any(bytes_hold(attachment_bytes(body, position), eraser) for position in wrapped)
        or any(part_holds(part, eraser, depth) for part in leaves(tree))
    )


def _every(part: Part) -> Iterator[Part]:
    waiting = [part]
    while waiting:
        here = waiting.pop()
        waiting.extend(here.children)
        yield here


def _header_texts(value: str) -> Iterator[str]:
    plain = unfolded(value)
    yield plain.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    yield decoded(plain)
    if ";" in plain:
        yield from map(decoded, parameterised(plain)[1].values())


def _words(part: Part) -> Iterator[str]:
    if part.kind.startswith("text/"):
        yield plain_text(part)
    if part.kind == "text/html":
        yield texts_from_html(html_of(part))[0]


def _is_binary(data: bytes) -> bool:
    """No text in any character set but UTF-16: a NUL, or more than one control character in twenty."""
    head = data[:4096]
    return b"\0" in data or 20 * len(head.translate(None, _PRINTED)) > len(head)


def _readings(data: bytes) -> Iterator[str]:
    """A text's bytes in every way that costs little."""
    yield data.decode("utf-8", "replace")
    if not data.isascii():
        yield text_of(data, "latin-1")


def _inside(data: bytes) -> Iterator[bytes]:
    """What is in a packed file; of office documents the words as well, which are in pieces."""
    for inside in _files_in(data):
        yield inside
        if not _is_binary(inside):
            yield without_tags(inside.decode("utf-8", "replace")).encode("utf-8", "replace")


def _files_in(data: bytes) -> Iterator[bytes]:
    try:
        if data.startswith(b"\x1f\x8b"):
            yield gzip.GzipFile(fileobj=io.BytesIO(data)).read(_MOST_UNPACKED)
        elif data.startswith(b"PK"):
            yield from _members(zipfile.ZipFile(io.BytesIO(data)))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        return  # damaged, encrypted, or packed in a way of its own: it counts as closed


def _members(packed: zipfile.ZipFile) -> Iterator[bytes]:
    left = _MOST_UNPACKED
    for member in packed.infolist()[:_MOST_FILES]:
        with packed.open(member) as file:
            inside = file.read(left)
        left -= len(inside)
        yield member.filename.encode() + b"\n" + inside


def _is_closed(data: bytes) -> bool:
    return b"\0" in data and not data.startswith(_WIDE) and not any(True for _ in _files_in(data))
