"""A policy's text as far as it can be read, so that all its mistakes are told at once.

A rule with a word in the wrong place is left out, and so is a key that there is not; what
remains is looked at for the mistakes that only a whole policy shows.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from intake.errors import ConfigError
from intake.mistakes import checked, read_toml
from intake.policies.written import PolicyFile

LONGEST = 1_000_000  # characters; the presets have some 15,000
BY_NAME = ("severity", "calendars")  # other tables name these, so that none may be left out


def read_file(text: str, place: str) -> tuple[PolicyFile | None, list[str]]:
    """What a text says, and what is wrong in it; None where too little is left to look at."""
    if len(text) > LONGEST:
        raise ConfigError([f"{place}: has {len(text):,} characters; a policy has at most {LONGEST:,}"])
    table = read_toml(text, place)
    try:
        return checked(PolicyFile, table, place), []
    except ConfigError as error:
        wrong = error.__cause__.errors() if isinstance(error.__cause__, ValidationError) else []
        return _rest(table, wrong), list(error.mistakes)


def _rest(table: Mapping[str, Any], errors: Iterable[ErrorDetails]) -> PolicyFile | None:
    rest = deepcopy(dict(table))
    try:
        for path in sorted({_left_out(error) for error in errors}, key=_position, reverse=True):
            _remove(rest, path)
        return PolicyFile.model_validate(rest)
    except (ValidationError, LookupError, TypeError):
        return None


def _left_out(error: ErrorDetails) -> tuple[int | str, ...]:
    """The path of what goes because of one mistake."""
    path = error["loc"]
    if path[0] == "rule" and len(path) > 1:
        return path[:2]
    if path[0] in BY_NAME and error["type"] != "extra_forbidden":
        raise LookupError(path[0])
    return path


def _position(path: tuple[int | str, ...]) -> list[tuple[int, str]]:
    """Later entries of a list are removed before earlier ones, which would move them."""
    return [(part, "") if isinstance(part, int) else (0, part) for part in path]


def _remove(table: Any, path: tuple[int | str, ...]) -> None:
    for part in path[:-1]:
        table = table[part]
    del table[path[-1]]
