"""Markdown as plain text: the source's own lines, without its markup.

Nothing is wrapped anew, because a wrapped line of a log or a command is a wrong one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from markdown_it.token import Token

from replies.markdown import parsed

RULE = "-" * 40
_ESCAPED = re.compile(r"\\(.)")
_WITHOUT_MARKUP = re.compile(r"[A-Za-z](?:[^\\`*_\[\]<>&\x00-\x1f]|\\[!-/:-@\[-`{-~])*")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph with what its quotations and lists put before it; `tight` ones follow without a gap."""

    margins: tuple[str, ...]
    bullet: str
    tight: bool
    words: str

    @property
    def lines(self) -> Iterator[str]:
        margin = "".join(self.margins)
        first = "".join(self.margins[:-1]) + self.bullet if self.bullet else margin
        for number, line in enumerate(self.words.split("\n")):
            yield (margin if number else first) + line


@dataclass(slots=True)
class Place:
    """Where the walk over the tokens is: the open quotations and lists."""

    margins: list[str] = field(default_factory=list)
    counters: list[int] = field(default_factory=list)  # one a list: the next number, 0 for bullets
    bullet: str = ""
    tight: bool = False

    def move(self, token: Token) -> None:
        match token.type:
            case "blockquote_open":
                self.margins.append("> ")
            case "bullet_list_open":
                self.counters.append(0)
            case "ordered_list_open":
                self.counters.append(int(token.attrGet("start") or 1))
            case "list_item_open":
                self._next_item()
            case "blockquote_close" | "list_item_close":
                self.margins.pop()
            case "bullet_list_close" | "ordered_list_close":
                self.counters.pop()
            case "paragraph_open":
                self.tight = token.hidden

    def _next_item(self) -> None:
        number = self.counters[-1]
        self.bullet = f"{number}. " if number else "- "
        self.counters[-1] += bool(number)
        self.margins.append(" " * len(self.bullet))

    def block(self, words: str) -> Block:
        made = Block(tuple(self.margins), self.bullet, self.tight, words)
        self.bullet = ""
        return made


def as_text(source: str) -> str:
    """The source as plain text, line for line."""
    lines: list[str] = []
    before: Block | None = None
    for block in _blocks(parsed(source)):
        if before and not (before.tight and block.tight):
            lines.append(_gap(before, block))
        lines += block.lines
        before = block
    return "\n".join(lines).replace("\u00a0", " ") + "\n"


def as_words(source: str) -> str:
    """The same without what stands below its last rule: the footer of a mail, which is nobody's words."""
    return as_text(source.rpartition("\n---\n")[0] or source)


def as_line(source: str) -> str:
    """One line of the source (a subject) as plain text.

    >>> as_line(r"Re: printer \\[WX-1042\\]"), as_line("Re: *printer*")
    ('Re: printer [WX-1042]', 'Re: printer')
    """
    # Nearly all subjects have escaped signs only, and need no parser.
    text = _ESCAPED.sub(r"\1", source) if _WITHOUT_MARKUP.fullmatch(source) else as_text(source)
    return " ".join(text.split())


def _gap(before: Block, after: Block) -> str:
    """The empty line between two blocks: inside a quotation it is part of it."""
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(before.margins, after.margins, strict=False))
    return "".join(margin for margin, _ in shared).rstrip()


def _blocks(tokens: Iterable[Token]) -> Iterator[Block]:
    place = Place()
    for token in tokens:
        match token.type:
            case "inline":
                yield place.block(_words(token.children or ()))
            case "fence" | "code_block":
                yield Block((*place.margins, "    "), "", False, token.content.rstrip("\n"))
            case "hr":
                yield Block(tuple(place.margins), "", False, RULE)
            case _:
                place.move(token)


def _words(tokens: Sequence[Token]) -> str:
    """What an inline run says; a link whose words are not its address is followed by the address.

    One that stands alone, as in a list of answers to choose from, is its words, a colon and the address.
    """
    before = ": {}" if _is_one_link(tokens) else " ({})"
    said: list[str] = []
    opened: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                said.append("\n")
            case "link_open":
                opened.append((str(token.attrGet("href")), len(said)))
            case "link_close":
                address, start = opened.pop()
                said.append(
                    "" if token.info == "auto" or "".join(said[start:]) == address else before.format(address)
                )
            case _:
                said.append(token.content)
    return "".join(said)


def _is_one_link(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 3 and (tokens[0].type, tokens[2].type) == ("link_open", "link_close")
