"""An update as it is kept: raw, by the bot's and its own number, in the lane of its chat."""

import hashlib
import json
from datetime import datetime
from typing import Any

from telegram import Update

from intake.messages import Raw

ALLOWED = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
MEDIUM = "telegram"


def kept(body: bytes, update: Any, source: str, now: datetime) -> Raw:
    """The update as the inbox keeps it; one that makes no sense is kept all the same."""
    return Raw(MEDIUM, source, body, now, lane=lane_of(update))


def key_of(body: bytes, update: Any, bot: str) -> str:
    """What makes the same update the same."""
    number = number_of(update)
    return f"{bot} {number}" if number is not None else f"{bot} {hashlib.sha256(body).hexdigest()}"


def number_of(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else None


def lane_of(update: Any) -> str:
    """The chat that it happened in, "" for none that can be found."""
    for kind in ALLOWED:
        about = _inside(update, kind)
        where = _inside(about, "message") if kind == Update.CALLBACK_QUERY else about
        if chat := _inside(_inside(where, "chat"), "id"):
            return str(chat)
    return ""


def as_bytes(update: Any) -> bytes:
    return json.dumps(update, separators=(",", ":")).encode()


def _inside(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else None
