"""HTML to plain text: lines where a browser would break them, and nothing that it would not show.

The document is walked without recursion. lexbor's parser needs time by the square of the
depth, and copies formatting that was never closed into every paragraph after it, so markup
that would be dear is not parsed: its tags are cut out instead, and no word is lost.
"""

import re
from collections import Counter
from dataclasses import dataclass
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

_DEEPEST = 2_000
_MOST_COPIES = 1_000_000
_MOST_ATTRIBUTES = 500

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,30})([^<>]*)")
_ANY_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
_FORMATTING = frozenset((
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
))  # fmt: skip
_NEVER_NESTED = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li",
))  # fmt: skip
_UNSEEN = frozenset((
    "head", "title", "style", "script", "noscript", "template", "object", "svg", "select",
))  # fmt: skip
_LINES = frozenset((
    "address", "article", "aside", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer",
    "form", "header", "hr", "html", "li", "main", "nav", "ol", "option", "section", "tbody", "tfoot",
    "thead", "tr", "ul", "caption",
))  # fmt: skip
_PARAGRAPHS = frozenset((
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "table", "pre",
))  # fmt: skip


def is_dear(markup: str) -> bool:
    """Whether parsing this would cost more than its length warrants."""
    still_open: Counter[str] = Counter()
    depth = deepest = formatting = most_formatting = tags = 0
    for found in _TAG.finditer(markup):
        closes, name, attributes = found.groups()
        tags += 1
        tag = name.lower()
        if tag in _NEVER_NESTED:
            continue
        if closes and not still_open[tag]:
            continue
        step = -1 if closes else 1
        still_open[tag] += step
        depth += step
        formatting += step if tag in _FORMATTING else 0
        deepest, most_formatting = max(deepest, depth), max(most_formatting, formatting)
        if attributes.count("=") > _MOST_ATTRIBUTES or attributes.count(" ") > 10 * _MOST_ATTRIBUTES:
            return True
        if deepest > _DEEPEST or most_formatting * tags > _MOST_COPIES:
            return True
    return False


def without_tags(markup: str) -> str:
    """The words of markup that is not parsed."""
    return unescape(_ANY_TAG.sub("\n", markup)).strip()


@dataclass(frozen=True, slots=True)
class Quotations:
    """What a document marks as quoted: some nodes, and everything from certain nodes on, by their ids."""

    nodes: frozenset[int] = frozenset()
    from_here: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.from_here)


def written(tree: LexborHTMLParser, quotations: Quotations = Quotations()) -> str:
    """The text of a document as a reader sees it, quotations marked as they are in plain text."""
    page = _Page(quotations)
    node: LexborNode | None = tree.root
    depth = 0
    while node is not None:
        child = page.enter(node)
        if child is not None:
            node, depth = child, depth + 1
            continue
        while node is not None:
            page.leave(node)
            if depth == 0:
                return page.text()
            if node.next is not None:
                node = node.next
                break
            node, depth = node.parent, depth - 1
    return page.text()


class _Page:
    """Text as it is written: line breaks wait until words follow them."""

    def __init__(self, quotations: Quotations) -> None:
        self._quotations = quotations
        self._marks = bool(quotations)
        self._quoted = 0  # how many open nodes are quotations
        self._line = "\n"  # how a line begins
        self._out: list[str] = []
        self._breaks = 0
        self._blank = False
        self._preformatted = 0

    def text(self) -> str:
        return "".join(self._out).strip()

    def enter(self, node: LexborNode) -> LexborNode | None:
        """Write a node's beginning; its first child where there is one to be read."""
        tag = node.tag or ""
        if node.is_text_node:
            self._write(node.text_content or "")
            return None
        if tag in _UNSEEN or tag == "-comment":
            return None
        if tag == "br":
            self._breaks = min(self._breaks + 1, 3)
        elif tag in ("td", "th"):
            self._blank = True
        else:
            self._break(tag)
        self._preformatted += tag == "pre"
        if self._marks:
            self._mark(node.mem_id, 1)
        return node.first_child

    def _mark(self, node: int, step: int) -> None:
        """Count the quotations that are open here; what one node begins never ends."""
        if node in self._quotations.nodes or (step > 0 and node in self._quotations.from_here):
            self._quoted += step
            self._line = "\n> " if self._quoted else "\n"
            self._breaks = max(self._breaks, 1)

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if self._marks:
            self._mark(node.mem_id, -1)
        self._preformatted -= tag == "pre"
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in _LINES:
            self._breaks = max(self._breaks, 1)
        elif tag in _PARAGRAPHS:
            self._breaks = max(self._breaks, 2)

    def _write(self, text: str) -> None:
        words = text.replace("\n", self._line) if self._preformatted else _BLANKS.sub(" ", text)
        if not words.strip():
            self._blank = self._blank or bool(words)
            return
        if self._breaks:
            above = self._line.rstrip(" ") * (self._breaks - 1)
            self._out.append(above + self._line if self._out else self._line[1:])
            self._breaks, self._blank = 0, False
            words = words if self._preformatted else words.lstrip(" ")
        elif self._blank:
            words = " " + words.lstrip(" ")
        self._blank = not self._preformatted and words.endswith(" ")
        self._out.append(words.rstrip(" ") if self._blank else words)
