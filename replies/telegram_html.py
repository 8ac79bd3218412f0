"""Markdown as Telegram shows it: its few HTML tags, everything else escaped, cut into messages.

No link becomes an anchor: its address stands behind its words, so that nobody is led elsewhere than
they read. A message holds 4,096 UTF-16 units after parsing, so the text is cut before tags are put around
it, at the end of a paragraph where there is one, else of a line, a sentence, a word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from markdown_it.token import Token

from replies.markdown import parsed

LONGEST = 4096
RULE = "———"
BREAKS = ("\n\n", "\n", ". ", " ")  # where a text is cut, the best place first
SMALLEST_SHARE = 4  # a message is filled at least to this part of it before it is cut
OPENING = {"strong_open": "b", "em_open": "i", "s_open": "s"}
CLOSING = frozenset({"strong_close", "em_close", "s_close"})


@dataclass(frozen=True, slots=True)
class Part:
    """One message: what is sent, and the same without any markup."""

    html: str
    plain: str


@dataclass(frozen=True, slots=True)
class Run:
    """Some text and the tags around it, the outermost first."""

    text: str
    tags: tuple[str, ...] = ()


def parts(source: str, most: int = LONGEST) -> tuple[Part, ...]:
    """The messages that a text makes, none where it says nothing."""
    runs = tuple(_runs(parsed(source)))
    text = "".join(run.text for run in runs)
    cut = (_between(runs, start, end) for start, end in _pieces(text, most))
    return tuple(Part(_html(piece), "".join(run.text for run in piece)) for piece in cut)


def escaped(text: str) -> str:
    """Text that Telegram shows as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def units(text: str) -> int:
    """How long Telegram finds a text: in units of UTF-16."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


# From tokens to runs


@dataclass(slots=True)
class _Place:
    """Where the walk is: the open blocks, and what is put before the next lines."""

    tags: list[str] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    counters: list[int] = field(default_factory=list)  # one a list: the next number, 0 for bullets
    bullet: str = ""
    is_tight: bool = False
    before: tuple[tuple[str, ...], bool] | None = None  # tags and tightness of the last block

    def move(self, token: Token) -> None:
        match token.type:
            case "blockquote_open":
                self.tags.append("blockquote")
            case "blockquote_close" | "heading_close":
                self.tags.pop()
            case "heading_open":
                self.tags.append("b")
            case "bullet_list_open":
                self.counters.append(0)
            case "ordered_list_open":
                self.counters.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self.counters.pop()
            case "list_item_open":
                number = self.counters[-1]
                self.bullet = f"{number}. " if number else "• "
                self.counters[-1] += bool(number)
                self.margins.append("  ")
            case "list_item_close":
                self.margins.pop()
            case "paragraph_open":
                self.is_tight = token.hidden

    def begin(self) -> Iterator[Run]:
        """What stands before a block: the gap to the one before, then its bullet or margin."""
        tags = tuple(dict.fromkeys(self.tags))
        if self.before:
            old, was_tight = self.before
            shared = tuple(one for one, _ in takewhile(_alike, zip(old, tags, strict=False)))
            yield Run("\n" if was_tight and self.is_tight else "\n\n", shared)
        lead = "".join(self.margins[:-1]) + self.bullet if self.bullet else "".join(self.margins)
        if lead:
            yield Run(lead, tags)
        self.bullet, self.before = "", (tags, self.is_tight)


def _alike(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    place = _Place()
    for token in tokens:
        match token.type:
            case "inline":
                yield from place.begin()
                yield from _inline(token.children or (), place)
            case "fence" | "code_block":
                yield from place.begin()
                yield Run(_shown(token.content.rstrip("\n")), (*dict.fromkeys(place.tags), "pre"))
            case "hr":
                yield from place.begin()
                yield Run(RULE)
            case _:
                place.move(token)


def _inline(tokens: Sequence[Token], place: _Place) -> Iterator[Run]:
    """The words of one block; a link whose words are not its address is followed by the address."""
    tags, links, said = list(place.tags), [""], ""
    for token in tokens:
        text = ""
        if token.type in OPENING:
            tags.append(OPENING[token.type])
        elif token.type in CLOSING:
            tags.pop()
        elif token.type == "link_open":
            links.append("" if token.info == "auto" else str(token.attrGet("href")))
            said = ""
        elif token.type == "link_close":
            address = links.pop()
            text = f" ({address})" if address and address != said else ""
        elif token.type == "softbreak":
            text = " "  # templates are wrapped for a mail's width, a telephone wraps by itself
        elif token.type == "hardbreak":
            text = "\n" + "".join(place.margins)
        else:
            text = _shown(token.content)
        said += text
        if text:
            code = ("code",) if token.type == "code_inline" else ()
            yield Run(text, (*dict.fromkeys(tags), *code))


def _shown(text: str) -> str:
    return text.replace("\u00a0", " ")


# Cutting


def _pieces(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Where each message begins and ends; the white space between two of them is in neither."""
    start = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    while start < last:
        reach = _reach(text, start, last, most)
        end = reach if reach == last else _last_break(text, start, reach)
        yield start, start + len(text[start:end].rstrip())
        start = end + len(text[end:]) - len(text[end:].lstrip())


def _reach(text: str, start: int, last: int, most: int) -> int:
    """How far a message that begins here can go."""
    end = min(last, start + most)
    while (over := units(text[start:end]) - most) > 0:
        end -= (over + 1) // 2
    return end


def _last_break(text: str, start: int, reach: int) -> int:
    enough = start + (reach - start) // SMALLEST_SHARE
    for sign in BREAKS:
        if (found := text.rfind(sign, enough, reach)) > start:
            return found + len(sign.rstrip())
    return reach


def _between(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    """The runs that lie between two places of the text, those at the borders cut."""
    found, at = [], 0
    for run in runs:
        text = run.text[max(0, start - at) : max(0, end - at)]
        if text:
            found.append(replace(run, text=text))
        at += len(run.text)
    return found


def _html(runs: Sequence[Run]) -> str:
    """Each tag is opened once for all runs in a row that have it."""
    written: list[str] = []
    opened: tuple[str, ...] = ()
    for run in (*runs, Run("")):
        kept = tuple(one for one, _ in takewhile(_alike, zip(opened, run.tags, strict=False)))
        written += [f"</{tag}>" for tag in reversed(opened[len(kept) :])]
        written += [f"<{tag}>" for tag in run.tags[len(kept) :]]
        written.append(escaped(run.text))
        opened = run.tags
    return "".join(written)
