"""Files in the midst of a text, as programs sent them before there was MIME (uuencode)."""

import re

from intake.mail.parts import Part

_BEGINS = re.compile(rb"^begin [0-7]{3,4} ", re.MULTILINE)
_FILE = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,200}?)[ \t]*\r?\n((?:[ -`][^\r\n]{0,100}\r?\n)+)end[ \t]*\r?(?:\n|\Z)",
    re.MULTILINE,
)
_AS_THEY_ARE = ("", "7bit", "8bit", "binary")
_MOST_FILES = 50


def may_hold_files(part: Part) -> bool:
    """A quick look, which most texts do not stand."""
    return part.kind == "text/plain" and b"begin " in part.body and bool(_BEGINS.search(part.body))


def opened(part: Part) -> Part:
    """A text with its files as parts of their own; one that has none as it is."""
    if not may_hold_files(part) or part.encoding not in _AS_THEY_ARE:
        return part
    words, files, upto = [], [], 0
    for found in _FILE.finditer(part.body):
        words.append(part.body[upto : found.start()])
        files.append(_file(found))
        upto = found.end()
        if len(files) == _MOST_FILES:
            break
    if not files:
        return part
    text = Part(part.headers, part.kind, b"".join((*words, part.body[upto:])))
    return Part(part.headers, "multipart/mixed", b"", (text, *files))


def _file(found: re.Match[bytes]) -> Part:
    name = found[1].decode("ascii", "surrogateescape").replace('"', "")
    headers = (
        ("Content-Disposition", f'attachment; filename="{name}"'),
        ("Content-Transfer-Encoding", "x-uuencode"),
    )
    return Part(headers, "application/octet-stream", found[0])
