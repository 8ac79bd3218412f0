"""`deskbell check` on a bot: the token, the webhook, the clock, and no secret in what it says."""

import asyncio

import pytest

from bots.commands.findings import Level
from bots.settings_of_chat import TelegramSettings
from bots.telegram.check import findings
from sandbox.telegram import TelegramSandbox
from sandbox.telegram.webhook import Address

TOKEN = TelegramSandbox().token
HOOK = {"listen": "127.0.0.1:8030", "webhook_url": "https://desk.example/hooks"}


def found(folder, prepare=None, token=TOKEN, **settings):
    async def run():
        async with TelegramSandbox() as telegram:
            if prepare:
                await prepare(telegram)
            given = {"kind": "telegram", "token": token, "api_url": telegram.api_url, **settings}
            written = TelegramSettings.model_validate(given)
            return await asyncio.to_thread(lambda: list(findings("telegram", written, folder)))

    return asyncio.run(run())


async def with_a_webhook(telegram):
    telegram._server.lines[telegram.token].webhook.set(Address("https://elsewhere.example/x"))


async def with_what_waits(telegram):
    await telegram.send(telegram.add_user("Anna"), "/start")


async def refused(telegram):
    telegram.fail("getMe", status=401, description="Unauthorized")


async def away(telegram):
    telegram.fail("getMe", drop=True)


CASES = (
    ("the bot answers", {}, None, (Level.OK, "@sandbox_1000_bot answers")),
    ("no token", {"token": "nonsense"}, None, (Level.MEND, "not a bot's token")),
    ("another's token", {"token": "4711:" + "a" * 35}, None, (Level.MEND, "Unauthorized")),
    ("refused", {}, refused, (Level.MEND, "what @BotFather shows")),
    ("nobody there", {}, away, (Level.MEND, "no answer")),
    ("a webhook while we poll", {}, with_a_webhook, (Level.NOTE, "takes away")),
    ("a webhook that leads elsewhere", HOOK, with_a_webhook, (Level.NOTE, "leads elsewhere")),
    ("updates wait", {}, with_what_waits, (Level.NOTE, "1 updates wait")),
)


@pytest.mark.parametrize(
    ("settings", "prepare", "expected"), [one[1:] for one in CASES], ids=[c[0] for c in CASES]
)
def test_what_is_wrong_with_a_bot_is_said(tmp_path, settings, prepare, expected):
    level, words = expected
    said = found(tmp_path, prepare, **settings)

    assert any(found_at == level and words in text for found_at, text in said), said
    assert TOKEN.partition(":")[2] not in str(said)
