"""A desk on Telegram that kills itself by SIGKILL, once, at a named step: for the tests of that.

    python tests/telegram_victim.py CONFIG STEP

The second time it finds that it has died, and serves until SIGTERM.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from bots.serve import Service
from bots.telegram import albums
from bots.telegram.carrier import TelegramCarrier
from bots.telegram.channel import TelegramChat
from bots.telegram.polling import Polling
from bots.wiring import wire
from telegram_world import PARTS, Echo, flowing, owes, patient

ALBUM = "album"
# Each step is a method, and whether it dies before or after it.
STEPS = {
    "fetched": (Polling, "_keep", "before"),
    "committed": (Polling, "_keep", "after"),
    "claimed": (TelegramChat, "decide", "before"),
    "decided": (TelegramChat, "decide", "after"),
    "sent": (TelegramCarrier, "_record", "before"),  # Telegram has it, and nobody here knows
    "recorded": (TelegramCarrier, "_record", "after"),
    ALBUM: (TelegramChat, "_wait_for_album", "after"),
}


def prepare(step: str, died: Path) -> Echo:
    """Die at the step, if that has not happened."""
    if died.exists():
        return Echo()
    if step == ALBUM:
        albums.REST = timedelta(minutes=30)  # it is not whole before its turn comes, however late that is
    if step == "deciding":
        return Echo(hook=lambda _: die(died))
    owner, name, when = STEPS[step]
    method = getattr(owner, name)

    async def dying(*given: Any) -> object:
        if step == ALBUM:
            await all_said(given[0])  # else what went before it may be sent and not recorded, as in "sent"
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
    with flowing(prepare(step, config.parent / "died")), patient():
        wired = wire(config)
        asyncio.run(Service(wired, PARTS).run())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
