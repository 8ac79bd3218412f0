"""What Slack knows of somebody: asked once in five minutes, and at once when Slack says that it changed."""

import time
from collections.abc import Iterable

from bots.slack.calls import Json, Refused
from bots.slack.speaking import Speaking
from intake.people_fields import zones

FRESH_SECONDS = 300.0
OUTSIDERS = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")


class People:
    """Users by workspace and id."""

    def __init__(self, speaking: Speaking) -> None:
        self._speaking = speaking
        self._known: dict[tuple[str, str], tuple[Json, float]] = {}
        self._forgotten = 0  # times

    async def one(self, team: str, user: str) -> Json:
        """What users.info says, {} of somebody who is not to be seen; raises a SlackFailure."""
        found, until = self._known.get((team, user), ({}, 0.0))
        if time.monotonic() < until:
            return found
        before = self._forgotten
        try:
            said = await self._speaking.ask(team, lambda client: client.users_info(user=user))
            found = said["user"]
        except Refused as error:
            if error.error not in ("user_not_found", "user_not_visible", "users_not_found"):
                raise
            found = {}
        if before == self._forgotten:  # what Slack said before somebody changed may be wrong by now
            self._known[team, user] = found, time.monotonic() + FRESH_SECONDS
        return found

    def forget(self, user: str = "") -> None:
        """Ask again for somebody, or for everybody."""
        self._forgotten += 1
        gone = [key for key in self._known if user in ("", key[1])]
        for key in gone:
            del self._known[key]


def is_of(user: Json, team: str) -> bool:
    """A full member of the workspace: no guest, no stranger, no machine, not gone."""
    is_theirs = bool(user) and user.get("team_id") == team
    return is_theirs and not any(user.get(one) for one in OUTSIDERS)


def group_named(groups: Iterable[Json], name: str) -> Json | None:
    """The user group with this id or handle, as Slack lists them."""
    wanted = name.removeprefix("@")
    return next((one for one in groups if wanted in (one["id"], one.get("handle"))), None)


def email_of(user: Json) -> str:
    return str((user.get("profile") or {}).get("email") or "")


def zone_in(user: Json) -> str:
    """The time zone of somebody's profile, "" for none that is known here."""
    zone = str(user.get("tz") or "")
    return zone if zone in zones() else ""


def name_of(user: Json) -> str:
    profile = user.get("profile") or {}
    return str(profile.get("real_name") or user.get("real_name") or user.get("name") or "")
