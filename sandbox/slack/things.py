"""What there is in Slack: workspaces, people, channels, messages, files, views.

These are the records of the stand-in's small world. They change as people and the app act,
so unlike the rest of the project's types they are not frozen. How each looks on the wire is
said in `shapes`.
"""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SCOPES = frozenset(
    [
        "commands",
        "chat:write",
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "users:read",
        "users:read.email",
        "usergroups:read",
        "reactions:read",
        "reactions:write",
        "files:read",
        "files:write",
        "im:write",
        "links:read",
        "links:write",
    ]
)
EVENTS = frozenset(
    [
        "message.channels",
        "message.groups",
        "reaction_added",
        "reaction_removed",
        "app_home_opened",
        "member_joined_channel",
        "channel_shared",
        "channel_archive",
        "channel_unarchive",
        "channel_unshared",
        "group_archive",
        "group_unarchive",
        "channel_id_changed",
        "subteam_members_changed",
        "user_change",
        "link_shared",
        "app_uninstalled",
        "tokens_revoked",
    ]
)


@dataclass(slots=True)
class Team:
    """A workspace, and the app's installation in it if there is one."""

    id: str
    name: str
    bot_user: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    app_id: str
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    is_installed: bool = True
    trouble: str = ""  # what every call with its token is refused with
    enterprise: str = ""  # the organisation of Enterprise Grid that it is of
    is_org_wide: bool = False  # the app is installed for all of that

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")


@dataclass(slots=True)
class User:
    id: str
    team: str
    name: str
    email: str = ""
    tz: str = "Europe/Rome"
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    deleted: bool = False
    bot_id: str = ""
    updated: int = 0


@dataclass(slots=True)
class File:
    id: str
    team: str
    user: str
    name: str
    content: bytes | None = None  # None: asked for, and its bytes never came
    expected: int = 0
    mimetype: str = "application/octet-stream"
    title: str = ""
    created: int = 0
    channels: list[str] = field(default_factory=list)
    is_complete: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Message:
    """A message as it stands now; deleted ones stay on the record."""

    channel: str
    ts: str
    user: str
    text: str = ""
    team: str = ""
    thread_ts: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    bot_id: str = ""
    app_id: str = ""
    subtype: str = ""
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    unfurls: Json = field(default_factory=dict)
    broadcast: bool = False
    is_deleted: bool = False
    ephemeral_to: str = ""

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    team: str
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    members: list[str] = field(default_factory=list)
    shared_with: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    by_ts: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[Message]] = field(default_factory=dict)  # the answers under a ts
    creator: str = ""
    created: int = 0

    @property
    def is_ext_shared(self) -> bool:
        return bool(self.shared_with)

    @property
    def kind(self) -> str:
        """Slack's channel_type."""
        return "im" if self.is_im else "group" if self.is_private else "channel"


@dataclass(slots=True)
class Usergroup:
    id: str
    team: str
    handle: str
    users: list[str]
    updated: int = 0


@dataclass(slots=True)
class View:
    """A modal or a Home tab as it stands, with what was filled in so far."""

    id: str
    team: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str = ""
    values: Json = field(default_factory=dict)
    suggested: dict[str, list[Json]] = field(default_factory=dict)  # by action_id, for external selects

    @property
    def is_home(self) -> bool:
        return bool(self.body.get("type") == "home")
