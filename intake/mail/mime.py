"""Splitting a mail into its parts: by mail-parser, and by the quick splitter where that is the same.

mail-parser is the door for mail in general. Its constructor raises on some real mails,
then the standard library's parser reads them; only the tree of parts is taken from
either, since texts, names and attachments are decoded by our own rules. Before that the
mail is fenced (`intake.mail.limits`).
"""

import logging
from email import message_from_bytes
from email.message import Message

import mailparser

from intake.errors import UnreadableMessage
from intake.mail.aside import Aside
from intake.mail.limits import WHOLE, fenced
from intake.mail.mending import mended
from intake.mail.parts import Part, content_type, unfolded
from intake.mail.uuencoded import opened

logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)  # it logs what people wrote

Tree = tuple[Part, tuple[str, ...]]  # and what had to be left out, in words


def through_mail_parser(body: bytes) -> Tree:
    """The tree of any mail, however odd; raises UnreadableMessage where there is none."""
    within, defects, aside = fenced(mended(body))
    try:
        return _part(_message(within), "text/plain", aside), defects
    except RecursionError as error:
        raise UnreadableMessage("its parts are nested too deep to be read") from error


def _message(body: bytes) -> Message:
    try:
        message = mailparser.parse_from_bytes(body).message
    except Exception:  # noqa: BLE001  it raises many things, and none of them says that the mail is bad
        message = None
    return message if isinstance(message, Message) else message_from_bytes(body)


def _part(message: Message, unnamed: str, aside: Aside) -> Part:
    headers = tuple((name, _header(name, str(value))) for name, value in message.raw_items())
    typed = next((value for name, value in headers if name.lower() == "content-type"), None)
    kind = unnamed if typed is None else content_type(typed)[0]
    payload = message._payload  # type: ignore[attr-defined]  # get_payload would decode it by a guess
    if isinstance(payload, list) and kind.startswith("multipart/"):
        inside = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        children = tuple(_part(child, inside, aside) for child in payload)
        return Part(headers, kind, b"", (*children, *_behind(message, children, aside)))
    return opened(Part(headers, kind, aside.restored(_bytes(payload))))


def _behind(message: Message, children: tuple[Part, ...], aside: Aside) -> tuple[Part, ...]:
    """What stands behind the last boundary, if that was no end: one boundary may begin with another."""
    behind = message.epilogue
    empty = (one for one in children if not one.children and not one.body)
    is_empty = any(one.kind.startswith("multipart/") for one in empty)
    return (
        (Part((), "text/plain", aside.restored(_bytes(behind))),)
        if is_empty and isinstance(behind, str)
        else ()
    )


def _header(name: str, value: str) -> str:
    """A value on one line, and a content type without our mark."""
    value = unfolded(value)
    if name.lower() != "content-type" or WHOLE not in value:
        return value
    if value.startswith(WHOLE):
        return value.removeprefix(WHOLE)
    kind, slash, rest = value.partition("/")
    return kind + slash + rest.removeprefix(WHOLE) if kind.lower() == "multipart" else value


def _bytes(payload: object) -> bytes:
    match payload:
        case str():
            return payload.encode("ascii", "surrogateescape")
        case [*messages]:  # what the library opened although we marked it: bare CRs can do that
            return b"\n".join(message.as_bytes() for message in messages if isinstance(message, Message))
        case _:
            return b""
