"""The sandbox against Slack's own libraries, unmodified: that they get along is the test of it."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Impossible
from slack_room import CARD, Room, listening, played

VIEW = {
    "type": "modal",
    "callback_id": "reply",
    "title": {"type": "plain_text", "text": "Reply"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "text",
            "label": {"type": "plain_text", "text": "Text"},
            "element": {"type": "plain_text_input", "action_id": "words", "max_length": 20},
        }
    ],
}


def an_app(room: Room) -> AsyncApp:
    """A small triage app: a card whose button opens a modal, and a command."""
    app = AsyncApp(client=room.client, signing_secret=room.slack.team.signing_secret)

    @app.action("claim")
    async def claim(ack, body, client, respond):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=VIEW)
        await respond("claimed")

    @app.view("reply")
    async def reply(ack, view):
        words = view["state"]["values"]["text"]["words"]["value"]
        if words == "no":
            await ack(response_action="errors", errors={"text": "Say more."})
        else:
            await ack()

    @app.command("/ticket")
    async def ticket(ack, command):
        await ack(f"you said {command['text']}")

    @app.event("message")
    async def message(event, say):
        await say(f"noted: {event['text']}", thread_ts=event["ts"])

    return app


AT_LEISURE = {"patience": 30.0, "redeliver_after": 30.0}  # over HTTP these seconds are real


async def works_the_desk(room: Room) -> list[object]:
    """A click, a modal with an error and without, a command, a message: what people saw of each."""
    slack = room.slack
    card = await room.card()
    clicked = await slack.click(room.ana, room.triage, card, "claim")
    await slack.wait_for(lambda: clicked.ephemerals)
    view = slack.views(room.ana)[-1]["id"]
    refused = await slack.submit(room.ana, view, {"text": "no"})
    sent = await slack.submit(room.ana, view, {"text": "Thank you."})
    asked = await slack.command(room.ana, room.triage, "/ticket", "list mine")
    await asked.answered()
    note = await slack.say(room.ana, room.triage, "a note")
    await slack.wait_for(lambda: len(slack.thread(room.triage, note)) > 1)
    return [
        clicked.ephemerals[0].text,
        refused,
        sent,
        slack.views(room.ana),
        asked.ephemerals[0].text,
        slack.thread(room.triage, note)[1].text,
    ]


SEEN = [
    "claimed",
    {"response_action": "errors", "errors": {"text": "Say more."}},
    {},
    [],
    "you said list mine",
    "noted: a note",
]


def test_a_bolt_app_in_socket_mode_works_unmodified():
    async def scenario(room: Room):
        handler = AsyncSocketModeHandler(an_app(room), room.slack.team.app_token)
        await handler.connect_async()
        try:
            return await works_the_desk(room)
        finally:
            await handler.close_async()

    assert SEEN == played(scenario)


async def served(app: AsyncApp) -> tuple[web.AppRunner, str]:
    """The app behind a plain HTTP server; its address."""

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): [value] for name, value in request.headers.items()}
        answer = await app.async_dispatch(AsyncBoltRequest(body=await request.text(), headers=headers))
        told = {name: value[0] for name, value in answer.headers.items() if name.lower() != "content-type"}
        kind = answer.first_headers().get("content-type", "text/plain").partition(";")[0]
        return web.Response(status=answer.status, text=answer.body, headers=told, content_type=kind)

    server = web.Application()
    server.router.add_post("/slack/events", take)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"


def test_a_bolt_app_behind_signed_http_works_unmodified():
    async def scenario(room: Room):
        runner, room.slack.http_url = await served(an_app(room))
        try:
            return [await room.slack.verify_url(), *await works_the_desk(room)]
        finally:
            await runner.cleanup()

    assert [True, *SEEN] == played(scenario, **AT_LEISURE)


def test_an_app_with_another_signing_secret_refuses_what_is_posted_to_it():
    async def scenario(room: Room):
        app = AsyncApp(client=room.client, signing_secret="another")
        runner, room.slack.http_url = await served(app)
        try:
            clicked = await room.slack.click(room.ana, room.triage, await room.card(), "claim")
            await clicked.settled.wait()
            return clicked.failure
        finally:
            await runner.cleanup()

    assert "http_error" == played(scenario, **AT_LEISURE)


def test_a_request_is_signed_over_its_time_and_its_raw_body():
    async def scenario(room: Room):
        taken = []

        async def take(request: web.Request) -> web.Response:
            taken.append((dict(request.headers), await request.read()))
            return web.Response()

        async with answering(room, take):
            await room.slack.say(room.ana, room.triage, "Müller")
            await room.slack.wait_until_idle()
        [(headers, body)] = taken
        base = f"v0:{headers['X-Slack-Request-Timestamp']}:".encode() + body
        digest = hmac.new(room.slack.team.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return f"v0={digest}" == headers["X-Slack-Signature"], "X-Slack-Retry-Num" in headers

    assert (True, False) == played(scenario, **AT_LEISURE)


@asynccontextmanager
async def answering(room: Room, answer) -> AsyncIterator[None]:
    """An address of the app's whose answers are made up here."""
    server = web.Application()
    server.router.add_post("/", answer)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    room.slack.http_url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("answers", "heard"),
    [
        ([200], [None]),
        ([500, 500, 500, 500], [None, "1 http_error", "2 http_error", "3 http_error"]),
        ([302, 200], [None, "1 http_error"]),  # Slack would follow it; ours has no business with redirects
        (["no-retry"], [None]),
        pytest.param(["hang", 200], [None, "1 http_timeout"], marks=pytest.mark.slow),
    ],
)
def test_an_event_over_http_is_tried_again_with_number_and_reason(answers, heard):
    async def scenario(room: Room):
        retries, left = [], list(answers)

        async def take(request: web.Request) -> web.Response:
            number = request.headers.get("X-Slack-Retry-Num")
            retries.append(number and f"{number} {request.headers['X-Slack-Retry-Reason']}")
            answer = left.pop(0)
            if answer == "hang":
                await room.slack.wait_for(lambda: len(retries) > 1)
                return web.Response()
            if answer == "no-retry":
                return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
            return web.Response(status=answer)

        async with answering(room, take):
            await room.slack.say(room.ana, room.triage, "a note")
            await room.slack.wait_until_idle()
        return retries

    limits = {"redeliver_after": 5.0} if "hang" in answers else AT_LEISURE

    assert heard == played(scenario, http_retries=[0, 0, 0], **limits)


@pytest.mark.slow
def test_http_is_tried_again_at_once_after_one_minute_and_after_five():
    async def scenario(room: Room):
        came = []

        async def take(request: web.Request) -> web.Response:
            came.append(room.slack.world.clock.now())
            return web.Response(status=500)

        async with answering(room, take):
            await room.slack.say(room.ana, room.triage, "a note")
            await room.slack.wait_for(lambda: len(came) == 2)
            early = []
            for pause in (60, 300):
                await room.slack.wait_for(lambda: room.slack.world.clock.is_waited_for)  # until it rests
                count = len(came)
                room.slack.advance(pause - 30)
                await asyncio.sleep(0.05)
                early.append(len(came) - count)
                room.slack.advance(30)
                await room.slack.wait_for(lambda count=count: len(came) > count)
            await room.slack.wait_until_idle()
        return early, len(came)

    assert ([0, 0], 4) == played(scenario, **AT_LEISURE)


def test_nobody_listening_over_http_is_a_failed_connection():
    async def scenario(room: Room):
        room.slack.http_url = "http://127.0.0.1:9/"
        clicked = await room.slack.click(room.ana, room.triage, await room.card(), "claim")
        await clicked.settled.wait()
        return clicked.failure

    assert "connection_failed" == played(scenario, **AT_LEISURE)


def test_the_client_uploads_and_downloads_a_file():
    async def scenario(room: Room):
        done = await room.client.files_upload_v2(
            content=b"\x00bytes", filename="trace.bin", channel=room.triage, initial_comment="Here"
        )
        url = done["file"]["url_private_download"]
        token = {"Authorization": f"Bearer {room.slack.team.bot_token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, headers=token) as ours,
            session.get(url) as nobodys,
        ):
            [shared] = room.slack.channel(room.triage)
            return await ours.read(), nobodys.content_type, nobodys.status, shared.subtype, shared.text

    assert (b"\x00bytes", "text/html", 200, "file_share", "Here") == played(scenario)


@pytest.mark.parametrize(
    ("trouble", "status", "kind"),
    [
        ({}, 200, "application/octet-stream"),
        ({"status": 500}, 500, "application/octet-stream"),
        ({"html": True}, 200, "text/html"),
        ({"redirect": "http://127.0.0.1:9/"}, 302, "application/octet-stream"),
    ],
)
def test_a_download_fails_in_the_ways_asked_for(trouble, status, kind):
    async def scenario(room: Room):
        await room.slack.say(room.ana, room.triage, "", files=[("trace", b"bytes")])
        [file] = room.slack.channel(room.triage)[0].files
        url = (await room.client.files_info(file=file.id))["file"]["url_private"]
        if trouble:
            room.slack.fail("files.download", **trouble)
        headers = {"Authorization": f"Bearer {room.slack.team.bot_token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            return answer.status, answer.content_type

    assert (status, kind) == played(scenario)


def test_the_app_hears_its_own_messages_too():
    async def scenario(room: Room):
        async with listening(room) as ear:
            await room.client.chat_postMessage(channel=room.triage, text="card", blocks=CARD)
            await room.slack.wait_for(lambda: ear.events)
            return [(one["user"], one["bot_id"], one["text"]) for one in ear.events]

    assert [("U0BOT", "B0BOT", "card")] == played(scenario)


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")  # slack_sdk's own
def test_a_second_workspace_is_installed_with_a_code_and_has_a_token_of_its_own():
    async def scenario(room: Room):
        other = room.slack.add_team("Partner")
        bob = room.slack.add_user("bob", team=other)
        code = room.slack.consent(other, bob)
        anybody = AsyncWebClient(base_url=room.slack.api_url)
        keys = {"client_id": "1234567890.1234567890", "client_secret": "sandbox-client-secret"}
        got = await anybody.oauth_v2_access(code=code, **keys)
        client = AsyncWebClient(got["access_token"], base_url=room.slack.api_url)
        return got["team"]["id"] == other.id, (await client.auth_test())["team"]

    assert (True, "Partner") == played(scenario)


def test_nobody_presses_what_is_not_there():
    async def scenario(room: Room):
        card = await room.card()
        with pytest.raises(Impossible, match=r"no element 'close'.*claim, status"):
            await room.slack.click(room.ana, room.triage, card, "close")
        with pytest.raises(Impossible, match="'urgent' is not offered; there are open, solved"):
            await room.slack.click(room.ana, room.triage, card, "status", selected="urgent")

    played(scenario)
