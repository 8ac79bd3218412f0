"""A long answer in a form: Slack takes 3,000 characters in a field, so it stands in several fields.

It is parted where a paragraph, a line or a word ends, and what stood there is kept in the field's block, so
that parts that nobody changed are the same words again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bots.slack.blocks import names
from bots.slack.blocks.elements import field, text_input
from bots.slack.blocks.types import Json

LONGEST_PART = 3000
MOST_PARTS = 4
NEAR = 1500  # characters before the end of a part in which a better place is looked for
JOINTS = {"paragraph": "\n\n", "line": "\n", "word": " ", "none": ""}


def parts_of(text: str) -> list[tuple[str, str]]:
    """Each part, with the name of what stands before it."""
    left, joint = text, "none"
    found = []
    while len(left) > LONGEST_PART:
        name, end = _joint_in(left)
        found.append((joint, left[:end]))
        joint, left = name, left[end + len(JOINTS[name]) :]
    return [*found, (joint, left)]


def is_for_a_form(text: str) -> bool:
    """Whether a form can hold these words as they are."""
    return len(parts_of(text)) <= MOST_PARTS


def fields_of(text: str) -> Iterator[Json]:
    """The fields of an answer, the first of which must have words."""
    longer = f"Up to {LONGEST_PART} characters; for more, put a file into the thread and tick it here."
    for place, (joint, part) in enumerate(parts_of(text)[:MOST_PARTS], 1):
        if place == 1:
            yield field("Answer", text_input(names.TEXT, part, most=LONGEST_PART), hint=longer)
        else:
            more = text_input(f"{names.TEXT}.{place}", part, most=LONGEST_PART)
            made = field(f"Answer, part {place}", more, optional=True)
            yield made | {"block_id": f"{names.TEXT}.{place}:{joint}"}


def text_in(view: Json) -> str:
    """The words of all parts, in their order."""
    values: Mapping[str, Mapping[str, Any]] = (view.get("state") or {}).get("values") or {}
    said = sorted((action, block) for block, one in values.items() for action in one)
    found = ""
    for action, block in said:
        part = str(values[block][action].get("value") or "")
        if action.partition(".")[0] == names.TEXT and part.strip():
            joint = JOINTS.get(block.rpartition(":")[2], JOINTS["paragraph"]) if found else ""
            found = f"{found}{joint}{part}"
    return found.strip()


def _joint_in(text: str) -> tuple[str, int]:
    """What stands where a text that is too long for a field is parted, and its place."""
    places = (
        (name, text.rfind(sign, LONGEST_PART - NEAR, LONGEST_PART)) for name, sign in JOINTS.items() if sign
    )
    return next((found for found in places if found[1] > 0), ("none", LONGEST_PART))
