"""The files in Outlook's winmail.dat (TNEF, [MS-OXTNEF]): their names and exact bytes.

Only what wraps a file is read: attributes one after the other, and in some of them MAPI properties
([MS-OXCDATA] §2.11). Every step forward is by bytes that are there, so a file that claims four thousand
million properties is at its end as soon as its bytes are; libraries for it count up to what is claimed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.mail.charsets import text_of

MOST_FILES = 100

_SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_ATTRIBUTES = 10_000
_BEGINS, _TITLE, _DATA, _PROPERTIES, _CODEPAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9007
_LONG_NAME, _NAME, _OBJECT = 0x3707, 0x3704, 0x3701
_EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")  # in front of a message within
_SIZES = {2: 4, 11: 4, 3: 4, 4: 4, 10: 4, 5: 8, 6: 8, 7: 8, 20: 8, 64: 8, 72: 16}  # by type, padded
_TEXT, _UNICODE = 0x1E, 0x1F
_OF_ANY_LENGTH = frozenset({0, 13, _TEXT, _UNICODE, 0x102})
_SEVERAL, _NAMED = 0x1000, 0x8000
_CODEPAGES = {20127: "ascii", 20866: "koi8-r", 28591: "iso-8859-1", 65001: "utf-8"}


@dataclass(slots=True)
class _File:
    name: str = ""
    long_name: str = ""
    data: bytes = b""


class _EndError(Exception):
    """The bytes end before what they promise."""


def files_in(data: bytes) -> list[tuple[str, bytes]]:
    """Name and bytes of each file; what comes before damage is found all the same."""
    files: list[_File] = []
    charset = ""
    for kind, value in _attributes(data):
        if kind == _CODEPAGE:
            charset = _charset(value)
        elif kind == _BEGINS:
            files.append(_File())
        elif files:
            _fill(files[-1], kind, value, charset)
        if len(files) > MOST_FILES:
            break
    return [(one.long_name or one.name, one.data) for one in files[:MOST_FILES]]


def _fill(file: _File, kind: int, value: bytes, charset: str) -> None:
    if kind == _TITLE:
        file.name = _text(value, charset)
    elif kind == _DATA:
        file.data = value
    elif kind == _PROPERTIES:
        for name, is_unicode, found in _properties(value):
            if name == _OBJECT:
                file.data = found.removeprefix(_EMBEDDED)
            elif name in (_NAME, _LONG_NAME):
                text = _text(found, "utf-16-le" if is_unicode else charset)
                if name == _NAME:
                    file.name = text
                else:
                    file.long_name = text


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Level, name, type, length, bytes and a checksum, which nobody needs."""
    if not data.startswith(_SIGNATURE):
        return
    at = 6
    for _ in range(_MOST_ATTRIBUTES):
        if at + 12 >= len(data):
            return
        length = _number(data, at + 5)
        yield _number(data, at + 1, 2), data[at + 9 : at + 9 + length]
        at += 11 + length


def _properties(data: bytes) -> Iterator[tuple[int, bool, bytes]]:
    """Those that have any length: what names and holds a file is among them."""
    at = 4
    try:
        for _ in range(min(_number(data, 0), _MOST_ATTRIBUTES)):
            kind, name = _number(data, at, 2), _number(data, at + 2, 2)
            at = _behind_its_name(data, at + 4) if name >= _NAMED else at + 4
            plain = kind & ~_SEVERAL
            is_counted = bool(kind & _SEVERAL) or plain in _OF_ANY_LENGTH
            count = _number(data, at) if is_counted else 1
            at += 4 if is_counted else 0
            for _ in range(min(count, _MOST_ATTRIBUTES)):
                if plain not in _OF_ANY_LENGTH:
                    at += _SIZES[plain]
                    continue
                length = _number(data, at)
                yield name, plain == _UNICODE, data[at + 4 : at + 4 + length]
                at += 4 + length + -length % 4
    except (_EndError, KeyError):
        return


def _behind_its_name(data: bytes, at: int) -> int:
    """A property with a name of its own: whose, and a number or a text."""
    if _number(data, at + 16) == 0:
        return at + 24
    length = _number(data, at + 20)
    return at + 24 + length + -length % 4


def _number(data: bytes, at: int, size: int = 4) -> int:
    if at + size > len(data):
        raise _EndError
    return int.from_bytes(data[at : at + size], "little")


def _charset(value: bytes) -> str:
    page = int.from_bytes(value[:4], "little")
    return _CODEPAGES.get(page, f"cp{page}")


def _text(value: bytes, charset: str) -> str:
    if charset == "utf-16-le":
        return value.decode(charset, "replace").rstrip("\x00")
    return text_of(value.rstrip(b"\x00"), charset)
