"""Secrets in what people write: where they stand and of which kind, and the text without them.

Customers send passwords because they are asked for them, and keys because they stand in logs.
A secret is known by its own form (a key, a card number that passes Luhn's check) or by the label
before it ("Passwort lautet …"); `intake.secrets_forms` has the tables. No secret leaves this module:
a `Secret` is a place.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from intake.secrets_forms import FORMS, LABELS, SHORTEST_KEY, Pattern, SecretKind, Text

__all__ = ["Secret", "SecretKind", "redacted", "secrets_in"]
MOST_CHARACTERS = 20_000
_BEGINNINGS = tuple({word: None for one in LABELS for word in one.beginnings})


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands: from `start` up to but not including `end`, in characters."""

    kind: SecretKind
    start: int
    end: int


def secrets_in(text: str) -> tuple[Secret, ...]:
    """The secrets within the first 20,000 characters, in order, none within another.

    >>> secrets_in("Passwort lautet hunter2")
    (Secret(kind=<SecretKind.PASSWORD: 'password'>, start=16, end=23),)
    >>> secrets_in("I forgot my password")
    ()
    """
    looked = _looked_at(text[:MOST_CHARACTERS])
    found = [*_by_form(looked), *_by_label(looked)]
    return tuple(_apart(sorted(found, key=lambda one: (one.start, -one.end))))


def redacted(text: str, spans: Iterable[Secret]) -> str:
    """The text with a word in place of each secret; the spans are those of this very text.

    >>> redacted("pw: hunter2!", [Secret(SecretKind.PASSWORD, 4, 12)])
    'pw: [redacted: password]'
    """
    pieces, at = [], 0
    for one in _apart(sorted(spans, key=lambda one: (one.start, -one.end))):
        pieces += [text[at : one.start], f"[redacted: {one.kind}]"]
        at = one.end
    return "".join((*pieces, text[at:]))


def _apart(secrets: Iterable[Secret]) -> Iterator[Secret]:
    """Secrets in order; one that overlaps the one before makes that longer: nothing stays to be seen."""
    last: Secret | None = None
    for one in secrets:
        if last and one.start < last.end:
            last = Secret(last.kind, last.start, max(last.end, one.end))
            continue
        if last:
            yield last
        last = one
    if last:
        yield last


def _looked_at(text: str) -> Text:
    long_words = (word for word in text.split() if len(word) >= SHORTEST_KEY)
    return Text(text, _small(text), " ".join(long_words))


def _small(text: str) -> str:
    """In small letters, each at its place and as `re.IGNORECASE` takes it."""
    if text.isascii():
        return text.lower()
    small = text.replace("İ", "i").lower().replace("ı", "i").replace("ſ", "s")
    return small if len(small) == len(text) else "".join(letter.lower()[:1] for letter in text)


def _by_form(looked: Text) -> Iterator[Secret]:
    for row in FORMS:
        if row.may_have(looked):
            yield from _secrets(row, row.pattern.finditer(looked.text))


def _by_label(looked: Text) -> Iterator[Secret]:
    present = [word for word in _BEGINNINGS if word in looked.small]
    for one in LABELS if present else ():
        places = sorted(
            {at for word in present if word in one.beginnings for at in _places(word, looked.small)}
        )
        for row in one.patterns if places else ():
            yield from _secrets(row, _matches_at(places, row.pattern, looked.text))


def _places(word: str, small: str) -> Iterator[int]:
    place = small.find(word)
    while place >= 0:
        yield place
        place = small.find(word, place + 1)


def _matches_at(places: Iterable[int], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What `finditer` would find, at the places where a label may begin."""
    end = 0
    for place in places:
        if place >= end and (match := pattern.match(text, place)):
            end = match.end()
            yield match


def _secrets(row: Pattern, matches: Iterable[re.Match[str]]) -> Iterator[Secret]:
    group = "secret" if "secret" in row.pattern.groupindex else 0
    for match in matches:
        if row.is_secret(match[group]):
            yield Secret(row.kind, *_trimmed(match.span(group), match[group]))


def _trimmed(span: tuple[int, int], value: str) -> tuple[int, int]:
    """Without the full stop or comma that ends the sentence."""
    return span[0], span[0] + len(value.rstrip(".,;"))
