"""What the app hears of: each event in Slack's words, and whether it hears of it at all.

The app hears only what it subscribed to, what its scopes allow, and what happens in channels
that its bot is in. Its own messages come back to it like anybody's.
"""

from collections.abc import Iterable, Iterator

from sandbox.slack.shapes import message_json, user_json
from sandbox.slack.things import EVENTS, Channel, Json, Message, Team, User, Usergroup
from sandbox.slack.world import World

MESSAGE_SCOPES = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
SCOPES_OF = {
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "subteam_members_changed": "usergroups:read",
    "user_change": "users:read",
    "link_shared": "links:read",
}


class Events:
    def __init__(self, world: World, subscriptions: Iterable[str] = EVENTS) -> None:
        self._world = world
        self._subscriptions = frozenset(subscriptions)

    def message(self, message: Message, **beside: object) -> None:
        """A message that was written, in the words that its own event has."""
        told = message_json(self._world, message)
        if message.is_reply and message.broadcast:
            told["subtype"] = "thread_broadcast"
        self._of_messages(message.channel, told | beside)

    def changed(self, before: Json, message: Message) -> None:
        now = message_json(self._world, message)
        if message.is_deleted:
            now |= {"subtype": "tombstone", "text": "This message was deleted.", "hidden": True}
        told: Json = {"type": "message", "subtype": "message_changed", "message": now}
        self._of_messages(message.channel, told | {"previous_message": before, "hidden": True})

    def deleted(self, before: Json, message: Message) -> None:
        told: Json = {"type": "message", "subtype": "message_deleted", "deleted_ts": message.ts}
        self._of_messages(message.channel, told | {"previous_message": before, "hidden": True})

    def reaction(self, message: Message, user: str, name: str, *, removed: bool) -> None:
        kind = "reaction_removed" if removed else "reaction_added"
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        told: Json = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user}
        self._of_channel(message.channel, told)

    def joined(self, channel: Channel, user: User, inviter: str = "") -> None:
        told: Json = {
            "type": "member_joined_channel",
            "user": user.id,
            "channel": channel.id,
            "team": user.team,
        }
        told |= {"channel_type": "G" if channel.is_private else "C"}
        self._of_channel(channel.id, told | ({"inviter": inviter} if inviter else {}))

    def shared(self, channel: Channel, team: str) -> None:
        told: Json = {"type": "channel_shared", "connected_team_id": team, "channel": channel.id}
        self._of_channel(channel.id, told)

    def unshared(self, channel: Channel, team: str) -> None:
        told: Json = {"type": "channel_unshared", "previously_connected_team_id": team}
        told |= {"channel": channel.id, "is_ext_shared": channel.is_ext_shared}
        self._of_channel(channel.id, told)

    def archived(self, channel: Channel, user: str) -> None:
        kind = f"{'group' if channel.is_private else 'channel'}_{'' if channel.is_archived else 'un'}archive"
        self._of_channel(channel.id, {"type": kind, "channel": channel.id, "user": user})

    def renumbered(self, channel: Channel, before: str) -> None:
        told: Json = {"type": "channel_id_changed", "old_channel_id": before, "new_channel_id": channel.id}
        self._of_channel(channel.id, told)

    def links(self, message: Message, links: list[Json]) -> None:
        told: Json = {"type": "link_shared", "user": message.user, "channel": message.channel, "links": links}
        told |= {"message_ts": message.ts, "is_bot_user_member": True, "source": "conversations_history"}
        told |= {"unfurl_id": f"{message.channel}.{message.ts}"}
        self._of_channel(
            message.channel, told | ({"thread_ts": message.thread_ts} if message.is_reply else {})
        )

    def home_opened(self, team: Team, user: str, view: Json | None) -> None:
        channel = self._world.direct(team, user).id
        told: Json = {"type": "app_home_opened", "user": user, "channel": channel, "tab": "home"}
        self.of_team(team, told | ({"view": view} if view else {}))

    def members_of_group(self, group: Usergroup, before: list[str]) -> None:
        added = [one for one in group.users if one not in before]
        removed = [one for one in before if one not in group.users]
        told: Json = {"type": "subteam_members_changed", "subteam_id": group.id, "team_id": group.team}
        told |= {"date_update": group.updated, "date_previous_update": 0}
        told |= {"added_users": added, "added_users_count": len(added)}
        told |= {"removed_users": removed, "removed_users_count": len(removed)}
        self.of_team(self._world.teams[group.team], told)

    def user_changed(self, user: User) -> None:
        for team in self._installed():
            if team.id == user.team or not user.is_stranger:
                told = user_json(user, with_email="users:read.email" in team.scopes)
                self.of_team(team, {"type": "user_change", "user": told, "cache_ts": user.updated})

    def uninstalled(self, team: Team) -> None:
        self.of_team(team, {"type": "app_uninstalled"})

    def revoked(self, team: Team) -> None:
        self.of_team(team, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user]}})

    def of_team(self, team: Team, told: Json, *, is_shared: bool = False) -> None:
        """Announce to one installation, if it listens to this kind."""
        kind = str(told["type"])
        scope = SCOPES_OF.get(kind, "")
        if kind in self._subscriptions and (not scope or scope in team.scopes):
            self._world.announce(team, self._stamped(told), is_shared)

    def _of_channel(self, identity: str, told: Json) -> None:
        channel = self._world.channels[identity]
        for team in self._hearers(channel):
            self.of_team(team, told, is_shared=channel.is_ext_shared)

    def _of_messages(self, identity: str, told: Json) -> None:
        channel = self._world.channels[identity]
        if SUBSCRIPTIONS[channel.kind] not in self._subscriptions:
            return
        told = told | {"channel": channel.id, "channel_type": channel.kind}
        told.setdefault("ts", self._world.new_ts())
        told["event_ts"] = told["ts"]
        for team in self._hearers(channel):
            if MESSAGE_SCOPES[channel.kind] in team.scopes:
                self._world.announce(team, told, channel.is_ext_shared)

    def _stamped(self, told: Json) -> Json:
        return told if "event_ts" in told else told | {"event_ts": self._world.new_ts()}

    def _hearers(self, channel: Channel) -> Iterator[Team]:
        """The one installation that gets it: the channel's own workspace before its guests."""
        for identity in (channel.team, *channel.shared_with):
            team = self._world.teams[identity]
            if team.is_installed and team.bot_user in channel.members:
                yield team
                return

    def _installed(self) -> Iterator[Team]:
        return (team for team in self._world.teams.values() if team.is_installed)
