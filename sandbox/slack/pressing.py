"""Pressing a button or choosing from a menu: the element that was meant, and what Slack tells of it.

Nobody can press what is not there, nor choose what is not offered: that is `Impossible`.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks import actions_of
from sandbox.slack.elements import offered_by
from sandbox.slack.refusals import Impossible
from sandbox.slack.things import Json

SINGLE = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
SEVERAL = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
ONE_OPTION = ("static_select", "external_select", "overflow", "radio_buttons")
OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input")


def pressed(blocks: list[Json], action_id: str, value: str | None, selected: Any) -> Json:
    """The entry of `actions` for an element in these blocks."""
    block, element = _meant(blocks, action_id, value)
    told = {"type": element["type"], "action_id": action_id, "block_id": block["block_id"]}
    for name in ("text", "value", "style", "url", "placeholder", "confirm"):
        if element["type"] in ("button", "workflow_button") and name in element:
            told[name] = element[name]
    return told | chosen(element, selected)


def chosen(element: Json, selected: Any) -> Json:
    """What an element tells of its value: the part that also stands in a view's state."""
    kind = element["type"]
    if kind == "button":
        return {}
    if kind in ONE_OPTION:
        return {"selected_option": _option(element, selected) if selected is not None else None}
    if kind in OPTIONS:
        return {"selected_options": [_option(element, one) for one in selected or []]}
    if kind in SINGLE:
        return {SINGLE[kind]: selected}
    if kind in SEVERAL:
        return {SEVERAL[kind]: list(selected or [])}
    if kind == "rich_text_input":
        return {"rich_text_value": selected}
    return {"value": _typed(element, selected)}


def _meant(blocks: list[Json], action_id: str, value: str | None) -> tuple[Json, Json]:
    for block, element in elements_in(blocks):
        if element.get("action_id") == action_id and value in (None, element.get("value")):
            return block, element
    there = [str(element.get("action_id")) for _, element in elements_in(blocks)]
    raise Impossible(f"no element {action_id!r} (value {value!r}); there are {', '.join(there) or 'none'}")


def elements_in(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block it stands in."""
    return ((block, element) for block in blocks for element in actions_of(block))


def _option(element: Json, value: Any) -> Json:
    """The option with this value, as it was offered."""
    offered = offered_by(element)
    found: Json | None = next((one for one in offered if one["value"] == value), None)
    if found is None:
        there = ", ".join(one["value"] for one in offered)
        raise Impossible(f"{element.get('action_id')}: {value!r} is not offered; there are {there}")
    return found


def _typed(element: Json, value: Any) -> str | None:
    """What was typed, within the lengths that the element allows."""
    if value is None:
        return None
    text = str(value)
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if not least <= len(text) <= most:
        raise Impossible(f"{element.get('action_id')}: {len(text)} characters; allowed are {least} to {most}")
    return text
