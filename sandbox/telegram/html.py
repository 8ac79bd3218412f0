"""HTML as the Bot API takes it: a few tags, properly nested, and four named character references.

Whatever else there is makes the whole call fail. That strictness is what a bot has to be tested
against, so the order of the checks and their words follow the real server. Offsets of entities
count UTF-16 units, offsets in errors count bytes.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.refusals import Refused, bad_request

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
START = re.compile(r"<([^\s>]*)")
ATTRIBUTE = re.compile(r"""\s*([^\s=>]*)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]*)))?""")
END = re.compile(r"</([^\s>]*)\s*(>?)")
LINK = re.compile(
    r"(?:(?:https?|tg|ftp)://)?[^\s/?#]+\.[^\s/?#.]{2,}\S*|https?://localhost\S*|tg://\S+", re.IGNORECASE
)
MENTIONED = re.compile(r"tg://user\?id=(\d+)")


@dataclass(slots=True)
class Open:
    tag: str
    argument: str
    at: int


@dataclass(slots=True)
class Reader:
    """Where the reading of one HTML text stands."""

    source: str
    text: str = ""
    opened: list[Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, what: str, at: int | None = None) -> Refused:
        where = "" if at is None else f" at byte offset {len(self.source[:at].encode())}"
        return bad_request(f"can't parse entities: {what}{where}")


def from_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    reader, at = Reader(source), 0
    while at < len(source):
        if source.startswith("</", at):
            at = _end_tag(reader, at)
        elif source[at] == "<":
            at = _start_tag(reader, at)
        else:
            at = _character(reader, at)
    if reader.opened:
        raise reader.fail(f'Can\'t find end tag corresponding to start tag "{reader.opened[-1].tag}"')
    return reader.text, [_without_language(one) for one in reader.entities]


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _character(reader: Reader, at: int) -> int:
    reference = REFERENCE.match(reader.source, at)
    reader.text += _meant(reference) if reference else reader.source[at]
    return reference.end() if reference else at + 1


def _meant(reference: re.Match[str]) -> str:
    hexadecimal, decimal, name = reference.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else reference[0]


def _start_tag(reader: Reader, begin: int) -> int:
    found = START.match(reader.source, begin)
    assert found is not None
    at, tag = found.end(), found[1].lower()
    if at == len(reader.source):
        raise reader.fail("Unclosed start tag", begin)
    if tag not in KINDS:
        raise reader.fail(f'Unsupported start tag "{tag}"', begin)
    argument = ""
    while (at := _past_spaces(reader.source, at)) < len(reader.source) and reader.source[at] != ">":
        at, argument = _attribute(reader, tag, at, begin, argument)
    if at >= len(reader.source):
        raise reader.fail("Unclosed start tag", begin)
    if tag == "span" and argument != "spoiler":
        raise reader.fail('Tag "span" must have class "tg-spoiler"', begin)
    reader.opened.append(Open(tag, argument, units(reader.text)))
    return at + 1


def _past_spaces(source: str, at: int) -> int:
    while at < len(source) and source[at].isspace():
        at += 1
    return at


def _attribute(reader: Reader, tag: str, at: int, begin: int, argument: str) -> tuple[int, str]:
    """Behind the attribute, and what the tag's argument is then."""
    found = ATTRIBUTE.match(reader.source, at)
    assert found is not None
    name = found[1]
    if not name:
        raise reader.fail(f'Empty attribute name in the tag "{tag}"', begin)
    if found[2] is None and (tag, name) != ("blockquote", "expandable"):
        raise reader.fail(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
    value = REFERENCE.sub(_meant, found[3] or found[4] or found[5] or "")
    after = reader.source[found.end() : found.end() + 1]
    if found[5] is not None and after and not after.isspace() and after != ">":
        raise reader.fail("Unexpected end of name token", found.start(5))
    return found.end(), _argument(tag, name, value) or argument


def _argument(tag: str, name: str, value: str) -> str:
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case ("code", "class"):
            return value.removeprefix("language-") if value.startswith("language-") else ""
        case ("span", "class"):
            return value.removeprefix("tg-") if value.startswith("tg-") else ""
        case ("blockquote", "expandable"):
            return "expandable"
    return ""


def _end_tag(reader: Reader, begin: int) -> int:
    if not reader.opened:
        raise reader.fail("Unexpected end tag", begin)
    found = END.match(reader.source, begin)
    if found is None or not found[2]:
        raise reader.fail("Unclosed end tag", begin)
    opened, name = reader.opened[-1], found[1].lower()
    if name and name != opened.tag:
        where = len(reader.source[:begin].encode())
        raise reader.fail(
            f'Unmatched end tag at byte offset {where}, expected "</{opened.tag}>", found "</{name}>"'
        )
    reader.opened.pop()
    _close(reader, opened)
    return found.end()


def _close(reader: Reader, opened: Open) -> None:
    """Note the entity; one without a character, or a link that is none, leaves nothing behind."""
    length = units(reader.text) - opened.at
    more = _more(reader, opened) if length else None
    if more is None:
        return
    reader.entities.append({"type": KINDS[opened.tag], "offset": opened.at, "length": length} | more)
    if opened.tag == "pre" and len(reader.entities) > 1:
        _join_code(reader.entities)


def _more(reader: Reader, opened: Open) -> dict[str, Any] | None:
    """What a tag's argument adds to its entity, None where that makes it none."""
    match opened.tag:
        case "a":
            shown = reader.text.encode("utf-16-le")[opened.at * 2 :].decode("utf-16-le")
            return _linked(opened.argument or shown)
        case "tg-emoji" if not opened.argument.isdigit():
            raise bad_request("can't parse entities: Invalid custom emoji identifier specified")
        case "tg-emoji":
            return {"custom_emoji_id": opened.argument}
        case "blockquote" if opened.argument:
            return {"type": "expandable_blockquote"}
        case "code" if opened.argument:
            return {"language": opened.argument}
    return {}


def _linked(address: str) -> dict[str, Any] | None:
    if mentioned := MENTIONED.fullmatch(address):
        person = {"id": int(mentioned[1]), "is_bot": False, "first_name": ""}
        return {"type": "text_mention", "user": person}
    if not LINK.fullmatch(address):
        return None
    whole = address if "://" in address else f"http://{address}"
    return {"url": whole if re.search(r"\w/|\?|#", whole.partition("://")[2]) else f"{whole}/"}


def _join_code(entities: list[dict[str, Any]]) -> None:
    """`pre` around `code` of the same length is one entity, with the language of the code."""
    outer, inner = entities[-1], entities[-2]
    if (inner["offset"], inner["length"]) == (outer["offset"], outer["length"]) and "language" in inner:
        outer["language"] = inner["language"]
        entities.remove(inner)


def _without_language(entity: dict[str, Any]) -> dict[str, Any]:
    """Only what is `pre` may say in which language it is."""
    kept = entity["type"] == "pre"
    return {name: value for name, value in entity.items() if kept or name != "language"}
