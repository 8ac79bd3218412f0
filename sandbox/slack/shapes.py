"""How the things of the world look on the wire, in answers and in events."""

from sandbox.slack.things import Channel, File, Json, Message, Team, User, Usergroup, View
from sandbox.slack.world import World

SHARED_TRUTHS = {"is_channel": True, "is_group": False, "is_mpim": False, "is_general": False}


def user_json(user: User, *, with_email: bool) -> Json:
    profile: Json = {
        "real_name": user.name,
        "display_name": user.name,
        "real_name_normalized": user.name,
        "display_name_normalized": user.name,
        "team": user.team,
    }
    if with_email and user.email and not user.is_stranger:
        profile["email"] = user.email
    if user.bot_id:
        profile |= {"bot_id": user.bot_id, "api_app_id": ""}
    told: Json = {"id": user.id, "team_id": user.team, "name": user.name, "deleted": user.deleted}
    told |= {"real_name": user.name, "profile": profile, "updated": user.updated, "tz": user.tz}
    told |= {"is_admin": False, "is_owner": False, "is_bot": user.is_bot, "is_app_user": False}
    told |= {"is_restricted": user.is_restricted, "is_ultra_restricted": user.is_ultra_restricted}
    return told | ({"is_stranger": True} if user.is_stranger else {})


def channel_json(channel: Channel, team: Team) -> Json:
    is_member = team.bot_user in channel.members
    common: Json = {"id": channel.id, "created": channel.created, "is_archived": channel.is_archived}
    common |= {"is_im": channel.is_im, "context_team_id": team.id, "updated": channel.created * 1000}
    if channel.is_im:
        other = next(one for one in channel.members if one != team.bot_user)
        return common | {"user": other, "is_org_shared": False, "is_open": True}
    shared = [channel.team, *channel.shared_with] if channel.shared_with else [channel.team]
    return common | {
        **SHARED_TRUTHS,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "name": channel.name,
        "name_normalized": channel.name,
        "creator": channel.creator,
        "is_private": channel.is_private,
        "is_member": is_member,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": False,
        "is_org_shared": False,
        "shared_team_ids": shared,
        "conversation_host_id": channel.team,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def message_json(world: World, message: Message, *, with_metadata: bool = False) -> Json:
    told: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    optional = {
        "team": message.team,
        "subtype": message.subtype,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "edited": message.edited,
        "thread_ts": message.thread_ts,
        "metadata": message.metadata if with_metadata else None,
    }
    told |= {name: value for name, value in optional.items() if value}
    if message.files:
        told["files"] = [file_json(world, one) for one in message.files]
    if message.reactions:
        told["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return told | _bot_profile(world, message) | _thread(world, message)


def _bot_profile(world: World, message: Message) -> Json:
    if not message.bot_id:
        return {}
    name, app = world.users[message.user].name, message.app_id
    profile = {"id": message.bot_id, "app_id": app, "name": name, "team_id": message.team}
    return {"bot_profile": profile | {"deleted": False, "updated": 0}}


def _thread(world: World, message: Message) -> Json:
    """What a parent tells of its thread, and an answer of its parent."""
    channel = world.channels[message.channel]
    if message.is_reply:
        parent = channel.by_ts.get(message.thread_ts)
        return {"parent_user_id": parent.user} if parent else {}
    replies = world.replies(channel, message.ts)
    if not replies:
        return {}
    writers = list(dict.fromkeys(one.user for one in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(writers),
        "reply_users": writers[:5],
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def file_json(world: World, file: File) -> Json:
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    base = world.base_url
    path = f"{base}/files-pri/{file.team}-{file.id}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2] or "binary",
        "user": file.user,
        "user_team": file.team,
        "size": len(file.content or b""),
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "channels": list(file.channels),
        "url_private": f"{path}/{file.name}",
        "url_private_download": f"{path}/download/{file.name}",
        "permalink": f"{base}/files/{file.user}/{file.id}/{file.name}",
        "file_access": "visible",
    }


def usergroup_json(group: Usergroup, *, with_users: bool) -> Json:
    told: Json = {"id": group.id, "team_id": group.team, "is_usergroup": True, "handle": group.handle}
    told |= {"name": group.handle, "description": "", "date_delete": 0, "user_count": len(group.users)}
    return told | ({"users": list(group.users)} if with_users else {})


def view_json(view: View, team: Team) -> Json:
    return {
        "id": view.id,
        "team_id": view.team,
        "state": {"values": view.values},
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous or None,
        "app_id": team.app_id,
        "app_installed_team_id": team.id,
        "bot_id": team.bot_id,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **view.body,
    }
