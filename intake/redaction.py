"""Secrets taken out of words: found however they are written, with a mark in their place.

The same secret stands in a mail as it was typed, in HTML as entities and between tags, in an
address with percent signs, in a notice with Markdown's backslashes, in a quotation broken over
lines. One pattern a secret knows all of these, so whoever takes it out of a row, a part or
a header asks the same `Eraser`. What cannot be told from other words is left alone: broken
over lines, a secret is only looked for from eight characters on.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from html.entities import codepoint2name
from itertools import groupby
from unicodedata import normalize
from urllib.parse import unquote

from intake.errors import CommandRefused
from intake.messages import clean

SHORTEST = 3  # characters: less than that is part of too many words
NOTHING = "(?!)"  # the pattern that no text has
BLANK = "[***]"  # the mark where a secret is itself a word of the others
_SURE = 8  # from here on it can be no accident that the letters follow one another
_LONG = 200  # a key in a file, which nobody writes as entities

_LARGE = 64 * 1024  # characters: the patterns are thorough, and slow
_CHARSETS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")

_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_UNSEEN = rf"[{_INVISIBLE}]|&(?:shy|zwnj|zwj|ZeroWidthSpace|#0*(?:173|8203|8204|8205));|=\r?\n"
_BROKEN = r"\\?[ \t]?\r?\n[ \t>|]*"
_TAG = r"<[^<>]{0,2000}>"
_GAP = r"[\s>|\\+]|&(?:amp;)*(?:nbsp|#0*(?:160|32)|#[xX]0*(?:[aA]0|20));|%20|\\u00[aA]0"
_LINE_BREAK = "<br ?/?>"  # where tags are not passed over anyway: two ways to read one text take for ever
_SOFT_BREAK = re.compile(r"=\r?\n")
_OCTET = re.compile("=([0-9a-fA-F]{2})")
_UNIT = re.compile(r"\\u([0-9a-fA-F]{4})")
_SPACES = re.compile(rf"[\s{_INVISIBLE}]+")
_QUOTATION = re.compile(r"[>|\\]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A secret to be taken out, and its kind, "" for one that somebody gave."""

    secret: str
    kind: str = ""

    @property
    def mark(self) -> str:
        return f"[redacted: {self.kind}]" if self.kind else "[redacted]"


@dataclass(frozen=True)
class Eraser:
    """Finds and takes out some secrets; the longer ones first, for one may be within another."""

    wanted: tuple[Wanted, ...]

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        return self._pattern("")

    @cached_property
    def _markup(self) -> re.Pattern[str]:
        return self._pattern(_TAG)

    @cached_property
    def _letters(self) -> tuple[str, ...]:
        bare = (_SPACES.sub("", one.secret) for one in self.wanted)
        return tuple(letters for letters in bare if len(letters) >= _SURE)

    @cached_property
    def _marks(self) -> tuple[str, ...]:
        return tuple(BLANK if self._plain.search(one.mark) else one.mark for one in self.wanted)

    def _pattern(self, between: str) -> re.Pattern[str]:
        written = (f"({_written(one.secret, between)})" for one in self.wanted)
        return re.compile("|".join(written) or NOTHING)

    def holds(self, text: str) -> bool:
        """Whether a secret stands in a text, as itself or in any other form."""
        if len(text) > _LARGE and not self._may_be_in(text):
            return False
        if self._plain.search(text) or ("<" in text and self._markup.search(text)):
            return True
        return bool(self._letters) and self._is_between_lines(text)

    def is_in_bytes(self, data: bytes) -> bool:
        """The same for bytes that are no text: as itself, in the usual character sets."""
        return any(form in data for form in self._bytes)

    @cached_property
    def _bytes(self) -> tuple[bytes, ...]:
        return tuple({one.secret.encode(name, "ignore") for one in self.wanted for name in _CHARSETS} - {b""})

    def _may_be_in(self, text: str) -> bool:
        """A cheap look before the dear one: without whatever could stand between the letters."""
        bare = [_bare(one.secret) for one in self.wanted]
        return any(letters in view for view in map(_bare, _views(text)) for letters in bare)

    def _is_between_lines(self, text: str) -> bool:
        """Whether one is there once blanks are left out, or also the signs of quotation that it has not."""
        bare = _SPACES.sub("", text)
        plain = _QUOTATION.sub("", bare)
        return any(letters in bare or letters in plain for letters in self._letters)

    def without(self, text: str) -> str:
        """A text with a mark in place of each secret."""
        return self._plain.sub(self._mark, text)

    def without_in_markup(self, text: str) -> str:
        """The same for HTML: the tags that stood within a secret stay."""
        return self._markup.sub(
            lambda found: self._mark(found) + "".join(re.findall(_TAG, found[0])), self.without(text)
        )

    def without_in_markdown(self, text: str) -> str:
        """The same for Markdown, where brackets would be a link."""
        return self._plain.sub(lambda found: re.sub(r"([\[\]])", r"\\\1", self._mark(found)), text)

    def without_within(self, value: object) -> object:
        """The same for what JSON can say: lists and tables, their names included."""
        match value:
            case str():
                return self.without(value)
            case list():
                return [self.without_within(each) for each in value]
            case dict():
                return {self.without(str(name)): self.without_within(each) for name, each in value.items()}
        return value

    def _mark(self, found: re.Match[str]) -> str:
        return self._marks[(found.lastindex or 1) - 1]


def eraser_for(secrets: Iterable[Wanted]) -> Eraser:
    """What takes some secrets out; refuses one that is too short to be told from other words."""
    forms: dict[str, Wanted] = {}
    for one in secrets:
        secret = clean(one.secret).strip()
        if len(secret) < SHORTEST:
            raise CommandRefused(
                f"a secret of less than {SHORTEST} characters is part of too many words; give more of it"
            )
        for form in ("NFC", "NFD"):
            written = normalize(form, secret)
            forms.setdefault(written, Wanted(written, one.kind))
    return Eraser(tuple(sorted(forms.values(), key=lambda one: -len(one.secret))))


def _bare(text: str) -> str:
    return _QUOTATION.sub("", _SPACES.sub("", text))


def _views(text: str) -> Iterator[str]:
    """A text as it is, and with each of the ways to write letters undone."""
    yield text
    if "&" in text or "<" in text:
        shown = unescape(unescape(text))
        yield from (shown, unescape(re.sub(_TAG, "", text)))
    if "%" in text:
        yield unquote(text)
    if "=" in text:
        yield unquote(_OCTET.sub(r"%\1", _SOFT_BREAK.sub("", text).replace("%", "%25")))
    if "\\u" in text:
        yield _UNIT.sub(lambda found: chr(int(found[1], 16)), text)


def _written(secret: str, between: str) -> str:
    """A pattern for every way to write a secret, without groups of its own."""
    is_long = len(secret) > _LONG
    unseen = "|".join(filter(None, (between, _UNSEEN, _BROKEN if len(secret) >= _SURE else "")))
    gap = f"(?:{between or _LINE_BREAK}|{_GAP}|{_UNSEEN})+"
    runs = []
    for is_space, run in groupby(secret, str.isspace):
        letters = (_sign(letter) if is_long else _letter(letter) for letter in run)
        runs.append(gap if is_space else ("" if is_long else f"(?:{unseen})*+").join(letters))
    return "".join(runs)


def _sign(letter: str) -> str:
    """A letter or sign, with the backslash that Markdown or JSON may have put before it."""
    if letter == "\\":
        return r"\\{1,4}"
    return re.escape(letter) if letter.isalnum() else rf"\\{{0,2}}{re.escape(letter)}"


def _letter(letter: str) -> str:
    code = ord(letter)
    names = [f"#0*{code}(?:;|(?!\\d))", f"#[xX]0*(?i:{code:x})(?:;|(?![0-9a-fA-F]))"]
    if name := codepoint2name.get(code, "apos" if letter == "'" else ""):
        names.append(f"{name};")
    octets = letter.encode("utf-8", "replace")
    percent = "".join(f"%{octet:02x}" for octet in octets)
    quoted = "".join(f"={octet:02x}" for octet in octets)
    return rf"(?:{_sign(letter)}|&(?:amp;)*(?:{'|'.join(names)})|(?i:{percent}|{quoted}|\\u{code:04x}))"
