"""What a view must look like: its own fields, and what a modal and a Home tab may have."""

import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks import block_faults
from sandbox.slack.refusals import Refused, badly_shaped
from sandbox.slack.schema import Shape, anything, boolean, complaint, may, need, plain, shaped, string

MOST_IN_VIEW = 100
MOST_BYTES = 250_000

SHARED: Shape = {
    "type": need(anything),
    "blocks": need(anything),
    "private_metadata": may(string(3000)),
    "callback_id": may(string(255)),
    "external_id": may(string(255)),
}
MODAL: Shape = {
    **SHARED,
    "title": need(plain(24)),
    "close": may(plain(24)),
    "submit": may(plain(24)),
    "clear_on_close": may(boolean),
    "notify_on_close": may(boolean),
    "submit_disabled": may(boolean),
}
SHAPES = {"modal": shaped(MODAL), "home": shaped(SHARED)}


def check_view(body: Any, kind: str) -> None:
    """Refuse a view that Slack would not show."""
    if not isinstance(body, dict):
        raise badly_shaped("invalid_arguments", ["must be an object [json-pointer:/view]"])
    if len(json.dumps(body, ensure_ascii=False).encode()) > MOST_BYTES:
        raise Refused("view_too_large")
    if faults := list(_faults(body, kind)):
        raise badly_shaped("invalid_arguments", faults)


def _faults(body: dict[str, Any], kind: str) -> Iterator[str]:
    if body.get("type") != kind:
        yield complaint(f"must be a valid enum value: {kind}", "/view/type")
        return
    yield from SHAPES[kind](body, "/view")
    blocks = body.get("blocks")
    if not isinstance(blocks, list):
        yield complaint("must be an array", "/view/blocks")
        return
    yield from block_faults(blocks, "/view/blocks", MOST_IN_VIEW)
    has_inputs = any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
    if kind == "modal" and has_inputs and not body.get("submit"):
        yield complaint("missing required field: submit", "/view")
