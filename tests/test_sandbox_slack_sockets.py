"""The sandbox's Socket Mode: greeting, pings, redelivery, disconnects, and what is never sent twice."""

import asyncio
import json
import time

import aiohttp
import pytest
from slack_sdk.socket_mode.response import SocketModeResponse

from slack_room import Ear, Room, listening, played, refusal

pytestmark = pytest.mark.slow


async def an_address(room: Room) -> str:
    client = room.client.__class__(base_url=room.slack.api_url)
    return str((await client.apps_connections_open(app_token=room.slack.team.app_token))["url"])


def test_a_socket_is_greeted_with_hello():
    async def scenario(room: Room):
        url = await an_address(room)
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            hello = await socket.receive_json(timeout=30)
        debug = sorted(hello["debug_info"])
        return hello["type"], hello["connection_info"]["app_id"], hello["num_connections"], debug[0]

    assert ("hello", "A0DESKBELL", 1, "approximate_connection_time") == played(scenario)


def test_an_address_opens_one_socket_once():
    async def scenario(room: Room):
        url = await an_address(room)
        async with aiohttp.ClientSession() as session:
            first = await session.ws_connect(url)
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)
            await first.close()

    played(scenario)


def test_only_the_app_token_opens_a_connection():
    async def scenario(room: Room):
        bare = room.client.__class__(base_url=room.slack.api_url)
        tokens = (room.slack.team.bot_token, "xapp-nobody")
        return [await refusal(bare.apps_connections_open(app_token=token)) for token in tokens]

    assert ["not_allowed_token_type", "invalid_auth"] == played(scenario)


def test_the_eleventh_socket_is_one_too_many():
    async def scenario(room: Room):
        async with aiohttp.ClientSession() as session:
            sockets = [await session.ws_connect(await an_address(room)) for _ in range(11)]
            told = [(await one.receive_json(timeout=30)).get("reason", "hello") for one in sockets]
            for one in sockets:
                await one.close()
        return told

    assert ["hello"] * 10 + ["too_many_websockets"] == played(scenario)


def test_any_socket_may_get_a_payload_and_only_one_gets_it():
    async def scenario(room: Room):
        async with listening(room) as one, listening(room) as other:
            for number in range(4):
                await room.slack.say(room.ana, room.triage, f"{number}")
            await room.slack.wait_until_idle()
            return sorted(len(ear.heard) for ear in (one, other)), len(room.slack.acks)

    assert ([2, 2], 4) == played(scenario)


def test_pings_are_answered_with_what_they_carry():
    async def scenario(room: Room):
        async with listening(room, ping_interval=2) as ear:
            began = time.time()
            await room.slack.wait_for(lambda: (ear.client.last_ping_pong_time or 0) > began)
            return await ear.client.is_connected()

    assert played(scenario)


def test_a_frozen_socket_is_left_by_its_client_and_what_it_held_back_comes_again():
    async def scenario(room: Room):
        async with listening(room, ping_interval=0.5) as ear:
            await room.slack.freeze()
            await room.slack.say(room.ana, room.triage, "lost on its way")
            await room.slack.wait_for(lambda: room.slack.connections > 1)
            unheard = list(ear.heard)
            await room.slack.freeze(thaw=True)
            await room.slack.wait_for(lambda: ear.heard)
            return unheard, ear.heard[0].retry_attempt > 0

    assert ([], True) == played(scenario, is_timed=True, redeliver_after=0.1, attempts=600)


async def unanswered(room: Room, ear: Ear, deliveries: int) -> None:
    """Let the seconds pass in which so many deliveries were to be acknowledged."""
    for number in range(deliveries):
        await room.slack.wait_for(lambda number=number: len(ear.heard) > number)
        room.slack.advance(3)


def test_what_is_not_acknowledged_comes_again_under_the_same_event_id():
    async def scenario(room: Room):
        async with listening(room) as ear:
            ear.answers = lambda request: {} if request.retry_attempt == 2 else None
            await room.slack.say(room.ana, room.triage, "a note")
            await unanswered(room, ear, 2)
            await room.slack.wait_until_idle()
            heard = [(one.retry_attempt, one.retry_reason) for one in ear.heard]
            ids = {one.payload["event_id"] for one in ear.heard}
            return heard, len(ids), len({one.envelope_id for one in ear.heard})

    assert ([(0, ""), (1, "timeout"), (2, "timeout")], 1, 3) == played(scenario)


def test_after_the_last_attempt_an_event_is_given_up():
    async def scenario(room: Room):
        async with listening(room) as ear:
            ear.answers = lambda request: None
            await room.slack.say(room.ana, room.triage, "a note")
            await unanswered(room, ear, 4)
            await room.slack.wait_until_idle()
            return len(ear.heard), [one["event"]["text"] for one in room.slack.dropped]

    assert (4, ["a note"]) == played(scenario)


def test_a_late_acknowledgement_is_noted_and_stops_nothing():
    async def scenario(room: Room):
        async with listening(room) as ear:
            ear.answers = lambda request: {} if request.retry_attempt == 2 else None
            await room.slack.say(room.ana, room.triage, "a note")
            await unanswered(room, ear, 2)
            late = SocketModeResponse(ear.heard[0].envelope_id)
            await ear.client.send_socket_mode_response(late)
            await room.slack.wait_for(lambda: len(room.slack.acks) == 2)
            return sorted((ack.retry_attempt, ack.is_late) for ack in room.slack.acks)

    assert [(0, True), (2, False)] == played(scenario)


@pytest.mark.parametrize("kind", ["interactive", "slash_commands"])
def test_what_a_person_waits_for_is_never_sent_twice(kind):
    async def scenario(room: Room):
        async with listening(room) as ear:
            card = await room.card()
            await room.slack.wait_until_idle()
            ear.heard.clear()
            ear.answers = lambda request: None
            if kind == "interactive":
                act = await room.slack.click(room.ana, room.triage, card, "claim")
            else:
                act = await room.slack.command(room.ana, room.triage, "/ticket", "help")
            await room.slack.wait_for(lambda: ear.heard)
            room.slack.advance(3)
            await act.settled.wait()
            room.slack.advance(600)
            await asyncio.sleep(0.05)
            return [one.type for one in ear.heard], act.failure

    assert ([kind], "operation_timeout") == played(scenario, redeliver_after=0.05)


def test_with_nobody_connected_a_click_fails_and_an_event_waits():
    async def scenario(room: Room):
        card = await room.card()
        act = await room.slack.click(room.ana, room.triage, card, "claim")
        await act.settled.wait()
        await room.slack.say(room.ana, room.triage, "a note")
        async with listening(room) as ear:
            await room.slack.wait_until_idle()
            return act.failure, [one["text"] for one in ear.events]

    assert ("dispatch_failed", ["card", "a note"]) == played(scenario)


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
def test_a_client_that_is_told_to_reconnect_does_and_loses_nothing(reason):
    async def scenario(room: Room):
        async with listening(room, ping_interval=1) as ear:
            await room.slack.disconnect(reason)
            await room.slack.say(room.ana, room.triage, "a note")
            await room.slack.wait_until_idle(60)
            return len(ear.heard), len(room.slack.acks)

    heard, acked = played(scenario, is_timed=True, redeliver_after=10, attempts=6)

    assert (True, 1) == (heard >= 1, acked)


def test_with_socket_mode_switched_off_there_is_no_new_address():
    async def scenario(room: Room):
        await room.slack.disconnect("link_disabled")
        bare = room.client.__class__(base_url=room.slack.api_url)
        return await refusal(bare.apps_connections_open(app_token=room.slack.team.app_token))

    assert "socket_mode_disabled" == played(scenario)


def test_after_an_abrupt_end_the_client_comes_back_and_hears_what_it_missed():
    async def scenario(room: Room):
        async with listening(room, ping_interval=1) as ear:
            await room.slack.cut()
            await room.slack.say(room.ana, room.triage, "a note")
            await room.slack.wait_until_idle(60)
            return [one["text"] for one in ear.events]

    assert ["a note"] == played(scenario, is_timed=True, redeliver_after=10, attempts=6)


def test_nonsense_on_a_socket_is_left_aside():
    async def scenario(room: Room):
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(await an_address(room))
            await socket.receive_json(timeout=30)
            for words in ("no json", "[]", '{"envelope_id": "unknown"}'):
                await socket.send_str(words)
            await room.slack.say(room.ana, room.triage, "a note")
            envelope = json.loads(await socket.receive_str(timeout=30))
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            await room.slack.wait_until_idle()
            await socket.close()
        return len(room.slack.acks)

    assert 1 == played(scenario)
