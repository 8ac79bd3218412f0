"""The triage channels: which one a ticket belongs into, and whether its words may be posted there.

A channel must be private, shared with nobody outside, and without guests: it is looked over at the
start, when somebody joins or it is shared, every hour, and every minute while something is wrong.
Until it is found to be sound nothing of a ticket is posted there. A channel that is gone is
replaced by the fallback channel; one that is unsafe is not, for somebody has to look.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bots.chat.alerts import Alerts
from bots.chat.desk import ChatDesk
from bots.settings import SlackSettings
from bots.slack.calls import CHANNEL_GONE, Json, Refused, SlackFailure
from bots.slack.looking import Where
from bots.slack.news import News
from bots.slack.people import People, is_of, name_of
from bots.slack.speaking import ChannelGone, Speaking
from bots.slack.workspaces import MEDIUM
from intake.errors import TemporaryFailure
from store import chat_places, chats
from store.chat_places import ChatPlace, PlaceKind
from store.work import SqlWork

SOUND_SECONDS = 3600.0
TROUBLED_SECONDS = 60.0
MOVED = "moved"  # of a channel that has another id now, among the desk's choices
UNSAFE = "Make it a private channel of full members only, with the app in it; or name another."
GONE = "Take it out of the archive, or /invite the app there; or name another channel."
SHARED = ("is_ext_shared", "is_pending_ext_shared")


@dataclass(frozen=True, slots=True)
class Seat:
    """A triage channel; `team` is the team of the desk that it is for, "" for all others."""

    where: Where
    team: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a channel: `wrong` is "" while all is well."""

    wrong: str
    is_gone: bool
    until: float
    mark: str  # of the news that were known then


class Triage:
    """`seat` says where a ticket's card goes, or why it can go nowhere."""

    def __init__(
        self,
        settings: SlackSettings,
        desk: ChatDesk,
        speaking: Speaking,
        people: People,
        alerts: Alerts,
        news: News,
    ) -> None:
        self.settings = settings
        self._desk = desk
        self._speaking = speaking
        self._people = people
        self._alerts = alerts
        self._news = news
        self._looked: dict[str, Looked] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._moved: dict[str, str] | None = None
        news.forgetting.append(self._forget_names)

    def use(self, settings: SlackSettings) -> None:
        """Go by other channels of teams from now on."""
        self.settings = settings
        self._forget_names()

    @property
    def configured(self) -> tuple[str, ...]:
        """Every channel that is named for it, by the ids of the configuration."""
        named = (
            self.settings.triage_channel,
            *self.settings.teams.values(),
            self.settings.fallback_channel,
        )
        return tuple(dict.fromkeys(one for one in named if one))

    async def seat(self, team: str) -> Seat:
        """Where the cards of a team's tickets go; TemporaryFailure while that is nowhere."""
        await self._news.latest()
        home = await self._speaking.home()
        wrong = "no triage channel is configured"
        for channel, own in self._candidates(team):
            found = await self.look(await self.now_called(channel))
            if not found.wrong:
                return Seat(Where(home, await self.now_called(channel)), own)
            wrong = found.wrong
            if not found.is_gone:
                break
        raise TemporaryFailure(f"Slack: {wrong}", timedelta(seconds=TROUBLED_SECONDS))

    async def is_triage(self, team: str, channel: str) -> bool:
        """Whether a channel is one of ours for triage."""
        await self._news.latest()
        known = [await self.now_called(one) for one in self.configured]
        return channel in known and team == await self._speaking.home()

    async def seat_at(self, channel: str) -> Seat:
        """The seat that a triage channel is."""
        named = {await self.now_called(one): team for team, one in self.settings.teams.items()}
        return Seat(Where(await self._speaking.home(), channel), named.get(channel, ""))

    async def look(self, channel: str, *, anew: bool = False) -> Looked:
        """What is known of a channel, found out anew where that is too old; TemporaryFailure if it cannot."""
        async with self._locks.setdefault(channel, asyncio.Lock()):
            mark = await self._news.latest()
            known = self._looked.get(channel)
            if known and not anew and known.mark == mark and time.monotonic() < known.until:
                return known
            wrong, is_gone = await self._found_out(channel)
            await self._note(channel, wrong, is_gone)
            seconds = TROUBLED_SECONDS if wrong else SOUND_SECONDS
            self._looked[channel] = Looked(wrong, is_gone, time.monotonic() + seconds, mark)
            return self._looked[channel]

    async def unsafe(self, channel: str) -> str:
        """Why a channel could not be one for triage, "" where it could."""
        wrong, _ = await self._found_out(channel)
        return wrong

    async def lost(self, gone: ChannelGone) -> None:
        """Slack would not let us post: nothing else goes there, whatever it says of the channel itself."""
        channel = gone.where.channel
        found = await self.look(channel, anew=True)
        if not found.wrong:
            wrong = f"{channel}: {gone.error}"
            await self._note(channel, wrong, is_gone=True)
            until = time.monotonic() + TROUBLED_SECONDS
            self._looked[channel] = Looked(wrong, True, until, await self._news.latest())

    def forget(self, channel: str) -> None:
        self._looked.pop(channel, None)

    async def renamed(self, before: str, after: str) -> None:
        """A channel has another id now."""
        now = datetime.now(UTC)
        by_now = {await self.now_called(one): one for one in self.configured}
        named = by_now.get(before, before)

        def moved(work: SqlWork) -> None:
            chats.choose(work, MEDIUM, f"{MOVED} {named}", after, now)

        await self._desk.write(moved)
        self._forget_names()
        self.forget(before)

    async def now_called(self, channel: str) -> str:
        """The id that a channel of the configuration has by now."""
        if self._moved is None:
            names = self.configured
            self._moved = await self._desk.read(
                lambda work: {one: work.preference(MEDIUM, f"{MOVED} {one}") for one in names}
            )
        return self._moved.get(channel) or channel

    async def watch(self) -> None:
        """Look over every channel, again and again, until it is cancelled."""
        while True:
            for channel in self.configured:
                try:
                    await self.look(await self.now_called(channel))
                except (TemporaryFailure, SlackFailure):
                    continue  # told already where it matters; what wants to post will ask again
            await asyncio.sleep(TROUBLED_SECONDS)

    # Helpers

    def _forget_names(self) -> None:
        self._moved = None

    def _candidates(self, team: str) -> Iterator[tuple[str, str]]:
        """The team's own channel before that of all; the fallback for either. None is another team's."""
        if own := self.settings.teams.get(team):
            yield own, team
        if self.settings.triage_channel:
            yield self.settings.triage_channel, ""
        if self.settings.fallback_channel:
            yield self.settings.fallback_channel, ""

    async def _found_out(self, channel: str) -> tuple[str, bool]:
        home = await self._speaking.home()
        try:
            said = await self._speaking.ask(home, lambda client: client.conversations_info(channel=channel))
            if wrong := why_gone(said["channel"]):
                return f"{channel}: {wrong}", True
            return await self._unsafe(home, channel, said["channel"]), False
        except Refused as error:
            if error.error in CHANNEL_GONE:
                return f"{channel}: {error.error}", True
            raise TemporaryFailure(f"Slack: {error}") from error
        except SlackFailure as error:
            raise TemporaryFailure(f"Slack: {error}") from error

    async def _unsafe(self, home: str, channel: str, info: Json) -> str:
        if wrong := why_unsafe(info):
            return f"#{info.get('name', channel)}: {wrong}"
        bot = (await self._speaking.workspaces.of(home)).bot_user
        for user in await members(self._speaking, home, channel):
            one = await self._people.one(home, user)
            if user != bot and not one.get("is_bot") and not is_of(one, home):
                return f"#{info.get('name', channel)}: {name_of(one) or user} is a guest or from outside"
        return ""

    async def _note(self, channel: str, wrong: str, is_gone: bool) -> None:
        """Written down, and told to the admins when it is new."""
        if wrong:
            remedy = self._remedy(channel) if is_gone else UNSAFE
            await self._alerts.tell(f"channel {channel}", wrong, remedy, only_admins=True)
        else:
            await self._alerts.over(f"channel {channel}")
        place = ChatPlace(MEDIUM, f"{await self._speaking.home()}/{channel}", PlaceKind.TRIAGE, broken=wrong)
        await self._desk.write(lambda work: chat_places.register(work, place, datetime.now(UTC)))

    def _remedy(self, channel: str) -> str:
        """What mends a channel in which nothing can be posted, and what happens until then."""
        other = self.settings.fallback_channel
        return f"{GONE} Until then {other} takes its place." if other and other != channel else GONE


def why_gone(info: Json) -> str:
    """Why nothing can be posted in a channel, by what Slack says of it."""
    if info.get("is_archived"):
        return "it is archived"
    return "" if info.get("is_member") else "the app is not in it; /invite it there"


def why_unsafe(info: Json) -> str:
    """Why nothing of a ticket may be posted in a channel, by what Slack says of it."""
    if any(info.get(one) for one in SHARED):
        return "it is shared with another workspace"
    return "" if info.get("is_private") else "it is not private"


async def members(speaking: Speaking, team: str, channel: str) -> list[str]:
    """Everybody in a channel; raises a SlackFailure."""
    found: list[str] = []
    cursor = ""
    while True:
        at = cursor
        said = await speaking.ask(
            team,
            lambda client, at=at: client.conversations_members(channel=channel, limit=200, cursor=at or None),  # type: ignore[misc]
        )
        found += said["members"]
        cursor = (said.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found
