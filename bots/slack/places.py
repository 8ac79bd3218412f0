"""A channel that is to be registered to an organisation: that it is there, and who may read it."""

import asyncio
from dataclasses import dataclass

import aiohttp

from bots.settings import SlackSettings, secret, signing_key
from bots.settings_of_chat import SLACK_CHANNEL
from bots.slack.calls import Json, Refused, SlackFailure, answer
from bots.slack.sealing import Seal
from bots.slack.workspaces import MEDIUM, client_of
from bots.wiring import Wired
from intake.errors import CommandRefused
from store import installations

PATIENCE = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class Found:
    """A channel as TEAM/CHANNEL, its name, and the other workspaces that it is shared with."""

    place: str
    name: str
    others: tuple[str, ...]


def checked_place(name: str, settings: SlackSettings, wired: Wired, channel: str) -> Found:
    """What Slack says of a channel; CommandRefused where nothing could be heard there."""
    team, _, identity = channel.rpartition("/")
    configured = (settings.triage_channel, settings.fallback_channel, *settings.teams.values())
    if identity in configured:
        raise CommandRefused(f"{identity} is a triage channel; what is said there is for agents only")
    if not SLACK_CHANNEL.fullmatch(identity):
        raise CommandRefused(f'{channel}: give its id, such as C0123, from "View channel details"')
    team, token = _token(name, settings, wired, team)
    return asyncio.run(_looked_up(settings.api_url, token, team, identity))


def _token(name: str, settings: SlackSettings, wired: Wired, team: str) -> tuple[str, str]:
    """The token of a workspace; of the agents' own one where none is named."""
    if settings.bot_token and not team:
        return "", secret(settings.bot_token, f"channel.{name}.bot_token", wired.folder).decode()
    with wired.store.reading() as work:
        first = installations.first_of(work, MEDIUM)
        found = installations.installation_in(work, MEDIUM, team) if team else first
    if found is None or found.ended_at is not None:
        raise CommandRefused(f"the app is not in workspace {team or 'any'}; run `deskbell slack install`")
    key = signing_key(wired.settings.secrets.key, "secrets.key", wired.folder)
    return found.team, Seal(key).opened(found.team, found.sealed)["bot"]


def check_speaks(found: Found, workspace: str) -> None:
    """CommandRefused where a workspace cannot speak for the customer, because it is not there."""
    there = (found.place.partition("/")[0], *found.others)
    if workspace and workspace not in there:
        known = ", ".join(found.others) or "nobody"
        raise CommandRefused(f"{workspace} is not in #{found.name}, which is shared with {known}")


async def _looked_up(api_url: str, token: str, team: str, channel: str) -> Found:
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        client = client_of(api_url, token, session)
        try:
            team = team or str((await answer(client.auth_test()))["team_id"])
            info: Json = (await answer(client.conversations_info(channel=channel)))["channel"]
        except Refused as error:
            raise CommandRefused(f"{channel}: Slack answers {error}; /invite the app there first") from error
        except SlackFailure as error:
            raise CommandRefused(f"Slack cannot be reached: {error}") from error
    if not info.get("is_member"):
        raise CommandRefused(f"the app is not in {channel}; /invite it there first")
    others = sorted(set(info.get("shared_team_ids") or ()) - {team})
    return Found(f"{team}/{channel}", str(info.get("name") or channel), tuple(others))
