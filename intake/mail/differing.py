"""Whether a mail's HTML says something else than its text, which alone is read.

One who writes "all is well" in the text and "cancel our contract" in the HTML makes two people read
two mails. Programs that make the one from the other leave out some words, such as those of links, so a few
that are missing mean nothing.
"""

import re
from html import unescape

from intake.mail.bodies import Contents
from intake.mail.texts import html_of, texts_from_html

DIFFERS = "its HTML says something else than its text, which is what was read"

_MOST_READ = 100_000  # characters
_WORD = re.compile(r"\w{3,}")
_UNSEEN = re.compile(
    r"<(style|script)\b[^<]{0,20000}</\1\b[^<>]{0,500}>|<[A-Za-z/!?][^<>]{0,5000}>", re.IGNORECASE
)
_FEW = 5  # words
_SHARE = 5  # or a fifth of them


def says_otherwise(inside: Contents, text: str) -> bool:
    """Whether the HTML that nobody reads has other words than the text; a rough look settles most mails."""
    text = text[:_MOST_READ]
    markup = "\n".join(html_of(part) for part in inside.unread)[:_MOST_READ]
    if _are_alike(set(text.split()), set(unescape(_UNSEEN.sub(" ", markup)).split())):
        return False
    known, shown = _words(text), _words(texts_from_html(markup)[0])
    is_whole = len(inside.words) == 1  # else some of the text stands beside the HTML
    return bool(shown) and (_lacks(known, shown) or (is_whole and _lacks(shown, known)))


def _words(text: str) -> set[str]:
    """The words of some length, without addresses, which the one shows and the other hides."""
    said = " ".join(word for word in text.split() if "@" not in word and "://" not in word)
    return set(_WORD.findall(said.casefold()))


def _are_alike(one: set[str], other: set[str]) -> bool:
    return not _lacks(one, other) and not _lacks(other, one)


def _lacks(words: set[str], of: set[str]) -> bool:
    missing = len(of - words)
    return missing > min(_FEW, len(of) // 2) and missing * _SHARE > len(of)
