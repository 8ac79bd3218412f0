"""`deskbell check` for Slack: the tokens, their scopes, and the channels, each with what mends it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bots.commands.findings import Finding, remark, sound, to_mend
from bots.settings import SlackSettings, secret
from bots.slack.calls import Json, Refused, SlackFailure, answer
from bots.slack.installing import WHOLE_ORGANISATION, is_for_all
from bots.slack.manifest import SCOPES
from bots.slack.people import OUTSIDERS, group_named
from bots.slack.triage import why_gone, why_unsafe
from bots.slack.workspaces import client_of
from intake.errors import ConfigError
from intake.suggestions import did_you_mean

PATIENCE = aiohttp.ClientTimeout(total=10)
MOST_MEMBERS = 200


def findings(place: str, settings: SlackSettings, folder: Path, installed: str = "") -> list[Finding]:
    """What is to be mended in one section of the configuration; `installed` is a token from the database."""
    return asyncio.run(_gathered(place, settings, folder, installed))


async def _gathered(place: str, settings: SlackSettings, folder: Path, installed: str) -> list[Finding]:
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        look = _Look(place, settings, folder, session)
        return [one async for one in look.findings(installed)]


class _Look:
    def __init__(
        self, place: str, settings: SlackSettings, folder: Path, session: aiohttp.ClientSession
    ) -> None:
        self._place = place
        self._settings = settings
        self._folder = folder
        self._session = session

    async def findings(self, installed: str) -> AsyncIterator[Finding]:
        try:
            token = self._secret("bot_token") or installed
            app_token = self._secret("app_token")
        except ConfigError as error:
            for mistake in error.mistakes:
                yield to_mend(mistake)
            return
        if not token:
            yield to_mend(
                f"{self._place}: no workspace is known; set bot_token, or run `deskbell slack install`"
            )
        elif not token.startswith("xoxb-"):
            yield to_mend(
                f"{self._place}.bot_token: a bot's token begins with xoxb-; a person's ends with its owner"
            )
        else:
            async for one in self._of_the_bot(client_of(self._settings.api_url, token, self._session)):
                yield one
        if not self._settings.listen:
            yield await self._of_the_app(app_token)
        elif not self._settings.signing_secrets:
            yield to_mend(
                f"{self._place}.signing_secrets is empty: signed HTTP needs the app's signing secret"
            )

    async def _of_the_app(self, token: str) -> Finding:
        client = client_of(self._settings.api_url, "", self._session)
        try:
            await answer(client.apps_connections_open(app_token=token))
        except Refused as error:
            mend = "make an app-level token with connections:write, in the app's Basic Information"
            return to_mend(f"{self._place}.app_token: Slack answers {error}; {mend}")
        except SlackFailure as error:
            return to_mend(f"{self._place}: Slack cannot be reached at {self._settings.api_url} ({error})")
        return sound(f"{self._place}: Socket Mode answers")

    async def _of_the_bot(self, client: AsyncWebClient) -> AsyncIterator[Finding]:
        try:
            response = await client.auth_test()
        except Exception as error:  # noqa: BLE001  Slack's refusals, and whatever a network can do
            yield to_mend(f"{self._place}{_word(error)}")
            return
        said: Json = response.data if isinstance(response.data, dict) else {}
        if is_for_all(said):
            yield to_mend(f"{self._place}.bot_token: {WHOLE_ORGANISATION}")
            return
        yield sound(
            f"{self._place}: in workspace {said.get('team')} ({said.get('team_id')}) as {said.get('user')}"
        )
        for finding in self._scopes(str(response.headers.get("x-oauth-scopes", ""))):
            yield finding
        if not self._settings.triage_channel:
            yield remark(f"{self._place}.triage_channel is empty: agents are told by mail")
        if group := self._settings.agents_group:
            yield await self._of_group(client, group)
        for channel in self._channels:
            async for one in self._of_channel(client, channel, str(said.get("team_id"))):
                yield one

    def _scopes(self, granted: str) -> list[Finding]:
        given = {one.strip() for one in granted.split(",")} - {""}
        lacking, idle = sorted(SCOPES.keys() - given), sorted(given - SCOPES.keys())
        found: list[Finding] = []
        if given and lacking:
            mend = "take over the manifest of `deskbell slack manifest` and install the app again"
            found.append(to_mend(f"{self._place}: lacks the scopes {', '.join(lacking)}; {mend}"))
        if idle:
            found.append(remark(f"{self._place}: has scopes that nothing needs: {', '.join(idle)}"))
        return found

    @property
    def _channels(self) -> list[str]:
        named = (
            self._settings.triage_channel,
            *self._settings.teams.values(),
            self._settings.fallback_channel,
        )
        return list(dict.fromkeys(one for one in named if one))

    async def _of_group(self, client: AsyncWebClient, name: str) -> Finding:
        at = f"{self._place}.agents_group"
        try:
            groups = (await answer(client.usergroups_list(include_users=True)))["usergroups"]
        except SlackFailure as error:
            return to_mend(f"{at}: {error}; try again in a minute")
        if group := group_named(groups, name):
            return sound(f"{at}: @{group.get('handle')}, {len(group.get('users', ()))} members")
        handles = [str(one.get("handle")) for one in groups]
        return to_mend(f"{at}: no user group {name!r} in that workspace; {did_you_mean(name, handles)}")

    async def _of_channel(self, client: AsyncWebClient, channel: str, team: str) -> AsyncIterator[Finding]:
        """Private, shared with nobody, and nobody in it who is not of the workspace."""
        at = f"{self._place}: channel {channel}"
        try:
            info = (await answer(client.conversations_info(channel=channel)))["channel"]
            if wrong := why_gone(info) or why_unsafe(info):
                yield to_mend(f"{at}: {wrong}; nothing of a ticket is posted there")
                return
            members = (await answer(client.conversations_members(channel=channel, limit=MOST_MEMBERS)))[
                "members"
            ]
            for user in members:
                one = (await answer(client.users_info(user=user)))["user"]
                if _is_outsider(one, team):
                    yield to_mend(f"{at}: {one.get('name', user)} is a guest or from outside; take them out")
        except Refused as error:
            yield to_mend(f"{at}: Slack answers {error}; /invite the app there, or name another channel")
        except SlackFailure as error:
            yield to_mend(f"{at}: {error}; try again in a minute")
        else:
            yield sound(f"{at}: private, {len(members)} members")

    def _secret(self, name: str) -> str:
        value = getattr(self._settings, name)
        return secret(value, f"{self._place}.{name}", self._folder).decode().strip() if value else ""


def _is_outsider(user: Json, team: str) -> bool:
    if user.get("is_bot"):
        return False
    return user.get("team_id") != team or any(user.get(one) for one in OUTSIDERS)


def _word(error: Exception) -> str:
    data = getattr(getattr(error, "response", None), "data", None)
    said = data.get("error") if isinstance(data, dict) else ""
    if said:
        mend = "install the app again and copy its Bot User OAuth Token"
        return f".bot_token: Slack answers {said}; {mend}"
    return f": Slack cannot be reached ({type(error).__name__}); is this machine on the network?"
