"""conversations.*: what the bot can see of channels, their members and their messages."""

import re

from sandbox.slack.gate import check_scopes
from sandbox.slack.joining import announce_joined
from sandbox.slack.methods.call import Call, Method, page
from sandbox.slack.refusals import Refused
from sandbox.slack.shapes import channel_json, message_json
from sandbox.slack.things import Channel, Json, Message

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
SCOPE_WORD = {"channel": "channels", "group": "groups", "im": "im"}
STAMP = re.compile(r"\d+(\.\d+)?")
KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def info(call: Call) -> Json:
    channel = _seen(call, "read")
    told = channel_json(channel, call.team)
    if call.flag("include_num_members"):
        told["num_members"] = len(channel.members)
    return {"channel": told}


def members(call: Call) -> Json:
    channel = _seen(call, "read")
    return page(call, "members", list(channel.members))


def listing(call: Call) -> Json:
    wanted = {KINDS.get(kind, "") for kind in call.names("types") or ["public_channel"]}
    if "" in wanted:
        raise Refused("invalid_types")
    found = [
        channel_json(channel, call.team)
        for channel in call.world.channels.values()
        if channel.kind in wanted and _is_listed(call, channel)
    ]
    return page(call, "channels", found)


def history(call: Call) -> Json:
    channel = _readable(call)
    found = [one for one in channel.messages if not one.is_reply or one.broadcast]
    return _messages(call, [*reversed(_within(call, found))])


def replies(call: Call) -> Json:
    channel, ts = _readable(call), call.text("ts")
    parent = channel.by_ts.get(ts)
    if parent is None or (parent.is_deleted and not call.world.replies(channel, ts)):
        raise Refused("thread_not_found")
    top = parent.thread_ts if parent.is_reply else ts
    return _messages(call, _within(call, [channel.by_ts[top], *channel.threads.get(top, ())]))


def open_direct(call: Call) -> Json:
    """Direct messages with one person; with several is not in this stand-in."""
    users = call.names("users")
    if not users and call.text("channel"):
        return {"channel": {"id": call.world.visible_channel(call.team, call.text("channel")).id}}
    if len(users) != 1:
        raise Refused("not_enough_users" if not users else "too_many_users")
    user = call.world.visible_user(call.team, users[0])
    if user.deleted:
        raise Refused("user_disabled")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    return {"channel": {"id": call.world.direct(call.team, user.id).id}}


def join(call: Call) -> Json:
    channel = call.world.visible_channel(call.team, call.text("channel"))
    if channel.is_archived:
        raise Refused("is_archived")
    if channel.is_private or channel.is_im:
        raise Refused("method_not_supported_for_channel_type")
    if call.team.bot_user not in channel.members:
        channel.members.append(call.team.bot_user)
        announce_joined(call.world, call.events, channel, call.world.users[call.team.bot_user])
    return {"channel": channel_json(channel, call.team)}


def _seen(call: Call, right: str) -> Channel:
    """A channel that the bot can see, by its id, if a scope for its kind is there."""
    if call.text("channel") not in call.world.channels:
        raise Refused("channel_not_found")
    channel = call.world.visible_channel(call.team, call.text("channel"))
    check_scopes(call.team, (f"{SCOPE_WORD[channel.kind]}:{right}",))
    return channel


def _readable(call: Call) -> Channel:
    channel = _seen(call, "history")
    if call.team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _is_listed(call: Call, channel: Channel) -> bool:
    is_ours = call.team.id in (channel.team, *channel.shared_with)
    is_visible = not channel.is_private and not channel.is_im
    is_wanted = not (channel.is_archived and call.flag("exclude_archived"))
    return is_ours and is_wanted and (is_visible or call.team.bot_user in channel.members)


def _within(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = _bound(call, "oldest", "0"), _bound(call, "latest", "9999999999")
    inclusive = call.flag("inclusive")
    return [
        one
        for one in messages
        if not one.is_deleted
        and (float(oldest) < float(one.ts) < float(latest) or (inclusive and one.ts in (oldest, latest)))
    ]


def _bound(call: Call, name: str, default: str) -> str:
    stamp = call.text(name) or default
    if not STAMP.fullmatch(stamp):
        raise Refused(f"invalid_ts_{name}")
    return stamp


def _messages(call: Call, messages: list[Message]) -> Json:
    with_metadata = call.flag("include_all_metadata")
    told = [message_json(call.world, one, with_metadata=with_metadata) for one in messages]
    answer = page(call, "messages", told, most=999)
    has_more = bool(answer["response_metadata"]["next_cursor"])
    return answer | {"has_more": has_more}


METHODS = (
    Method("conversations.info", info, READ, 3, ("channel",)),
    Method("conversations.members", members, READ, 4, ("channel",)),
    Method("conversations.list", listing, READ, 2),
    Method("conversations.history", history, HISTORY, 3, ("channel",)),
    Method("conversations.replies", replies, HISTORY, 3, ("channel", "ts")),
    Method("conversations.open", open_direct, ("im:write", "mpim:write"), 3),
    Method("conversations.join", join, ("channels:join",), 3, ("channel",)),
)
