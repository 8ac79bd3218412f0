"""Long words in pieces: messages of at most 2,900 characters, and a file where that is too many.

Words are cut where a line ends if there is one near, else between words. What is left of a very
long text is in the file, whole, so that nobody has to put pieces together.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from bots.slack.blocks.elements import LONGEST_PIECE, context, rich_text
from bots.slack.blocks.text import LONGEST_FALLBACK, cut, escaped, fallback, mention, plain
from bots.slack.blocks.types import Json, Message
from intake.messages import File

MOST_BEFORE_FILE = 8000
EXTRA = 8
NEAR = 400


def messages_of(
    elements: Sequence[Json],
    subject: str,
    acts: Sequence[Json] = (),
    *,
    file_name: str = "message.txt",
    broadcast: bool = False,
) -> list[Message]:
    """The messages that say these elements of rich text, what can be done below the last."""
    whole = text_of(elements)
    pages = list(_pages(elements))
    file = None
    if len(whole) > MOST_BEFORE_FILE:
        pages = pages[:1]
        file = File(file_name, "text/plain; charset=utf-8", whole.encode())
    made = []
    for place, page in enumerate(pages, 1):
        blocks: list[Json] = [rich_text(*page)]
        if file:
            blocks.append(context(plain("Cut here; the whole text is in the file below.")))
        if place == len(pages):
            blocks += acts
        said = spoken(page) or fallback(subject)
        made.append(Message(said, tuple(blocks), file, broadcast and place == 1))
    return made


def text_of(elements: Iterable[Json]) -> str:
    """What elements of rich text say, as plain lines; whom they mention is not among it."""
    return "\n".join(_lines_of(elements, _said)).strip()


def spoken(elements: Iterable[Json]) -> str:
    """The same as a fallback: safe mrkdwn, in which our own mentions are those that the blocks have."""
    return cut("\n".join(_lines_of(elements, _safely)).strip(), LONGEST_FALLBACK)


def _lines_of(elements: Iterable[Json], said: Callable[[Iterable[Json]], str]) -> Iterator[str]:
    for number, one in enumerate(elements, 1):
        pieces = one["elements"]
        if one["type"] == "rich_text_list":
            mark = f"{number}. " if one["style"] == "ordered" else "- "
            yield from (f"{'  ' * one.get('indent', 0)}{mark}{said(item['elements'])}" for item in pieces)
        elif one["type"] == "rich_text_quote":
            yield "\n".join(f"> {line}" for line in said(pieces).split("\n"))
        else:
            yield said(pieces)


def _said(pieces: Iterable[Json]) -> str:
    return "".join(one.get("text") or one.get("url") or one.get("fallback") or "" for one in pieces)


def _safely(pieces: Iterable[Json]) -> str:
    """Words escaped as a whole, between the mentions of those whom we name by their ids."""
    runs = groupby(pieces, lambda one: str(one.get("user_id", "")))
    return "".join(mention(called) if called else escaped(_said(run)) for called, run in runs)


def _pages(elements: Iterable[Json]) -> Iterator[list[Json]]:
    """Elements in groups that fit into a message each."""
    page: list[Json] = []
    room = LONGEST_PIECE
    for element in elements:
        left: Json | None = element
        while left:
            fits, left = _taken(left, room)
            if fits:
                page.append(fits)
                room -= _cost(fits)
            if left:
                yield page
                page, room = [], LONGEST_PIECE
    if page:
        yield page


def _taken(element: Json, room: int) -> tuple[Json | None, Json | None]:
    """As much of an element as there is room for, and what is left of it."""
    fits: list[Json] = []
    left = list(element["elements"])
    while left and _cost(left[0]) <= room:
        fits.append(left.pop(0))
        room -= _cost(fits[-1])
    if left and room > NEAR:
        head, tail = _split(left[0], room)
        fits += [head] if head else []
        left[:1] = [tail] if tail else []
    return _with(element, fits), _with(element, left)


def _with(element: Json, pieces: list[Json]) -> Json | None:
    return element | {"elements": pieces} if pieces else None


def _split(piece: Json, room: int) -> tuple[Json | None, Json | None]:
    if "elements" in piece:
        return _taken(piece, room)
    if piece["type"] != "text":
        return None, piece
    end = cut_at(piece["text"], room - EXTRA)
    return piece | {"text": piece["text"][:end]}, piece | {"text": piece["text"][end:]}


def _cost(piece: Json) -> int:
    """Its characters, and a few for being there: a message of a thousand tiny pieces is long, too."""
    if "elements" in piece:
        return sum(map(_cost, piece["elements"]))
    if piece["type"] == "text":
        return len(piece["text"]) + EXTRA
    return min(len(piece.get("text") or piece.get("url") or ""), LONGEST_PIECE - EXTRA) + EXTRA


def cut_at(text: str, most: int) -> int:
    """Where to cut a text that is longer than that: behind the end of a line or a word if one is near."""
    line, word = (text.rfind(sign, most - NEAR, most) + 1 for sign in "\n ")
    return line or word or most
