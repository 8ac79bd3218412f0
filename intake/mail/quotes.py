"""The visible reply: what the sender newly wrote, without quotations and signatures.

The text is looked at line by line, every look is at a few lines of bounded length, and there are
MOST_LOOKS of them, so the time is linear in the text whatever is in it. When in doubt a line is
kept: too much kept is a blemish, a lost word of the customer's a fault. So nothing is cut where
nothing would be left; what somebody passes on stays; and where answers stand between quoted
lines, the lines that they answer stay with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from intake.mail.announcements import (
    RULES,
    announcement,
    is_forwarded,
    is_header_block,
    is_label,
    is_ordinary,
    is_quoted,
    plain,
)
from intake.mail.signatures import without_signature

OUR_CUT = "##"  # in the line that our mails to agents begin with: what is below is for agents only
MOST_LOOKS = 20_000  # lines; further down only marked lines are taken for quoted


class Kind(Enum):
    WRITTEN = auto()
    QUOTED = auto()
    PASSED_ON = auto()


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of a text before it is read."""

    are_quotations: bool = False  # of lines with ">"
    are_announced: bool = False  # by the sender's program, not marked by hand
    are_passed_on: bool = True  # forwarded mails, and quoted lines between answers, are kept


Stretch = tuple[Kind, list[str]]  # lines of one kind that follow each other


def written_or_passed_on(text: str) -> str:
    """What was newly written or passed on in a text; all of it where nothing else would be left."""
    return _written(text, _marks(text)) or text.strip("\n ")


def visible_reply(text: str) -> str:
    """What was newly written and nothing else: agents quote and forward what is for agents only."""
    return _written(text, replace(_marks(text), are_passed_on=False)) or text.strip("\n ")


def newly_written(text: str) -> str:
    """What was newly written in a text whose lines with ">" are known to be quoted; "" if nothing."""
    return _written(text, Marks(are_quotations=True, are_announced=True))


def _marks(text: str) -> Marks:
    """One line with ">" may be a comparison, and three of them Python's prompt."""
    below = f"\n{text}"
    return Marks(are_quotations=below.count("\n>") - below.count("\n>>>") > 1)


def _written(text: str, marks: Marks) -> str:
    reading = _Reading(text.strip("\n ").split("\n"), marks)
    stretches = list(reading.stretches())
    may_stay = marks.are_passed_on and len(stretches) > 1 + reading.is_announced
    if may_stay and (number := _kept_together(stretches, is_announced=reading.is_announced)):
        stretches = [(Kind.WRITTEN, [line for _, lines in stretches[:number] for line in lines])]
    return "\n\n".join(kept for one in stretches if (kept := _kept(*one)))


def _kept(kind: Kind, lines: list[str]) -> str:
    match kind:
        case Kind.WRITTEN:
            return without_signature(lines)
        case Kind.PASSED_ON:
            return "\n".join(lines).strip("\n")
        case Kind.QUOTED:
            return ""


def _kept_together(stretches: list[Stretch], *, is_announced: bool) -> int:
    """How many stretches are kept as they stand, 0 where only what was written is.

    Something was written between quoted lines; or nobody announced them and the sender marked
    them by hand, in the midst of the text or after a colon.
    """
    saying = [number for number, (_, lines) in enumerate(stretches, 1) if _says_something(lines)]
    kinds = [stretches[number - 1][0] for number in saying]
    last = max((number for number in saying if stretches[number - 1][0] is not Kind.QUOTED), default=0)
    if _is_for_agents_only(stretches):
        return 0
    if any(kinds[n : n + 3] == [Kind.QUOTED, Kind.WRITTEN, Kind.QUOTED] for n in range(len(kinds))):
        return last
    if is_announced or kinds[:2] != [Kind.WRITTEN, Kind.QUOTED]:
        return 0
    return len(stretches) if len(kinds) > 2 or _ends_in_colon(stretches[saying[0] - 1][1]) else 0


def _is_for_agents_only(stretches: list[Stretch]) -> bool:
    return any(OUR_CUT in line for kind, lines in stretches if kind is Kind.QUOTED for line in lines)


def _says_something(lines: list[str]) -> bool:
    return any(line.strip(RULES) for line in lines)


def _ends_in_colon(lines: list[str]) -> bool:
    last = next(bare for line in reversed(lines) if (bare := line.strip()))
    return last[-1] in ":：" and not is_label(last)


class _Reading:
    """One walk over the lines; it ends where a quotation begins that is not marked line by line."""

    def __init__(self, lines: list[str], marks: Marks) -> None:
        self._lines = lines
        self._is_marked = marks.are_quotations
        self.is_announced = marks.are_announced
        self._passes_on = marks.are_passed_on
        self._has_words = False
        self._end = len(lines)
        self._after_label = False

    def stretches(self) -> Iterator[Stretch]:
        """Blank lines belong to what stands above them."""
        start = number = looks = 0
        here = Kind.WRITTEN
        lines = self._lines
        while number < self._end:
            line = lines[number]
            if not line:
                number += 1
                continue
            if self._is_marked and line[0] == ">":
                kind, length = Kind.QUOTED, 1
            else:
                looks += 1
                kind, length = self._read(number, plain(line)) if looks < MOST_LOOKS else (Kind.WRITTEN, 1)
            if kind is not here:
                if number > start:
                    yield here, self._lines[start:number]
                start, here = number, kind
            number += length
        yield here, self._lines[start : self._end]

    def _read(self, number: int, bare: str) -> tuple[Kind, int]:
        """What a line is, and how many belong to it."""
        if is_ordinary(bare, self._lines, number):
            self._has_words, self._after_label = True, False
            return Kind.WRITTEN, 1
        if not bare.strip(RULES):
            return Kind.WRITTEN, 1
        if bare[0] == ">" and self._is_marked:
            return Kind.QUOTED, 1
        length = announcement(self._lines, number, bare.lstrip("> ") or bare)
        if length and is_quoted(self._lines, number + length):
            self._is_marked = self.is_announced = True
            return Kind.QUOTED, length
        if self._has_words and (length or self._begins_headers(number, bare)):
            return self._cut(number)
        if is_forwarded(bare) and (self._passes_on or self._has_words):
            return (Kind.PASSED_ON, self._end) if self._passes_on else self._cut(number)
        if self._is_marked and self._is_left_of_a_link(number, bare):
            return Kind.QUOTED, 1
        self._has_words = True
        return Kind.WRITTEN, 1

    def _cut(self, number: int) -> tuple[Kind, int]:
        self.is_announced, self._end = True, number
        return Kind.WRITTEN, 0

    def _begins_headers(self, number: int, bare: str) -> bool:
        """Only the first of several header lines is looked at."""
        after_label, self._after_label = self._after_label, is_label(bare)
        return self._after_label and not after_label and is_header_block(self._lines, number)

    def _is_left_of_a_link(self, number: int, bare: str) -> bool:
        """Programs that wrap quoted links leave their ends without the mark."""
        above = self._lines[number - 1].lstrip() if number else ""
        if above[:1] != ">" or bare[-1] not in ")>]" or " " in bare.rstrip("> "):
            return False
        is_open = any(above.count(left) > above.count(right) for left, right in ("()", "<>", "[]"))
        return is_open or bare.startswith(("(http", "<http"))
