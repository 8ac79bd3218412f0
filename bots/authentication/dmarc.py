"""DMARC (RFC 7489): whose word counts for the domain in From, and what that domain wishes.

Two domains are aligned when they are the same, or, unless the domain wants it strict, when
they belong to one organisation: the name below a public suffix, by Mozilla's list as it
ships with its package, so that no network is needed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from bots.authentication.resolver import Lookups

LONGEST_RECORD = 4096
DISOWNING = ("quarantine", "reject")
_RECORD = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Wishes:
    """A domain's DMARC record, as far as it matters to us."""

    disowns: bool = False  # whether what is not proved shall be taken for somebody else's
    strict_dkim: bool = False
    strict_spf: bool = False


NO_WISHES = Wishes()
STRICT = Wishes(strict_dkim=True, strict_spf=True)  # where a look-up failed: what holds whatever they wish


def wishes_of(domain: str, lookups: Lookups) -> Wishes:
    """What a domain, or its organisation in its stead, asks for; raises LookupFailed."""
    organisation = organisational(domain)
    for name in dict.fromkeys((domain, organisation)):
        records = [_tags(text) for text in lookups.texts(f"_dmarc.{name}") if len(text) <= LONGEST_RECORD]
        found = [tags for tags in records if tags]
        if len(found) == 1:  # several are as good as none (RFC 7489 §6.6.3)
            return _wishes(found[0], of_parent=name != domain)
    return NO_WISHES


def is_aligned(signer: str, domain: str, *, strict: bool) -> bool:
    """Whether one domain may speak for the other."""
    if signer == domain:
        return True
    return not strict and "." in signer and organisational(signer) == organisational(domain)


@lru_cache(maxsize=4096)
def organisational(domain: str) -> str:
    """The domain that an organisation registered; the name itself where that is a public suffix.

    >>> organisational("mail.eu.acme.co.uk"), organisational("co.uk")
    ('acme.co.uk', 'co.uk')
    """
    return _suffixes().privatesuffix(domain) or domain


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _tags(record: bytes) -> dict[str, str]:
    """The tags of a DMARC record in lower case, {} for any other text."""
    text = record.decode("ascii", "replace")
    if not _RECORD.match(text):
        return {}
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, equals, value in pairs if equals}


def _wishes(tags: dict[str, str], *, of_parent: bool) -> Wishes:
    wish = tags.get("p", "none")
    if of_parent:
        wish = tags.get("sp", wish)
    is_trial = tags.get("t") == "y" or tags.get("pct") == "0"
    return Wishes(
        disowns=wish in DISOWNING and not is_trial,
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
    )
