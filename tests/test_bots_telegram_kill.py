"""kill -9 at every step between Telegram and the answer: nothing is lost, nothing is taken twice."""

import asyncio
import signal
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bots.wiring import wire
from sandbox.telegram import TelegramSandbox
from sandbox.telegram.world import Standing
from store import inbox
from store.tables import messages
from telegram_victim import ALBUM, STEPS
from telegram_world import is_busy, link, migrated, write_config

pytestmark = pytest.mark.slow
VICTIM = Path(__file__).with_name("telegram_victim.py")
TEXTS = ["one", "two", "three"]
PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 64
PATIENCE = 300.0


@pytest.mark.parametrize("step", ["deciding", *STEPS])
def test_a_desk_that_is_killed_goes_on_where_it_was(tmp_path, step):
    """Only what was sent and not recorded may be said once more: Telegram has no key to ask with."""
    kept, said, places = asyncio.run(_killed(tmp_path, step))
    extra = Counter(said) - Counter(expected := [f"You said: {text}" for text in [*TEXTS, "album"]])

    assert [*TEXTS, "album"] == kept
    assert not Counter(expected) - Counter(said)
    assert sum(extra.values()) <= (step == "sent")
    assert places == 1


async def _killed(folder, step):
    async with TelegramSandbox() as telegram:
        anna = telegram.add_user("Anna")
        telegram.world.bots[telegram.token].chats[anna].standing = Standing.MEMBER
        migrated(folder).rename(folder / "desk.db")
        config = write_config(folder, telegram.api_url, 1)
        wired = wire(config)
        with wired.store.begin() as work:
            link(work, f"1000/{anna}", "ana@acme.example")
        for text in TEXTS:
            await telegram.send(anna, text)
        await telegram.album(anna, [PICTURE, PICTURE], "album")
        first = await _serve(config, step)
        assert -signal.SIGKILL == await asyncio.wait_for(first.wait(), PATIENCE)
        if step == ALBUM:
            _let_pass(wired)
        second = await _serve(config, step)
        try:
            async with asyncio.timeout(PATIENCE):
                while telegram.waiting() or _is_busy(wired) or len(_kept(wired)) < 4:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)  # another process works
        finally:
            second.terminate()
            await asyncio.wait_for(second.wait(), PATIENCE)
            wired.store.close()
        said = [one.text for one in telegram.chat(anna) if one.sender.is_bot]
        return _kept(wired), said, len(set(_places(wired)))


async def _serve(config, step):
    log = (config.parent / "victim.log").open("ab")
    with log:
        return await asyncio.create_subprocess_exec(
            sys.executable, VICTIM, config, step, stdout=log, stderr=log
        )


def _let_pass(wired):
    """The time that an album is waited for."""
    with wired.store.begin() as work:
        assert inbox.hasten(work, "telegram", datetime.now(UTC))


def _is_busy(wired):
    with wired.store.reading() as work:
        return is_busy(work)


def _kept(wired):
    with wired.store.reading() as work:
        return list(work.connection.execute(select(messages.c.text).order_by(messages.c.id)).scalars())


def _places(wired):
    with wired.store.reading() as work:
        return list(work.connection.execute(select(messages.c.place)).scalars())
