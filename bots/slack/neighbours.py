"""Who in a shared channel is of the organisation that it was registered to, by their workspace alone.

Slack often shows no address of people in another workspace. The channel itself is what ties them to a
customer then: an administrator registered it to one organisation, and where it is shared with one
other workspace, that is theirs. With several it does not say whose somebody is, unless the
administrator named the workspace that speaks for the customer: what any other shows of its people,
their addresses too, is that workspace's word only. A guest over there is anybody's. Where the app is
in the customer's own workspace, its channel need not be shared at all: whoever is a member there is
theirs, and ours are the members of the agents' workspace.
"""

import time

from bots.slack.calls import Json, Refused
from bots.slack.people import FRESH_SECONDS, is_of
from bots.slack.speaking import Speaking

GUESTS = ("is_restricted", "is_ultra_restricted", "is_bot", "deleted")  # a stranger is who is looked for


class Neighbours:
    """Asks for a channel once in five minutes."""

    def __init__(self, speaking: Speaking) -> None:
        self._speaking = speaking
        self._known: dict[tuple[str, str], tuple[frozenset[str], float]] = {}

    async def is_theirs(self, team: str, channel: str, user: Json, named: str = "") -> bool:
        """Whether somebody is a full member of the customer's only workspace, or of the one that is named.

        Raises a SlackFailure.
        """
        theirs = str(user.get("team_id") or "")
        if not theirs or any(user.get(one) for one in GUESTS):
            return False
        return theirs == named if named else await self._customers(team, channel) == {theirs}

    async def is_believed(self, team: str, channel: str, user: Json, named: str = "") -> bool:
        """Whether the address that Slack shows of somebody may be one of the customer's; a SlackFailure.

        Our own guests were given theirs by us.
        """
        theirs = str(user.get("team_id") or "")
        if theirs == await self._speaking.home():
            return True
        return theirs == named if named else len(await self._customers(team, channel)) <= 1

    async def is_ours(self, team: str, channel: str, user: Json) -> bool:
        """Whether somebody is a full member of a workspace of ours; raises a SlackFailure."""
        home = await self._speaking.home()
        if team == home or is_of(user, home):
            return is_of(user, home)
        return is_of(user, team) and team not in await self._customers(team, channel)

    async def _customers(self, team: str, channel: str) -> frozenset[str]:
        """The workspaces of a channel that are not ours: where it is shared with nobody else, its own."""
        home = await self._speaking.home()
        return await self._others(team, channel) - {home} or frozenset({team}) - {home}

    async def _others(self, team: str, channel: str) -> frozenset[str]:
        found, until = self._known.get((team, channel), (frozenset[str](), 0.0))
        if time.monotonic() < until:
            return found
        try:
            said = await self._speaking.ask(team, lambda client: client.conversations_info(channel=channel))
            found = frozenset(said["channel"].get("shared_team_ids") or ()) - {team}
        except Refused:  # gone since then
            found = frozenset()
        self._known[team, channel] = found, time.monotonic() + FRESH_SECONDS
        return found
