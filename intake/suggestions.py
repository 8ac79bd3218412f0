"""Did you mean: the nearest known word for a wrong one."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of an error: the nearest known word, or all of them.

    >>> did_you_mean("hots", ["host", "port"])
    'did you mean "host"?'
    >>> did_you_mean("xyz", ["port", "host"])
    'known: host, port'
    """
    known = sorted(known)
    near = closest(word, known)
    return f'did you mean "{near}"?' if near else f"known: {', '.join(known) or 'none'}"


def closest(word: str, known: Iterable[str]) -> str:
    """The nearest known word, however it is written, "" where none is near.

    >>> closest("URGNT", ["urgent", "low"])
    'urgent'
    """
    names = {one.lower(): one for one in sorted(known)}
    return next((names[one] for one in get_close_matches(word.lower(), sorted(names), n=1, cutoff=0.6)), "")
