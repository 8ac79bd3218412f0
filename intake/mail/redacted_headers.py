"""Headers without a secret: the field stays what it is, and only its words change.

A value that holds the secret as it stands is mended where it stands. In encoded words (RFC
2047) and encoded parameters (RFC 2231) it is written anew, as an address, a parameter or
text, so that what is left can be read as before.
"""

import re
from email.header import Header
from email.utils import formataddr
from urllib.parse import quote

from intake.mail.addresses import addresses
from intake.mail.headers import decoded
from intake.mail.parts import parameterised, unfolded
from intake.mail.traces import header_holds
from intake.redaction import Eraser

_FIELD = re.compile(rb"^([!-9;-~]{1,200}[ \t]*:)([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.MULTILINE)
_WITH_PARAMETERS = ("content-type", "content-disposition")
_ADDRESSES = ("from", "to", "cc", "bcc", "reply-to", "sender", "disposition-notification-to")


def redacted_headers(block: bytes, eraser: Eraser) -> bytes:
    """Some lines of a mail outside its contents, without the secrets."""
    mended = _FIELD.sub(lambda found: found[1] + _value(found[1], found[2], eraser), block)
    return eraser.without(mended.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _value(name: bytes, raw: bytes, eraser: Eraser) -> bytes:
    value = raw.decode("ascii", "surrogateescape")
    if not header_holds(value, eraser):
        return raw
    field = name.decode().rstrip(": \t").lower()
    newline = "\r\n" if b"\r\n" in raw else "\n"
    if field in _WITH_PARAMETERS:
        return b" " + _with_parameters(value, eraser, newline).encode()
    if "=?" not in value and not header_holds(mended := eraser.without(value), eraser):
        return mended.encode("ascii", "surrogateescape")
    if field in _ADDRESSES and (written := _as_addresses(value, eraser)):
        return b" " + written.encode()
    return b" " + _encoded(eraser.without(decoded(unfolded(value))), newline).encode()


def _with_parameters(value: str, eraser: Eraser, newline: str) -> str:
    first, parameters = parameterised(unfolded(value))
    named = [_parameter(name, eraser.without(decoded(text))) for name, text in parameters.items()]
    return f";{newline} ".join((eraser.without(first), *named))


def _parameter(name: str, text: str) -> str:
    if not text.isascii():
        return f"{name}*=utf-8''{quote(text, safe='')}"
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'{name}="{escaped}"'


def _as_addresses(value: str, eraser: Eraser) -> str:
    found = addresses((unfolded(value),))
    return ", ".join(formataddr((eraser.without(one.name), eraser.without(one.address))) for one in found)


def _encoded(text: str, newline: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode(linesep=newline)
