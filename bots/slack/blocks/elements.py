"""Block Kit in a few words: each function makes one block or element, within its limits."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bots.slack.blocks import names
from bots.slack.blocks.text import in_utc, is_user, mrkdwn, plain, plain_lines
from bots.slack.blocks.types import Json
from intake.messages import clean
from replies.slack_text import literal

MOST_FIELDS = 10
MOST_OPTIONS = 100
LONGEST_PIECE = 2900
LONGEST_QUOTE = 8000
DATE_LOOK = "{date_short_pretty} {time}"


def header(text: str) -> Json:
    return {"type": "header", "text": plain(text, 150)}


def section(text: str, accessory: Json | None = None) -> Json:
    """A paragraph of safe mrkdwn."""
    return {"type": "section", "text": mrkdwn(text)} | ({"accessory": accessory} if accessory else {})


def plain_section(text: str) -> Json:
    """A paragraph that is shown as it is."""
    return {"type": "section", "text": plain_lines(text)}


def fields(pairs: Iterable[tuple[str, str]]) -> Json:
    """Names and values (safe mrkdwn) in two columns."""
    shown = [mrkdwn(f"*{name}*\n{value}", 2000) for name, value in pairs]
    return {"type": "section", "fields": shown[:MOST_FIELDS]}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements[:10])}


def divider() -> Json:
    return {"type": "divider"}


def actions(elements: Iterable[Json], block_id: str = "") -> Json:
    made: Json = {"type": "actions", "elements": list(elements)[:25]}
    return made | ({"block_id": block_id[:255]} if block_id else {})


def rich_text(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*pieces: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(pieces)}


def rich_quote(text: str) -> Json:
    """Somebody's words as a quotation; of what is longer than a message, the beginning."""
    shown = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]} […]"
    return {"type": "rich_text_quote", "elements": [{"type": "text", "text": literal(shown) or "–"}]}


def said(text: str, **style: bool) -> Json:
    """Somebody's words as a piece of rich text, literal by its nature."""
    piece: Json = {"type": "text", "text": literal(text)[:LONGEST_PIECE] or "–"}
    return piece | ({"style": style} if style else {})


def user(user_id: str, name: str = "") -> Json:
    """A mention as a piece of rich text; the name where there is no id."""
    return {"type": "user", "user_id": user_id} if is_user(user_id) else said(name)


def moment(at: datetime) -> Json:
    """A moment as a piece of rich text, shown in the reader's zone."""
    stamp, otherwise = int(at.timestamp()), in_utc(at)
    return {"type": "date", "timestamp": stamp, "format": DATE_LOOK, "fallback": otherwise}


def button(text: str, action: str, pressed: names.Pressed = names.Pressed(), **more: object) -> Json:  # noqa: B008  it is frozen
    """A button; `more` are its style and its confirm."""
    made: Json = {"type": "button", "action_id": action, "text": plain(text), "value": names.value(pressed)}
    return made | more


def option(text: str, value: str, description: str = "") -> Json:
    made: Json = {"text": plain(text), "value": option_value(value)}
    return made | ({"description": plain(description)} if description else {})


def option_value(value: str) -> str:
    """What an option says when it is chosen."""
    return clean(value)[: names.LONGEST_OPTION] or "–"


def confirm(title: str, text: str, yes: str) -> Json:
    """A question before something that cannot be taken back."""
    asked: Json = {"title": plain(title, 100), "text": plain_lines(text, 300)}
    return asked | {"confirm": plain(yes, 30), "deny": plain("Cancel", 30), "style": "danger"}


def select(placeholder: str, action: str, options: Sequence[Json], chosen: str = "") -> Json:
    """A menu with what is chosen now, if that is among the options; each value once."""
    offered = list({one["value"]: one for one in options}.values())[:MOST_OPTIONS]
    made: Json = {"type": "static_select", "action_id": action, "placeholder": plain(placeholder, 150)}
    made["options"] = offered
    first = next((one for one in offered if chosen and one["value"] == option_value(chosen)), None)
    return made | ({"initial_option": first} if first else {})


def overflow(action: str, options: Sequence[Json]) -> Json:
    return {"type": "overflow", "action_id": action, "options": list(options)[:5]}


def field(label: str, element: Json, *, optional: bool = False, hint: str = "") -> Json:
    """An input in a modal; its block has the name of its element."""
    made: Json = {"type": "input", "block_id": element["action_id"], "label": plain(label, 2000)}
    made |= {"element": element, "optional": optional}
    return made | ({"hint": plain(hint, 2000)} if hint else {})


def line_input(action: str, value: str = "", placeholder: str = "", most: int = 150) -> Json:
    """One line to type; what is in it already comes back as it is, so nothing is escaped."""
    made: Json = {"type": "plain_text_input", "action_id": action, "max_length": most}
    made |= {"initial_value": one_line_of(value, most)} if value.strip() else {}
    return made | ({"placeholder": plain(placeholder, 150)} if placeholder else {})


def text_input(action: str, value: str = "", placeholder: str = "", most: int = 3000) -> Json:
    made: Json = {"type": "plain_text_input", "action_id": action, "multiline": True, "max_length": most}
    made |= {"initial_value": clean(value)[:most]} if value.strip() else {}
    return made | ({"placeholder": plain(placeholder, 150)} if placeholder else {})


def one_line_of(value: str, most: int) -> str:
    return " ".join(clean(value).split())[:most]
