"""A stored mail without a secret: the parts that hold it are written anew, everything else stays.

A part is changed where the secret stands and keeps its transfer encoding and its character
set. Where that does not remove it, because it is a picture's or a packed file's bytes, the
part's content gives way to a note. The outcome is read again as a stranger would read it
(`intake.mail.traces`); if the secret is found, or the mail's parts are not what they were,
there is no outcome, and the caller forgets the bytes.
"""

import json
import re
from binascii import b2a_base64, b2a_qp, b2a_uu
from dataclasses import replace

from intake.errors import UnreadableMessage
from intake.mail.charsets import codec_for
from intake.mail.parts import Part, content, leaves
from intake.mail.redacted_headers import redacted_headers
from intake.mail.traces import MAILS, bytes_hold, mail_holds, part_holds, tree_of
from intake.redaction import BLANK, Eraser

NOTE = b"[redacted: a file that held a secret was here]"
_CHARSET_IN_HTML = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_UU = ("x-uuencode", "uuencode", "uue", "x-uue")


def redacted_mail(body: bytes, eraser: Eraser) -> bytes | None:
    """The mail without the secrets, as it was when it holds none; None when that cannot be proven."""
    try:
        if not mail_holds(body, eraser):
            return body
        mended = _mended(body, eraser)
        is_proven = mended and not mail_holds(mended, eraser) and _shape(mended) == _shape(body)
    except UnreadableMessage:
        return None
    return mended if is_proven else None


def redacted_payload(body: bytes, eraser: Eraser) -> bytes | None:
    """The same for a chat's or a form's JSON; None as well for what is no JSON."""
    if not bytes_hold(body, eraser):
        return body
    try:
        mended = json.dumps(eraser.without_within(json.loads(body)), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return None if bytes_hold(mended, eraser) else mended


def _shape(body: bytes) -> list[str]:
    return [part.kind for part in leaves(tree_of(body))]


def _mended(body: bytes, eraser: Eraser) -> bytes | None:
    """Every part and what lies between them; None when a part is not found in the bytes."""
    pieces, upto = [], 0
    for part in leaves(tree_of(body)):
        if not part.body:
            continue
        start = _place(body, part.body, upto)
        if start < 0:
            return None
        pieces += [redacted_headers(body[upto:start], eraser), _content(part, eraser)]
        upto = start + len(part.body)
    return b"".join((*pieces, redacted_headers(body[upto:], eraser)))


def _place(body: bytes, content: bytes, start: int) -> int:
    """Where a part's content begins: behind an empty line, or in broken mail on any line."""
    at_line = -1
    found = body.find(content, start)
    while found >= 0:
        before = body[max(0, found - 3) : found]
        if before.endswith((b"\n\n", b"\n\r\n")):
            return found
        if at_line < 0 and (not found or before.endswith((b"\n", b"\r"))):
            at_line = found
        found = body.find(content, found + 1)
    return at_line


def _content(part: Part, eraser: Eraser) -> bytes:
    if not part_holds(part, eraser):
        return part.body
    mended = _encoded(part, _without(part, content(part), eraser))
    return _encoded(part, _note(eraser)) if part_holds(replace(part, body=mended), eraser) else mended


def _note(eraser: Eraser) -> bytes:
    return BLANK.encode() if bytes_hold(NOTE, eraser) else NOTE


def _without(part: Part, data: bytes, eraser: Eraser) -> bytes:
    if part.kind in MAILS:
        return redacted_mail(data, eraser) or _note(eraser)
    for codec in _codecs(part, data):
        try:
            text = data.decode(codec)
            if text.encode(codec) == data:
                is_markup = "html" in part.kind or "xml" in part.kind
                mended = eraser.without_in_markup(text) if is_markup else eraser.without(text)
                return mended.encode(codec)
        except (UnicodeError, LookupError):
            continue
    return _note(eraser)


def _codecs(part: Part, data: bytes) -> tuple[str, ...]:
    """The character sets to try; none for what is no text."""
    named = [codec_for(part.parameters.get("charset", ""))]
    if part.kind == "text/html" and (found := _CHARSET_IN_HTML.search(data[:4096])):
        named.append(codec_for(found[1].decode()))
    if b"\0" in data:
        return tuple(codec for codec in named if codec.startswith(("utf-16", "utf-32")))
    last = ("utf-8", "latin-1") if part.kind.startswith(("text/", "message/")) else ("utf-8",)
    return (*filter(None, named), *last)


def _encoded(part: Part, data: bytes) -> bytes:
    """Content as the part has it on its way, with its line ends."""
    newline = b"\r\n" if b"\r\n" in part.body else b"\n"
    end = part.body[len(part.body.rstrip(b"\r\n")) :]
    if part.encoding == "base64":
        lines = [b2a_base64(data[at : at + 57], newline=False) for at in range(0, len(data), 57)]
        return newline.join(lines) + end
    if part.encoding == "quoted-printable":
        return b2a_qp(data).replace(b"\r\n", b"\n").replace(b"\n", newline)
    if part.encoding in _UU:
        lines = [b2a_uu(data[at : at + 45]).rstrip(b"\n") for at in range(0, len(data), 45)]
        return newline.join((b"begin 644 file", *lines, b"`", b"end")) + end
    return data
