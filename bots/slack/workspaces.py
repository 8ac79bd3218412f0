"""The workspaces that the app is in, each with a client of its own; all share one HTTP session.

The token of the configuration is for the agents' own workspace; those that `deskbell slack
install` brought are opened from the database. Without one in the configuration theirs is the one that the
app came into first, also while it is out of it: a customer's must never become the agents' place. Only bot
tokens are used, so that nobody's account being closed stops the desk. A token that is dead is not tried
again but once a minute; until it works, what is to be said waits.
"""

import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bots.chat.desk import ChatDesk
from bots.redacting import remember
from bots.setting_values import is_loopback
from bots.settings import SlackSettings
from bots.settings import secret as read_secret
from bots.slack.calls import Json, answer
from bots.slack.sealing import Seal
from intake.errors import TemporaryFailure
from store import installations
from store.desk import SqlStore
from store.installations import Installation

MEDIUM = "slack"
PATIENCE = aiohttp.ClientTimeout(total=20, connect=10)
REST_SECONDS = 60.0  # before a dead token is tried again


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace and how to speak to it."""

    team: str
    name: str
    bot_user: str
    bot_id: str
    client: AsyncWebClient = field(repr=False)


class NotInstalled(TemporaryFailure):
    """The app is not in that workspace, or not any more."""


class Workspaces:
    """Each workspace by its id; `home` is the agents' own."""

    def __init__(self, settings: SlackSettings, name: str, desk: ChatDesk) -> None:
        self._settings = settings
        self._name = name
        self._desk = desk
        self._seal = Seal(desk.key)
        self._known: dict[str, Workspace] = {}
        self._home = ""
        self._last_home = ""  # which it was, also while it has to be found out again
        self._dead: dict[str, tuple[str, float]] = {}  # the error, and when it may be tried again
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=PATIENCE)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def client(self, token: str = "") -> AsyncWebClient:
        """A client of the configured API."""
        return client_of(self._settings.api_url, token, self.session)

    async def home(self) -> Workspace:
        """The agents' own workspace; raises a SlackFailure while it cannot be found out."""
        if self._home:
            return await self.of(self._home)
        if self._settings.bot_token:
            found = await self._introduced(self._bot_token())
        else:
            found = await self._first()
        self._known[found.team] = found
        self._home = self._last_home = found.team
        return found

    async def of(self, team: str) -> Workspace:
        """A workspace by its id; NotInstalled where the app is not in it."""
        if not self._home and self._settings.bot_token:
            await self.home()
        if team not in self._known:
            self._known[team] = await self._opened(team)
        return self._known[team]

    def forget(self, team: str) -> None:
        """Read a workspace's tokens again before the next call."""
        self._known.pop(team, None)
        if self._home == team:
            self._home = ""

    def forget_home(self) -> None:
        self.forget(self._home)

    # Dead tokens; "" stands for the agents' own workspace, whose id may not be known yet

    def key(self, team: str) -> str:
        return "" if team == self._last_home else team

    def dead(self, team: str) -> str:
        """Why nothing can be said in a workspace at this moment, "" when it can be tried."""
        error, until = self._dead.get(self.key(team), ("", 0.0))
        return error if time.monotonic() < until else ""

    def pause(self, team: str, error: str) -> None:
        self._dead[self.key(team)] = error, time.monotonic() + REST_SECONDS

    @property
    def paused(self) -> tuple[str, ...]:
        """The workspaces whose token is dead, by their keys."""
        return tuple(self._dead)

    def resume(self, team: str) -> None:
        self._dead.pop(self.key(team), None)

    # Helpers

    def _bot_token(self) -> str:
        token = read_secret(self._settings.bot_token, f"channel.{self._name}.bot_token", self._desk.folder)
        remember(token)
        return token.decode()

    async def _introduced(self, token: str) -> Workspace:
        """Whose token it is, as Slack says."""
        client = self.client(token)
        said: Json = await answer(client.auth_test())
        return Workspace(
            said["team_id"], said.get("team", ""), said["user_id"], said.get("bot_id", ""), client
        )

    async def _first(self) -> Workspace:
        found = await self._desk.read(lambda work: installations.first_of(work, MEDIUM))
        if found is None:
            raise NotInstalled("the app is in no workspace; run `deskbell slack install`")
        return await self._opened(found.team)

    async def _opened(self, team: str) -> Workspace:
        found = await self._desk.read(lambda work: installations.installation_in(work, MEDIUM, team))
        if found is None or found.ended_at is not None:
            raise NotInstalled(f"the app is not in workspace {team}; run `deskbell slack install`")
        return self._workspace(found)

    def _workspace(self, one: Installation) -> Workspace:
        tokens = self._seal.opened(one.team, one.sealed)
        remember(tokens["bot"])
        client = self.client(tokens["bot"])
        return Workspace(one.team, one.name, one.bot_user, tokens.get("bot_id", ""), client)


def client_of(api_url: str, token: str, session: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """A client that tries nothing twice by itself; what stays on this machine goes by no proxy."""
    client = AsyncWebClient(token=token or None, base_url=api_url, session=session, retry_handlers=[])
    if is_loopback(urlsplit(api_url).hostname or ""):
        client.proxy = None
    return client


def installed_token(store: SqlStore, key: bytes) -> str:
    """The bot's token of the first workspace that the app was installed in, "" where there is none."""
    with store.reading() as work:
        found = installations.first_of(work, MEDIUM)
    is_there = found is not None and found.ended_at is None
    return Seal(key).opened(found.team, found.sealed)["bot"] if found and is_there else ""
