"""chat.*: writing, changing and taking back messages, to all in a channel or to one person."""

from typing import Any

from sandbox.slack.blocks import check_blocks
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.naming import named_blocks
from sandbox.slack.refusals import Refused
from sandbox.slack.shapes import message_json
from sandbox.slack.things import Channel, Json, Message

LONGEST_POST = 40_000  # longer text is cut
LONGEST_UPDATE = 4_000  # longer text is refused
MOST_METADATA = 8_000
UNREADABLE = "This content can't be displayed."  # Slack's text for a message that has only blocks


def post_message(call: Call) -> Json:
    channel = _place_to_write(call)
    if call.rates:
        call.rates.take_message(call.team, channel.id)
    text, warnings = _cut(call.text("text"))
    blocks = _blocks(call)
    _need_words(call, text, blocks)
    message = written(call, channel, text or UNREADABLE, blocks)
    message.metadata = _metadata(call)
    message.broadcast = call.flag("reply_broadcast") and message.is_reply
    call.world.post(message)
    call.events.message(message)
    told = message_json(call.world, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": told, **warnings}


def update(call: Call) -> Json:
    channel = call.world.own_channel(call.team, call.text("channel"))
    message = call.world.message(channel, call.text("ts"))
    if message.bot_id != call.team.bot_id or message.user != call.team.bot_user:
        raise Refused("cant_update_message")
    text, blocks = call.text("text"), _blocks(call)
    if len(text) > LONGEST_UPDATE:
        raise Refused("msg_too_long")
    _need_words(call, text, blocks)
    _check_kept_rich_text(message, blocks)
    before = message_json(call.world, message)
    _change(call, message, text, blocks)
    call.events.changed(before, message)
    told = message_json(call.world, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": told}


def post_ephemeral(call: Call) -> Json:
    channel = call.world.own_channel(call.team, call.text("channel"))
    user = call.text("user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = _cut(call.text("text"))[0], _blocks(call)
    _need_words(call, text, blocks)
    message = written(call, channel, text, blocks)
    message.ephemeral_to = user
    call.world.ephemerals.append(message)
    return {"message_ts": message.ts}


def delete(call: Call) -> Json:
    channel = call.world.visible_channel(call.team, call.text("channel"))
    message = call.world.message(channel, call.text("ts"))
    if message.user != call.team.bot_user:
        raise Refused("cant_delete_message")
    take_back(call, message)
    return {"channel": channel.id, "ts": message.ts}


def permalink(call: Call) -> Json:
    channel = call.world.visible_channel(call.team, call.text("channel"))
    message = call.world.message(channel, call.text("message_ts"))
    base = f"https://{call.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": base + thread}


def unfurl(call: Call) -> Json:
    channel = call.world.visible_channel(call.team, call.text("channel"))
    message = call.world.message(channel, call.text("ts"))
    unfurls = call.args.get("unfurls")
    if not isinstance(unfurls, dict) or not unfurls:
        raise Refused("cannot_parse_attachment")
    for link, shown in unfurls.items():
        if link not in message.text.replace("&amp;", "&"):
            raise Refused("cannot_find_message")
        if isinstance(shown, dict) and shown.get("blocks"):
            check_blocks(shown["blocks"])
    message.unfurls |= unfurls
    return {}


def written(call: Call, channel: Channel, text: str, blocks: list[Json]) -> Message:
    """A message of the bot, not yet posted; its thread must exist and be a parent."""
    thread_ts = call.text("thread_ts")
    if thread_ts:
        parent = channel.by_ts.get(thread_ts)
        if parent is None or not _is_answerable(call, channel, parent):
            raise Refused("cannot_reply_to_message")
    return Message(
        channel.id,
        call.world.new_ts(),
        call.team.bot_user,
        text=text,
        team=call.team.id,
        thread_ts=thread_ts,
        blocks=blocks,
        attachments=_attachments(call),
        bot_id=call.team.bot_id,
        app_id=call.team.app_id,
    )


def take_back(call: Call, message: Message) -> None:
    """Delete a message; a parent with answers leaves a tombstone."""
    before = message_json(call.world, message)
    has_replies = bool(call.world.replies(call.world.channels[message.channel], message.ts))
    message.is_deleted = True
    if has_replies:
        call.events.changed(before, message)
    else:
        call.events.deleted(before, message)


def _is_answerable(call: Call, channel: Channel, parent: Message) -> bool:
    """No answer itself, no line that somebody joined, and not gone without a tombstone."""
    is_gone = parent.is_deleted and not call.world.replies(channel, parent.ts)
    return not parent.is_reply and not parent.subtype.endswith("_join") and not is_gone


def _place_to_write(call: Call) -> Channel:
    """A channel, or the direct messages with the person whose id was given."""
    identity = call.text("channel")
    if identity[:1] in "UW" and identity in call.world.users:
        if call.world.visible_user(call.team, identity).deleted:
            raise Refused("channel_not_found")
        return call.world.direct(call.team, identity)
    return call.world.own_channel(call.team, identity)


def _cut(text: str) -> tuple[str, Json]:
    if len(text) <= LONGEST_POST:
        return text, {}
    warnings = ["message_truncated"]
    told = {"warning": "message_truncated", "response_metadata": {"warnings": warnings}}
    return text[:LONGEST_POST], told


def _blocks(call: Call) -> list[Json]:
    blocks: Any = call.args.get("blocks")
    if not blocks:
        return []
    check_blocks(blocks)
    return named_blocks(blocks)


def _attachments(call: Call) -> list[Json]:
    attachments = call.args.get("attachments") or []
    if not isinstance(attachments, list):
        raise Refused("invalid_attachments")
    for one in attachments:
        if isinstance(one, dict) and one.get("blocks"):
            check_blocks(one["blocks"])
    return attachments


def _need_words(call: Call, text: str, blocks: list[Json]) -> None:
    if not text and not blocks and not call.args.get("attachments"):
        raise Refused("no_text")


def _check_kept_rich_text(message: Message, blocks: list[Json]) -> None:
    had, has = (any(one["type"] == "rich_text" for one in some) for some in (message.blocks, blocks))
    if had and blocks and not has:
        raise Refused("block_mismatch")


def _change(call: Call, message: Message, text: str, blocks: list[Json]) -> None:
    """What is not said stays; but new text alone takes the blocks away, which it replaces."""
    if "blocks" in call.args or text:
        message.text, message.blocks = text or UNREADABLE, blocks
    if "attachments" in call.args:
        message.attachments = _attachments(call)
    if "metadata" in call.args:
        message.metadata = _metadata(call)
    if not blocks:  # Slack marks only plain text as edited
        message.edited = {"user": call.team.bot_user, "ts": call.world.new_ts()}


def _metadata(call: Call) -> Json | None:
    metadata: Any = call.args.get("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict) or not metadata["event_type"]:
        raise Refused("invalid_metadata_format")
    if len(str(metadata)) > MOST_METADATA:
        raise Refused("metadata_too_large")
    return metadata


METHODS = (
    Method("chat.postMessage", post_message, ("chat:write",), 0, ("channel",)),
    Method("chat.update", update, ("chat:write",), 3, ("channel", "ts")),
    Method("chat.postEphemeral", post_ephemeral, ("chat:write",), 4, ("channel", "user")),
    Method("chat.delete", delete, ("chat:write",), 3, ("channel", "ts")),
    Method("chat.getPermalink", permalink, (), 0, ("channel", "message_ts")),
    Method("chat.unfurl", unfurl, ("links:write",), 3, ("channel", "ts", "unfurls")),
)
