"""Announcements: the lines by which a mail program says that a quotation follows.

There are four kinds: who wrote and when ("On …, … wrote:"), the headers of another mail, a rule
with words ("-----Original Message-----"), and a desk's own line to write above. Each look is
at a few lines of bounded length, so it costs the same wherever in a text it is taken.
"""

import re
from collections.abc import Sequence

from intake.mail.quotewords import (
    ABOVE,
    BELOW,
    DATE,
    ENDS,
    FORWARDED,
    FROM,
    LABELS,
    ORIGINAL,
    SENT,
    STARTS,
    SUBJECT,
    TO,
    WROTE,
)

RULES = " \t_-*=#~\u00a0\u2010\u2011\u2012\u2013\u2014\u2015"  # what lines are drawn with
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))
_LONGEST = 400  # an announcement is shorter, all its lines together
_MOST_LINES = 5
_GROUPWISE = ">>>"  # which draws no other line above what it quotes
_OPEN = ("<", "(")
_MAY_GO_ON = ("<", " ")
_LONGEST_LABEL = 30
_LONGEST_RULE = 90
_BLOCK_LINES = 8

_BEGIN_RULES = ("--", "==", "__", "**", "- ", "\u2010\u2010", "\u2014\u2014")
_DATE = re.compile(r"\d{1,4}[./-] ?\d{1,2}[./-] ?\d{1,4}|(?:19|20)\d\d|[\u0660-\u0669\u06f0-\u06f9]{4}")
_WROTE = re.compile("|".join(map(re.escape, WROTE)))
_STARTS = frozenset(word[:2] for word in STARTS)  # asked first, since it is quick
_WITHIN = re.compile(r"[\s*]([^\W\d_][\w ]{0,12}?)\*?[\u00a0 ]?[:：]\*?[\u00a0 ]")
_TIME = re.compile(r"\d{1,2}[:.h]\d\d")
_DATE_FIRST = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}[^<>@]{0,100}<[^<>@\s]{1,64}@[^<>@\s]{1,100}>")


def plain(line: str) -> str:
    """A line without blanks around it and without marks that only turn the writing round."""
    bare = line.strip()
    return bare if bare.isascii() else bare.translate(_INVISIBLE).strip()


def folded(text: str) -> str:
    """Letters without their case; the Turkish capital would become two."""
    return text.lower() if text.isascii() else text.casefold().replace("i\u0307", "i")


def is_ordinary(line: str, lines: Sequence[str], number: int) -> bool:
    """Whether a plain line can be none of what is told here; most lines are, and this is quick."""
    return (
        line[:1].isalpha()
        and line[-1] not in "<(>-*_e"  # how announcements end, or go on
        and ":" not in line
        and "：" not in line
        and folded(line[:2]) not in _STARTS
        and lines[min(number + 1, len(lines) - 1)][:1] not in _MAY_GO_ON
    )


def announcement(lines: Sequence[str], number: int, first: str) -> int:
    """How many lines from here announce a quotation, 0 for none; `first` is the plain first line."""
    if len(first) > _LONGEST:
        return 0
    if first[0] in RULES and is_rule(first):
        return 1
    if first.endswith(_GROUPWISE) and "@" in first and _TIME.search(first):
        return 1
    starts = first[0].isdigit() or _starts(first)
    if not starts and not first.endswith(ENDS) and not _goes_on(first, lines, number):
        return 0
    together = ""
    for length in range(1, _MOST_LINES + 1):
        more = first if length == 1 else plain("".join(lines[number + length - 1 : number + length]))
        if not more and _goes_on("", lines, number + length - 1):
            continue  # one program parts the address from the name by a blank line
        together = f"{together} {more}" if together else more
        if not _belongs(more, together) or len(together) > _LONGEST:
            break
        if more.endswith(ENDS) and _says_who_wrote(together, is_quoted(lines, number + length)):
            return length
        if not starts and not _goes_on(more, lines, number + length - 1):
            break
    return 1 if _DATE_FIRST.fullmatch(first) and _stands_alone(lines, number) else 0


def _starts(first: str) -> bool:
    word = folded(first[:12].lstrip("*_ "))
    return word[:2] in _STARTS and word.startswith(STARTS)


def _stands_alone(lines: Sequence[str], number: int) -> bool:
    """Whether quoted lines follow, or blank lines surround it: lists have dates and addresses too."""
    around = (*lines[max(number - 1, 0) : number], *lines[number + 1 : number + 2])
    return is_quoted(lines, number + 1) or not any(line.strip() for line in around)


def _goes_on(line: str, lines: Sequence[str], number: int) -> bool:
    """Whether an address that belongs to this line was wrapped on to the next."""
    after = lines[number + 1] if number + 1 < len(lines) else ""
    return line[-1:] in _OPEN or after.lstrip()[:1] == "<" or (line[-1:] == ">" and 0 < len(after) < 20)


def _belongs(line: str, together: str) -> bool:
    """A blank or quoted line ends it, unless an address is still open."""
    return bool(line) and (line[0] != ">" or together.count("<") >= together.count(">"))


def is_quoted(lines: Sequence[str], number: int) -> bool:
    """Whether the next line that has something on it is marked as quoted."""
    return next((bare[0] == ">" for line in lines[number : number + 6] if (bare := line.strip())), False)


def _says_who_wrote(line: str, is_quoted: bool) -> bool:
    has_address = "@" in line
    digits = sum(map(str.isdigit, line))
    if has_address and "<" in line and digits >= 2:
        return True
    wrote = _WROTE.search(folded(line)) is not None
    if wrote and (digits >= 2 or (has_address and _ends_with_wrote(line))):
        return True
    if is_quoted:
        dated = bool(_DATE.search(line)) and (bool(_TIME.search(line)) or has_address)
        return dated or (wrote and len(line) < 100)
    return has_address and digits >= 6 and bool(_DATE.match(line))


def _ends_with_wrote(line: str) -> bool:
    return "<" in line and _WROTE.search(folded(line[-30:])) is not None


def is_rule(line: str) -> bool:
    """A rule with words like "Original Message" in it, or "---- … wrote ----"."""
    if len(line) > _LONGEST_RULE + 60:
        return False
    words = folded(line.strip(RULES))
    if len(words) > _LONGEST_RULE:
        return False
    if any(asked in words for asked in ABOVE):
        return True
    closed = line[-1] in RULES
    if closed and any(asked in words for asked in BELOW):
        return True
    if line[:2] not in _BEGIN_RULES:
        return False
    if line[:2] == "- " and not closed:
        return False
    if words.startswith(ORIGINAL) or (closed and words == "original"):
        return True
    return closed and line[:3] == "---" and words.rstrip(":").endswith(WROTE)


def is_forwarded(line: str) -> bool:
    """Whether a plain line says that another mail is passed on below."""
    if len(line) > _LONGEST_RULE or (line[0] not in RULES and line[-1] not in ":："):
        return False
    return folded(line.strip(RULES)).startswith(FORWARDED)


def is_header_block(lines: Sequence[str], number: int) -> bool:
    """Whether the headers of another mail begin here.

    Calls have a From, a To and a Date as well: an address, a subject or "sent" must be among them.
    """
    near = [line for one in lines[number : number + _BLOCK_LINES] if (line := plain(one[:_LONGEST]))]
    seen = {_label(line) for line in near} | _labels_within(near[0])
    others = sum(1 for kind in (SENT | DATE, TO, SUBJECT) if seen & kind)
    if seen & FROM and others >= 2:
        return bool(seen & (SUBJECT | SENT)) or any("@" in line for line in near)
    return _is_short_block(near[:2])


def _labels_within(line: str) -> set[str]:
    """The labels of headers that some programs write into one line."""
    return {folded(found[1]) for found in _WITHIN.finditer(line)} & LABELS


def _is_short_block(pair: Sequence[str]) -> bool:
    """Two lines one below the other: who, with an address, and when."""
    who = any(_label(line) in FROM | TO and "@" in line for line in pair)
    return who and any(_label(line) in SENT | DATE and _DATE.search(line) for line in pair)


def is_label(line: str) -> bool:
    """Whether a plain line begins as the headers of a mail do."""
    return (":" in line or "：" in line) and bool(_label(line))


def _label(line: str) -> str:
    """The word before the colon, if it is one that heads a mail."""
    head = line[: _LONGEST_LABEL + 6].lstrip("*_> ")
    end = head.find(":")
    if end < 0:
        end = head.find("：")
    label = folded(head[:end].strip("*_ \u00a0")) if end > 0 else ""
    return label if label in LABELS else ""
