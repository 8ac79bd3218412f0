"""Text as Telegram keeps it: plain characters, and entities that say what is bold or a link.

A bot sends HTML (`html` reads it), or plain text with entities of its own; the server trims white
space and finds by itself what looks like a command, an address or a link. At most 100 entities are kept.
"""

import re
from typing import Any

from sandbox.telegram.html import from_html, units
from sandbox.telegram.refusals import bad_request

MOST_ENTITIES = 100  # what is more is plain text
FOUND = (  # what the server itself sees in any text
    ("bot_command", re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")),
    ("url", re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}(?![\w@])")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
)


def formatted(text: str, parse_mode: str, entities: Any) -> tuple[str, tuple[dict[str, Any], ...]]:
    """The characters and the entities of what a bot sends; refused where it cannot be read."""
    if parse_mode:
        if parse_mode.lower() != "html":
            raise bad_request("unsupported parse_mode")
        text, given = from_html(text)
    else:
        given = [one for one in entities or () if _is_entity(one)]
    text, given = _trimmed(text, given)
    return text, with_found(text, given)


def with_found(text: str, given: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The entities that were given, and those that the server finds where none was given."""
    every = list(given)
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            one = {"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])}
            if not any(_overlap(one, other) for other in every):
                every.append(one)
    return tuple(sorted(every, key=lambda one: (one["offset"], -one["length"]))[:MOST_ENTITIES])


def _is_entity(one: dict[str, Any]) -> bool:
    numbers = isinstance(one.get("offset"), int) and isinstance(one.get("length"), int)
    return numbers and isinstance(one.get("type"), str)


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    ends = one["offset"] + one["length"], other["offset"] + other["length"]
    return bool(one["offset"] < ends[1] and other["offset"] < ends[0])


def _trimmed(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Without the white space around it; entities move along and are cut."""
    shift, length = units(text) - units(text.lstrip()), units(text.strip())
    moved = [_cut(one, shift, length) for one in entities]
    return text.strip(), [one for one in moved if one["length"] > 0]


def _cut(entity: dict[str, Any], shift: int, length: int) -> dict[str, Any]:
    begin = max(entity["offset"] - shift, 0)
    end = min(entity["offset"] + entity["length"] - shift, length)
    return entity | {"offset": begin, "length": end - begin}
