"""What a file is by its own first bytes: what a stranger calls it proves nothing.

Where the bytes say clearly what they are, that is the type; where they say nothing (a text, a
format nobody knows) the claim stays. A page of HTML where something else was promised is what a
server shows instead of a file. A program gets the ending of one, so that the desk's list of refused
files knows it.
"""

import puremagic

from intake.mail.attachments import safe_name
from intake.messages import File

CLEAR = 0.4  # from here on the library means it: four bytes and more
PAGES = ("text/html", "application/xhtml+xml")
HTML = (b"<!doctype html", b"<html", b"<head", b"<script")
BLANKS = b"\xef\xbb\xbf \t\r\n"
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
FAMILIES = ("image", "audio", "video")
UNKNOWN = "application/octet-stream"


def sniffed(name: str, claimed: str, data: bytes) -> File:
    """The file under a safe name and the type that its bytes have."""
    plain = safe_name(name) or "file"
    if data.startswith(PROGRAMS) and not plain.lower().endswith(".exe"):
        return File(f"{plain}.exe", UNKNOWN, data)
    return File(plain, _type_of(claimed, data), data)


def is_page_instead(claimed: str, data: bytes) -> bool:
    """Is it a page of HTML where another thing was promised?"""
    if claimed in PAGES:
        return False
    return data[:256].lstrip(BLANKS).lower().startswith(HTML)


def _type_of(claimed: str, data: bytes) -> str:
    """The claim, if the bytes may be that; else what they clearly are."""
    found = _found(data)
    if any(kind == claimed for kind, _ in found):
        return claimed
    if clear := [kind for kind, confidence in found if confidence >= CLEAR]:
        return clear[0]
    if claimed.partition("/")[0] not in FAMILIES:
        return claimed
    # a picture, a sound and a film have bytes that say so, and fewer are enough to tell one from another
    return next((kind for kind, _ in found if kind.partition("/")[0] in FAMILIES), UNKNOWN)


def _found(data: bytes) -> list[tuple[str, float]]:
    """The types that the bytes may have, the most likely first."""
    try:
        matches = puremagic.magic_string(data[:4096])
    except (puremagic.PureError, ValueError):
        return []
    return [(one.mime_type, one.confidence) for one in matches if one.mime_type]
