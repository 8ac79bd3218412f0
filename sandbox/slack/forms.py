"""What a form says: the state of a message's menus, and of a modal when it is submitted.

A value is what was given just now, what was chosen before, or what the element began with. The
client insists on every field that is not optional, and knows no block that is not there.
"""

from typing import Any

from sandbox.slack.pressing import chosen, elements_in
from sandbox.slack.refusals import Impossible
from sandbox.slack.things import Json, View


def state_of(blocks: list[Json], action: Json) -> Json:
    """What a message's menus and fields say, the one just used included."""
    state: Json = {}
    for block, element in elements_in(blocks):
        if element["type"] not in ("button", "overflow"):
            entry = {"type": element["type"], **_initial(element)}
            state.setdefault(block["block_id"], {})[element["action_id"]] = entry
    used = state.get(action["block_id"], {}).get(action["action_id"])
    if used is not None:
        used |= {key: action[key] for key in used}
    return state


def offering(view: View) -> list[Json]:
    """A view's blocks, with what was suggested for its external selects."""
    return [
        block
        | {
            slot: block[slot] | {"options": view.suggested[block[slot]["action_id"]]}
            for slot in ("element", "accessory")
            if block.get(slot, {}).get("action_id") in view.suggested
        }
        for block in view.body["blocks"]
    ]


def filled(view: View, values: Json) -> Json:
    """The state of a modal when it is submitted; the client insists on what is not optional."""
    state: Json = {}
    known = {block["block_id"] for block in view.body["blocks"]}
    if strange := sorted(set(values) - known):
        raise Impossible(f"no block {', '.join(strange)}; there are {', '.join(sorted(known))}")
    for block, element in elements_in(offering(view)):
        name, action_id = block["block_id"], element["action_id"]
        if element["type"] in ("button", "overflow"):
            continue
        entry = _entry(view, element, name, values.get(name))
        if block["type"] == "input" and not block.get("optional") and not _has_value(entry):
            raise Impossible(f"{name}: fill in this field")
        state.setdefault(name, {})[action_id] = entry
    return state


def _entry(view: View, element: Json, name: str, given: Any) -> Json:
    """One element's value: given now, chosen before, or what it began with."""
    action_id = element["action_id"]
    if isinstance(given, dict) and action_id in given:
        given = given[action_id]
    elif isinstance(given, dict):
        given = None
    if given is not None:
        return {"type": element["type"], **chosen(element, given)}
    before: Json | None = view.values.get(name, {}).get(action_id)
    return before or {"type": element["type"], **_initial(element)}


def _initial(element: Json) -> Json:
    empty = chosen(element, None)
    begun = {key: told for key, told in element.items() if key.startswith("initial_")}
    return {key: next(iter(begun.values()), value) for key, value in empty.items()}


def _has_value(entry: Json) -> bool:
    return any(value for key, value in entry.items() if key != "type")


def check_errors(view: View, errors: Any) -> None:
    """Errors belong to input blocks that are there; others Slack does not show."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise Impossible(f"errors: {errors!r}; input blocks are {', '.join(sorted(inputs))}")
