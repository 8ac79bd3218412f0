"""Courtesies: what people say around a matter. A text that says nothing else asks for nothing.

A text is read phrase by phrase, the longest known phrase first, and every word has to belong to
one. So a single word that is not in the tables ("but", "still", "invoice") makes the text more than
courtesy; nothing has to be known about complaints. Names are let by where they stand in
greetings and signatures, unless they are words that ask for something.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.requests.courtesy_words import (
    ADDRESSEES,
    ASKING_NAMES,
    FAREWELLS,
    GREETINGS,
    JOINING,
    PARTICLES,
    THANKS,
    WORKS,
)
from intake.requests.words import folded, own_lines

MOST_WORDS = 40
_LONGEST_PHRASE = 6
_NAME_WORDS = 5


class Courtesy(StrEnum):
    THANKS = "thanks"
    WORKS = "works"
    GREETING = "greeting"
    FAREWELL = "farewell"
    ADDRESSEE = "addressee"  # whom a greeting or thanks are for, and what for
    NAME = "name"
    CLOSE = "close"  # only `intake.requests.closing` knows the words of this and the next
    WISH = "wish"  # "please", "you can"


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase that was recognised, in the words of the sender."""

    kind: Courtesy
    words: str


_TELEPHONE = re.compile(
    r"(?:(?:tel|mob|phone|cell|fax|fon|mobil|t|m|p)\b\.?:? ?)?\+?[\d ()/.-]{5,24}", re.IGNORECASE
)
_SMILES = str.maketrans(dict.fromkeys("👍🙏😊🙂😀😃😄👌🎉❤💪🤝✅☺👏\ufe0f\u200d🏻🏼🏽🏾🏿♥", " "))
_THUMBS = "👍🙏👌✅👏🎉"
_SMILEY = re.compile(r"(?<!\w)[:;]-?[)DP](?!\w)")
_STOPS = re.compile(r"[.!,;:…()–—]+|\s-+\s")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")

Table = Mapping[str, Courtesy]
_TABLES = (
    (Courtesy.WORKS, WORKS),
    (Courtesy.FAREWELL, FAREWELLS),
    (Courtesy.GREETING, GREETINGS),
    (Courtesy.THANKS, THANKS),
)
_ADDRESSING = (Courtesy.THANKS, Courtesy.GREETING, Courtesy.FAREWELL, Courtesy.ADDRESSEE)
_NAMING = (*_ADDRESSING, Courtesy.NAME)
_GREETING_KINDS = {Courtesy.GREETING, Courtesy.ADDRESSEE, Courtesy.NAME}

COURTESIES: Table = {phrase: kind for kind, known in _TABLES for phrase in known}


def courtesies_in(text: str, more: Table | None = None) -> tuple[Said, ...]:
    """Everything a text says, when it says nothing but courtesies and `more`; () when it says else."""
    lines = [line.strip(" \t*_-") for line in own_lines(text)]
    if sum(len(line.split()) for line in lines) > MOST_WORDS:
        return ()
    known = COURTESIES if more is None else {**COURTESIES, **more}
    said: list[Said] = []
    for line in filter(None, lines):
        found = _line(line, known, said[-1].kind if said else None)
        if not found:
            return ()
        said += found
    return tuple(said)


def is_greeting(line: str) -> bool:
    """The line greets and does nothing else: "Hi all," or "Olá Ana"."""
    said = _line(line.strip(" \t*_-"), COURTESIES, None) if line.strip() else []
    return bool(said) and {one.kind for one in said} <= _GREETING_KINDS and said[0].kind is Courtesy.GREETING


def seen(said: tuple[Said, ...], *kinds: Courtesy) -> str:
    """The words of some kinds, for the trace."""
    return ", ".join(one.words for one in said if one.kind in kinds)


def _line(line: str, known: Table, before: Courtesy | None) -> list[Said]:
    """What a line says; nothing when any of it is unknown."""
    found = [Said(Courtesy.THANKS, sign) for sign in line if sign in _THUMBS][:1]
    plain = _SMILEY.sub(" ", line.translate(_SMILES))
    for clause in filter(None, (piece.strip() for piece in _STOPS.split(plain))):
        heard = _clause(clause, known, found[-1].kind if found else before)
        if not heard:
            return [Said(Courtesy.NAME, line)] if _is_signature(line, before) else []
        found += heard
    return found or [Said(Courtesy.GREETING, line)]  # a smile


def _clause(clause: str, known: Table, before: Courtesy | None) -> list[Said]:
    written = _WORD.findall(clause)
    if _WORD.sub("", clause).strip(" '’&\""):
        return []
    found: list[Said] = []
    at = 0
    while at < len(written):
        last = found[-1].kind if found else None
        one, length = _next(written[at : at + _LONGEST_PHRASE], known, last, last or before)
        if one is None:
            return []
        found.append(one)
        at += length
    return found


def _next(
    written: list[str], known: Table, last: Courtesy | None, before: Courtesy | None
) -> tuple[Said | None, int]:
    """The longest phrase that the words begin with, and how many words it takes.

    `last` is what came before in this clause, `before` what came before at all.
    """
    plain = [folded(word) for word in written]
    for length in range(len(written), 0, -1):
        if kind := known.get(" ".join(plain[:length])):
            return Said(kind, " ".join(written[:length])), length
    if (last and plain[0] in JOINING) or (last in _ADDRESSING and plain[0] in ADDRESSEES):
        return Said(Courtesy.ADDRESSEE, written[0]), 1
    if before in _NAMING and _is_name(written) and not any(word.isupper() for word in written):
        return Said(Courtesy.NAME, " ".join(written)), len(written)
    return None, 0


def _is_signature(line: str, before: Courtesy | None) -> bool:
    """A name or a company below courtesies, or a telephone number below a name."""
    if _TELEPHONE.fullmatch(line):
        return before is Courtesy.NAME
    return before is not None and not _WORD.sub("", line).strip(" .,&|/'’-") and _is_name(_WORD.findall(line))


def _is_name(written: list[str]) -> bool:
    """One to five words in capitals, none of which is a number or asks for something."""
    return 1 <= len(written) <= _NAME_WORDS and written[0][0].isupper() and all(map(_names, written))


def _names(word: str) -> bool:
    plain = folded(word)
    is_written_as_one = word[0].isupper() and word.replace("-", "").isalpha()
    return plain in PARTICLES or (is_written_as_one and plain not in ASKING_NAMES)
