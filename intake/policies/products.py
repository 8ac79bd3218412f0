"""Products and their versions: which one is meant, and whether it is still supported.

A version is read from the form's field only. "3.1" in the table covers 3.1 and 3.1.x, and not
3.10. One that is older than every version in the table has ended; one between two of them ends
with the newer of the two; a newer one is supported. Milestones and betas are not supported,
release candidates are. Wide digits, doubled dots and a comma between digits are read as they are meant.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from intake.policies.written import ProductFile, ReleaseFile

LONGEST = 200  # characters of a version that are looked at
NUMBER = re.compile(r"(?<!\d)\d{1,6}(?:\.\d{1,6})+|(?<![\w.])v?\d{1,6}(?!\d|[\w.]*\.\d)", re.IGNORECASE)
PRE_RELEASE = re.compile(
    r"(?<![a-z])(?:alpha|beta|β|milestone|snapshot|nightly|preview)(?![a-z])"
    r"|(?:(?<=\d)[\s._-]{0,3}|(?<!\w))[mb]\d{1,4}(?!\w)",
    re.IGNORECASE,
)
DOT = re.compile(r"(?<=\d)(?:\s{0,3}\.[\s.]{0,9}|,)(?=\d)")
ANY_PATCH = re.compile(r"\.x\b", re.IGNORECASE)  # 3.1.x is 3.1


class VersionState(StrEnum):
    SUPPORTED = "supported"
    ENDED = "ended"
    PRE_RELEASE = "pre-release"
    UNKNOWN = "unknown"  # none named, or nothing like a version


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands on a day; `release` is its row of the table, None where it has none."""

    state: VersionState
    release: ReleaseFile | None = None

    @property
    def ends(self) -> date | None:
        return self.release.ends if self.release else None


def product_named(name: str, products: Iterable[ProductFile]) -> ProductFile | None:
    """The product that goes by this name, in any case and spacing."""
    wanted = plain(name)
    if not wanted:
        return None
    return next((one for one in products if wanted in map(plain, (one.name, *one.also))), None)


def plain(words: str) -> str:
    """A name to compare by: what differs in case, width, spaces and dashes only is the same.

    >>> plain("Bug  Report") == plain("bug-report")
    True
    """
    return re.sub(r"[\W_]+", " ", _narrow(words).casefold()).strip()


def _narrow(words: str) -> str:
    """In the usual width of digits and letters (NFKC), as far as it is looked at."""
    return unicodedata.normalize("NFKC", words[:LONGEST])


def standing(version: str, product: ProductFile | None, today: date) -> Standing:
    """Whether a version of a product is supported today.

    >>> table = ProductFile(name="P", release=(ReleaseFile(version="3.1", ends=date(2017, 6, 22)),))
    >>> [standing(one, table, date(2017, 6, 23)).state.value for one in ("3.1.2", "3.10.0", "3.2 beta2")]
    ['ended', 'supported', 'pre-release']
    """
    numbers = numbers_in(version)
    release = _release(numbers, product.release) if product and numbers else None
    if PRE_RELEASE.search(_narrow(version)):
        return Standing(VersionState.PRE_RELEASE, release)
    if not numbers:
        return Standing(VersionState.UNKNOWN)
    if release is None:
        return Standing(_unlisted(numbers, product.release if product else (), today))
    ended = release.ends is not None and today > release.ends
    return Standing(VersionState.ENDED if ended else VersionState.SUPPORTED, release)


def numbers_in(version: str) -> tuple[int, ...]:
    """The numbers of the version in a text, () when there is none.

    >>> numbers_in("iSymphony v3.1.2-rc1"), numbers_in("3.1.x"), numbers_in("the newest")
    ((3, 1, 2), (3, 1), ())
    """
    found = NUMBER.search(ANY_PATCH.sub("", DOT.sub(".", _narrow(version))))
    return tuple(int(one) for one in found[0].lstrip("vV").split(".")) if found else ()


def _release(numbers: tuple[int, ...], releases: Iterable[ReleaseFile]) -> ReleaseFile | None:
    """The row that says most about a version."""
    known = ((numbers_in(one.version), one) for one in releases)
    fitting = [(row, one) for row, one in known if numbers[: len(row)] == row]
    return max(fitting, key=lambda pair: len(pair[0]))[1] if fitting else None


def _unlisted(numbers: tuple[int, ...], releases: Iterable[ReleaseFile], today: date) -> VersionState:
    """A version without a row: it ends with the next newer one, and "3" may be any of 3.0, 3.1 and newer."""
    listed = sorted((numbers_in(one.version), one.ends or date.max) for one in releases)
    within = [ends for row, ends in listed if row[: len(numbers)] == numbers]
    newer = next((ends for row, ends in listed if row[: len(numbers)] > numbers), None)
    if newer is None:
        return VersionState.UNKNOWN if within else VersionState.SUPPORTED
    if today > max((*within, newer)) or numbers < listed[0][0][: len(numbers)]:
        return VersionState.ENDED
    return VersionState.UNKNOWN if within else VersionState.SUPPORTED
