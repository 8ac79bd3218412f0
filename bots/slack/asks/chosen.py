"""What administrators chose in Slack, on top of the configuration: teams' channels, the agents' group.

The choices are in the database; each process goes by them from its start, at once where they are made,
and within a minute everywhere else.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bots.settings import SlackSettings
from bots.slack.listening import Hands
from bots.slack.registering import chosen_teams
from bots.slack.workspaces import MEDIUM
from intake.errors import StoreUnavailable
from store import chat_places
from store.chat_places import PlaceKind
from store.people_lists import open_tickets_of_team
from store.work import SqlWork

AGAIN_SECONDS = 60.0
GROUP = "agents-group"
log = structlog.get_logger()


class Chosen:
    """`apply` lets the channel go by what was chosen; `run` does it again and again."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def run(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            try:
                await self.apply()
            except StoreUnavailable as error:
                log.info("choices cannot be read", error=str(error))

    async def apply(self) -> None:
        await use_chosen(self._hands)


async def use_chosen(hands: Hands) -> None:
    """Let triage, staff and the desk go by what was chosen, if that is another thing than so far."""
    settings = await hands.desk.read(lambda work: chosen_settings(work, hands.settings))
    before = hands.triage.settings.teams
    if settings.teams != before:
        hands.triage.use(settings)
        now, used = datetime.now(UTC), hands.triage.configured
        await hands.desk.write(lambda work: _moved(work, before, settings.teams, used, now))
    if settings.agents_group != hands.staff.settings.agents_group:
        hands.staff.use(settings)
    setup = hands.desk.setup
    others = (one for one in setup.desk.protected_channels if one not in before)
    protected = tuple(dict.fromkeys((*others, *settings.teams)))
    if protected != setup.desk.protected_channels:
        hands.desk.setup = replace(setup, desk=replace(setup.desk, protected_channels=protected))


def chosen_settings(work: SqlWork, settings: SlackSettings) -> SlackSettings:
    """The configuration with what was chosen in its place."""
    teams = {**settings.teams, **chosen_teams(work)}
    group = work.preference(MEDIUM, GROUP) or settings.agents_group
    return settings.model_copy(update={"teams": teams, "agents_group": group})


def _moved(
    work: SqlWork, before: Mapping[str, str], after: Mapping[str, str], used: tuple[str, ...], now: datetime
) -> None:
    """The cards of teams go where their channel is now, and a channel that was left is nothing to us."""
    changed = [one for one in {**before, **after} if before.get(one) != after.get(one)]
    for number in (number for team in changed for number in open_tickets_of_team(work, team)):
        work.redraw(number, now)
    for place in chat_places.listed(work, MEDIUM, PlaceKind.TRIAGE):
        channel = place.place.rpartition("/")[2]
        if channel in before.values() and channel not in used:
            chat_places.forget(work, MEDIUM, place.place)
