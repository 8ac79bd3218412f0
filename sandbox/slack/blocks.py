"""Block Kit as Slack checks it: which blocks may stand where, how many, how long, and unlike ids.

A message is refused with `invalid_blocks`, a view with `invalid_arguments`; either says each
fault and points at it. What is not in the tables is refused too: the stand-in rather knows too
little than lets something by that Slack would not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.slack.elements import ID, IMAGE, IN_ACTIONS, IN_SECTION, INPUTS, MODAL_ONLY, URL, element
from sandbox.slack.refusals import Refused, badly_shaped
from sandbox.slack.rich_text import RICH_TEXT, rich_cell
from sandbox.slack.schema import (
    Shape,
    anything,
    boolean,
    by_type,
    complaint,
    items,
    may,
    need,
    plain,
    string,
    text_shapes,
    words,
)
from sandbox.slack.things import Json

MOST_IN_MESSAGE = 50
MOST_CHARACTERS = 13_200  # of all blocks of a message together

BLOCKS: Mapping[str, Shape] = {
    "section": {
        "text": may(words(3000)),
        "fields": may(items(words(2000), 10)),
        "accessory": may(element(IN_SECTION)),
        "expand": may(boolean),
    },
    "header": {"text": need(plain(150))},
    "divider": {},
    "context": {"elements": need(items(by_type({"image": IMAGE, **text_shapes(3000)}), 10))},
    "actions": {"elements": need(items(element(IN_ACTIONS), 25))},
    "image": IMAGE | {"title": may(plain(2000))},
    "input": {
        "label": need(plain(2000)),
        "element": need(element(INPUTS)),
        "hint": may(plain(2000)),
        "optional": may(boolean),
        "dispatch_action": may(boolean),
    },
    "rich_text": RICH_TEXT,
    "markdown": {"text": need(string(12_000, 1))},
    "table": {
        "rows": need(items(items(rich_cell, 20), 100)),
        "column_settings": may(items(anything, 20, 0)),
    },
    "video": {
        "alt_text": need(string(2000, 1)),
        "title": need(plain(199)),
        "video_url": need(URL),
        "thumbnail_url": need(URL),
        "title_url": may(URL),
        "author_name": may(string(49)),
        "provider_name": may(string(49)),
        "provider_icon_url": may(URL),
        "description": may(plain(200)),
    },
}
IN_VIEW = frozenset(BLOCKS) - {"markdown", "table"}
any_block = by_type({kind: shape | {"block_id": may(ID)} for kind, shape in BLOCKS.items()})


def check_blocks(blocks: Any) -> None:
    """Refuse the blocks of a message that Slack would not take."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    faults = list(_faults(blocks, "/blocks", MOST_IN_MESSAGE, frozenset(BLOCKS)))
    if sum(1 for block in blocks if isinstance(block, dict) and block.get("type") == "table") > 1:
        faults.append(complaint("only one table allowed", "/blocks"))
    if faults:
        raise badly_shaped("invalid_blocks", faults)
    _check_length(blocks)


def block_faults(blocks: list[Any], pointer: str, most: int) -> Iterator[str]:
    """What is wrong with the blocks of a view."""
    yield from _faults(blocks, pointer, most, IN_VIEW)


def characters_in(value: Any) -> int:
    """How much text there is to read in blocks, labels of buttons and menus included."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters_in(inner) for inner in value.values())
    return sum(map(characters_in, value)) if isinstance(value, list) else 0


def actions_of(block: Mapping[str, Any]) -> Sequence[Json]:
    """The interactive elements of a block."""
    found = block.get("elements", []) if block.get("type") == "actions" else []
    found = [*found, block.get("accessory"), block.get("element")]
    return [one for one in found if isinstance(one, dict) and one.get("type") != "image"]


def _faults(blocks: list[Any], pointer: str, most: int, allowed: frozenset[str]) -> Iterator[str]:
    if len(blocks) > most:
        yield complaint(f"no more than {most} items allowed", pointer)
    places = enumerate(blocks)
    faults = [fault for place, one in places for fault in _block_faults(one, f"{pointer}/{place}", allowed)]
    yield from faults or _repeated(blocks, pointer)


def _block_faults(block: Any, pointer: str, allowed: frozenset[str]) -> Iterator[str]:
    faults = list(any_block(block, pointer))
    yield from faults
    if faults:
        return
    kind = block["type"]
    if kind not in allowed:
        yield complaint(f"unsupported type: {kind}", f"{pointer}/type")
    if kind == "section" and not block.get("text") and not block.get("fields"):
        yield complaint("must have at least one of text and fields", pointer)
    if kind == "image" and ("image_url" in block) == ("slack_file" in block):
        yield complaint("must have exactly one of image_url and slack_file", pointer)
    for one in actions_of(block):
        if one["type"] in MODAL_ONLY and allowed is not IN_VIEW:
            yield complaint(f"unsupported type: {one['type']}", f"{pointer}/element/type")


def _repeated(blocks: Sequence[Mapping[str, Any]], pointer: str) -> Iterator[str]:
    """A block_id twice, or an action_id twice in one block."""
    for name, count in Counter(block.get("block_id") for block in blocks).items():
        if name and count > 1:
            yield complaint(f'block_id "{name}" already exists', pointer)
    for place, block in enumerate(blocks):
        yield from _repeated_actions(block, f"{pointer}/{place}/elements")


def _repeated_actions(block: Mapping[str, Any], pointer: str) -> Iterator[str]:
    seen: set[str] = set()
    for place, one in enumerate(actions_of(block)):
        name = one.get("action_id", "")
        if name and name in seen:
            yield complaint(f'`action_id` "{name}" already exists', f"{pointer}/{place}/action_id")
        seen.add(name)


def _check_length(blocks: list[Any]) -> None:
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > 12_000 or characters_in(blocks) > MOST_CHARACTERS:
        raise Refused("msg_blocks_too_long")
