"""Markdown as Slack's rich text, in which every word is literal.

Rich text has elements instead of signs: a mention is an element of its own, so no words can become
one, and nothing needs to be escaped. Only what the Markdown itself marks (bold, code, quotations,
lists, links of ours) becomes more than text. Nothing here is told to look for links or names.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from markdown_it.token import Token

from replies.escaping import visible
from replies.markdown import parsed
from replies.plain import RULE

Json = dict[str, Any]

# Zero-width and directional signs that hide or turn text, the deprecated ones and tags among them.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u206f\u3164\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Joiners mean something in emoji and in some scripts, and nothing beside a plain letter.
_JOINERS = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_EVERYBODY = re.compile(r"(?<!\w)@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>|]+")
_ADDRESS_IN = re.compile(r"https?://[^\s<>|\"']+[^\s<>|\"'.,;:!?)\]]")
LONGEST_LINK = 3000


def literal(text: str) -> str:
    """Somebody's words as they are read: nothing hidden in them, and no call to everybody."""
    if text.isascii() and text.isprintable() and "@" not in text:  # most words are
        return text
    shown = _JOINERS.sub("", _HIDDEN.sub("", visible(text)))
    return _EVERYBODY.sub("@ ", shown)


def as_rich_text(source: str) -> list[Json]:
    """The elements of a rich_text block: sections, quotations, lists and code, in their order."""
    walk = _Walk()
    for token in parsed(source):
        walk.take(token)
    return walk.elements


def with_links(elements: Iterable[Json]) -> list[Json]:
    """The same with web addresses that can be clicked: for our agents' own words, never for a customer's."""
    return [one | {"elements": _linked(one["elements"])} for one in elements]


def _linked(pieces: Sequence[Json]) -> list[Json]:
    found: list[Json] = []
    for piece in pieces:
        if piece["type"] == "rich_text_section":
            found.append(piece | {"elements": _linked(piece["elements"])})
        elif piece["type"] != "text" or piece.get("style", {}).get("code"):
            found.append(piece)
        else:
            found += _links_in(piece)
    return found


def _links_in(piece: Json) -> Iterable[Json]:
    text, end = piece["text"], 0
    for match in _ADDRESS_IN.finditer(text):
        if len(match.group()) > LONGEST_LINK:
            continue
        if before := text[end : match.start()]:
            yield piece | {"text": before}
        yield {"type": "link", "url": match.group()}
        end = match.end()
    if rest := text[end:]:
        yield piece | {"text": rest}


class _Walk:
    """Where the walk over the tokens is: the quotations and lists that are open."""

    def __init__(self) -> None:
        self.elements: list[Json] = []
        self._quotes = 0
        self._lists: list[str] = []
        self._starts = False  # the next words begin an item
        self._bold = False

    def take(self, token: Token) -> None:
        match token.type:
            case "blockquote_open":
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(token.type.removesuffix("_list_open"))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._starts = True
            case "heading_open" | "heading_close":
                self._bold = token.type == "heading_open"
            case "inline":
                self._words(_pieces(token.children or (), {"bold": True} if self._bold else {}))
            case "fence" | "code_block":
                self._add("rich_text_preformatted", [_text(token.content.rstrip("\n") or " ", {})])
            case "hr":
                self._words([_text(RULE, {})])

    def _words(self, pieces: list[Json]) -> None:
        if not pieces:
            return
        if self._lists and not self._quotes:
            self._item(pieces)
        else:
            self._paragraph("rich_text_quote" if self._quotes else "rich_text_section", pieces)

    def _paragraph(self, kind: str, pieces: list[Json]) -> None:
        """One after another of the same kind is one element, with a gap between."""
        last = self.elements[-1] if self.elements else None
        if last and last["type"] == kind:
            last["elements"] += [_text("\n\n", {}), *pieces]
        else:
            self._add(kind, pieces)

    def _item(self, pieces: list[Json]) -> None:
        last = self.elements[-1] if self.elements else None
        indent, style = min(len(self._lists) - 1, 8), self._lists[-1]
        is_same = (
            last and last["type"] == "rich_text_list" and (last["indent"], last["style"]) == (indent, style)
        )
        if last and is_same and not self._starts:
            last["elements"][-1]["elements"] += [_text("\n", {}), *pieces]
        elif last and is_same:
            last["elements"].append({"type": "rich_text_section", "elements": pieces})
        else:
            items = [{"type": "rich_text_section", "elements": pieces}]
            self.elements.append(
                {"type": "rich_text_list", "style": style, "indent": indent, "elements": items}
            )
        self._starts = False

    def _add(self, kind: str, pieces: list[Json]) -> None:
        self.elements.append({"type": kind, "elements": pieces})


def _pieces(tokens: Iterable[Token], style: dict[str, bool]) -> list[Json]:
    """The pieces of one run of words; those of the same look are one."""
    found: list[Json] = []
    address = ""
    for token in tokens:
        match token.type:
            case "strong_open" | "em_open":
                style = style | {_look(token): True}
            case "strong_close" | "em_close":
                style = {name: one for name, one in style.items() if name != _look(token)}
            case "link_open":
                address = str(token.attrGet("href"))
            case "link_close":
                address = ""
            case "softbreak":
                _join(found, _text(" ", style))
            case "hardbreak":
                _join(found, _text("\n", style))
            case "code_inline":
                _join(found, _text(token.content, style | {"code": True}))
            case _ if token.content:
                _join(found, _link(address, token.content, style) if address else _text(token.content, style))
    return [one for one in found if one.get("text") != ""]


def _look(token: Token) -> str:
    return "bold" if token.type.startswith("strong") else "italic"


def _text(words: str, style: dict[str, bool]) -> Json:
    shown = literal(words).replace("\u00a0", " ")
    return {"type": "text", "text": shown} | ({"style": style} if style else {})


def _link(address: str, words: str, style: dict[str, bool]) -> Json:
    if len(address) > LONGEST_LINK or not _SAFE_LINK.fullmatch(address):
        return _text(words, style)
    return {"type": "link", "url": address} | ({"text": literal(words)} if words != address else {})


def _join(found: list[Json], piece: Json) -> None:
    """Add a piece; text of the same look goes on where the last one ended."""
    last = found[-1] if found else None
    if last and last["type"] == piece["type"] == "text" and last.get("style") == piece.get("style"):
        last["text"] += piece["text"]
    else:
        found.append(piece)
