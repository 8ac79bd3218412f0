"""Installs the app in a workspace: tokens that were given, or a code that Slack gave for consent.

Only the bot's token is kept, sealed with a key of the desk; a token of the person who installed it is
neither asked for nor kept.
"""

from datetime import UTC, datetime

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bots.settings import SlackSettings
from bots.slack.calls import Json, Refused, SlackFailure, answer
from bots.slack.payloads import is_workspace
from bots.slack.sealing import Seal
from bots.slack.workspaces import MEDIUM, client_of
from intake.errors import ConfigError, DeskbellError
from store.installations import Installation

MENDS = {
    "invalid_code": "a code is good once: agree to the app again, and give the new one",
    "code_expired": "a code is good for ten minutes: agree to the app again, and give the new one",
    "code_already_used": "a code is good once: agree to the app again, and give the new one",
    "bad_redirect_uri": "give --redirect, the very address that the code was sent to",
    "invalid_client_id": 'client_id is that of "Basic Information", "App Credentials"',
    "bad_client_secret": 'client_secret is that of "Basic Information", "App Credentials"',
    "invalid_auth": 'the token is that of "OAuth & Permissions", xoxb-…',
}
PATIENCE = aiohttp.ClientTimeout(total=15)


WHOLE_ORGANISATION = (
    "the app is installed for a whole organisation (Enterprise Grid), and Deskbell speaks in single "
    "workspaces: install it in the workspace itself, and give the Bot User OAuth Token of that one"
)


class NotInstalledNow(DeskbellError):
    """Slack refused the code or the token."""


async def installation(
    settings: SlackSettings,
    key: bytes,
    *,
    token: str = "",
    code: str = "",
    secret: str = "",
    redirect: str = "",
) -> Installation:
    """The workspace that a token is for, or that a code gives one for, ready to be kept."""
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        client = client_of(settings.api_url, "", session)
        try:
            bot = token or await _exchanged(client, settings.client_id, secret, code, redirect)
            said: Json = await answer(client_of(settings.api_url, bot, session).auth_test())
        except SlackFailure as error:
            word = error.error if isinstance(error, Refused) else ""
            mend = f"; {MENDS[word]}" if word in MENDS else ""
            raise NotInstalledNow(f"Slack answers {error}{mend}") from error
    if not said.get("bot_id") and not bot.startswith("xoxb-"):
        raise ConfigError(["--token: that is no bot's token; it begins with xoxb-"])
    if is_for_all(said):
        raise NotInstalledNow(WHOLE_ORGANISATION)
    tokens = {"bot": bot, "bot_id": str(said.get("bot_id") or "")}
    team = str(said["team_id"])
    sealed = Seal(key).sealed(team, tokens)
    return Installation(
        MEDIUM, team, str(said.get("team") or ""), str(said["user_id"]), sealed, datetime.now(UTC)
    )


def is_for_all(said: Json) -> bool:
    """Whether a token is one for every workspace of an organisation, by what auth.test says of it."""
    return bool(said.get("is_enterprise_install")) or not is_workspace(said.get("team_id"))


async def _exchanged(client: AsyncWebClient, client_id: str, secret: str, code: str, redirect: str) -> str:
    """The bot's token for a code that is good once (OAuth v2)."""
    said = await answer(
        client.oauth_v2_access(
            client_id=client_id, client_secret=secret, code=code, redirect_uri=redirect or None
        )
    )
    return str(said["access_token"])
