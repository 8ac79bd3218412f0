"""Small checks that say what is wrong and where, in the words and pointers that Slack uses.

A check looks at one value and yields its complaints. Checks are put together from each other;
the tables in `elements` and `blocks` are made of nothing else.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Field:
    check: Check
    is_required: bool = False


Shape = dict[str, Field]


def complaint(words: str, pointer: str) -> str:
    return f"{words} [json-pointer:{pointer}]"


def need(check: Check) -> Field:
    return Field(check, is_required=True)


def may(check: Check) -> Field:
    return Field(check)


def anything(value: Any, pointer: str) -> Iterator[str]:
    yield from ()


def boolean(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield complaint("must be a boolean", pointer)


def string(longest: int, shortest: int = 0, pattern: str = "") -> Check:
    """Text of a length; Slack counts characters, and says the first that is too many."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield complaint("must be a string", pointer)
        elif len(value) < shortest:
            yield complaint(f"must be more than {shortest - 1} characters", pointer)
        elif len(value) > longest:
            yield complaint(f"must be less than {longest + 1} characters", pointer)
        elif pattern and not re.fullmatch(pattern, value):
            yield complaint(f"does not match the pattern {pattern}", pointer)

    return check


def whole(least: int, most: int) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield complaint("must be an integer", pointer)
        elif not least <= value <= most:
            yield complaint(f"must be between {least} and {most}", pointer)

    return check


def one_of(words: Collection[str]) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str) or value not in words:
            yield complaint(f"must be a valid enum value: {', '.join(sorted(words))}", pointer)

    return check


def items(each: Check, most: int, least: int = 1) -> Check:
    """A list of so many, every one of which passes."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield complaint("must be an array", pointer)
            return
        if len(value) > most:
            yield complaint(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield complaint(f"no less than {least} items allowed", pointer)
        for place, item in enumerate(value):
            yield from each(item, f"{pointer}/{place}")

    return check


def shaped(shape: Shape) -> Check:
    """An object with these fields and no others."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must be an object", pointer)
            return
        for name, wanted in shape.items():
            if wanted.is_required and value.get(name) is None:
                yield complaint(f"missing required field: {name}", pointer)
        for name, inner in value.items():
            if name not in shape:
                yield complaint(f"invalid additional property: {name}", pointer)
            elif inner is not None:
                yield from shape[name].check(inner, f"{pointer}/{name}")

    return check


def by_type(shapes: Mapping[str, Shape], allowed: Collection[str] | None = None) -> Check:
    """An object whose `type` says which shape it has; only the allowed ones may stand here."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must be an object", pointer)
            return
        kind = value.get("type")
        if kind is None:
            yield complaint("missing required field: type", pointer)
        elif not isinstance(kind, str) or kind not in shapes or (allowed is not None and kind not in allowed):
            yield complaint(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            yield from shaped(shapes[kind] | {"type": need(anything)})(value, pointer)

    return check


def plain(longest: int) -> Check:
    """A plain_text object."""
    return by_type({"plain_text": {"text": need(string(longest, 1)), "emoji": may(boolean)}})


def text_shapes(longest: int) -> Mapping[str, Shape]:
    """Both kinds of text object."""
    text = need(string(longest, 1))
    return {
        "plain_text": {"text": text, "emoji": may(boolean)},
        "mrkdwn": {"text": text, "verbatim": may(boolean)},
    }


def words(longest: int) -> Check:
    """A text object of either kind."""
    return by_type(text_shapes(longest))
