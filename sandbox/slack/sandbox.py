"""The sandbox as its users see it: start it, furnish a workspace, act as people, look at what came.

What a method of `SlackSandbox` does is said where it is done: `talk` for what people write,
`desk` for the app's own surfaces, `web_api` and `sockets` for what the app meets.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from sandbox.slack.control import Control
from sandbox.slack.courier import PATIENCE, Ack
from sandbox.slack.faults import Fault
from sandbox.slack.gate import BURST
from sandbox.slack.http_mode import RETRY_AFTER
from sandbox.slack.log import Called
from sandbox.slack.parts import Parts, Wishes
from sandbox.slack.refusals import Impossible
from sandbox.slack.shapes import view_json
from sandbox.slack.things import EVENTS, Channel, Json, Message, Team, User, Usergroup, View
from sandbox.slack.triggers import Interaction

FileLike = tuple[str, bytes]  # a name and the bytes


class SlackSandbox:
    """A local Slack: `async with SlackSandbox() as slack`, and point the app at `slack.api_url`."""

    def __init__(
        self,
        *,
        redeliver_after: float = 3.0,
        attempts: int = 4,
        rate_limits: bool = False,
        message_burst: int = BURST,
        http_url: str = "",
        http_retries: Sequence[float] = RETRY_AFTER,
        events: Iterable[str] = EVENTS,
        unfurl_domains: Iterable[str] = (),
        patience: float = PATIENCE,
        port: int = 0,
    ) -> None:
        """How soon an event goes out again and how often in all, whether rates are limited and
        how many messages a channel takes at once, where and when to try again in HTTP mode, what
        the app is subscribed to, whose links it unfurls, how long a person waits for the app (and a
        trigger lives), and a port if it must be a certain one."""
        self._parts = Parts(
            Wishes(
                redeliver_after,
                attempts,
                rate_limits,
                message_burst,
                http_retries,
                events,
                unfurl_domains,
                patience,
            )
        )
        self.world = self._parts.world
        self.team = self.world.found_team("Vendor", "T0VENDOR")
        self._port = port
        self._parts.tell_by(http_url)
        Control(self).add_to(self._parts.server.app)

    async def __aenter__(self) -> Self:
        await self._parts.server.start(self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._parts.courier.stop()
        await self._parts.sockets.cut()
        await self._parts.http.close()
        await self._parts.server.stop()

    @property
    def api_url(self) -> str:
        return f"{self.world.base_url}/api/"

    @property
    def http_url(self) -> str:
        """Where the app is told by signed HTTP; "" for Socket Mode."""
        return self._parts.http.url

    @http_url.setter
    def http_url(self, url: str) -> None:
        self._parts.tell_by(url)

    # Furnish

    def add_user(
        self,
        name: str,
        *,
        email: str = "",
        team: Team | None = None,
        restricted: bool = False,
        ultra_restricted: bool = False,
        stranger: bool = False,
        bot: bool = False,
        deleted: bool = False,
        tz: str = "Europe/Rome",
    ) -> str:
        """A person; the id."""
        user = User(self.world.new_id("U"), (team or self.team).id, name, email, tz)
        user.is_restricted, user.is_ultra_restricted = restricted or ultra_restricted, ultra_restricted
        user.is_stranger, user.is_bot, user.deleted = stranger, bot, deleted
        user.bot_id = self.world.new_id("B") if bot else ""
        return self.world.add_user(user)

    def add_channel(
        self,
        name: str,
        *,
        private: bool = False,
        members: Iterable[str] = (),
        shared_with: Iterable[Team] = (),
        bot: bool = True,
        team: Team | None = None,
    ) -> str:
        """A channel with these people in it, and the bot unless it is left out; the id."""
        owner = team or self.team
        channel = Channel(self.world.new_id("C"), name, owner.id, private)
        channel.members = [*([owner.bot_user] if bot else []), *members]
        channel.shared_with = [one.id for one in shared_with]
        return self.world.add_channel(channel)

    def add_usergroup(self, handle: str, users: Iterable[str], *, team: Team | None = None) -> str:
        group = Usergroup(self.world.new_id("S"), (team or self.team).id, handle, list(users))
        self.world.usergroups[group.id] = group
        return group.id

    def add_team(self, name: str, *, installed: bool = False) -> Team:
        """Another workspace: customers of Slack Connect, or with the app installed there too."""
        return self.world.found_team(name, installed=installed)

    def consent(self, team: Team, user: str = "U0ADMIN") -> str:
        """Agree to install the app: the code for oauth.v2.access."""
        return self._parts.oauth.consent(team, user)

    # Act as people

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str = "",
        files: Iterable[FileLike] = (),
        blocks: Sequence[Json] = (),
    ) -> str:
        """Write, in wire form; the ts."""
        person = self.world.user(user)
        kept = [self.world.add_file(person, name, content) for name, content in files]
        place = self.world.channel(channel)
        return self._parts.talk.say(person, place, text, thread_ts, kept, list(blocks)).ts

    async def say_to_bot(self, user: str, text: str) -> str:
        """Write to the app in direct messages; the ts."""
        team = self.team_of(user)
        return await self.say(user, self.world.direct(team, user).id, text)

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        self._parts.talk.edit(self.world.user(user), self._message(channel, ts), text)

    async def delete(self, user: str, channel: str, ts: str) -> None:
        self._parts.talk.delete(self.world.user(user), self._message(channel, ts))

    async def react(self, user: str, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        act = self._parts.talk.take_reaction if remove else self._parts.talk.react
        act(self.world.user(user), self._message(channel, ts), name)

    async def click(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        value: str | None = None,
        selected: Any = None,
    ) -> Interaction:
        """Press or choose; `value` tells buttons of one action_id apart, `selected` is the choice."""
        message = self._message(channel, ts, user)
        if user not in self.world.channel(channel).members:
            raise Impossible(f"{user} is not in {channel}")
        return self._parts.desk.click(self.team_of(user, channel), user, message, action_id, value, selected)

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Interaction:
        place = self.world.channel(channel)
        if user not in place.members:
            raise Impossible(f"{user} is not in {channel}")
        return self._parts.desk.command(self.team_of(user, channel), user, place, command, text)

    async def shortcut(self, user: str, callback_id: str, *, channel: str = "", ts: str = "") -> Interaction:
        """A global shortcut, or one on a message."""
        team = self.team_of(user, channel)
        if not ts:
            return self._parts.desk.shortcut(team, user, callback_id)
        return self._parts.desk.message_shortcut(team, user, callback_id, self._message(channel, ts))

    async def submit(self, user: str, view_id: str, values: Mapping[str, Any] | None = None) -> Json:
        """Submit a modal: block_id -> action_id -> value, or block_id -> value; what the app answered."""
        return await self._parts.desk.submit(self._top(user, view_id), dict(values or {}))

    async def submit_in_vain(self, user: str, view_id: str, values: Mapping[str, Any]) -> Json:
        """The same where the answer never reaches the person, in front of whom the form stays."""
        return await self._parts.desk.submit_in_vain(self._top(user, view_id), dict(values))

    async def act_in_view(
        self, user: str, view_id: str, action_id: str, *, value: str | None = None, selected: Any = None
    ) -> Interaction:
        return self._parts.desk.act_in_view(self._view(user, view_id), action_id, value, selected)

    async def suggest(self, user: str, view_id: str, action_id: str, typed: str) -> list[Json]:
        """Type into an external select; what the app offers, to be chosen by value from then on."""
        return await self._parts.desk.suggest(self._view(user, view_id), action_id, typed)

    async def close_view(self, user: str, view_id: str, *, whole_stack: bool = False) -> None:
        self._parts.desk.close(self._top(user, view_id), whole_stack=whole_stack)

    async def open_home(self, user: str) -> None:
        team = self.team_of(user)
        view = self.world.homes.get((team.id, user))
        self._parts.events.home_opened(team, user, view_json(view, team) if view else None)

    async def join(self, user: str, channel: str, *, inviter: str = "") -> None:
        self._parts.talk.join(self.world.user(user), self.world.channel(channel), inviter)

    async def leave(self, user: str, channel: str) -> None:
        self._parts.talk.leave(self.world.user(user), self.world.channel(channel))

    async def share_channel(self, channel: str, team: Team) -> None:
        self._parts.talk.share(self.world.channel(channel), team)

    async def archive(self, channel: str, user: str = "U0ADMIN") -> None:
        self._parts.talk.archive(self.world.channel(channel), user)

    async def unshare_channel(self, channel: str, team: Team) -> None:
        self._parts.talk.unshare(self.world.channel(channel), team)

    async def unarchive(self, channel: str, user: str = "U0ADMIN") -> None:
        self._parts.talk.unarchive(self.world.channel(channel), user)

    async def rename_id(self, channel: str) -> str:
        """Give a channel a new id; the new one."""
        return self._parts.talk.renumber(self.world.channel(channel))

    async def set_usergroup(self, group: str, users: Iterable[str]) -> None:
        found = self.world.usergroups[group]
        before, found.users, found.updated = found.users, list(users), self.world.now()
        self._parts.events.members_of_group(found, before)

    async def change_user(self, user: str, **changes: Any) -> None:
        """Change what is known of a person: deleted, is_restricted, name, email, tz …"""
        person = self.world.user(user)
        for name, value in changes.items():
            setattr(person, name, value)
        person.updated = self.world.now()
        self._parts.events.user_changed(person)

    async def uninstall(self, team: Team | None = None) -> None:
        """Take the app out of a workspace: its token is dead from now on."""
        gone = team or self.team
        self._parts.events.uninstalled(gone)
        self._parts.events.revoked(gone)
        gone.is_installed = False

    async def revoke_tokens(self, team: Team | None = None) -> None:
        self._parts.events.revoked(team or self.team)
        (team or self.team).trouble = "token_revoked"

    # See what came of it

    @property
    def calls(self) -> list[Called]:
        return self._parts.api.calls

    @property
    def acks(self) -> list[Ack]:
        return self._parts.sockets.acks

    @property
    def sockets(self) -> int:
        """How many sockets are open now."""
        return self._parts.sockets.open_count

    @property
    def connections(self) -> int:
        """How many sockets were opened so far."""
        return self._parts.sockets.connections

    @property
    def dropped(self) -> list[Json]:
        """Events that were given up."""
        return [parcel.payload for parcel in self._parts.courier.dropped]

    def channel(self, identity: str) -> list[Message]:
        """Every message of a channel in order, deleted ones too."""
        return self.world.channel(identity).messages

    def thread(self, channel: str, ts: str) -> list[Message]:
        """A parent and its answers in order."""
        return [one for one in self.channel(channel) if ts in (one.ts, one.thread_ts)]

    def home(self, user: str) -> Json | None:
        team = self.team_of(user)
        view = self.world.homes.get((team.id, user))
        return view_json(view, team) if view else None

    def views(self, user: str) -> list[Json]:
        """The modals in front of a person, the one on top last."""
        stack = self.world.modals.get(user, [])
        return [view_json(view, self.world.teams[view.team]) for view in stack]

    def ephemerals(self, user: str, channel: str = "") -> list[Message]:
        """What only this person sees, in one channel or anywhere."""
        mine = (one for one in self.world.ephemerals if one.ephemeral_to == user and not one.is_deleted)
        return [one for one in mine if channel in ("", one.channel)]

    def dms(self, user: str) -> list[Message]:
        return self.world.direct(self.team_of(user), user).messages

    async def wait_for(self, predicate: Callable[[], Any], seconds: float = 30.0) -> Any:
        """What the predicate says once it is true; TimeoutError when that takes too long."""
        end = time.monotonic() + seconds
        while not (found := predicate()):
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds:g} s in vain")
            await asyncio.sleep(0.005)
        return found

    async def wait_until_idle(self, seconds: float = 30.0) -> None:
        """Return once everything that happened was acknowledged or given up."""
        await self.wait_for(lambda: self._parts.courier.is_idle, seconds)

    # Trouble

    def fail(self, method: str, **trouble: Any) -> None:
        """Let the next calls of a method ("*": of any) meet trouble: the fields of `Fault`."""
        self._parts.faults.add(Fault(method, **trouble))

    def mend(self) -> None:
        """Forget the faults that nobody has met."""
        self._parts.faults.clear()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        await self._parts.sockets.disconnect(reason)

    async def cut(self) -> None:
        """End every socket without a word."""
        await self._parts.sockets.cut()

    async def freeze(self, *, thaw: bool = False) -> None:
        """Let the sockets stay open and say nothing, pongs included, until thawed."""
        self._parts.sockets.is_frozen = not thaw

    def advance(self, seconds: float) -> None:
        self._parts.clock.advance(seconds)

    async def verify_url(self) -> bool:
        """Whether the app answers the challenge at its address."""
        return await self._parts.http.verify_url()

    # Helpers

    def team_of(self, user: str, channel: str = "") -> Team:
        """The installation that an act of this person goes to."""
        own = self.world.teams[self.world.user(user).team]
        if own.is_installed:
            return own
        return self.world.teams[self.world.channel(channel).team] if channel else self.team

    def _message(self, channel: str, ts: str, user: str = "") -> Message:
        mine: Collection[Message] = self.ephemerals(user, channel) if user else ()
        found = next((one for one in mine if one.ts == ts), None)
        return found or self.world.message(self.world.channel(channel), ts)

    def _view(self, user: str, view_id: str) -> View:
        view = self.world.find_view(view_id)
        if view.user != user:
            raise Impossible(f"{view_id} is not in front of {user}")
        return view

    def _top(self, user: str, view_id: str) -> View:
        """The modal on top; nobody can reach those below."""
        view = self._view(user, view_id)
        if view is not self.world.modals.get(user, [view])[-1] or view.is_home:
            raise Impossible(f"{view_id} is not on top")
        return view
