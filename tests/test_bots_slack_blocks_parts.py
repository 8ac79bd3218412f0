"""A long answer in a form: parted where it reads well, and the same words again where nobody changed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.slack.blocks.modals.parts import MOST_PARTS, NEAR, fields_of, is_for_a_form, parts_of, text_in

LINE = "All of this is so.\n"


def view_of(blocks, **changed):
    """What Slack sends of a form whose fields were left as they are, but for `changed`."""
    values: dict[str, object] = {}
    for one in blocks:
        block, element = one["block_id"], one["element"]
        words = changed.get(block.partition(":")[0], element.get("initial_value"))
        values[block] = {element["action_id"]: {"value": words}}
    return {"state": {"values": values}}


@pytest.mark.parametrize(
    ("text", "joints"),
    [
        ("short", ["none"]),
        ("a" * 2000 + "\n\n" + "b" * 800 + "\n" + "c" * 800, ["none", "paragraph"]),
        (LINE * 300, ["none", "line"]),
        ("word " * 1200, ["none", "word"]),
        ("x" * 7000, ["none", "none", "none"]),
        ("a\n\n" + "b" * 4000, ["none", "none"]),  # a paragraph that is far away
    ],
)
def test_a_long_answer_is_parted_where_a_paragraph_a_line_or_a_word_ends(text, joints):
    assert joints == [joint for joint, _ in parts_of(text)]


@given(st.lists(st.sampled_from(["a" * 700, "word", "\n", "\n\n", " ", "  indented"]), max_size=20))
def test_parts_that_nobody_changes_are_the_same_words_again(pieces):
    text = "".join(pieces)[: MOST_PARTS * NEAR]

    assert text.strip() == text_in(view_of(list(fields_of(text))))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"text.2": "new"}, "x" * 3000 + "new" + "x" * 1000),
        ({"text.2": ""}, "x" * 4000),
        ({"text": ""}, "x" * 4000),
        ({"text": None, "text.2": " ", "text.3": None}, ""),
    ],
)
def test_a_part_is_changed_or_taken_out_by_itself(changed, expected):
    assert expected == text_in(view_of(list(fields_of("x" * 7000)), **changed))


@pytest.mark.parametrize(("length", "expected"), [(3000, 1), (12_000, 4), (12_001, 0)])
def test_a_form_holds_so_much_and_no_more(length, expected):
    text = "x" * length

    assert expected == (len(parts_of(text)) if is_for_a_form(text) else 0)
