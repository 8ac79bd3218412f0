"""The second act: the same desk with Slack and Telegram, which are sandboxes on the loopback.

The desk is stopped and begun again with two more sections in its configuration, as an operator would
do it. This module needs the libraries of both chats; `demo` looks for them before it loads it.
"""

from collections.abc import Sequence
from pathlib import Path

from bots.serve import Service
from bots.slack.channel import SlackChat
from bots.telegram.channel import TelegramChat
from sandbox.chat_stage import ChatStage
from sandbox.chat_story import CHAT_STORY
from sandbox.chat_world import chats
from sandbox.playing import Played, at_work, play
from sandbox.stage import Stage
from sandbox.story import Scene
from sandbox.world import write_config

QUICK = 0.05  # seconds between two messages; Slack and Telegram take one a second, their sandboxes more


async def second_act(
    folder: Path, relay: int, stage: Stage, first: int, story: Sequence[Scene[ChatStage]] = CHAT_STORY
) -> list[Played]:
    """Play it after the act that `stage` was for; `first` is the number of its first step."""
    async with chats() as them:
        config = write_config(folder, relay, 0, them.settings)
        async with at_work(config) as (wired, service):
            _hurry(service)
            await them.connected()
            there = ChatStage(await stage.again(wired, service, them.watch), them)
            return [await play(number, scene, there) for number, scene in enumerate(story, first)]


def _hurry(service: Service) -> None:
    assert service.chats
    slack, telegram = service.chats.chat("slack"), service.chats.chat("telegram")
    assert isinstance(slack, SlackChat)
    assert isinstance(telegram, TelegramChat)
    telegram.pace.each_chat = QUICK
    for pace in (slack.hands.speaking.pace, slack.hands.speaking.updates):
        pace.apart = QUICK
