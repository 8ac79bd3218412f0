"""A mail as a tree of parts: what both ways of splitting it agree on.

`intake.mail.mime` (the library's parser) and `intake.mail.splitter` (a quick one for plain mail)
end in the same small `Part`. Everything that is decided about a mail afterwards looks
only at this tree, so two equal trees are one and the same message.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from intake.mail.charsets import text_of

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_QUOTED_PAIR = re.compile(r'\\(["\\])')
_CONTINUED = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?")
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")  # what follows was added on the way (RFC 2045 §6.7)
_ENCODING = re.compile(r"[a-z0-9_-]+")
_ENCODINGS = {name: name for name in ("base64", "quoted-printable", "7bit", "8bit", "binary")}
_MISSPELT = (("quoted", "quoted-printable"), ("base64", "base64"), ("base-64", "base64"))
_WORD = re.compile(r"[^\s;=,\"'()/]*(?:/[^\s;=,\"'()/]*)?")
_LOOSE = re.compile(r"[\s\"']*([^\s;=,\"'()]*)[\"']?(?:\s*\([^()]*\))*[\s,;]*")
_ASSIGNED = re.compile(r"[^\s;,\"'()/]+\s*=")
_LOOKED_AT = 400  # bytes of a text, to see whether it is encoded
_PLAIN = "text/plain"
_TURNED = {
    "plain/text": _PLAIN,
    "html/text": "text/html",
    "text/x-html": "text/html",
    "text/htm": "text/html",
    "html": "text/html",
    "text/xhtml": "text/html",
    "application/xhtml+xml": "text/html",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part: headers unfolded and undecoded, 8-bit bytes as lone surrogates; a leaf has a body."""

    headers: tuple[tuple[str, str], ...]
    kind: str = _PLAIN
    body: bytes = b""
    children: tuple["Part", ...] = ()

    def header(self, name: str) -> str:
        """The first value of a header, "" when absent; the name in lower case."""
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return ""

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of Content-Type."""
        return content_type(self.header("content-type"))[1]

    @property
    def encoding(self) -> str:
        """How its bytes are written, in lower case; "" when that is not said."""
        written = self.header("content-transfer-encoding").lower()
        return _ENCODINGS.get(written) or _encoding(written)


@lru_cache(maxsize=256)
def _encoding(written: str) -> str:
    found = _ENCODING.search(written)
    word = found[0].replace("_", "-") if found else ""
    return next((right for begins, right in _MISSPELT if word.startswith(begins)), word)


def unfolded(value: str) -> str:
    """A header's value on one line (RFC 5322 §2.2.3)."""
    if "\n" in value or "\r" in value:
        value = value.replace("\r", "").replace("\n", "")
    return value.strip()


def leaves(part: Part) -> Iterator[Part]:
    """Every part without children, in the order of the mail."""
    waiting = [part]
    while waiting:
        here = waiting.pop()
        if here.children:
            waiting.extend(reversed(here.children))
        else:
            yield here


@lru_cache(maxsize=256)
def content_type(value: str) -> tuple[str, Mapping[str, str]]:
    """The kind in lower case and the parameters; text/plain when it is no kind at all (RFC 2045 §5.2)."""
    kind, parameters = parameterised(value)
    return (kind if kind.count("/") == 1 and kind not in _TURNED else _TURNED.get(kind, _PLAIN), parameters)


def parameterised(value: str) -> tuple[str, Mapping[str, str]]:
    """A header of the form `word; name=value; …`, continued and encoded values joined (RFC 2231)."""
    first, semicolon, rest = value.partition(";")
    word = first.strip()
    if not _WORD.fullmatch(word):
        word, rest, semicolon = _loose(value)
    found: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, written in _PARAMETER.findall(f";{rest}") if semicolon else ():
        text = _unquoted(written)
        if "*" in name and (mark := _CONTINUED.fullmatch(name)):
            encoded = bool(mark[3]) or mark[2] is None
            pieces.setdefault(mark[1].lower(), []).append((int(mark[2] or 0), encoded, text))
        else:
            found.setdefault(name.lower(), text)
    found.update((name, _joined(sorted(several))) for name, several in pieces.items())
    return word.lower(), found


def _loose(value: str) -> tuple[str, str, str]:
    """The word of a header that is not written as it should be, what follows it, and the ";" between them."""
    found = _LOOSE.match(value)
    if not found or _ASSIGNED.match(value):
        return "", value, ";"
    return found[1], value[found.end() :], ";"


def _unquoted(text: str) -> str:
    """The inside of a quoted string; a backslash that escapes nothing is a Windows path's."""
    if not text.startswith('"'):
        return text.strip()
    inside = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return _QUOTED_PAIR.sub(r"\1", inside) if "\\" in inside else inside


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    charset, data = "", b""
    for number, (_, encoded, piece) in enumerate(pieces):
        text = piece
        if encoded and not number and piece.count("'") > 1:
            charset, _, text = piece.split("'", 2)
        raw = text.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(raw) if encoded else raw
    return text_of(data, charset)


def content(part: Part) -> bytes:
    """The bytes of a leaf without their transfer encoding; what is broken is decoded as far as it goes."""
    match part.encoding:
        case "base64" if not _is_text_after_all(part):
            return from_base64(part.body)
        case "quoted-printable":
            return binascii.a2b_qp(_SOFT_BREAK.sub(b"=", part.body))
        case "x-uuencode" | "uuencode" | "uue" | "x-uue":
            return _from_uuencode(part.body)
        case _:
            return part.body


def _is_text_after_all(part: Part) -> bool:
    """Text that only claims to be base64: that has no blanks within its lines."""
    if not part.kind.startswith("text/"):
        return False
    first = part.body[:_LOOKED_AT].strip().partition(b"\n")[0]
    return first.count(b" ") > len(first) // 20 + 1


def from_base64(data: bytes) -> bytes:
    """What base64 says, whatever is missing or strange in it."""
    end = data.find(b"=")
    if 0 <= end < len(data) - 80 and data[end:].strip(b"=\r\n\t "):
        return b"".join(_stretch(piece) for piece in data.split(b"=") if piece)
    return _stretch(data)


def _stretch(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        whole = letters[: len(letters) - (len(letters) % 4 == 1)]
        return binascii.a2b_base64(whole + b"==")


def _from_uuencode(data: bytes) -> bytes:
    lines = data.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    decoded = []
    for line in lines[start + 1 :]:
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:  # some encoders pad the last line: read as many bytes as it announces
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                decoded.append(binascii.a2b_uu(line[:wanted]))
            except binascii.Error:
                return data
    return b"".join(decoded)
