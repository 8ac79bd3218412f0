"""The words of a mail: which parts are its text, and how they become one plain text.

text/plain is preferred; HTML is turned into text only where there is no other. Lines that
a sender's program broke by itself are joined again (format=flowed, RFC 3676).
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from intake.mail.charsets import codec_for, text_of
from intake.mail.html import is_dear, without_tags, written
from intake.mail.parts import Part, content

_MOST_HTML = 4 * 1024 * 1024  # characters
# Where mail programs put what they quote, as they mark it themselves.
_QUOTES = ", ".join((
    "div.gmail_quote", "div.gmail_quote_container", "div.gmail_extra blockquote", "blockquote[type=cite]",
    "div.yahoo_quoted", "div.moz-cite-prefix", "div#OLK_SRC_BODY_SECTION", "blockquote.protonmail_quote",
    "div.zmail_extra",
))  # fmt: skip
_QUOTED_FROM_HERE = ", ".join((
    "div#divRplyFwdMsg", "div#appendonsend", "hr#stopSpelling", "div#mail-editor-reference-message-container",
    "div[style*='border-top:solid #E1E1E1']", "div[style*='border-top:solid #B5C4DF']",
    "div[style*='border-top: solid #E1E1E1']",
    "div[style*='border-top:solid rgb(225,225,225)']", "div[style*='border-color:rgb(181,196,223)']",
))  # fmt: skip
_CHARSET_IN_HTML = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


def plain_text(part: Part) -> str:
    """The text of a text/plain part, its lines ended by \\n."""
    parameters = part.parameters
    text = _with_newlines(text_of(content(part), parameters.get("charset", "")))
    if parameters.get("format", "").lower() == "flowed":
        return _flowed(text, delsp=parameters.get("delsp", "").lower() == "yes")
    return text


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


def text_from_html(markup: str) -> str:
    """What a reader of HTML would see, in plain text."""
    cut = markup[:_MOST_HTML]
    return without_tags(cut) if is_dear(cut) else written(LexborHTMLParser(cut))


def reply_from_html(markup: str) -> str:
    """The same without what the sender's program marked as quoted."""
    cut = markup[:_MOST_HTML]
    if is_dear(cut):
        return without_tags(cut)
    tree = LexborHTMLParser(cut)
    for node in tree.css(_QUOTES):
        if node.parent is not None and not _is_answered(node):
            node.decompose()
    for node in tree.css(_QUOTED_FROM_HERE)[:1]:
        _remove_from(node)
    return written(tree)


def _is_answered(node: LexborNode) -> bool:
    """Whether something was written below a quotation: then it may be what the words are about."""
    below = node.next
    while below is not None:
        if (below.text_content if below.is_text_node else below.text()).strip():  # type: ignore[union-attr]
            return True
        below = below.next
    return False


def _remove_from(node: LexborNode) -> None:
    """Remove a node and everything after it in the document."""
    here: LexborNode | None = node
    while here is not None and here.tag != "body":
        while (after := here.next) is not None:
            after.remove()
        here = here.parent
    node.remove()
