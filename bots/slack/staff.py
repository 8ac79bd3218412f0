"""Who is an agent here: whoever is in the user group or in a triage channel, and no guest.

Asked of whoever clicks, commands, writes or reacts. What is found is good for five minutes, and
forgotten at once when Slack says that a group or a person changed. While it cannot be found out,
nobody is an agent. Who is listed by an address only is known by their id from then on, so that they
can be mentioned and written to; the time zone of their profile is theirs where none is listed. Who is not
listed at all is put on the list when they first act, unless the configuration wants every agent to be
listed. A deactivated agent and a customer's person stay out.
"""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bots.chat.desk import ChatDesk
from bots.settings import SlackSettings
from bots.slack.calls import Json, Refused, SlackFailure
from bots.slack.news import News
from bots.slack.people import FRESH_SECONDS, People, email_of, group_named, is_of, name_of, zone_in
from bots.slack.speaking import Speaking
from bots.slack.triage import Triage, members
from intake.errors import TemporaryFailure
from intake.readers import ZONE
from intake.tickets import Agent
from store import chats
from store.work import SqlWork

WATCH_SECONDS = 3600.0
log = structlog.get_logger()


class Staff:
    """`agent` answers for one user of one workspace."""

    def __init__(
        self,
        settings: SlackSettings,
        desk: ChatDesk,
        speaking: Speaking,
        people: People,
        triage: Triage,
        news: News,
    ) -> None:
        self.settings = settings
        self._desk = desk
        self._speaking = speaking
        self._people = people
        self._triage = triage
        self._news = news
        self._mark = ""
        self._members: frozenset[str] = frozenset()
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def agent(self, team: str, user: str) -> Agent | None:
        """The agent whom a user is, None for everybody else; raises where Slack cannot be asked."""
        one = await self._member(team, user)
        if one is None:
            return None
        return await self._listed(user, one) or await self._enrolled(user, one)

    def use(self, settings: SlackSettings) -> None:
        """Go by another user group from now on."""
        self.settings = settings
        self.forget()

    async def watch(self) -> None:
        """Learn the Slack ids of agents who are listed by their address, until it is cancelled."""
        while True:
            try:
                home = await self._speaking.home()
                for user in await self._members_now():
                    if one := await self._member(home, user):
                        await self._listed(user, one)
            except (TemporaryFailure, SlackFailure) as error:
                log.info("agents cannot be looked up", error=str(error))
                await asyncio.sleep(FRESH_SECONDS)
            else:
                await asyncio.sleep(WATCH_SECONDS)

    def forget(self, user: str = "") -> None:
        """Ask Slack again: about one person, or about everybody."""
        self._people.forget(user)
        self._until = 0.0

    async def _member(self, team: str, user: str) -> Json | None:
        """What Slack knows of a full member of our workspace who is among the agents there."""
        if not user or team != await self._speaking.home():
            return None
        if user not in await self._members_now():
            return None
        one = await self._people.one(team, user)
        return one if is_of(one, team) else None

    async def _listed(self, user: str, one: Json) -> Agent | None:
        found, zone = await self._desk.read(lambda work: _known(work, user, one))
        if found is not None and zone != zone_in(one):
            owner, now = f"agent:{found.id}", datetime.now(UTC)
            await self._desk.write(lambda work: chats.choose(work, owner, ZONE, zone_in(one), now))
        if found is not None and not found.slack:
            await self._desk.write(lambda work: chats.learn_agent(work, found.id, user))
            return replace(found, slack=user)
        return found

    async def _enrolled(self, user: str, one: Json) -> Agent | None:
        if not self.settings.enrol_agents:
            return None
        name, email, now = name_of(one) or user, email_of(one), datetime.now(UTC)
        ours = self._desk.setup.desk.domain
        return await self._desk.write(lambda work: chats.enrol_agent(work, name, email, user, ours, now))

    async def _members_now(self) -> frozenset[str]:
        async with self._lock:
            mark = await self._news.latest()
            if mark != self._mark or time.monotonic() >= self._until:
                self._members = frozenset(await self._found())
                self._mark = mark
                self._until = time.monotonic() + FRESH_SECONDS
            return self._members

    async def _found(self) -> set[str]:
        home = await self._speaking.home()
        found = set(await self._group(home))
        for name in self._triage.configured:
            try:
                found.update(await members(self._speaking, home, await self._triage.now_called(name)))
            except Refused:
                continue  # a channel that is gone has no members
        return found

    async def _group(self, home: str) -> list[str]:
        wanted = self.settings.agents_group
        if not wanted:
            return []
        said = await self._speaking.ask(home, lambda client: client.usergroups_list(include_users=True))
        group = group_named(said["usergroups"], wanted)
        return list(group.get("users", ())) if group else []


def _known(work: SqlWork, user: str, one: Json) -> tuple[Agent | None, str]:
    """The listed agent whom a user is, and the time zone that their Slack had when it was last seen."""
    found = agent_of(work, user, email_of(one))
    return found, work.preference(f"agent:{found.id}", ZONE) if found else ""


def agent_of(work: SqlWork, user: str, email: str) -> Agent | None:
    """The active agent with this Slack id, or with this address where no id of theirs is known.

    Addresses change hands in Slack: who is known by an id is nobody else.
    """
    by_id = next((one for one in work.agents() if one.slack and one.slack == user), None)
    by_address = work.agent(email) if email and by_id is None else None
    return by_id or (by_address if by_address and not by_address.slack else None)
