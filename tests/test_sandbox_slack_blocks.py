"""The sandbox's Block Kit: what Slack refuses, with its words and where it points."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.slack.blocks import BLOCKS, check_blocks
from sandbox.slack.refusals import Refused
from sandbox.slack.view_form import check_view
from slack_room import BUTTON, CARD, MENU

pytestmark = pytest.mark.slow


def plain(text):
    return {"type": "plain_text", "text": text}


def section(text="words", **beside):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **beside}


def actions(*elements, **beside):
    return {"type": "actions", "elements": list(elements), **beside}


def button(**changes):
    return {name: value for name, value in (BUTTON | changes).items() if value is not None}


def menu(count, **changes):
    return MENU | {"options": [{"text": plain("x"), "value": str(one)} for one in range(count)]} | changes


def modal(*blocks, **changes):
    view = {"type": "modal", "title": plain("Reply"), "submit": plain("Send"), "blocks": list(blocks)}
    return {name: value for name, value in (view | changes).items() if value is not None}


def entry(element, block_id="text"):
    return {"type": "input", "block_id": block_id, "label": plain("Text"), "element": element}


TYPED = {"type": "plain_text_input", "action_id": "words"}
FILES = {"type": "file_input", "action_id": "files"}
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "<!channel>"}]}],
}


def refused(check, *what):
    """The error and its complaints; ("ok",) when nothing is wrong."""
    try:
        check(*what)
    except Refused as error:
        return (error.error, *error.beside.get("errors", ()))
    return ("ok",)


@pytest.mark.parametrize(
    "blocks",
    [
        CARD,
        [section("x" * 3000)],
        [section(accessory=BUTTON)],
        [section(accessory={"type": "image", "image_url": "https://a.example/b.png", "alt_text": ""})],
        [{"type": "section", "fields": [plain("x" * 2000), *[plain("x")] * 9]}],
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "divider"}] * 50,
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10}],
        [actions(*(button(action_id=f"a{one}") for one in range(25)))],
        [actions(menu(100))],
        [actions({"type": "overflow", "action_id": "more", "options": menu(5)["options"]})],
        [actions({"type": "datetimepicker", "action_id": "until", "initial_date_time": 1_790_000_000})],
        [RICH],
        [{"type": "markdown", "text": "x" * 12_000}],
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "1042"}] * 20] * 100}],
        [entry(TYPED)],
        [section(block_id="one"), section(block_id="two")],
        [actions(BUTTON, block_id="one"), actions(BUTTON, block_id="two")],  # unlike in one block is enough
    ],
)
def test_blocks_within_slacks_limits_are_taken(blocks):
    assert ("ok",) == refused(check_blocks, blocks)


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([{}], "missing required field: type [json-pointer:/blocks/0]"),
        ([{"type": "banner"}], "unsupported type: banner [json-pointer:/blocks/0/type]"),
        (["words"], "must be an object [json-pointer:/blocks/0]"),
        ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([section(title="x")], "invalid additional property: title [json-pointer:/blocks/0]"),
        ([section(block_id="x" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
        ([{"type": "section"}], "must have at least one of text and fields [json-pointer:/blocks/0]"),
        (
            [{"type": "section", "fields": [plain("x")] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            [{"type": "section", "fields": [plain("x" * 2001)]}],
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        ([{"type": "header"}], "missing required field: text [json-pointer:/blocks/0]"),
        (
            [{"type": "header", "text": plain("x" * 151)}],
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        (
            [{"type": "context", "elements": [plain("x")] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        ([actions()], "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
        (
            [actions(*(button(action_id=f"a{one}") for one in range(26)))],
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        ([actions(TYPED)], "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"),
        (
            [actions(BUTTON, BUTTON)],
            '`action_id` "claim" already exists [json-pointer:/blocks/0/elements/1/action_id]',
        ),
        (
            [section(block_id="one"), section(block_id="one")],
            'block_id "one" already exists [json-pointer:/blocks]',
        ),
        (
            [actions(button(text=plain("x" * 76)))],
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            [actions(button(value="x" * 2001))],
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            [actions(button(url="x" * 3001))],
            "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
        ),
        (
            [actions(button(action_id="x" * 256))],
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            [actions(button(style="blue"))],
            "must be a valid enum value: danger, primary [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            [actions(button(confirm={"title": plain("x"), "text": plain("x" * 301)}))],
            "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
        ),
        ([actions(button(text=None))], "missing required field: text [json-pointer:/blocks/0/elements/0]"),
        ([actions(menu(101))], "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        ([actions(menu(0))], "no less than 1 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        (
            [actions(menu(1, options=[{"text": plain("x" * 76), "value": "1"}]))],
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
        ),
        (
            [actions(menu(1, options=[{"text": plain("x"), "value": "x" * 151}]))],
            "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
        ),
        (
            [actions(menu(1, initial_option={"text": plain("x"), "value": "other"}))],
            "must be one of the provided options [json-pointer:/blocks/0/elements/0/initial_option]",
        ),
        (
            [actions({"type": "static_select", "action_id": "x"})],
            "must have exactly one of options and option_groups [json-pointer:/blocks/0/elements/0]",
        ),
        (
            [actions({"type": "overflow", "options": menu(6)["options"]})],
            "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        ([entry(FILES)], "unsupported type: file_input [json-pointer:/blocks/0/element/type]"),
        (
            [{"type": "markdown", "text": "x" * 12_001}],
            "must be less than 12001 characters [json-pointer:/blocks/0/text]",
        ),
        (
            [{"type": "table", "rows": [[]]}],
            "no less than 1 items allowed [json-pointer:/blocks/0/rows/0]",
        ),
        (
            [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}],
            "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
        ),
        (
            [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2,
            "only one table allowed [json-pointer:/blocks]",
        ),
        (
            [{"type": "image", "alt_text": "x"}],
            "must have exactly one of image_url and slack_file [json-pointer:/blocks/0]",
        ),
        (
            [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [plain("x")]}]}],
            "unsupported type: plain_text [json-pointer:/blocks/0/elements/0/elements/0/type]",
        ),
    ],
)
def test_blocks_past_a_limit_are_refused_with_the_place(blocks, complaint):
    error, *complaints = refused(check_blocks, blocks)

    assert ("invalid_blocks", True) == (error, complaint in complaints), complaints


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([section("x" * 3000)] * 4 + [section("x" * 1200)], "ok"),
        ([section("x" * 3000)] * 4 + [section("x" * 1201)], "msg_blocks_too_long"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "msg_blocks_too_long"),
        ({"type": "divider"}, "invalid_blocks_format"),
        ("words", "invalid_blocks_format"),
    ],
)
def test_a_message_has_a_limit_of_text_in_all_its_blocks(blocks, error):
    assert error == refused(check_blocks, blocks)[0]


@pytest.mark.parametrize(
    ("view", "kind"),
    [
        (modal(entry(TYPED)), "modal"),
        (modal(entry(FILES)), "modal"),
        (modal(section(), submit=None), "modal"),
        (modal(*([{"type": "divider"}] * 100)), "modal"),
        (modal(title=plain("x" * 24), private_metadata="x" * 3000, callback_id="x" * 255), "modal"),
        ({"type": "home", "blocks": [actions(BUTTON)]}, "home"),
    ],
)
def test_views_within_slacks_limits_are_taken(view, kind):
    assert ("ok",) == refused(check_view, view, kind)


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        (modal(title=None), "missing required field: title [json-pointer:/view]"),
        (
            modal(title=plain("x" * 25)),
            "must be less than 25 characters [json-pointer:/view/title/text]",
        ),
        (
            modal(submit=plain("x" * 25)),
            "must be less than 25 characters [json-pointer:/view/submit/text]",
        ),
        (modal(close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
        (
            modal(private_metadata="x" * 3001),
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        (
            modal(callback_id="x" * 256),
            "must be less than 256 characters [json-pointer:/view/callback_id]",
        ),
        (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(entry(TYPED), submit=None), "missing required field: submit [json-pointer:/view]"),
        (
            modal(entry(TYPED), entry(TYPED)),
            'block_id "text" already exists [json-pointer:/view/blocks]',
        ),
        (modal(blocks=None), "missing required field: blocks [json-pointer:/view]"),
        (
            modal({"type": "markdown", "text": "x"}),
            "unsupported type: markdown [json-pointer:/view/blocks/0/type]",
        ),
        ({"type": "home", "blocks": []}, "must be a valid enum value: modal [json-pointer:/view/type]"),
    ],
)
def test_views_past_a_limit_are_refused_with_the_place(view, complaint):
    error, *complaints = refused(check_view, copy.deepcopy(view), "modal")

    assert ("invalid_arguments", True) == (error, complaint in complaints), complaints


def test_a_view_of_more_than_a_quarter_of_a_megabyte_is_refused():
    crowded = [section("ä" * 1500, block_id=f"b{one}") for one in range(99)]

    assert ("view_too_large",) == refused(check_view, modal(*crowded), "modal")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(sorted(BLOCKS)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "accessory", "element", "options", "block_id", "fields"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=40)
@given(json_values)
def test_nonsense_is_refused_and_never_breaks_the_checks(blocks):
    answers = refused(check_blocks, blocks)[0], refused(check_view, modal(blocks=blocks), "modal")[0]

    assert answers[0] in ("ok", "invalid_blocks", "invalid_blocks_format")
    assert answers[1] in ("ok", "invalid_arguments")
