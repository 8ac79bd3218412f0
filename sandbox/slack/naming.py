"""Blocks as they come back from Slack: whatever has no id gets one, and defaults are written out.

What an app reads in an event or a payload is therefore not what it sent, letter for letter.
"""

from typing import Any

from sandbox.slack.things import Json

DEFAULTS = {"plain_text": {"emoji": True}, "mrkdwn": {"verbatim": False}}


def numbered(body: Json) -> Json:
    """A view whose blocks and elements all have an id."""
    return body | {"blocks": named_blocks(body.get("blocks") or [])}


def named_blocks(blocks: list[Json]) -> list[Json]:
    """Blocks as Slack keeps them."""
    return [_named_block(_spelled_out(block), place) for place, block in enumerate(blocks)]


def _named_block(block: Json, place: int) -> Json:
    named: Json = {"block_id": f"b{place}"} | block
    for slot in ("accessory", "element"):
        if isinstance(named.get(slot), dict):
            named[slot] = _named_element(named[slot], f"{place}-0")
    if named.get("type") == "actions":
        elements = enumerate(named["elements"])
        named["elements"] = [_named_element(one, f"{place}-{at}") for at, one in elements]
    return named


def _named_element(element: Json, place: str) -> Json:
    return element if element.get("type") == "image" else {"action_id": f"a{place}"} | element


def _spelled_out(value: Any) -> Any:
    """The same with the defaults of every text object in it."""
    if isinstance(value, dict):
        inner = {name: _spelled_out(one) for name, one in value.items()}
        return inner | {
            name: default
            for name, default in DEFAULTS.get(str(value.get("type")), {}).items()
            if name not in inner
        }
    return [_spelled_out(one) for one in value] if isinstance(value, list) else value
