"""The app as Slack is to know it: a manifest with exactly the scopes, events and commands that are used.

Slack takes it as it is printed, under "Create an app from a manifest". Each scope says what it is for,
so that whoever must agree to it can.
"""

from collections.abc import Mapping

from bots.slack.blocks import names
from bots.slack.calls import Json
from bots.slack.http_mode import PATH

SCOPES: Mapping[str, str] = {
    "channels:history": "hear what customers write in shared channels",
    "channels:read": "find out whether a channel is shared, and who is in it",
    "chat:write": "post cards, answers and reminders",
    "commands": "/ticket and the shortcuts",
    "files:read": "take files onto tickets",
    "files:write": "send files with answers",
    "groups:history": "hear what agents write in the triage channels",
    "groups:read": "look over the triage channels: private, no guests",
    "im:write": "direct messages to agents",
    "reactions:read": "emoji on a card",
    "reactions:write": "show that a note was taken",
    "usergroups:read": "who is an agent",
    "users:read": "who is a guest, a stranger, a machine",
    "users:read.email": "whose Slack account it is",
}
EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "channel_archive",
    "channel_id_changed",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_unarchive",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "reaction_added",
    "reaction_removed",
    "subteam_members_changed",
    "tokens_revoked",
    "user_change",
)
SHORTCUTS = (
    ("New ticket", "global", names.SHORTCUT_NEW, "Open a ticket for somebody"),
    ("Create ticket", "message", names.SHORTCUT_FROM_MESSAGE, "Open a ticket with this message"),
    ("Add to ticket", "message", names.SHORTCUT_ADD, "Put this message onto a ticket"),
    ("Reply to customer", "message", names.SHORTCUT_REPLY, "Answer the customer of this ticket"),
)


def manifest(desk: str, url: str = "") -> Json:
    """The whole manifest; `url` is where signed HTTP reaches the desk, "" for Socket Mode."""
    address = f"{url.rstrip('/')}{PATH}" if url else ""
    at: Json = {"request_url": address} if address else {}
    return {
        "display_information": {"name": "Deskbell", "description": f"Support tickets of {desk}"[:140]},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Deskbell", "always_online": True},
            "shortcuts": [_shortcut(*one) for one in SHORTCUTS],
            "slash_commands": [_command(address)],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**at, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not address,
            "token_rotation_enabled": False,
        },
    }


def _shortcut(name: str, kind: str, callback: str, description: str) -> Json:
    return {"name": name, "type": kind, "callback_id": callback, "description": description}


def _command(address: str) -> Json:
    return {
        "command": "/ticket",
        "description": "Look at tickets and work on them",
        "usage_hint": "help | list | show 1042 | new",
        "should_escape": True,  # people as <@U…>, and what somebody typed as it is
        **({"url": address} if address else {}),
    }
