"""Look-alike domains: a sender who would be taken for a known organisation by the eye.

An agent who reads "acme-support.example", "acrne.example" or "аcme.example" with a Cyrillic
letter may take it for Acme. Such a domain is no proof of ill will, so nothing is refused:
what is held or new from it says so. A known domain and what lies below it are no look-alikes;
neither is a short name one letter off, for then nearly everything would be.
"""

from collections.abc import Iterable
from functools import lru_cache

import disarm
from publicsuffixlist import PublicSuffixList

SHORTEST_FOR_A_SLIP = 5  # letters; "abc" and "abd" are simply two names
SHORTEST_FOR_A_WORD = 4  # "hp-parts" may be anybody's
LONGEST = 253
# What looks alike in small Latin letters and digits; the library folds those of other scripts.
ALIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"))


def lookalike_of(domain: str, known_domains: Iterable[str]) -> str:
    """The known domain that this one would be taken for, "" when there is none or it is known itself.

    >>> lookalike_of("acme-support.example", ["globex.example", "acme.example"])
    'acme.example'
    """
    mine = domain.lower().rstrip(".")
    known = [one.lower() for one in known_domains]
    if not mine or len(mine) > LONGEST or any(mine == one or mine.endswith("." + one) for one in known):
        return ""
    return next((one for one in known if _would_be_taken_for(mine, one)), "")


def _would_be_taken_for(domain: str, known: str) -> bool:
    name, wanted = _skeleton(_registered_name(domain)), _skeleton(_registered_name(known))
    if not name or not wanted:
        return False
    if name.replace("-", "") == wanted.replace("-", ""):  # the same under another suffix, or to the eye
        return True
    if f".{known}." in f".{domain}":  # acme.example.evil.example
        return True
    if len(wanted) >= SHORTEST_FOR_A_WORD and wanted in name.split("-"):
        return True
    return len(wanted) >= SHORTEST_FOR_A_SLIP and is_one_slip_away(name, wanted)


def is_one_slip_away(one: str, other: str) -> bool:
    """Whether a letter too many, too few, wrong, or two changed places make one out of the other.

    >>> [is_one_slip_away("globex", name) for name in ("globx", "gloobex", "glabex", "golbex", "glbxe")]
    [True, True, True, True, False]
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True  # one more letter at the end
    mine, theirs = one[start:], other[start:]
    if mine[1:] == theirs or mine == theirs[1:] or mine[1:] == theirs[1:]:
        return True
    return mine[:2] == theirs[:2][::-1] and mine[2:] == theirs[2:]


def _registered_name(domain: str) -> str:
    """The label that an organisation chose, as people read it: of mail.acme.co.uk, "acme"."""
    registered = _suffixes().privatesuffix(domain) or domain
    label = registered.partition(".")[0]
    try:
        return label.encode().decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label


@lru_cache(maxsize=16384)
def _skeleton(name: str) -> str:
    """What the eye sees in a name: letters of other scripts and look-alikes brought to one form."""
    seen = disarm.strip_accents(disarm.skeleton_key(name)).lower()
    for written, meant in ALIKE:
        seen = seen.replace(written, meant)
    return seen


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
