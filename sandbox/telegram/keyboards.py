"""Keyboards that a bot sends: read, and held against the limits before they are shown.

A button that does more than fits its 64 bytes is refused at once; a bot that puts ticket data into
`callback_data` finds out here. Other kinds of keyboards are taken as they are.
"""

from typing import Any

from sandbox.telegram.query import Query
from sandbox.telegram.refusals import bad_request

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
DATA_BYTES = 64
_ACTIONS = (
    "callback_data url web_app login_url switch_inline_query switch_inline_query_current_chat "
    "switch_inline_query_chosen_chat copy_text callback_game pay"
)
ACTIONS = frozenset(_ACTIONS.split())
OTHERS = frozenset({"keyboard", "remove_keyboard", "force_reply"})
WHAT = "reply keyboard markup"


def markup_of(query: Query) -> dict[str, Any]:
    """The keyboard that goes with a message, empty when there is none."""
    markup = query.structure("reply_markup", WHAT)
    if markup is None or markup == "":
        return {}
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        _check_rows(markup["inline_keyboard"])
        return markup if any(markup["inline_keyboard"]) else {}
    if "keyboard" in markup:
        _check_keys(markup["keyboard"])
    return markup if OTHERS & markup.keys() else {}


def _check_keys(rows: Any) -> None:
    """The keyboard in place of the keys: rows of words, or of buttons with words."""
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "keyboard" must be of type Array')
    for key in (key for row in rows for key in row):
        if not isinstance(key, str) and not (isinstance(key, dict) and isinstance(key.get("text"), str)):
            raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")


def _check_rows(rows: Any) -> None:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    for row in rows:
        if not isinstance(row, list):
            raise bad_request("can't parse inline keyboard row: Array expected")
        for button in row:
            _check_button(button)
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in rows):
        raise bad_request("reply markup is too long")


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: Object expected")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not ACTIONS & button.keys():
        raise bad_request("Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
