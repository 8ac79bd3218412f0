"""Interactive elements and the objects they are made of: fields, lengths and counts (CHAT.md C).

Each row is an element's own fields; those that many share are put together below.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.refusals import badly_shaped
from sandbox.slack.schema import (
    Check,
    Shape,
    anything,
    boolean,
    by_type,
    complaint,
    items,
    may,
    need,
    one_of,
    plain,
    shaped,
    string,
    whole,
    words,
)

ID = string(255, 1)
URL = string(3000, 1)
DATE = string(10, 10, r"\d{4}-\d{2}-\d{2}")
TIME = string(5, 5, r"([01]\d|2[0-3]):[0-5]\d")
USER = string(255, 1, r"[UW][A-Z0-9]+")
CHANNEL = string(255, 1, r"[CGD][A-Z0-9]+")
STYLE = one_of({"primary", "danger"})

CONFIRM = shaped(
    {
        "title": need(plain(100)),
        "text": need(words(300)),
        "confirm": need(plain(30)),
        "deny": need(plain(30)),
        "style": may(STYLE),
    }
)
FILTER = shaped(
    {
        "include": may(items(one_of({"im", "mpim", "private", "public"}), 4)),
        "exclude_external_shared_channels": may(boolean),
        "exclude_bot_users": may(boolean),
    }
)
ON_INPUT = shaped({"trigger_actions_on": may(items(one_of({"on_enter_pressed", "on_character_entered"}), 2))})


def option(text: Check, *, with_url: bool = False) -> Check:
    fields = {"text": need(text), "value": need(string(150, 1)), "description": may(words(75))}
    return shaped(fields | ({"url": may(URL)} if with_url else {}))


MENU_OPTION = option(plain(75))
BOX_OPTION = option(words(75))
LINK_OPTION = option(plain(75), with_url=True)
GROUP = shaped({"label": need(plain(75)), "options": need(items(MENU_OPTION, 100))})

COMMON: Shape = {"action_id": may(ID), "confirm": may(CONFIRM), "focus_on_load": may(boolean)}
MENU = COMMON | {"placeholder": may(plain(150))}
MANY = MENU | {"max_selected_items": may(whole(1, 1000))}
OPTIONS: Shape = {
    "options": may(items(MENU_OPTION, 100)),
    "option_groups": may(items(GROUP, 100)),
}
TYPED: Shape = {
    "action_id": may(ID),
    "focus_on_load": may(boolean),
    "placeholder": may(plain(150)),
    "dispatch_action_config": may(ON_INPUT),
}
IMAGE: Shape = {
    "image_url": may(URL),
    "slack_file": may(anything),
    "alt_text": need(string(2000)),
}

ELEMENTS: Mapping[str, Shape] = {
    "button": {
        "action_id": may(ID),
        "text": need(plain(75)),
        "url": may(URL),
        "value": may(string(2000)),
        "style": may(STYLE),
        "confirm": may(CONFIRM),
        "accessibility_label": may(string(75)),
    },
    "checkboxes": COMMON
    | {"options": need(items(BOX_OPTION, 10)), "initial_options": may(items(BOX_OPTION, 10))},
    "radio_buttons": COMMON | {"options": need(items(BOX_OPTION, 10)), "initial_option": may(BOX_OPTION)},
    "overflow": {
        "action_id": may(ID),
        "options": need(items(LINK_OPTION, 5)),
        "confirm": may(CONFIRM),
    },
    "static_select": MENU | OPTIONS | {"initial_option": may(MENU_OPTION)},
    "multi_static_select": MANY | OPTIONS | {"initial_options": may(items(MENU_OPTION, 100))},
    "external_select": MENU | {"initial_option": may(MENU_OPTION), "min_query_length": may(whole(0, 100))},
    "multi_external_select": MANY
    | {"initial_options": may(items(MENU_OPTION, 100)), "min_query_length": may(whole(0, 100))},
    "users_select": MENU | {"initial_user": may(USER)},
    "multi_users_select": MANY | {"initial_users": may(items(USER, 100, 0))},
    "conversations_select": MENU
    | {
        "initial_conversation": may(string(255, 1)),
        "default_to_current_conversation": may(boolean),
        "response_url_enabled": may(boolean),
        "filter": may(FILTER),
    },
    "multi_conversations_select": MANY
    | {
        "initial_conversations": may(items(string(255, 1), 100, 0)),
        "default_to_current_conversation": may(boolean),
        "filter": may(FILTER),
    },
    "channels_select": MENU | {"initial_channel": may(CHANNEL), "response_url_enabled": may(boolean)},
    "multi_channels_select": MANY | {"initial_channels": may(items(CHANNEL, 100, 0))},
    "datepicker": MENU | {"initial_date": may(DATE)},
    "timepicker": MENU | {"initial_time": may(TIME), "timezone": may(string(255))},
    "datetimepicker": COMMON | {"initial_date_time": may(whole(0, 9_999_999_999))},
    "plain_text_input": TYPED
    | {
        "initial_value": may(string(3000)),
        "multiline": may(boolean),
        "min_length": may(whole(0, 3000)),
        "max_length": may(whole(1, 3000)),
    },
    "email_text_input": TYPED | {"initial_value": may(string(3000))},
    "url_text_input": TYPED | {"initial_value": may(string(3000))},
    "number_input": TYPED
    | {
        "is_decimal_allowed": need(boolean),
        "initial_value": may(string(100)),
        "min_value": may(string(100)),
        "max_value": may(string(100)),
    },
    "rich_text_input": TYPED | {"initial_value": may(anything)},
    "file_input": {
        "action_id": may(ID),
        "filetypes": may(items(string(20, 1), 100)),
        "max_files": may(whole(1, 10)),
    },
    "image": IMAGE,
}
INPUTS = frozenset(ELEMENTS) - {"button", "overflow", "image"}
IN_ACTIONS = frozenset(ELEMENTS) - {
    "image",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
IN_SECTION = IN_ACTIONS | {"image"}
MODAL_ONLY = frozenset({"file_input"})


def element(allowed: frozenset[str]) -> Check:
    """An element of one of these kinds, complete and consistent in itself."""
    form = by_type(ELEMENTS, allowed)

    def check(value: Any, pointer: str) -> Iterator[str]:
        complaints = list(form(value, pointer))
        yield from complaints
        if not complaints:
            yield from _choices(value, pointer)
            yield from _source(value, pointer)

    return check


def _choices(value: dict[str, Any], pointer: str) -> Iterator[str]:
    """A menu has options or groups of them, and what is chosen at first is one of them."""
    if "static_select" in value["type"] and ("options" in value) == ("option_groups" in value):
        yield complaint("must have exactly one of options and option_groups", pointer)
        return
    offered = offered_by(value)
    if not offered:
        return
    chosen = value.get("initial_options") or [value.get("initial_option")]
    for place, one in enumerate(chosen):
        if one is not None and one not in offered:
            name = "initial_option" if "initial_option" in value else f"initial_options/{place}"
            yield complaint("must be one of the provided options", f"{pointer}/{name}")


def _source(value: dict[str, Any], pointer: str) -> Iterator[str]:
    if value["type"] == "image" and ("image_url" in value) == ("slack_file" in value):
        yield complaint("must have exactly one of image_url and slack_file", pointer)


def check_suggestions(body: Any) -> list[dict[str, Any]]:
    """What an app offers for a word typed into an external select; refused when Slack would."""
    shape = {"options": may(items(MENU_OPTION, 100, 0)), "option_groups": may(items(GROUP, 100))}
    if faults := list(shaped(shape)(body, "")):
        raise badly_shaped("invalid_options", faults)
    return offered_by(body)


def offered_by(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Every option of an element, those in groups too."""
    grouped = (one for group in value.get("option_groups") or [] for one in group["options"])
    return [*(value.get("options") or []), *grouped]
