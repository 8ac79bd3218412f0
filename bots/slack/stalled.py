"""What somebody reads whose act could not even be begun: the store is down, or Slack cannot be asked.

Nothing was written then, and nothing says otherwise. The reference is in the log.
"""

import secrets
from contextlib import suppress

import structlog

from bots.slack.blocks import errors, modals
from bots.slack.blocks.errors import Fault
from bots.slack.calls import SlackFailure, answer
from bots.slack.listening import Call
from intake.errors import StoreUnavailable

log = structlog.get_logger()


async def stalled(call: Call, error: Exception) -> None:
    """Acknowledge, and say it to whoever waits."""
    ref = secrets.token_hex(4)
    log.warning("an act was not begun", ref=ref, error=type(error).__name__, reason=str(error)[:300])
    is_ours = isinstance(error, StoreUnavailable)
    fault = errors.store_down(ref) if is_ours else Fault("Slack could not be asked who you are.", "", ref)
    said = errors.refusal(fault)
    words, kind = {"text": said.text, "blocks": list(said.blocks)}, call.body.get("type")
    if kind == "view_submission":
        await call.ack(response_action="update", view=modals.message_view("Not done", said.text))
    elif kind in ("view_closed", "block_suggestion"):
        await call.ack()
    elif call.body.get("command"):
        await call.ack(**words, response_type="ephemeral")
    else:
        await call.ack()
        with suppress(SlackFailure):
            if call.body.get("response_url"):
                await call.respond(**words, response_type="ephemeral", replace_original=False)
            elif call.body.get("trigger_id"):
                args = {"trigger_id": call.body["trigger_id"]}
                args |= {"view": modals.message_view("Not done", said.text)}
                method = "views.push" if call.body.get("view") else "views.open"
                await answer(call.client.api_call(method, json=args))
