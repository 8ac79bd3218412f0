"""What goes wrong on order in the Telegram sandbox, what it counts, and its control interface."""

import asyncio
from base64 import b64encode

import httpx
import pytest

from sandbox.telegram import Rates
from telegram_stage import on_stage


@pytest.mark.parametrize(
    ("fault", "status", "body", "header"),
    [
        (
            {"retry_after": 7},
            429,
            {"description": "Too Many Requests: retry after 7", "parameters": {"retry_after": 7}},
            "7",
        ),
        ({"status": 403, "description": "Forbidden: bot was blocked by the user"}, 403, {}, None),
        ({"status": 400}, 400, {"description": "Bad Request"}, None),
        ({"status": 500, "description": "Internal Server Error: restart"}, 500, {}, None),
    ],
)
def test_a_fault_is_answered_in_place_of_the_method(fault, status, body, header):
    async def scenario(stage):
        stage.telegram.fail("sendMessage", **fault)
        answer = await stage.say()
        told = {"ok": False, "error_code": status, "description": fault.get("description", "")} | body
        return (
            answer.status,
            answer.body == told,
            answer.headers.get("retry-after"),
            len(stage.telegram.chat(stage.anna)),
        )

    assert (status, True, header, 1) == on_stage(scenario)


def test_a_bad_gateway_is_a_page_and_no_json():
    async def scenario(stage):
        stage.telegram.fail("getMe", status=502)
        url = f"{stage.telegram.api_url}/bot{stage.telegram.token}/getMe"
        answer = await stage.http.get(url)
        return answer.status_code, answer.headers["content-type"], "502 Bad Gateway" in answer.text

    assert (502, "text/html; charset=utf-8", True) == on_stage(scenario)


def test_a_fault_strikes_as_often_as_was_asked_and_only_whom_it_is_about():
    async def scenario(stage):
        stage.telegram.fail("sendmessage", status=500, description="x", times=2, chat=stage.anna)
        ben = stage.telegram.add_user("Ben")
        await stage.telegram.send(ben, "/start")
        other = (await stage.call("sendMessage", chat_id=ben, text="Hi")).status
        asked = (await stage.call("getMe")).status
        return other, asked, [(await stage.say()).status for _ in range(3)]

    assert (200, 200, [500, 500, 200]) == on_stage(scenario)


@pytest.mark.parametrize(("fault", "arrived"), [("drop", False), ("answer_then_die", True)])
def test_a_cut_connection_says_nothing_of_what_was_done(fault, arrived):
    async def scenario(stage):
        stage.telegram.fail("sendMessage", **{fault: True})
        with pytest.raises(httpx.RemoteProtocolError):
            await stage.say("Hello")
        return len(stage.telegram.chat(stage.anna)) == 2, [call.status for call in stage.telegram.calls]

    assert (arrived, [200 if arrived else 0]) == on_stage(scenario)


def test_a_slow_method_is_done_late():
    async def scenario(stage):
        stage.telegram.fail("sendMessage", delay=30)
        slow = asyncio.create_task(stage.say())
        await stage.telegram.wait_for(lambda: not stage.telegram._faults._waiting)  # it has struck
        await asyncio.sleep(0.05)
        before = len(stage.telegram.chat(stage.anna))
        stage.telegram.advance(31)
        return before, (await slow).status

    assert (1, 200) == on_stage(scenario)


def test_faults_that_have_not_struck_can_be_taken_back():
    async def scenario(stage):
        stage.telegram.fail("*", status=500, description="x")
        stage.telegram.mend()
        return (await stage.say()).status

    assert 200 == on_stage(scenario)


def test_a_file_can_fail_too():
    async def scenario(stage):
        stage.telegram.fail("file", status=404)
        await stage.telegram.send(stage.anna, document=b"log")
        file = stage.telegram.waiting()[-1]["message"]["document"]["file_id"]
        path = (await stage.call("getFile", file_id=file)).result["file_path"]
        url = f"{stage.telegram.api_url}/file/bot{stage.telegram.token}/{path}"
        return [(await stage.http.get(url)).status_code for _ in "ab"]

    assert [404, 200] == on_stage(scenario)


def test_calls_are_noted_with_their_arguments_and_without_the_token():
    async def scenario(stage):
        await stage.say("17")
        call = stage.telegram.calls[-1]
        shown = call.method, call.status, call.args["text"], call.args["chat_id"] == stage.anna
        return shown, stage.telegram.token in repr(call)

    assert (("sendMessage", 200, "17", True), False) == on_stage(scenario)


@pytest.mark.parametrize(
    ("rates", "pauses", "statuses"),
    [
        (None, [0, 0, 0], [200, 200, 200, 429]),  # a short burst passes
        (Rates(chat_burst=1), [0], [200, 429]),
        (Rates(chat_burst=1), [1.1, 1.1], [200, 200, 200]),
        (Rates(chat_burst=1), [600, 0], [200, 200, 429]),  # silence does not add up
        (Rates(chat_burst=99, all_second=2), [0, 0], [200, 200, 429]),
    ],
)
def test_more_than_a_message_a_second_to_a_chat_is_too_many(rates, pauses, statuses):
    async def scenario(stage):
        got = [(await stage.say()).status]
        for pause in pauses:
            stage.telegram.advance(pause)
            got.append((await stage.say()).status)
        return got

    assert statuses == on_stage(scenario, rate_limits=True, rates=rates)


def test_more_than_20_messages_at_once_to_a_group_are_too_many():
    async def scenario(stage):
        group = stage.telegram.add_group("Team", [stage.anna])
        got = []
        for _ in range(25):
            stage.telegram.advance(0.1)
            got.append((await stage.call("sendMessage", chat_id=group, text="Hi")).status)
        return got.index(429)

    assert 20 == on_stage(scenario, rate_limits=True, rates=Rates(chat_burst=99))


def test_who_is_too_fast_is_told_how_long_to_wait_and_that_is_true():
    async def scenario(stage):
        answers = [await stage.say() for _ in range(4)]
        seconds = answers[-1].body["parameters"]["retry_after"]
        stage.telegram.advance(seconds)
        return answers[-1].headers["retry-after"] == str(seconds), (await stage.say()).status

    assert (True, 200) == on_stage(scenario, rate_limits=True)


def test_without_limits_nothing_is_counted():
    async def scenario(stage):
        return {(await stage.say()).status for _ in range(40)}

    assert {200} == on_stage(scenario)


async def control(stage, act, **args):
    answer = await stage.http.post(f"{stage.telegram.api_url}/control/{act}", json=args)
    return answer.json()


def test_another_process_can_act_and_read_over_http():
    async def scenario(stage):
        ben = (await control(stage, "add_user", first_name="Ben"))["result"]
        await control(stage, "send", user=ben, text="Hello")
        picture = {"base64": b64encode(b"log").decode(), "name": "trace.log"}
        await control(stage, "send", user=ben, document=picture, caption="look")
        await control(stage, "fail", method="getMe", status=403, description="no")
        refused = (await stage.call("getMe")).words
        chat = await stage.http.get(f"{stage.telegram.api_url}/control/chat", params={"chat": ben})
        calls = await control(stage, "calls")
        return [one["text"] for one in chat.json()["result"]], refused, calls["result"][0]["method"]

    assert (["Hello", "look"], "no", "getMe") == on_stage(scenario)


@pytest.mark.parametrize(
    ("act", "args", "words"),
    [
        ("dance", {}, "dance is not known; known: add_user"),
        ("start", {}, "start is not known"),
        ("send", {"user": 99, "text": "x"}, "KeyError: 99"),
        ("send", {"usr": 1}, "unexpected keyword argument 'usr'"),
        ("click", {"user": "ANNA", "message_id": 1, "data_or_text": "x"}, "no button 'x' to click"),
    ],
)
def test_a_mistake_at_the_control_is_told(act, args, words):
    async def scenario(stage):
        given = {name: stage.anna if value == "ANNA" else value for name, value in args.items()}
        return await control(stage, act, **given)

    answer = on_stage(scenario)

    assert (False, True) == (answer["ok"], words in answer["description"])
