"""Whether a text begins with a rating, which is how our question for one is answered by mail.

"Good", "it was very good, thanks", "👎 it took a week": the first clause that is more than a greeting
or thanks has to be a word of the tables and nothing else, so "Good morning, it is down again" rates
nothing. What follows is the comment.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from intake.requests.rating_words import BAD, BAD_SIGNS, BEFORE, GOOD, GOOD_SIGNS, PLEASANTRIES
from intake.requests.words import MOST_CHARACTERS, own_lines, words_in
from intake.tickets import Score

LONGEST_COMMENT = 4000
MOST_PLEASANTRIES = 3
_LONGEST_GREETING = 3  # words, with a name
_LONGEST_REFERENCE = 2  # words behind the rating in the subject that our link begins
_CLAUSE = re.compile(r"([^.!?;:,()\n–—]{1,80}?)(?:[.!?;:,()\n–—]|\s-\s|$)")
_BARE = re.compile(r"[\w'’ -]{1,40}")
_ROUND = " \t\n\r.,;:!–—-*_()"
_INVISIBLE = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]")  # colours and joints of a sign


@dataclass(frozen=True, slots=True)
class Rating:
    """How somebody says it went, and their words about it, "" for none."""

    score: Score
    comment: str = ""


_SIGNS: Mapping[str, Score] = {
    **dict.fromkeys(GOOD_SIGNS, Score.GOOD),
    **dict.fromkeys(BAD_SIGNS, Score.BAD),
}
_WORDS: Mapping[str, Score] = {**dict.fromkeys(GOOD, Score.GOOD), **dict.fromkeys(BAD, Score.BAD)}


def rating_in(text: str, subject: str = "") -> Rating | None:
    """What a text rates; where it rates nothing, what our link put into the subject.

    >>> rating_in("Thanks, very good! Sam was quick.")
    Rating(score=<Score.GOOD: 'good'>, comment='Sam was quick.')
    >>> rating_in("Good morning, it is down again.") is None
    True
    """
    words = "\n".join(own_lines(text[:MOST_CHARACTERS])).strip()
    if found := _begun(words):
        return found
    named = _begun(subject)
    is_ours = named is not None and len(words_in(named.comment)) <= _LONGEST_REFERENCE
    return Rating(named.score, words[:LONGEST_COMMENT]) if named and is_ours else None


def rating_alone(text: str) -> Rating | None:
    """What a text rates that is a word of the tables, or a sign, and nothing else at all.

    >>> rating_alone("Very good!") is None, rating_alone(" good. ")
    (True, Rating(score=<Score.GOOD: 'good'>, comment=''))
    """
    bare = _INVISIBLE.sub("", unicodedata.normalize("NFC", text[:MOST_CHARACTERS])).strip(_ROUND)
    score = _SIGNS.get(bare) or (_WORDS.get(" ".join(words_in(bare))) if _BARE.fullmatch(bare) else None)
    return Rating(score) if score else None


def _begun(text: str) -> Rating | None:
    """The rating that a text begins with, behind at most a few pleasantries."""
    rest = unicodedata.normalize("NFC", text)
    for _ in range(MOST_PLEASANTRIES + 1):
        rest = rest.lstrip(_ROUND)
        if rest[:1] in _SIGNS and rest:
            return _rated(_SIGNS[rest[0]], _INVISIBLE.sub("", rest[1:4]) + rest[4:])
        clause = _CLAUSE.match(rest)
        if clause is None:
            return None
        said, rest = words_in(_INVISIBLE.sub("", clause[1])), rest[clause.end() :]
        if score := _score(said):
            return _rated(score, rest)
        if not _is_pleasant(said):
            return None
    return None


def _is_pleasant(said: tuple[str, ...]) -> bool:
    is_greeting = bool(said) and len(said) <= _LONGEST_GREETING and said[0] in PLEASANTRIES
    return is_greeting or " ".join(said) in PLEASANTRIES


def _score(said: tuple[str, ...]) -> Score | None:
    """The score of a clause that is one of the words, with nothing but BEFORE before it and thanks behind."""
    if len(said) > 1 and said[-1] in PLEASANTRIES:
        said = said[:-1]
    for start in range(len(said)):
        if score := _WORDS.get(" ".join(said[start:])):
            return score
        if said[start] not in BEFORE:
            break
    return None


def _rated(score: Score, rest: str) -> Rating:
    comment = rest.lstrip(_ROUND).strip()
    while comment[:1] in _SIGNS and comment:
        comment = comment[1:].lstrip(_ROUND + "\ufe0f")
    return Rating(score, comment[:LONGEST_COMMENT])
