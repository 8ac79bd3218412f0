"""getUpdates as the real server does it: what an offset deletes, what is held, who gets a 409."""

import asyncio
import time

import pytest

from sandbox.telegram.updates import FIRST_ID
from telegram_stage import on_stage, texts

pytestmark = pytest.mark.slow

FOUR = ["/start", "one", "two", "three"]
DAY = 86400


async def four_wait(stage):
    for text in FOUR[1:]:
        await stage.telegram.send(stage.anna, text)


@pytest.mark.parametrize(
    ("offset", "shown", "left"),
    [
        ({}, FOUR, FOUR),  # absent: the head, and nothing is confirmed
        ({"offset": 0}, FOUR, FOUR),
        ({"offset": FIRST_ID}, FOUR, FOUR),
        ({"offset": FIRST_ID + 2}, ["two", "three"], ["two", "three"]),  # all below is deleted
        ({"offset": FIRST_ID + 4}, [], []),
        ({"offset": -1}, ["three"], ["three"]),  # counted from the end; the rest is deleted
        ({"offset": -3}, ["one", "two", "three"], ["one", "two", "three"]),
        ({"offset": -9}, FOUR, FOUR),
        ({"offset": FIRST_ID + 99}, FOUR, FOUR),  # too far in the future to be believed
        ({"offset": "nonsense"}, FOUR, FOUR),
        ({"limit": 2}, ["/start", "one"], FOUR),
        ({"limit": 0}, ["/start"], FOUR),  # moved into 1..100
        ({"offset": FIRST_ID + 1, "limit": 1}, ["one"], ["one", "two", "three"]),
    ],
)
def test_an_offset_says_what_is_shown_and_what_is_deleted(offset, shown, left):
    async def scenario(stage):
        await four_wait(stage)
        answered = await stage.updates(**offset)
        return texts(answered), texts(stage.telegram.waiting())

    assert (shown, left) == on_stage(scenario)


def test_a_call_is_held_until_something_comes():
    async def scenario(stage):
        held = asyncio.create_task(stage.updates(offset=FIRST_ID + 1, timeout=30))
        await stage.telegram.wait_for(stage.telegram.held)
        waited = not held.done()
        await stage.telegram.send(stage.anna, "at last")
        return waited, texts(await held)

    assert (True, ["at last"]) == on_stage(scenario)


def test_a_call_is_held_for_its_timeout_and_no_longer_than_fifty_seconds():
    async def scenario(stage):
        held = asyncio.create_task(stage.updates(offset=FIRST_ID + 1, timeout=900))
        await stage.telegram.wait_for(stage.telegram.held)
        stage.telegram.advance(49)
        await asyncio.sleep(0.05)
        waited = not held.done()
        stage.telegram.advance(1.1)
        return waited, await asyncio.wait_for(held, 30)

    assert (True, []) == on_stage(scenario)


def test_the_same_offset_within_half_a_second_gets_one_update_at_a_time():
    async def scenario(stage):
        await four_wait(stage)
        first = len(await stage.updates(offset=FIRST_ID))
        second = len(await stage.updates(offset=FIRST_ID))
        stage.telegram.advance(0.6)
        return first, second, len(await stage.updates(offset=FIRST_ID))

    assert (4, 1, 4) == on_stage(scenario)


def test_the_same_offset_within_three_seconds_is_held_for_three():
    async def scenario(stage):
        await stage.updates(offset=FIRST_ID + 1)
        held = asyncio.create_task(stage.updates(offset=FIRST_ID + 1))
        await stage.telegram.wait_for(stage.telegram.held)
        stage.telegram.advance(2.5)
        await asyncio.sleep(0.05)
        waited = not held.done()
        stage.telegram.advance(0.6)
        return waited, await asyncio.wait_for(held, 30)

    assert (True, []) == on_stage(scenario)


def test_a_newer_held_call_ends_the_older_one_with_409():
    async def scenario(stage):
        older = asyncio.create_task(stage.call("getUpdates", offset=FIRST_ID + 1, timeout=30))
        await stage.telegram.wait_for(stage.telegram.held)
        newer = asyncio.create_task(stage.call("getUpdates", offset=FIRST_ID + 1, timeout=30))
        ended = await older
        await stage.telegram.send(stage.anna, "one")
        return ended.status, ended.words, texts((await newer).result)

    words = (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    assert (409, words, ["one"]) == on_stage(scenario)


def test_a_conflict_soon_after_another_is_told_three_seconds_late():
    async def scenario(stage):
        await stage.call("setWebhook", url="http://127.0.0.1:9/hook")
        await stage.call("getUpdates")
        late = asyncio.create_task(stage.call("getUpdates"))
        await asyncio.sleep(0.1)
        waited = not late.done()
        stage.telegram.advance(3)
        return waited, (await late).status

    assert (True, 409) == on_stage(scenario)


def test_nobody_can_ask_while_a_webhook_is_set():
    async def scenario(stage):
        await stage.call("setWebhook", url="http://127.0.0.1:9/hook")
        return (await stage.call("getUpdates")).body

    words = (
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    assert {"ok": False, "error_code": 409, "description": words} == on_stage(scenario)


def test_setting_a_webhook_ends_a_held_call():
    async def scenario(stage):
        held = asyncio.create_task(stage.call("getUpdates", offset=FIRST_ID + 1, timeout=30))
        await stage.telegram.wait_for(stage.telegram.held)
        await stage.call("setWebhook", url="http://127.0.0.1:9/hook")
        return (await held).words

    assert "Conflict: terminated by setWebhook request" == on_stage(scenario)


@pytest.mark.parametrize(("later", "left"), [(DAY - 60, ["/start"]), (DAY + 60, [])])
def test_an_update_lives_for_a_day(later, left):
    async def scenario(stage):
        stage.telegram.advance(later)
        return texts(await stage.updates())

    assert left == on_stage(scenario)


def test_a_click_that_nobody_fetches_is_gone_after_150_seconds():
    async def scenario(stage):
        await stage.telegram.click(stage.anna, 1, "x", forged=True)
        before = len(stage.telegram.waiting())
        stage.telegram.advance(151)
        return before, len(stage.telegram.waiting())

    assert (2, 1) == on_stage(scenario)


@pytest.mark.parametrize(
    ("allowed", "heard"),
    [
        ("[]", ["message", "callback_query", "my_chat_member"]),  # the default leaves reactions out
        ('["message_reaction"]', ["message_reaction"]),
        ('["Callback_Query", "nonsense"]', ["callback_query"]),
        ('["nonsense"]', ["message", "callback_query", "my_chat_member"]),
        ("nonsense", ["callback_query"]),  # passed over: what was chosen before stays
    ],
)
def test_kinds_are_chosen_when_an_update_comes_in(allowed, heard):
    async def scenario(stage):
        await stage.updates(offset=FIRST_ID + 1, allowed_updates='["callback_query"]')
        await stage.updates(offset=FIRST_ID + 2, allowed_updates=allowed)
        await stage.telegram.send(stage.anna, "one")
        await stage.telegram.react(stage.anna, 1)
        await stage.telegram.click(stage.anna, 1, "x", forged=True)
        await stage.telegram.block(stage.anna)
        return [kind for update in stage.telegram.waiting() for kind in update if kind != "update_id"]

    assert heard == on_stage(scenario)


def test_kinds_that_are_chosen_later_do_not_bring_back_what_was_left_out():
    async def scenario(stage):
        await stage.updates(offset=-1, allowed_updates='["callback_query"]')
        await stage.telegram.send(stage.anna, "never heard")
        await stage.updates(allowed_updates='["message"]')
        await stage.telegram.send(stage.anna, "heard")
        return texts(stage.telegram.waiting())

    assert ["/start", "heard"] == on_stage(scenario)


def test_an_update_that_no_library_can_read_is_given_as_it_is():
    async def scenario(stage):
        stage.telegram.push_raw({"message": {"date": "never"}, "unheard_of": 1})
        return (await stage.updates(offset=-1))[0]

    assert {"update_id": FIRST_ID + 1, "message": {"date": "never"}, "unheard_of": 1} == on_stage(scenario)


def test_a_stopped_server_answers_at_once_and_knows_everything_when_it_is_back():
    async def scenario(stage):
        held = asyncio.create_task(stage.call("getUpdates", offset=FIRST_ID + 1, timeout=50))
        await stage.telegram.wait_for(stage.telegram.held)
        began = time.monotonic()
        await stage.telegram.stop()
        took = time.monotonic() - began
        await asyncio.wait({held})
        await stage.telegram.start()
        await stage.telegram.send(stage.anna, "back")
        return took < 25, texts(await stage.updates(offset=FIRST_ID + 1, timeout=5))

    assert (True, ["back"]) == on_stage(scenario)


def test_a_confirmed_update_is_noted_with_the_time_that_it_waited():
    async def scenario(stage):
        stage.telegram.advance(5)
        await stage.updates(offset=FIRST_ID + 1)
        await stage.updates(offset=FIRST_ID + 9)
        return [(ack.update_id, round(ack.after)) for ack in stage.telegram.acks()]

    assert [(FIRST_ID, 5)] == on_stage(scenario)
