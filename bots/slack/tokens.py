"""Asks Slack with the token of a workspace, and minds which of them are dead, and whether Slack is there.

A dead token stops its workspace: nothing is asked with it, agents are told by mail once, and it is
tried again until it works. What waited for it then goes at once. So does what waited while Slack was not
there at all: the waits between tries are those of mail, and grow to hours.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from bots.chat.alerts import Alerts
from bots.chat.desk import ChatDesk
from bots.slack.calls import DeadToken, Json, Lost, SlackFailure, answer
from bots.slack.looking import Call
from bots.slack.workspaces import MEDIUM, Workspace, Workspaces
from intake.errors import TemporaryFailure
from store import cards, inbox, outbox
from store.work import SqlWork

WATCH_SECONDS = 30.0
REST = timedelta(minutes=1)  # while a token is dead
log = structlog.get_logger()


class Tokens:
    """One for a channel of the configuration; `watch` tries what is dead until it is cancelled."""

    def __init__(self, workspaces: Workspaces, desk: ChatDesk, alerts: Alerts) -> None:
        self.workspaces = workspaces
        self._desk = desk
        self._alerts = alerts
        self._is_doubted = False  # a call was lost since Slack last answered `watch`
        self._is_away = False  # nor did it answer that

    async def ask(self, team: str, call: Call) -> Json:
        """The answer of a call in a workspace; a SlackFailure, or TemporaryFailure while its token rests."""
        if dead := self.workspaces.dead(team):
            raise TemporaryFailure(f"Slack: {dead}", REST)
        workspace = await self._workspace(team)
        try:
            said = await answer(call(workspace.client))
        except DeadToken as error:
            await self.died(team, error.error)
            raise
        except Lost:
            self._is_doubted = True
            raise
        if self.workspaces.key(team) in self.workspaces.paused:
            await self._lives(team)
        return said

    async def _workspace(self, team: str) -> Workspace:
        """A workspace by its id; before it the agents' own is found out, whose token may be the dead one."""
        try:
            return await self.workspaces.of(team)
        except DeadToken as error:
            await self.died("", error.error)
            raise TemporaryFailure(f"Slack: {error}", REST) from error
        except Lost:
            self._is_doubted = True
            raise

    async def home(self) -> str:
        """The id of the agents' workspace; TemporaryFailure while it cannot be found out."""
        if dead := self.workspaces.dead(""):
            raise TemporaryFailure(f"Slack: {dead}", REST)
        try:
            return (await self.workspaces.home()).team
        except DeadToken as error:
            await self.died("", error.error)
            raise TemporaryFailure(f"Slack: {error}", REST) from error
        except SlackFailure as error:
            self._is_doubted = True
            raise TemporaryFailure(f"Slack: {error}") from error

    async def watch(self) -> None:
        """Try dead tokens, and Slack when it was not there, until they work; until it is cancelled."""
        await self.try_again("")
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for key in self.workspaces.paused:
                await self.try_again(key)
            if self._is_doubted:
                await self._ask_whether_it_is_there()

    async def died(self, team: str, error: str) -> None:
        """A token is good for nothing any more: nothing is said until it works; agents hear of it once."""
        self.workspaces.pause(team, error)
        again = "Install the app again (`deskbell slack install`, or a new bot_token), then `deskbell check`."
        remedy = f"Slack says {error}. {again}"
        key = self.workspaces.key(team)
        # Slack says of a workspace that took us out first one word and then another; that is one trouble
        reason = f"Slack takes the token{f' for workspace {key}' if key else ''} no more"
        await self._alerts.tell(self._trouble(team), reason, remedy)

    async def try_again(self, key: str) -> None:
        """Ask with a token whether it works by now; "" is the agents' own workspace."""
        try:
            if key:
                self.workspaces.forget(key)
                await answer((await self.workspaces.of(key)).client.auth_test())
            else:
                workspace = await self.workspaces.home()
                await answer(workspace.client.auth_test())
            await self._lives(key)
        except (SlackFailure, TemporaryFailure) as error:
            self.workspaces.forget_home()
            log.info("Slack's token is dead still", team=key, error=str(error))

    async def _ask_whether_it_is_there(self) -> None:
        """A single call that was lost says little; one that is lost here, too, says that nothing goes."""
        try:
            await answer((await self.workspaces.home()).client.auth_test())
        except (SlackFailure, TemporaryFailure) as error:
            self._is_away = True
            log.info("Slack is not there", error=str(error))
            return
        if self._is_away:
            await self._desk.write(_hastened)
        self._is_doubted = self._is_away = False

    async def _lives(self, team: str) -> None:
        """A token works again: what waited for it goes at once."""
        self.workspaces.resume(team)
        if await self._alerts.over(self._trouble(team)):
            await self._desk.write(_hastened)

    def _trouble(self, team: str) -> str:
        return f"token {self.workspaces.key(team)}".rstrip()


def _hastened(work: SqlWork) -> None:
    now = datetime.now(UTC)
    inbox.hasten(work, MEDIUM, now)
    outbox.hasten(work, MEDIUM, now)
    cards.hasten(work, now)
