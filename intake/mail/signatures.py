"""Signatures: what stands below a text by itself, not because somebody wrote it this time.

The dashes of RFC 3676, the line that a telephone or a mail program adds, the footer of a
mailing list. Only the last few lines are looked at. Dashes end the text; after a
telephone's line only its own paragraph goes, since people write below it too.
"""

import re
from collections.abc import Sequence

from intake.mail.announcements import RULES, folded
from intake.mail.quotewords import (
    EXCUSES,
    LIST_FOOTER,
    SENDING,
    SENT_FROM,
    SENT_FROM_AROUND,
    SENT_FROM_BEHIND,
    VIRUS_FREE,
)

_LAST_LINES = 14
_LONGEST_FOOTER = 120
_FOOTER_LINES = 4
_NAME = re.compile(r"[-\u2013\u2014]{1,2}[^\W\d_][\w.']*(?: [^\W\d_][\w.']*){0,2}")
_AROUND = "*_-[]()<> \t\u00a0\u2013\u2014|/."
_SENT_FROM = frozenset(word[:2] for word in SENT_FROM)  # asked first, since it is quick
_SENDING = re.compile("|".join(map(re.escape, SENDING)))
_EXCUSE = re.compile("|".join(map(re.escape, EXCUSES)))
_ADDED = re.compile("|".join((*map(re.escape, VIRUS_FREE), r"outlook.{0,60}\b(?:ios|android)\b")))
_RULE = ("-", "\u2014", "_", "=")
_UNDERSCORES = re.compile(r"[_=]{16,}")


def without_signature(lines: Sequence[str]) -> str:
    """The lines up to a signature, without the rules that parted them from a quotation."""
    number = _end_matter(lines)
    if any(map(is_footer, lines[number:])):
        lines = _without_footers(list(lines), number)
    end = next((at for at in range(number, len(lines)) if _begins_signature(lines, at)), len(lines))
    return "\n".join(_without_name(_without_rules(lines[:end]))).strip("\n")


def _without_rules(lines: Sequence[str]) -> Sequence[str]:
    end = len(lines)
    while end and not lines[end - 1].strip(RULES):
        end -= 1
    return lines[:end]


def _end_matter(lines: Sequence[str]) -> int:
    """Where the last few lines begin, in which a signature may begin."""
    written = 0
    for number in range(len(lines) - 1, -1, -1):
        written += bool(lines[number].strip())
        if written > _LAST_LINES:
            return number + 1
    return 0


def _begins_signature(lines: Sequence[str], at: int) -> bool:
    line = lines[at][:_LONGEST_FOOTER].strip("* \u00a0")
    if line[:1] not in _RULE:
        return False
    if line in ("--", "\u2014"):
        return len(lines[at]) < _LONGEST_FOOTER
    if not _UNDERSCORES.fullmatch(line):
        return False
    below = " ".join(lines[at + 1 :])[:2_000].lower()
    return any(word in below for word in LIST_FOOTER)


def _without_name(lines: Sequence[str]) -> Sequence[str]:
    """The lines without a last one like "-Anna" that has a blank line before it."""
    stands_alone = len(lines) > 1 and not lines[-2].strip() and len(lines[-1]) < _LONGEST_FOOTER
    return _without_rules(lines[:-1]) if stands_alone and _NAME.fullmatch(lines[-1].strip()) else lines


def _without_footers(lines: list[str], number: int) -> list[str]:
    """The lines without the paragraphs that a telephone, a mail program or a virus scanner added."""
    for at in range(len(lines) - 1, number - 1, -1):
        if is_footer(lines[at]):
            end = next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
            if end - at <= _FOOTER_LINES:
                del lines[at:end]
    return lines


def is_footer(line: str) -> bool:
    """A line like "Sent from my iPhone", in any language."""
    if not line or len(line) > _LONGEST_FOOTER:
        return False
    words = folded(line if line[0].isalpha() else line.strip(_AROUND))
    if ("vir" in words or "avast" in words or "outlook" in words) and _ADDED.search(words):
        return True
    is_begun = words[:2] in _SENT_FROM and words.startswith(SENT_FROM)
    if not is_begun and not _is_ended(words.rstrip(_AROUND)):
        return False
    return ("," not in words or _EXCUSE.search(words) is not None) and _SENDING.search(words) is not None


def _is_ended(words: str) -> bool:
    starts, ends = SENT_FROM_AROUND
    return words.endswith(SENT_FROM_BEHIND) or (words.endswith(ends) and words.startswith(starts))
