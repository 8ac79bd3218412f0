"""Updates by webhook: only who knows path and secret is heard, and "yes" is said after the commit."""

import httpx
import pytest

import servers
from bots.telegram import webhook
from intake.decisions import Fate
from intake.errors import StoreUnavailable
from telegram_world import Echo, in_world

pytestmark = pytest.mark.slow

MIB = 1024 * 1024


def hooked():
    """The settings of a desk behind a webhook on loopback."""
    port = servers.free_port()
    address = f"http://127.0.0.1:{port}/hooks"
    return {"telegram": f'listen = "127.0.0.1:{port}"\nwebhook_url = "{address}"'}


def the_hook(world):
    return world.service.chats.chat("telegram")._webhook


def caller():
    return httpx.AsyncClient(verify=False, timeout=60)


async def registered(world):
    return await world.until(lambda: world.telegram.calls_of("setWebhook"))


def test_what_telegram_brings_is_kept_decided_and_answered(tmp_path):
    async def scenario(world):
        await registered(world)
        for text in ("one", "two", "three"):
            await world.telegram.send(world.anna, text)
        await world.until(lambda: len(world.kept()) == 3)
        await world.until(lambda: not world.telegram.waiting())
        return [one.text for one in world.kept()]

    assert ["one", "two", "three"] == in_world(tmp_path, scenario, Echo(), **hooked())


def test_only_who_knows_path_and_secret_is_heard(tmp_path):
    body = {"update_id": 7, "message": {"text": "forged"}}

    async def scenario(world):
        await registered(world)
        hook = the_hook(world)
        wrong = hook._url[:-1] + ("a" if hook._url[-1] != "a" else "b")
        tries = (
            (hook._url, {}),
            (hook._url, {webhook.SECRET_HEADER: "guess"}),
            (hook._url, {webhook.SECRET_HEADER: "gu\u00e9ss".encode()}),
            (wrong, {webhook.SECRET_HEADER: hook._secret}),
            (hook._url.rpartition("/")[0], {webhook.SECRET_HEADER: hook._secret}),
        )
        async with caller() as http:
            answers = [await http.post(url, json=body, headers=headers) for url, headers in tries]
        return {
            (one.status_code, one.content, one.headers.get("server")) for one in answers
        }, world.deliveries()

    assert ({(404, b"", None)}, []) == in_world(tmp_path, scenario, Echo(), **hooked())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "status", "fates"),
    [
        (b'{"update_id": 7, "message": []}', 200, [Fate.HOLD]),
        (b"no json at all", 200, [Fate.HOLD]),
        (b"[" * 2000, 200, [Fate.HOLD]),
        (b"", 200, [Fate.HOLD]),
        (b" " * (MIB + 1), 413, []),
    ],
    ids=range(5),
)
def test_a_body_that_makes_no_sense_is_held_and_one_too_large_is_not_read(tmp_path, body, status, fates):
    async def scenario(world):
        await registered(world)
        hook = the_hook(world)
        async with caller() as http:
            answer = await http.post(hook._url, content=body, headers={webhook.SECRET_HEADER: hook._secret})
        if fates:
            await world.until(world.kept)
        return answer.status_code, [one.fate for one in world.kept()]

    assert (status, fates) == in_world(tmp_path, scenario, Echo(), **hooked())


def test_while_nothing_can_be_kept_telegram_is_told_to_come_again(tmp_path, monkeypatch):
    async def scenario(world):
        await registered(world)
        hook, keep = the_hook(world), world.service._keeping.keep_raw
        failures = iter([StoreUnavailable("the disk is full")])

        def keep_or_fail(raw, key):
            if (failure := next(failures, None)) is not None:
                raise failure
            return keep(raw, key)

        monkeypatch.setattr(world.service._keeping, "keep_raw", keep_or_fail)
        body = {"update_id": 7, "my_chat_member": None}
        async with caller() as http:
            said = [
                (
                    await http.post(hook._url, json=body, headers={webhook.SECRET_HEADER: hook._secret})
                ).status_code
                for _ in range(3)
            ]
        return said, len(world.deliveries())

    assert ([503, 200, 200], 1) == in_world(tmp_path, scenario, Echo(), **hooked())


@pytest.mark.slow
def test_a_webhook_that_somebody_took_away_is_set_again(tmp_path, monkeypatch):
    monkeypatch.setattr(webhook, "LOOK_SECONDS", 0.2)

    async def scenario(world):
        await registered(world)
        world.telegram.advance(2)  # it may be set once a second
        async with caller() as http:
            await http.post(f"{world.telegram.api_url}/bot{world.telegram.token}/deleteWebhook")
        await world.until(lambda: len(world.telegram.calls_of("setWebhook")) == 2)
        looks = len(world.telegram.calls_of("getWebhookInfo"))
        await world.until(lambda: len(world.telegram.calls_of("getWebhookInfo")) >= looks + 3)
        return len(world.telegram.calls_of("setWebhook"))

    assert 2 == in_world(tmp_path, scenario, Echo(), **hooked())


def test_path_and_secret_are_different_and_change_with_the_token():
    made = {
        webhook._derived(b"key", purpose, token) for purpose in ("path", "secret") for token in ("1:a", "1:b")
    }

    assert 4 == len(made)
    assert {43} == {len(one) for one in made}
