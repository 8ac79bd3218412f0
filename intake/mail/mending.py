"""A mail's beginning as it was meant: what programs put in front of its headers and between them.

A byte order mark, empty lines or a ">From " line above, a doubled carriage return on every line, a
line that lost the blank of its folding, an empty line too early: a reader that stops there
sees no sender and a body full of headers. A server that is less patient stops, though, so whoever
asks who wrote such a mail must know that it was mended.
"""

import re

_END = rb"(?:\r\n|\r|\n)"
_MOST_HEADERS = 128 * 1024  # bytes in which a line is mended
_MOST_LINES = 20
_KNOWN = (
    rb"(?:from|to|cc|bcc|subject|date|message-id|mime-version|received|return-path|sender|reply-to|in-reply-to|"
    rb"references|delivered-to|envelope-to|dkim-signature|authentication-results|precedence|importance|priority|"
    rb"(?:content|x|list|thread|auto|resent|arc|user)-[!-9;-~]{1,60})[ \t]*:"
)
_IN_FRONT = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t]*"
    + _END
    + rb"){0,50}(?:(?:From [^\r\n]{0,500}"
    + _END
    + rb")?>From [^\r\n]{0,500}"
    + _END
    + rb")?"
)
_BEGINS = re.compile(_KNOWN + rb"|From ", re.IGNORECASE)
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:[^\r\n]*" + _END + rb"(?:[ \t]+[^\s][^\r\n]*" + _END + rb")*")
_STRAY = re.compile(rb"(?![!-9;-~]+[ \t]*:)[^\s][^\r\n]*" + _END)
_NEXT = re.compile(_KNOWN, re.IGNORECASE)
_PARAMETER = re.compile(rb"[a-z-]{2,20}\*?[ \t]*=", re.IGNORECASE)
_TYPED = re.compile(rb"(?:\A|[\r\n])content-type[ \t]*:", re.IGNORECASE)
_MIME = re.compile(
    _END
    + rb"(?=(?:(?:mime-version|content-[a-z-]{2,30})[ \t]*:[^\r\n]*"
    + _END
    + rb"(?:[ \t]+[^\s][^\r\n]*"
    + _END
    + rb")*){1,9}"
    + _END
    + rb")",
    re.IGNORECASE,
)
_CONTINUED = re.compile(_END + rb"(?=[ \t]+[a-z-]{2,20}\*?[ \t]*=)", re.IGNORECASE)
_NOT_FOLDED = (b"from", b"sender", b"reply-to", b"to", b"cc", b"authentication-results")


def mended(body: bytes) -> bytes:
    """The mail with its headers where they belong; the same object where nothing is to be mended."""
    if b"\r\r\n" in body[:4096] and body.count(b"\r\r\n") == body.count(b"\n"):
        body = body.replace(b"\r\r\n", b"\r\n")
    front = _IN_FRONT.match(body)
    if front and front.end() and _BEGINS.match(body, front.end()):
        body = body[front.end() :]
    return _with_whole_headers(body)


def _with_whole_headers(body: bytes) -> bytes:
    """Stray lines among the headers are folded on to the one above, or made a header of their own."""
    pieces: list[bytes] = []
    upto = position = _behind_from_line(body)
    above = b""
    while position < _MOST_HEADERS and len(pieces) < 2 * _MOST_LINES:
        if found := _HEADER.match(body, position):
            above, position = found.group(), found.end()
        elif (found := _STRAY.match(body, position)) and _belongs(body, above, found):
            pieces += (body[upto:position], _mark(above))
            upto, position = position, found.end()
        else:
            break
    early = _early_end(body, position, above)
    if early:
        pieces.append(body[upto:position])
        upto = early
    return b"".join((*pieces, body[upto:])) if pieces else body


def _behind_from_line(body: bytes) -> int:
    return body.find(b"\n") + 1 if body.startswith(b"From ") else 0


def _belongs(body: bytes, above: bytes, stray: re.Match[bytes]) -> bool:
    """Headers go on behind it, or it is a parameter of the one above."""
    if above.rstrip().endswith(b";") and _PARAMETER.match(stray.group()):
        return True
    return bool(above) and _NEXT.match(body, stray.end()) is not None


def _mark(above: bytes) -> bytes:
    """What makes a stray line a part of the headers; nobody gets another address by one."""
    name = above.partition(b":")[0].strip().lower()
    return b"X-Stray: " if name in _NOT_FOLDED else b" "


def _early_end(body: bytes, position: int, above: bytes) -> int:
    """Behind an empty line that parts a mail's MIME headers from the others; 0 where it ends them."""
    if above.rstrip().endswith(b";") and (found := _CONTINUED.match(body, position)):
        return found.end()
    found = _MIME.match(body, position)
    return found.end() if found and not _TYPED.search(body, 0, position) else 0
