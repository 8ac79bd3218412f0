"""Words as they are compared: without quotations, addresses, accents and capitals, clause by clause.

A clause ends at a mark of punctuation, at a blank line, and at the end of a short line: only a
long line goes on in the next, because a mail program wrapped it there.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 20_000
_WRAPPED_FROM = 40  # a line of as many characters may have been broken by a mail program
_LONGEST_SHOWN = 100

_IS = ("é", "è", "e\u0301", "e\u0300")  # "is"; without its accent it would be "and"

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*(?:['’]t\b)?")
_PLACE = re.compile(r"@|://|^\W?www\.", re.IGNORECASE)
_SPEECH = re.compile(r'"[^"\n]{0,200}"|“[^”\n]{0,200}”|„[^“”\n]{0,200}[“”]|«[^»\n]{0,200}»')
_STOP = re.compile(r"[.!?;:,()\[\]{}…|\n•–—]+|\s[-/*]+\s")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between two stops: as it was written, and its words as they are compared."""

    text: str
    words: tuple[str, ...]

    def shown(self) -> str:
        return " ".join(self.text.split())[:_LONGEST_SHOWN]


def table(words: str) -> frozenset[str]:
    """A table of words, written as people write them.

    >>> sorted(table("bitte Größe"))
    ['bitte', 'grosse']
    """
    return frozenset(folded(word) for word in words.split())


def folded(word: str) -> str:
    """A word without capitals and accents, with a straight apostrophe."""
    if word.isascii():
        return word.lower()
    if word.casefold() in _IS:
        return "é"
    plain = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words_in(text: str) -> tuple[str, ...]:
    """The words of a text in order; the article of "l'escalade" stands by itself, "don't" does not."""
    return tuple(folded(match[0]) for match in _WORD.finditer(text))


def phrases(text: str) -> frozenset[str]:
    """A table of phrases, separated by commas or lines, as they are compared."""
    return frozenset(" ".join(words_in(phrase)) for phrase in re.split(r"[,\n]", text) if phrase.strip())


def own_lines(text: str) -> list[str]:
    """The sender's own lines within the bound, without lines that quote."""
    text = unicodedata.normalize("NFC", text[:MOST_CHARACTERS])
    return [line for line in text.splitlines() if not line.lstrip().startswith(">")]


def without_places(line: str) -> str:
    """A line without its addresses, mail and web."""
    if "@" not in line and "/" not in line and "." not in line:
        return line
    return " ".join(piece for piece in line.split() if not _PLACE.search(piece))


def without_speech(line: str) -> str:
    """A line without what stands in quotation marks: another's words, or a button's."""
    return _SPEECH.sub(" , ", line)


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of a person's own words, in order."""
    joined = _unwrapped([without_speech(without_places(line.strip())) for line in own_lines(text)])
    for piece in _STOP.split(joined):
        if words := words_in(piece):
            yield Clause(piece, words)


def _unwrapped(lines: list[str]) -> str:
    return "".join(line + (" " if len(line) >= _WRAPPED_FROM else "\n") for line in lines)
