"""Quotations in HTML: the marks by which mail programs say themselves what they quote.

Most put the quoted mail into an element of their own. Outlook only draws a line above it:
everything from there on is quoted. What somebody passes on is marked in the same way, so its
first words are looked at: that is what we are to read.
"""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from intake.mail.announcements import is_forwarded, plain
from intake.mail.html import Quotations

_NODES = ", ".join((
    "div.gmail_quote", "div.gmail_quote_container", "div.gmail_extra blockquote",
    "blockquote[type=cite]", "blockquote[cite]", "div.yahoo_quoted", "div[id^=yahoo_quoted]",
    "div.yahoo-quoted-begin",
    "div.moz-cite-prefix", "blockquote.protonmail_quote", "div.protonmail_quote",
    "blockquote.tutanota_quote", "div.zmail_extra", "div#OLK_SRC_BODY_SECTION",
    "span#OLK_SRC_BODY_SECTION", "div[name=quote]", "blockquote.mailru-blockquote",
    "blockquote.clean_bq", "div.airmail_ext_on", "blockquote.front-blockquote", "div.hs_reply",
    "blockquote.iosymail", "div[name=messageReplySection]", "div#isReplyContent", "div#reply-intro",
    "div.mail-quote-collapse", "blockquote#iosymail", "div.quoted-text", "div.zimbra_quote",
))  # fmt: skip
_FROM_HERE = ", ".join((
    "div#divRplyFwdMsg", "div#x_divRplyFwdMsg", "div#appendonsend", "hr#stopSpelling", "hr#zwchr",
    "hr[tabindex='-1'][style*='width:98%']",
    "hr[data-marker=__DIVIDER__]", "div#mail-editor-reference-message-container",
    "div.ms-outlook-mobile-reference-message", "div#ms-outlook-mobile-reference-message",
    "div[style*='border-top:solid #E1E1E1']", "div[style*='border-top: solid #E1E1E1']",
    "div[style*='border-top:solid #B5C4DF']", "div[style*='border-top: solid #B5C4DF']",
    "div[style*='border-top:solid rgb(225,225,225)']", "div[style*='border-top:solid windowtext']",
    "div[style*='border-color:rgb(181,196,223)']", "div[style*='border-top-color: rgb(229, 229, 229)']",
    "div[style*='border-top-color:rgb(229,229,229)']",
))  # fmt: skip
_MOST_NODES = 60  # in which the first words are sought
_ENOUGH = 100


def quotations(tree: LexborHTMLParser) -> Quotations:
    """What a document marks as quoted."""
    nodes = frozenset(node.mem_id for node in tree.css(_NODES) if not _is_passed_on(node))
    from_here = frozenset(node.mem_id for node in tree.css(_FROM_HERE)[:1])
    return Quotations(nodes, from_here)


def _is_passed_on(node: LexborNode) -> bool:
    return is_forwarded(first) if (first := plain(_first_words(node))) else False


def _first_words(node: LexborNode) -> str:
    """The first text in a node, as far as a few steps lead."""
    here: LexborNode | None = node.first_child
    for _ in range(_MOST_NODES):
        if here is None:
            return ""
        if here.is_text_node and (text := (here.text_content or "").strip()):
            return text[:_ENOUGH]
        here = here.first_child or _after(here, node)
    return ""


def _after(here: LexborNode, top: LexborNode) -> LexborNode | None:
    """The node that follows in the document, below `top`."""
    while here.next is None:
        parent = here.parent
        if parent is None or parent.mem_id == top.mem_id:
            return None
        here = parent
    return here.next
