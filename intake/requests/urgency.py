"""How urgent a mail says it is: severities asked for by name, and a service that is said to be down.

Only the subject and the first line count: what follows tells the story. "Down" is said of something
that serves; that a part of it does not work is no outage, unless the sentence is about the
whole ("the server is not working", "nothing works"). Denied, planned, past and claimed outages
do not count, nor a person who cannot be reached.
"""

import re
from collections.abc import Sequence
from functools import cache

from intake.requests.courtesy import is_greeting
from intake.requests.urgency_words import (
    AFTER_DOWN,
    CENTRAL,
    DENIED,
    DETERMINERS,
    DOWN,
    EARLIER,
    LABELS,
    LATER,
    MOVING,
    OBJECTS,
    OUT,
    PEOPLE,
    PLANNED,
    STOPPED,
    TAKING,
)
from intake.requests.words import Clause, clauses, folded, own_lines, phrases, without_places

_MOST = 1_000  # a subject or a line; more is no first line
_LONGEST_PHRASE = 5
_LONGEST_DENIAL = 20  # characters
_LABEL = rf"(?:{'|'.join(sorted(LABELS, key=len, reverse=True))})"
_BETWEEN = r"[\s:=#._-]{0,3}(?:(?:level|stufe|nivel|livello|niveau|is|ist|é|es|est)\b[\s:=#-]{0,3})?"
_DENIALS = phrases("""
    not, not a, no, no longer, no longer a, kein, nicht, nao é, nao é um, non é, non é un, no es, no es un
    pas, pas un, geen
""")
_FIRST = DOWN | {phrase.split()[0] for phrase in OUT | STOPPED}
_FREE = r"(?<![\w.&+-])(?<!\D/)"
_END = r"(?!\w|[.,]\d|[.-]\w|\s?%)"


def first_line(text: str) -> str:
    """The first line that says something and is not only a greeting, "" when there is none.

    >>> first_line("Hi all,\\n\\nThe server is down.\\nAna")
    'The server is down.'
    """
    lines = (line.strip() for line in own_lines(text))
    return next((line for line in lines if line and not is_greeting(line)), "")


def severities_asked(subject: str, first_line: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of a policy's severities that are asked for by name, in the policy's order.

    >>> severities_asked("[P2] Prio 1!", "", ["p1", "p2", "p3"])
    ('p1', 'p2')
    """
    said = "\n".join(_plain(text) for text in (subject, first_line))
    return tuple(name for name in names if _mark(name) in said and _is_asked(_pattern(name), said))


def service_down_in(subject: str, first_line: str) -> str:
    """The words that say that a service is down, "" when none do.

    >>> service_down_in("Help", "Since nine the server is down, nobody can work.")
    'Since nine the server is down'
    """
    fields = (list(clauses(field[:_MOST])) for field in (subject, first_line))
    current = (field for field in fields if not any(PLANNED.intersection(one.words) for one in field))
    return next((clause.shown() for field in current for clause in field if _is_down(clause)), "")


def _plain(text: str) -> str:
    return " ".join(folded(word) for word in without_places(text[:_MOST]).split())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """How people write a severity: "P1", "prio 1"; a mere word only with its label or in brackets."""
    letters, digits = _split(name)
    word = re.escape(letters) + (rf"[\s-]?{digits}" if digits else "")
    labelled = rf"{_FREE}{_LABEL}{_BETWEEN}(?:{word}|{digits or word}){_END}"
    free = rf"{_FREE}{word}{_END}" if digits else rf"\[\s?{word}\s?\]|{_FREE}{word}[\s-]{{1,2}}{_LABEL}{_END}"
    return re.compile(f"{labelled}|{free}")


@cache
def _mark(name: str) -> str:
    """What stands in every text that asks for it."""
    letters, digits = _split(name)
    return digits or letters


def _split(name: str) -> tuple[str, str]:
    letters, digits = re.split(r"[\s-]*(\d*)$", folded(name), maxsplit=1)[:2]
    return letters, digits


def _is_asked(pattern: re.Pattern[str], said: str) -> bool:
    return any(not _is_denied(said[: match.start()]) for match in pattern.finditer(said))


def _is_denied(before: str) -> bool:
    words = before[-_LONGEST_DENIAL:].split()[-_LONGEST_PHRASE:]
    return any(" ".join(words[at:]) in _DENIALS for at in range(len(words)))


def _is_down(clause: Clause) -> bool:
    words = clause.words
    if LATER.intersection(words) or PEOPLE.intersection(words):
        return False
    return any(_is_down_at(words, at) for at in range(len(words)))


def _is_down_at(words: Sequence[str], at: int) -> bool:
    if words[at] not in _FIRST:
        return False
    if DENIED.intersection(words[max(0, at - 2) : at]) or EARLIER.intersection(words[max(0, at - 3) : at]):
        return False
    if words[at] in DOWN:
        return _is_said_of_something(words, at)
    if _begins(words, at, OUT):
        return True
    return _begins(words, at, STOPPED) and _is_whole(words[:at])


def _is_said_of_something(words: Sequence[str], at: int) -> bool:
    """Not "slow down", "break it down", "scale the server down", "down to 3", "offline mode"."""
    back = 2 if at > 1 and words[at - 1] in OBJECTS else 1
    before, after = words[max(0, at - back) : at], words[at + 1 : at + 2]
    if at > 2 and words[at - 3] in TAKING and words[at - 2] in DETERMINERS:
        return False
    return not MOVING.intersection(before) and AFTER_DOWN.issuperset(after)


def _begins(words: Sequence[str], at: int, phrases: frozenset[str]) -> bool:
    return any(" ".join(words[at : at + length]) in phrases for length in range(1, _LONGEST_PHRASE + 1))


def _is_whole(subject: Sequence[str]) -> bool:
    """About a service as a whole: "the whole system", "o servidor", not "the login button"."""
    return bool(CENTRAL.intersection(subject)) and not set(subject) - CENTRAL - DETERMINERS
