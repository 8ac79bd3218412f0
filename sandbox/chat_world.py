"""The two chats of the demo: a Slack with Sam in its triage channel, a Telegram with Bob's telephone.

Both are sandboxes on the loopback that speak as the real servers do; the desk's own channels talk to them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from intake.messages import Address
from sandbox.chat_screens import PATIENCE, SlackScreen, TelegramScreen
from sandbox.screens import Watch
from sandbox.slack import SlackSandbox
from sandbox.telegram import TelegramSandbox
from sandbox.world import SAM

TRIAGE = Address("Slack's #triage", "slack triage")
SAM_IN_SLACK = Address("Slack, to Sam alone,", "slack sam")
BOB_IN_TELEGRAM = Address("Telegram, to Bob,", "telegram bob")

CHANNELS = """
[channel.slack]
kind = "slack"
bot_token = "{slack.team.bot_token}"
app_token = "{slack.team.app_token}"
triage_channel = "{triage}"
api_url = "{slack.api_url}"
undo_seconds = 0

[channel.telegram]
kind = "telegram"
token = "{telegram.token}"
api_url = "{telegram.api_url}"
"""


@dataclass(slots=True)
class Chats:
    """The sandboxes and the people in them."""

    slack: SlackSandbox
    telegram: TelegramSandbox
    triage: str = field(init=False)
    sam: str = field(init=False)
    bob: int = field(init=False)

    def __post_init__(self) -> None:
        self.sam = self.slack.add_user("Sam", email=SAM.address)
        self.triage = self.slack.add_channel("triage", private=True, members=[self.sam])
        self.bob = self.telegram.add_user("Bob", last_name="Brun")

    @property
    def settings(self) -> str:
        """Their sections of the configuration."""
        return CHANNELS.format(slack=self.slack, telegram=self.telegram, triage=self.triage)

    @property
    def watch(self) -> Watch:
        direct = {self.sam: SAM_IN_SLACK}
        return Watch(
            (
                SlackScreen(self.slack, self.triage, TRIAGE, direct),
                TelegramScreen(self.telegram, self.bob, BOB_IN_TELEGRAM),
            )
        )

    async def connected(self) -> None:
        """Return once the desk listens to both, and its bot is introduced."""
        await self.slack.wait_for(lambda: self.slack.sockets, PATIENCE)
        await self.telegram.wait_for(lambda: self.telegram.calls_of("setMyCommands"), PATIENCE)
        await self.telegram.wait_for(self.telegram.held, PATIENCE)


@asynccontextmanager
async def chats() -> AsyncIterator[Chats]:
    """Sam waits for as long as it takes: whoever shows the demo may have a slow machine."""
    async with SlackSandbox(patience=PATIENCE) as slack, TelegramSandbox() as telegram:
        yield Chats(slack, telegram)
