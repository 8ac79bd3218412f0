"""The words of a mail: which parts are its text, and how they become one plain text.

text/plain is preferred; HTML is turned into text only where there is no other. Lines that
a sender's program broke by itself are joined again (format=flowed, RFC 3676).
"""

import re

from selectolax.lexbor import LexborHTMLParser

from intake.mail.charsets import codec_for, text_of
from intake.mail.html import is_dear, without_tags, written
from intake.mail.htmlquotes import quotations
from intake.mail.parts import Part, content

_MOST_HTML = 4 * 1024 * 1024  # characters
_MOST_MARKED = 1024 * 1024  # the document is walked a second time for its quotations
_MAY_BE_MARKUP = (b"<", b"\r", b"\n", b" ", b"\t")
_MARKUP = (b"<html", b"<!doctype html")
_LOOKED_AT = 200
_ENRICHED = ("text/enriched", "text/richtext")
_COMMAND = re.compile(r"<<|<param>[^<]{0,200}</param>|</?[A-Za-z-]{1,60}>", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\n+")
_CHARSET_IN_HTML = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


def plain_text(part: Part) -> str:
    """The text of a text/plain part, its lines ended by \\n."""
    parameters = part.parameters
    text = _with_newlines(text_of(content(part), parameters.get("charset", "")))
    if part.kind in _ENRICHED:
        return _without_commands(text)
    if parameters.get("format", "").lower() == "flowed":
        return _flowed(text, delsp=parameters.get("delsp", "").lower() == "yes")
    return text


def is_html(part: Part) -> bool:
    """Markup, or plain text that is markup after all."""
    if part.kind == "text/html":
        return True
    return part.body[:1] in _MAY_BE_MARKUP and part.body[:_LOOKED_AT].lstrip().lower().startswith(_MARKUP)


def html_of(part: Part) -> str:
    """The markup of a text/html part; a charset that only its own head names counts as well."""
    data = content(part)
    charset = part.parameters.get("charset", "")
    if not codec_for(charset) and (named := _CHARSET_IN_HTML.search(data[:4096])):
        charset = named[1].decode()
    return text_of(data, charset)


def _with_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _flowed(text: str, *, delsp: bool) -> str:
    """Join the lines that end in a blank with the next one of the same quoting depth (RFC 3676 §4)."""
    paragraphs: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        body = line.lstrip(">")
        depth = len(line) - len(body)
        body = body.removeprefix(" ")
        flows = body.endswith(" ") and body != "-- "
        if open_depth != depth or body == "-- ":
            paragraphs.append([">" * depth + " "] if depth else [])
        paragraphs[-1].append(body[:-1] if flows and delsp else body)
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in paragraphs)


def _without_commands(text: str) -> str:
    """The words of enriched text: one line end is a blank, two are one (RFC 1896)."""
    lines = _LINE_ENDS.sub(lambda found: "\n" * (len(found[0]) - 1) or " ", text)
    return _COMMAND.sub(lambda found: "<" if found[0] == "<<" else "", lines)


def texts_from_html(markup: str) -> tuple[str, str]:
    """What a reader of HTML would see, and the same with ">" before each line marked as quoted, if any is."""
    cut = markup[:_MOST_HTML]
    if is_dear(cut):
        return without_tags(cut), ""
    tree = LexborHTMLParser(cut)
    marks = quotations(tree) if len(cut) <= _MOST_MARKED else None
    return written(tree), written(tree, marks) if marks else ""
