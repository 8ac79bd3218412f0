"""Tells agents by mail that a chat cannot be used: once for each trouble, since the chat cannot say it.

What is for the admins (a channel that is gone, while the rest works) they read in a direct message
too, where Slack knows them. What was told is remembered with the desk, so that another start does not
tell it again; when the trouble has passed it is forgotten, and the next one is told.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bots.chat.desk import ChatDesk
from intake.decisions import Audience, Notice, Recipient
from intake.errors import TemplateError
from intake.messages import Address
from intake.readers import DIRECT, all_agents
from intake.work import Setup
from store import chats
from store.work import SqlWork

NOTICE = "agent-chat"
SLACK = "slack"  # the chat in which agents live
log = structlog.get_logger()


class Alerts:
    """The troubles of one channel; `admins` are the agents whom some of them are for."""

    def __init__(self, desk: ChatDesk, channel: str, admins: Collection[str] = ()) -> None:
        self._desk = desk
        self._channel = channel
        self._admins = tuple(admins)

    async def tell(self, about: str, reason: str, remedy: str, *, only_admins: bool = False) -> bool:
        """Mail the agents that something is wrong; False when they know."""
        log.warning("a chat is in trouble", channel=self._channel, about=about, reason=reason)
        admins = self._admins if only_admins else ()
        return await self._desk.write(lambda work: self._told(work, about, reason, remedy, admins))

    async def is_told(self, about: str) -> bool:
        return bool(await self._desk.read(lambda work: work.preference(self._owner, about)))

    async def over(self, about: str) -> bool:
        """The trouble has passed; False where there was none."""
        if not await self.is_told(about):
            return False
        now = datetime.now(UTC)
        await self._desk.write(lambda work: chats.choose(work, self._owner, about, "", now))
        return True

    @property
    def _owner(self) -> str:
        return f"channel:{self._channel}"

    def _told(self, work: SqlWork, about: str, reason: str, remedy: str, admins: Collection[str]) -> bool:
        if work.preference(self._owner, about) == reason:
            return False
        now, setup = datetime.now(UTC), self._desk.setup
        facts = {"chat": self._channel, "reason": reason, "remedy": remedy}
        notice = Notice(NOTICE, Audience.AGENTS, facts, "auto-generated")
        for to in (*_by_mail(work, setup, admins), *_directly(work, setup, admins)):
            try:
                outbound = setup.wording.word(notice, to, None, None, now)
                work.promise(
                    replace(outbound, lane=to.address.address if to.channel == SLACK else ""), None, now
                )
            except TemplateError as error:
                log.warning("an alert cannot be worded", error=str(error))
        chats.choose(work, self._owner, about, reason, now)
        return True


def _by_mail(work: SqlWork, setup: Setup, admins: Collection[str]) -> Iterable[Recipient]:
    """The admins if they are meant and there are any, else all agents, never in a chat."""
    desk = replace(setup.desk, has_triage=False)
    named = [Recipient(Address("", one), desk.language, desk.timezone, 0, is_agent=True) for one in admins]
    return named or all_agents(work, desk)


def _directly(work: SqlWork, setup: Setup, admins: Collection[str]) -> Iterable[Recipient]:
    """The admins whom Slack knows, in direct messages."""
    found = [agent.slack for one in admins if (agent := work.agent(one)) and agent.slack]
    places = [Address("", f"{DIRECT} {one}") for one in found]
    desk = setup.desk
    return [Recipient(one, desk.language, desk.timezone, is_agent=True, channel=SLACK) for one in places]
