"""What is kept of what Slack tells, before it is acknowledged: its key, its lane, and what is not ours.

An event is kept under its own id, which is the same however often it is brought. What happens in one
thread is decided in its order. Our own posts come back to us like anybody's and are not kept.
"""

import hashlib
import json
from datetime import UTC, datetime

from bots.chat.desk import ChatDesk
from bots.slack.calls import Json
from bots.slack.workspaces import MEDIUM
from intake.messages import Raw


class Hearing:
    """`keep` returns when an event is kept for good, or need not be."""

    def __init__(self, name: str, desk: ChatDesk) -> None:
        self._name = name
        self._desk = desk

    async def keep(self, payload: Json) -> None:
        event = payload.get("event")
        if not isinstance(event, dict) or not event.get("type") or is_our_own(payload):
            return  # tells nothing, or what we did; brought again it would tell no more
        body = json.dumps(payload).encode()
        raw = Raw(MEDIUM, self._name, body, datetime.now(UTC), lane=lane_of(event))
        known = payload.get("event_id") or hashlib.sha256(body).hexdigest()  # Slack's are always named
        await self._desk.keep(raw, f"event {known}")


def is_our_own(payload: Json) -> bool:
    """Whether it tells of a message that our own bot posted, changed or deleted."""
    event = payload.get("event") or {}
    if event.get("type") != "message":
        return False
    ours = {one.get("user_id") for one in payload.get("authorizations") or ()} - {None}
    told = _thing(event, "message") or _thing(event, "previous_message") or event
    return told.get("user") in ours


def lane_of(event: Json) -> str:
    """The thread that something happened in; "" where the order means nothing."""
    message = _thing(event, "message") or _thing(event, "previous_message")
    item = _thing(event, "item")
    channel = event.get("channel") or item.get("channel")
    ts = message.get("thread_ts") or message.get("ts") or event.get("thread_ts") or event.get("ts")
    ts = ts or item.get("ts")
    return f"{channel}/{ts}" if isinstance(channel, str) and ts else ""


def _thing(event: Json, name: str) -> Json:
    found = event.get(name)
    return found if isinstance(found, dict) else {}
