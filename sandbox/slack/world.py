"""The world behind the Web API: who and what exists, looked up the way Slack looks it up.

It makes the ids and time stamps, and it refuses with Slack's words what a caller may not see.
It sends nothing: what happens in it is announced through `announce`, which the courier sets.
"""

import itertools
import mimetypes
from collections.abc import Callable, Iterable

from sandbox.slack.clock import Clock
from sandbox.slack.refusals import Refused
from sandbox.slack.things import SCOPES, Channel, File, Json, Message, Team, User, Usergroup, View

APP = "A0DESKBELL"
APP_TOKEN = "xapp-1-A0DESKBELL-1-sandbox"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"

Announce = Callable[[Team, Json, bool], None]


class World:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.announce: Announce = lambda team, event, is_shared: None
        self.base_url = ""  # the server's own address, once it listens
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.files: dict[str, File] = {}
        self.ephemerals: list[Message] = []
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[tuple[str, str], View] = {}
        self._ids = itertools.count(1)
        self._last_stamp = 0

    def new_id(self, prefix: str) -> str:
        return f"{prefix}0{next(self._ids):08d}"

    def new_ts(self) -> str:
        """A time stamp like no other: Slack's seconds and microseconds."""
        self._last_stamp = max(self._last_stamp + 1, int(self.clock.now() * 1_000_000))
        seconds, micro = divmod(self._last_stamp, 1_000_000)
        return f"{seconds}.{micro:06d}"

    def now(self) -> int:
        return int(self.clock.now())

    def found_team(self, name: str, identity: str = "", *, installed: bool = True) -> Team:
        """A new workspace with a bot user of the app in it."""
        tag = identity or self.new_id("T")
        mark = "" if identity else tag.removeprefix("T")
        team = Team(
            id=tag,
            name=name,
            bot_user=f"U0BOT{mark}",
            bot_id=f"B0BOT{mark}",
            bot_token=f"xoxb-sandbox-{tag}",
            app_token=APP_TOKEN,
            signing_secret=SIGNING_SECRET,
            app_id=APP,
            scopes=set(SCOPES),
            is_installed=installed,
        )
        self.teams[tag] = team
        self.users[team.bot_user] = User(
            team.bot_user, tag, "deskbell", is_bot=True, bot_id=team.bot_id, deleted=not installed
        )
        return team

    def add_user(self, user: User) -> str:
        user.updated = self.now()
        self.users[user.id] = user
        return user.id

    def add_channel(self, channel: Channel) -> str:
        channel.created = self.now()
        self.channels[channel.id] = channel
        return channel.id

    def add_file(self, user: User, name: str, content: bytes) -> File:
        """A file that somebody has uploaded."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = File(self.new_id("F"), user.team, user.id, name, content, len(content), kind)
        file.created, file.is_complete = self.now(), True
        self.files[file.id] = file
        return file

    def channel(self, identity: str) -> Channel:
        """A channel by its id or its #name."""
        name = identity.removeprefix("#")
        channel = self.channels.get(identity) or next(
            (one for one in self.channels.values() if name and one.name == name), None
        )
        if channel is None:
            raise Refused("channel_not_found")
        return channel

    def visible_channel(self, team: Team, identity: str) -> Channel:
        """A channel that this team's bot can know of."""
        channel = self.channel(identity)
        is_member = team.bot_user in channel.members
        is_ours = team.id in (channel.team, *channel.shared_with)
        if not is_ours or ((channel.is_private or channel.is_im) and not is_member):
            raise Refused("channel_not_found")
        return channel

    def own_channel(self, team: Team, identity: str) -> Channel:
        """A channel that this team's bot is in and may write to."""
        channel = self.visible_channel(team, identity)
        if channel.is_archived:
            raise Refused("is_archived")
        if team.bot_user not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def message(self, channel: Channel, ts: str) -> Message:
        found = channel.by_ts.get(ts)
        if found is None or found.is_deleted:
            raise Refused("message_not_found")
        return found

    def user(self, identity: str) -> User:
        if identity not in self.users:
            raise Refused("user_not_found")
        return self.users[identity]

    def visible_user(self, team: Team, identity: str) -> User:
        """One of our own, or of a workspace that we share a channel with."""
        user = self.user(identity)
        if user.team == team.id or user.is_stranger or self._meets(team, user):
            return user
        raise Refused("user_not_visible")

    def _meets(self, team: Team, user: User) -> bool:
        return any(
            user.id in one.members and team.id in (one.team, *one.shared_with)
            for one in self.channels.values()
        )

    def direct(self, team: Team, user: str) -> Channel:
        """The bot's direct messages with somebody, opened if need be."""
        for channel in self.channels.values():
            if channel.is_im and channel.team == team.id and user in channel.members:
                return channel
        opened = Channel(self.new_id("D"), "", team.id, is_im=True, members=[team.bot_user, user])
        self.add_channel(opened)
        return opened

    def post(self, message: Message) -> Message:
        """Put a message into its channel and thread."""
        channel = self.channels[message.channel]
        channel.messages.append(message)
        channel.by_ts[message.ts] = message
        if message.is_reply:
            channel.threads.setdefault(message.thread_ts, []).append(message)
        return message

    def replies(self, channel: Channel, ts: str) -> list[Message]:
        """The answers in a thread, oldest first, without what was deleted."""
        return [one for one in channel.threads.get(ts, ()) if not one.is_deleted]

    def find_view(self, identity: str = "", external: str = "") -> View:
        for view in self._views():
            if view.id == identity or (external and view.body.get("external_id") == external):
                return view
        raise Refused("not_found")

    def _views(self) -> Iterable[View]:
        return itertools.chain(*self.modals.values(), self.homes.values())
