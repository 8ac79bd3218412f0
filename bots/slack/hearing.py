"""What is kept of what Slack tells, before it is acknowledged: its key, its lane, and what is not ours.

An event is kept under its own id, which is the same however often it is brought. What happens in one
thread is decided in its order. Our own posts come back to us like anybody's and are not kept.
"""

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
        if is_our_own(payload):
            return
        raw = Raw(
            MEDIUM,
            self._name,
            json.dumps(payload).encode(),
            datetime.now(UTC),
            lane=lane_of(payload["event"]),
        )
        await self._desk.keep(raw, f"event {payload['event_id']}")


def is_our_own(payload: Json) -> bool:
    """Whether it tells of a message that our own bot posted, changed or deleted."""
    event = payload.get("event") or {}
    if event.get("type") != "message":
        return False
    ours = {one.get("user_id") for one in payload.get("authorizations") or ()} - {None}
    told = event.get("message") or event.get("previous_message") or event
    return told.get("user") in ours


def lane_of(event: Json) -> str:
    """The thread that something happened in; "" where the order means nothing."""
    message = event.get("message") or event.get("previous_message") or {}
    item = event.get("item") or {}
    channel = event.get("channel") or item.get("channel")
    ts = message.get("thread_ts") or message.get("ts") or event.get("thread_ts") or event.get("ts")
    ts = ts or item.get("ts")
    return f"{channel}/{ts}" if isinstance(channel, str) and ts else ""
