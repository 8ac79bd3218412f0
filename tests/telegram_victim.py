"""A desk on Telegram that kills itself by SIGKILL, once, at a named step: for the tests of that.

    python tests/telegram_victim.py CONFIG STEP

The second time it finds that it has died, and serves until SIGTERM.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from bots.serve import Service
from bots.telegram.carrier import TelegramCarrier
from bots.telegram.channel import TelegramChat
from bots.telegram.polling import Polling
from bots.wiring import wire
from telegram_world import PARTS, Echo, flowing, owes

# Each step is a method, and whether it dies before or after it.
STEPS = {
    "fetched": (Polling, "_keep", "before"),
    "committed": (Polling, "_keep", "after"),
    "claimed": (TelegramChat, "decide", "before"),
    "decided": (TelegramChat, "decide", "after"),
    "sent": (TelegramCarrier, "_record", "before"),  # Telegram has it, and nobody here knows
    "recorded": (TelegramCarrier, "_record", "after"),
    "album": (TelegramChat, "_wait_for_album", "after"),
}
WHEN_ALL_IS_SAID = ("album",)  # what went before it may be on its way to Telegram just now: that is "sent"


def prepare(step: str, died: Path) -> Echo:
    """Die at the step, if that has not happened."""
    if died.exists():
        return Echo()
    if step == "deciding":
        return Echo(hook=lambda _: die(died))
    owner, name, when = STEPS[step]
    method = getattr(owner, name)

    async def dying(*given: Any) -> object:
        if step in WHEN_ALL_IS_SAID:
            await all_said(given[0])
        if when == "before":
            die(died)
        answer = await method(*given)
        die(died)
        return answer

    setattr(owner, name, dying)
    return Echo()


async def all_said(chat: TelegramChat) -> None:
    while await chat._desk.read(owes):  # noqa: ASYNC110  whoever waits has patience
        await asyncio.sleep(0.02)


def die(died: Path) -> None:
    died.write_text("once")
    os.kill(os.getpid(), signal.SIGKILL)


def main(config: Path, step: str) -> None:
    with flowing(prepare(step, config.parent / "died")):
        wired = wire(config)
        asyncio.run(Service(wired, PARTS).run())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
