"""Webhooks as the real server delivers them: the secret, what counts as taken, and when it tries again."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from sandbox.telegram import Pace
from sandbox.telegram.updates import FIRST_ID
from telegram_stage import on_stage, texts

pytestmark = pytest.mark.slow

SECRET = "X-Telegram-Bot-Api-Secret-Token"
HOUR = 3600


@dataclass
class Hook:
    """The bot's side: answers what it is told to, 200 when nothing is left, and keeps what came."""

    answers: list = field(default_factory=list)
    got: list = field(default_factory=list)
    secrets: list = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    slow: float = 0.0
    gather: int = 0  # answers wait until so many are open at once
    url: str = ""

    async def take(self, request):
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        await asyncio.sleep(self.slow)
        async with asyncio.timeout(30):
            while self.most_open < self.gather:  # noqa: ASYNC110  others come meanwhile
                await asyncio.sleep(0.01)
        self.open -= 1
        self.secrets.append(request.headers.get(SECRET))
        self.got.append(await request.json())
        return self.answers.pop(0) if self.answers else web.Response()


@asynccontextmanager
async def hooked(stage, hook, **args):
    """A bot with a webhook that is set."""
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        await stage.call("setWebhook", url=hook.url, **args)
        yield
    finally:
        await stage.telegram.stop()
        await runner.cleanup()


def with_hook(scenario, *answers, slow=0.0, gather=0, pace=None, **args):
    async def run(stage):
        hook = Hook(list(answers), slow=slow, gather=gather)
        async with hooked(stage, hook, **args):
            return await scenario(stage, hook)

    return on_stage(run, pace=pace)


async def got(stage, hook, count):
    """The first updates, once so many are answered; and a moment, in which no more may come."""
    webhook = stage.telegram._server.lines[stage.telegram.token].webhook
    await stage.telegram.wait_for(lambda: len(hook.got) >= count and not webhook._busy)
    await asyncio.sleep(0.05)
    return hook.got


def test_an_update_is_posted_with_the_secret_and_2xx_ends_it():
    async def scenario(stage, hook):
        posted = list(await got(stage, hook, 1))
        return texts(posted), hook.secrets, stage.telegram.waiting()

    expected = (["/start"], ["s3cret_-"], [])
    assert expected == with_hook(scenario, web.Response(status=204), secret_token="s3cret_-")


def test_without_a_secret_there_is_no_header():
    async def scenario(stage, hook):
        await got(stage, hook, 1)
        return hook.secrets

    assert [None] == with_hook(scenario)


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("x" * 257, "Bad Request: secret token is too long"),
        ("with space", "Bad Request: secret token contains unallowed characters"),
        ("é", "Bad Request: secret token contains unallowed characters"),
    ],
)
def test_a_secret_that_cannot_be_a_header_is_refused(secret, words):
    async def scenario(stage):
        return (await stage.call("setWebhook", url="http://127.0.0.1:9/x", secret_token=secret)).words

    assert words == on_stage(scenario)


def test_failures_are_tried_again_at_once_and_then_with_doubling_delay():
    async def scenario(stage, hook):
        early = [len(await got(stage, hook, 2))]  # the first and, at once, the second
        for tries, delay in ((2, 2), (3, 4), (4, 8)):
            stage.telegram.advance(delay - 0.9)
            await asyncio.sleep(0.05)
            early.append(len(hook.got))
            stage.telegram.advance(1)
            await got(stage, hook, tries + 1)
        return early, len(hook.got)

    assert ([2, 2, 3, 4], 5) == with_hook(scenario, *(web.Response(status=500) for _ in range(9)))


def test_the_delay_grows_to_no_more_than_a_setting_and_its_double():
    async def scenario(stage, hook):
        await got(stage, hook, 2)
        for count in (3, 4, 5, 6):
            stage.telegram.advance(2.1)
            await got(stage, hook, count)
        return len(hook.got)

    failing = [web.Response(status=500) for _ in range(9)]
    assert 6 == with_hook(scenario, *failing, pace=Pace(longest=1.0))


@pytest.mark.parametrize(
    ("retry_after", "too_early", "then"),
    [("120", 119, 2), ("7200", HOUR - 1, 2)],  # honoured, up to an hour
)
def test_retry_after_is_honoured_up_to_an_hour(retry_after, too_early, then):
    async def scenario(stage, hook):
        await got(stage, hook, 1)
        stage.telegram.advance(too_early)
        await asyncio.sleep(0.03)
        before = len(hook.got)
        stage.telegram.advance(then)
        return before, len(await got(stage, hook, 2))

    assert (1, 2) == with_hook(scenario, web.Response(status=503, headers={"Retry-After": retry_after}))


def test_an_update_is_dropped_after_its_day():
    async def scenario(stage, hook):
        await got(stage, hook, 2)
        stage.telegram.advance(24 * HOUR + 1)
        await asyncio.sleep(0.05)
        return len(hook.got), stage.telegram.waiting()

    assert (2, []) == with_hook(scenario, *(web.Response(status=500) for _ in range(9)))


def test_an_address_that_is_gone_for_23_hours_is_given_up():
    async def scenario(stage, hook):
        await got(stage, hook, 2)
        before = (await stage.call("getWebhookInfo")).result["url"] == hook.url
        stage.telegram.advance(23 * HOUR + 60)
        await got(stage, hook, 3)
        return before, (await stage.call("getWebhookInfo")).result["url"]

    assert (True, "") == with_hook(scenario, *(web.Response(status=410) for _ in range(9)))


def test_the_updates_of_a_chat_come_one_at_a_time_and_in_order():
    async def scenario(stage, hook):
        for text in ("one", "two", "three"):
            await stage.telegram.send(stage.anna, text)
        return texts(await got(stage, hook, 5)), hook.most_open

    expected = ["/start", "/start", "one", "two", "three"]
    assert (expected, 1) == with_hook(scenario, web.Response(status=500), slow=0.02)


def test_chats_do_not_wait_for_each_other():
    async def scenario(stage, hook):
        ben = stage.telegram.add_user("Ben")
        await stage.telegram.send(ben, "from Ben")
        await got(stage, hook, 2)
        return hook.most_open

    assert 2 == with_hook(scenario, gather=2)


def test_no_more_connections_are_open_than_were_asked_for():
    async def scenario(stage, hook):
        for name in ("Ben", "Cleo", "Dora"):
            await stage.telegram.send(stage.telegram.add_user(name), "hello")
        await got(stage, hook, 4)
        return hook.most_open

    assert 2 == with_hook(scenario, slow=0.02, gather=2, max_connections=2)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"method": "sendMessage", "text": "at once"}, ["at once"]),
        ({"method": "SENDMESSAGE", "text": "at once"}, ["at once"]),
        ({"method": "getMe"}, []),
        ({"text": "no method"}, []),
        ([], []),
    ],
)
def test_a_method_in_the_answer_is_run(body, said):
    async def scenario(stage, hook):
        named = body | {"chat_id": stage.anna} if isinstance(body, dict) else body
        hook.answers.append(web.json_response(named))
        await stage.telegram.send(stage.anna, "ask")
        await got(stage, hook, 2)
        return [message.text for message in stage.telegram.chat(stage.anna) if message.from_bot]

    assert said == with_hook(scenario, web.Response())


def test_a_webhook_may_not_unset_itself_in_an_answer():
    async def scenario(stage, hook):
        await got(stage, hook, 1)
        return (await stage.call("getWebhookInfo")).result["url"] == hook.url

    assert with_hook(scenario, web.json_response({"method": "deleteWebhook"}))


def test_kinds_that_are_not_wanted_are_not_posted():
    async def scenario(stage, hook):
        await got(stage, hook, 1)
        await stage.telegram.send(stage.anna, "not wanted")
        await stage.telegram.click(stage.anna, 1, "wanted", forged=True)
        return [one.get("callback_query", {}).get("data") for one in await got(stage, hook, 2)]

    assert [None, "wanted"] == with_hook(scenario, allowed_updates='["callback_query"]')


def test_the_info_tells_what_waits_and_what_went_wrong():
    async def scenario(stage, hook):
        await got(stage, hook, 2)
        return (await stage.call("getWebhookInfo")).result

    info = with_hook(
        scenario, web.Response(status=500), web.Response(status=502), allowed_updates='["message"]'
    )

    told = {key: info[key] for key in ("pending_update_count", "last_error_message", "allowed_updates")}
    assert {
        "pending_update_count": 1,
        "last_error_message": "Wrong response from the webhook: 502 Bad Gateway",
        "allowed_updates": ["message"],
    } == told


def test_an_address_where_nobody_listens_is_an_error_and_loses_nothing():
    async def scenario(stage):
        await stage.call("setWebhook", url="http://127.0.0.1:9/hook")
        webhook = stage.telegram._server.lines[stage.telegram.token].webhook
        await stage.telegram.wait_for(lambda: webhook.last_error)
        info = (await stage.call("getWebhookInfo")).result
        return info["pending_update_count"], "last_error_message" in info

    assert (1, True) == on_stage(scenario)


@pytest.mark.parametrize(
    ("steps", "answers"),
    [
        (["a", "a"], [(200, "Webhook was set"), (200, "Webhook is already set")]),
        (["a", "b"], [(200, "Webhook was set"), (429, "Too Many Requests: retry after 1")]),
        (["a", 1.1, "b"], [(200, "Webhook was set"), (200, "Webhook was set")]),
        (["a", ""], [(200, "Webhook was set"), (200, "Webhook was deleted")]),
        ([""], [(200, "Webhook is already deleted")]),
        (["ftp://x"], [(400, "Bad Request: bad webhook: invalid webhook URL specified")]),
    ],
)
def test_a_webhook_is_set_at_most_once_a_second(steps, answers):
    async def scenario(stage):
        got = []
        for step in steps:
            if isinstance(step, float):
                stage.telegram.advance(step)
                continue
            url = f"http://127.0.0.1:9/{step}" if step in ("a", "b") else step
            answer = await stage.call("setWebhook", url=url)
            got.append((answer.status, answer.words))
        return got

    assert answers == on_stage(scenario)


@pytest.mark.parametrize(("drop", "left"), [("true", []), ("false", ["/start"]), ("", ["/start"])])
def test_what_waits_is_dropped_on_demand_only(drop, left):
    async def scenario(stage):
        await stage.call("deleteWebhook", drop_pending_updates=drop)
        return texts(await stage.updates())

    assert left == on_stage(scenario)


def test_polling_goes_on_where_the_webhook_stopped():
    async def scenario(stage, hook):
        await got(stage, hook, 2)
        await stage.call("deleteWebhook")
        return [one["update_id"] for one in await stage.updates()]

    assert [FIRST_ID] == with_hook(scenario, *(web.Response(status=500) for _ in range(9)))
