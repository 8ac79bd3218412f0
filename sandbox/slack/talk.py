"""What people do in Slack itself: write, change, delete, react, join, share, archive and bring back.

Text is taken in wire form, as it would arrive: a typed < is &lt;, a mention <@U…>. A client
would refuse what a person may not do here, such as changing somebody else's message.
"""

import re
from collections.abc import Iterable

from sandbox.slack.events import Events
from sandbox.slack.joining import announce_joined
from sandbox.slack.methods.reactions import without
from sandbox.slack.refusals import Impossible
from sandbox.slack.rich_text import rich_text
from sandbox.slack.shapes import message_json
from sandbox.slack.things import Channel, File, Json, Message, Team, User
from sandbox.slack.world import World

LINK = re.compile(r"<(https?://([^/|>]+)[^|>]*)(?:\|[^>]*)?>")


class Talk:
    def __init__(self, world: World, events: Events, unfurl_domains: Iterable[str] = ()) -> None:
        self.unfurl_domains = set(unfurl_domains)
        self._world = world
        self._events = events

    def say(
        self, user: User, channel: Channel, text: str, thread_ts: str, files: list[File], blocks: list[Json]
    ) -> Message:
        """Write into a channel or a thread of it."""
        self._check_may_write(user, channel)
        if thread_ts:
            self._world.message(channel, thread_ts)
        message = Message(
            channel.id,
            self._world.new_ts(),
            user.id,
            text=text,
            team=user.team,
            thread_ts=thread_ts,
            blocks=blocks or ([rich_text(text)] if text else []),
            files=files,
            bot_id=user.bot_id,
            subtype="file_share" if files else "",
        )
        for file in files:
            file.channels.append(channel.id)
        self._world.post(message)
        self._events.message(message, **self._authorship(channel, message))
        self._tell_of_links(message)
        return message

    def edit(self, user: User, message: Message, text: str) -> None:
        self._check_own(user, message)
        before = message_json(self._world, message)
        message.text, message.blocks = text, [rich_text(text)]
        message.edited = {"user": user.id, "ts": self._world.new_ts()}
        self._events.changed(before, message)

    def delete(self, user: User, message: Message) -> None:
        """Take a message back; a parent with answers leaves a tombstone."""
        self._check_own(user, message)
        before = message_json(self._world, message)
        has_replies = bool(self._world.replies(self._world.channels[message.channel], message.ts))
        message.is_deleted = True
        tell = self._events.changed if has_replies else self._events.deleted
        tell(before, message)

    def react(self, user: User, message: Message, name: str) -> None:
        self._check_may_write(user, self._world.channels[message.channel])
        users = message.reactions.setdefault(name, [])
        if user.id in users:
            raise Impossible(f"{user.id} has put :{name}: there already")
        users.append(user.id)
        self._events.reaction(message, user.id, name, removed=False)

    def take_reaction(self, user: User, message: Message, name: str) -> None:
        if user.id not in message.reactions.get(name, []):
            raise Impossible(f"{user.id} has not put :{name}: there")
        without(message, name, user.id)
        self._events.reaction(message, user.id, name, removed=True)

    def join(self, user: User, channel: Channel, inviter: str = "") -> None:
        if user.id in channel.members:
            raise Impossible(f"{user.id} is in {channel.id} already")
        channel.members.append(user.id)
        announce_joined(self._world, self._events, channel, user, inviter)

    def leave(self, user: User, channel: Channel) -> None:
        channel.members.remove(user.id)

    def share(self, channel: Channel, team: Team) -> None:
        """Open a channel to another workspace (Slack Connect)."""
        if team.id not in channel.shared_with:
            channel.shared_with.append(team.id)
        self._events.shared(channel, team.id)

    def unshare(self, channel: Channel, team: Team) -> None:
        """End it again: their people are in it no more."""
        channel.shared_with.remove(team.id)
        channel.members = [one for one in channel.members if self._world.user(one).team != team.id]
        self._events.unshared(channel, team.id)

    def archive(self, channel: Channel, user: str) -> None:
        channel.is_archived = True
        self._events.archived(channel, user)

    def unarchive(self, channel: Channel, user: str) -> None:
        channel.is_archived = False
        self._events.archived(channel, user)

    def renumber(self, channel: Channel) -> str:
        """Give a channel a new id, as happens when it is shared or moved; its new id."""
        before, channel.id = channel.id, self._world.new_id("C")
        del self._world.channels[before]
        self._world.channels[channel.id] = channel
        for message in channel.messages:
            message.channel = channel.id
        self._events.renumbered(channel, before)
        return channel.id

    def _check_may_write(self, user: User, channel: Channel) -> None:
        if channel.is_archived:
            raise Impossible(f"{channel.id} is archived")
        if user.id not in channel.members or user.deleted:
            raise Impossible(f"{user.id} is not in {channel.id}")

    def _check_own(self, user: User, message: Message) -> None:
        if message.user != user.id:
            raise Impossible(f"{message.ts} is by {message.user}, not by {user.id}")

    def _authorship(self, channel: Channel, message: Message) -> Json:
        """What only the event says: whose workspace a stranger writes from, and hidden files."""
        told: Json = {"client_msg_id": self._world.new_id("client-")}
        if channel.is_ext_shared:
            told |= {"user_team": message.team, "source_team": message.team}
        if message.files and message.team != self._hearing_team(channel):
            told["files"] = [_hidden(file) for file in message.files]
        return told

    def _hearing_team(self, channel: Channel) -> str:
        teams = (self._world.teams[one] for one in (channel.team, *channel.shared_with))
        return next((one.id for one in teams if one.is_installed and one.bot_user in channel.members), "")

    def _tell_of_links(self, message: Message) -> None:
        found = ({"url": url, "domain": domain} for url, domain in LINK.findall(message.text))
        links = [one for one in found if one["domain"] in self.unfurl_domains]
        if links:
            self._events.links(message, links)


def _hidden(file: File) -> Json:
    """A file of another workspace: the app has to ask what it is."""
    return {
        "id": file.id,
        "created": 0,
        "timestamp": 0,
        "user": "",
        "mode": "file_access",
        "file_access": "check_file_info",
    }
