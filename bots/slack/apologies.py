"""What an agent reads when their act failed because of us: nothing was saved, and a reference for the log.

A form keeps what was typed into it. Nothing here says that a thing was done.
"""

import secrets
from typing import Any

import aiohttp
import structlog

from bots.slack.blocks.errors import refusal, store_down
from bots.slack.blocks.modals.frame import message_view
from bots.slack.blocks.types import Json, Message

log = structlog.get_logger()


def reference_of(reason: str) -> str:
    """What somebody who is refused is given, so that an operator finds it in the log."""
    ref = secrets.token_hex(4)
    log.info("an act was not done", ref=ref, reason=reason)
    return ref


def answer_to(body: Json, ref: str) -> Any:
    """What goes back with the acknowledgement of a command or a form; "" for what has no such answer."""
    message = refusal(store_down(ref))
    if body.get("command"):
        return {"response_type": "ephemeral", **_shown(message)}
    if body.get("type") != "view_submission":
        return ""
    blocks = (body.get("view") or {}).get("blocks") or ()
    field = next((one["block_id"] for one in blocks if one.get("type") == "input"), "")
    if field:
        return {"response_action": "errors", "errors": {field: message.text[:150]}}
    return {"response_action": "update", "view": message_view("Not saved", message.text)}


async def say_so(body: Json, ref: str, session: aiohttp.ClientSession) -> None:
    """To whoever pressed a button, alone, where Slack gave an address for that."""
    if not body.get("response_url") or body.get("command"):
        return
    said = {"response_type": "ephemeral", "replace_original": False, **_shown(refusal(store_down(ref)))}
    await follow(body, said, session)


async def follow(body: Json, said: Json, session: aiohttp.ClientSession) -> None:
    """Say something at the address that Slack gave with an interaction."""
    try:
        async with session.post(str(body["response_url"]), json=said):
            return
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("an answer could not be said", error=type(error).__name__)


def _shown(message: Message) -> Json:
    return {"text": message.text, "blocks": list(message.blocks)}
