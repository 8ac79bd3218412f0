"""What administrators chose in Slack, on top of the configuration: teams' channels, the agents' group.

The choices are in the database; each process goes by them from its start, at once where they are made,
and within a minute everywhere else.
"""

import asyncio
from dataclasses import replace

import structlog

from bots.settings import SlackSettings
from bots.slack.listening import Hands
from bots.slack.workspaces import MEDIUM
from intake.errors import StoreUnavailable
from store import chats
from store.work import SqlWork

AGAIN_SECONDS = 60.0
GROUP = "agents-group"
TEAM = "team "  # before the name of a team whose channel was chosen
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
    if settings.teams != hands.triage.settings.teams:
        hands.triage.use(settings)
    if settings.agents_group != hands.staff.settings.agents_group:
        hands.staff.use(settings)
    setup = hands.desk.setup
    protected = tuple(dict.fromkeys((*setup.desk.protected_channels, *settings.teams)))
    if protected != setup.desk.protected_channels:
        hands.desk.setup = replace(setup, desk=replace(setup.desk, protected_channels=protected))


def chosen_settings(work: SqlWork, settings: SlackSettings) -> SlackSettings:
    """The configuration with what was chosen in its place."""
    teams = {
        name.removeprefix(TEAM): value for name, value in chats.choices(work, MEDIUM) if name.startswith(TEAM)
    }
    group = work.preference(MEDIUM, GROUP) or settings.agents_group
    return settings.model_copy(update={"teams": {**settings.teams, **teams}, "agents_group": group})
