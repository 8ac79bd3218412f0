"""The sandbox's control interface: a process outside acts as people and sees what came of it."""

import base64

import aiohttp
import pytest

from slack_room import Room, listening, played


def by_http(scenario):
    """Play with a way to call the control interface."""

    async def play(room: Room):
        base = room.slack.api_url.removesuffix("api/") + "control/"
        async with aiohttp.ClientSession(base) as session:

            async def act(name, /, **arguments):
                async with session.post(name, json=arguments) as answer:
                    return await answer.json()

            async def read(name):
                async with session.get(name) as answer:
                    return (await answer.json())["result"]

            return await scenario(room, act, read)

    return played(play)


def test_a_whole_conversation_is_played_from_outside():
    async def scenario(room: Room, act, read):
        async with listening(room) as ear:
            bob = (await act("add_user", name="bob", email="bob@vendor.example"))["result"]
            channel = (await act("add_channel", name="queue", members=[bob]))["result"]
            content = base64.b64encode(b"bytes").decode()
            ts = (await act("say", user=bob, channel=channel, text="hi", files=[["a.txt", content]]))[
                "result"
            ]
            await act("react", user=bob, channel=channel, ts=ts, name="eyes")
            await act("wait_until_idle")
            [message] = (await act("channel", identity=channel))["result"]
            acks = await read("acks")
            return (
                len(ear.heard),
                message["text"],
                message["files"][0]["content"],
                message["reactions"],
                len(acks),
            )

    heard, text, content, reactions, acks = by_http(scenario)
    assert (2, "hi", b"bytes", ["eyes"], 2) == (heard, text, base64.b64decode(content), list(reactions), acks)


def test_a_click_is_answered_once_it_is_acknowledged():
    async def scenario(room: Room, act, read):
        async with listening(room) as ear:
            ear.answers = lambda request: {"text": "done"} if request.type == "slash_commands" else {}
            card = await room.card()
            click = await act("click", user=room.ana, channel=room.triage, ts=card, action_id="claim")
            command = await act("command", user=room.ana, channel=room.triage, command="/ticket", text="me")
            return click["result"]["ack"], command["result"]["ephemerals"][0]["text"]

    assert ({}, "done") == by_http(scenario)


def test_faults_and_the_clock_are_set_from_outside():
    async def scenario(room: Room, act, read):
        await act("fail", method="auth.test", error="internal_error")
        await act("advance", seconds=3600)
        with pytest.raises(Exception, match="internal_error"):
            await room.client.auth_test()
        calls = await read("calls")
        return [(one["method"], one["error"]) for one in calls], "xoxb-" in (await read("team"))["bot_token"]

    assert ([("auth.test", "internal_error")], True) == by_http(scenario)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("nonsense", {}, "no such act"),
        ("world", {}, "no such act"),  # only what is meant for people
        ("say", {"user": "U404", "channel": "C1", "text": "x"}, "user_not_found"),
        ("say", {"users": "ana"}, "unexpected keyword argument"),
        ("add_user", {"name": "eve", "team": "T404"}, "T404"),
    ],
)
def test_what_cannot_be_done_is_said(name, arguments, words):
    async def scenario(room: Room, act, read):
        answer = await act(name, **arguments)
        return answer["ok"], words in answer["error"]

    assert (False, True) == by_http(scenario)


def test_it_says_what_there_is():
    async def scenario(room: Room):
        async with (
            aiohttp.ClientSession() as session,
            session.get(room.slack.api_url.removesuffix("api/") + "control/") as answer,
        ):
            told = await answer.json()
        missing = [name for name in told["acts"] + told["readings"] if not hasattr(room.slack, name)]
        return missing, "say" in told["acts"]

    assert ([], True) == played(scenario)
