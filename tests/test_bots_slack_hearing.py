"""What Slack tells is kept before it is acknowledged, decided once, and heard again after any break."""

import asyncio
import hashlib
import hmac
import io
import json
import time
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

import servers
from bots.slack import acts
from bots.slack.listening import Kind, Listener
from intake.errors import StoreUnavailable
from sandbox.slack import SlackSandbox
from serving import AGENTS
from slack_world import World, a_slack, at_work, furnished, world
from store.tables import Delivery, inbox

pytestmark = pytest.mark.slow  # a whole desk each, and real time-outs


def deliveries(desk: World) -> list[Delivery]:
    """The state of all that Slack brought."""
    query = select(inbox.c.state).where(inbox.c.source == "slack").order_by(inbox.c.id)
    return desk.read(lambda work: list(work.connection.execute(query).scalars()))


async def heard_one(desk: World, text: str = "A note.") -> None:
    await desk.slack.say(desk.space.sam, desk.space.triage, text)


async def is_decided(desk: World, count: int = 1, seconds: float = 60.0) -> list[Delivery]:
    await desk.slack.wait_for(lambda: deliveries(desk)[count - 1 :], seconds)
    await desk.slack.wait_for(lambda: set(deliveries(desk)) == {Delivery.DONE}, seconds)
    return deliveries(desk)


def test_an_event_that_cannot_be_kept_is_not_acknowledged_and_comes_again(tmp_path, caplog):
    async def run():
        async with a_slack(redeliver_after=600) as slack, world(tmp_path, slack) as desk:
            whole, times = desk.service._keeping.keep_raw, []

            def full(raw, key):
                times.append(key)
                if len(times) < 3:
                    raise StoreUnavailable("the disk is full")
                return whole(raw, key)

            desk.service._keeping.keep_raw = full
            await heard_one(desk)
            for tries in (1, 2):
                await slack.wait_for(lambda tries=tries: len(times) == tries)
                slack.advance(600)
            done = await is_decided(desk)
            await slack.wait_until_idle()
            return done, len(set(times)), [ack.retry_attempt for ack in slack.acks]

    with capture_logs() as logs:
        assert ([Delivery.DONE], 1, [2]) == asyncio.run(run())
    told = [one["error"] for one in logs if one["event"].startswith("an event cannot be kept")]

    assert (["the disk is full"] * 2, []) == (told, [one for one in caplog.records if one.exc_info])


def test_an_event_that_comes_twice_is_decided_once(tmp_path):
    async def run():
        async with a_slack(redeliver_after=0.2) as slack, world(tmp_path, slack) as desk:
            whole, keys, again = desk.chat._hearing._desk.keep, [], asyncio.Event()

            async def slow(raw, key):
                kept = await whole(raw, key)
                keys.append(key)
                if len(keys) > 1:
                    again.set()
                await asyncio.wait_for(again.wait(), 30.0)  # kept, and acknowledged when it has come again
                return kept

            desk.chat._hearing._desk.keep = slow
            await heard_one(desk)
            done = await is_decided(desk)
            await slack.wait_for(lambda: len(slack.acks) > 1)
            return done

    assert [Delivery.DONE] == asyncio.run(run())


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "too_many_websockets"])
def test_slack_may_ask_for_another_socket_at_any_time(tmp_path, reason):
    async def story():
        async with a_slack(attempts=40) as slack, world(tmp_path, slack) as desk:
            await slack.wait_for(lambda: slack.sockets == 1)
            await slack.disconnect(reason)
            await heard_one(desk)
            return await is_decided(desk)

    assert [Delivery.DONE] == asyncio.run(story())


def test_a_socket_that_is_cut_is_made_again_and_nothing_is_lost(tmp_path):
    async def run():
        async with a_slack(redeliver_after=2.0, attempts=40) as slack, world(tmp_path, slack) as desk:
            await slack.wait_for(lambda: slack.sockets == 1)
            await slack.cut()
            await heard_one(desk)
            return await is_decided(desk)

    assert [Delivery.DONE] == asyncio.run(run())


def test_a_socket_that_has_gone_silent_is_replaced(tmp_path):
    async def run():
        async with a_slack(redeliver_after=3.0, attempts=60) as slack, world(tmp_path, slack) as desk:
            await slack.wait_for(lambda: slack.sockets == 1)
            opened = len([one for one in slack.calls if one.method == "apps.connections.open"])
            await slack.freeze()
            await slack.wait_for(
                lambda: len([one for one in slack.calls if one.method == "apps.connections.open"]) > opened,
                90,
            )
            await slack.freeze(thaw=True)
            await heard_one(desk)
            return await is_decided(desk, seconds=90)

    assert [Delivery.DONE] == asyncio.run(run())


def test_a_refused_app_token_alerts_agents_once_and_is_tried_until_it_is_mended(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            slack = desk.slack
            await slack.wait_for(lambda: slack.sockets == 1)
            slack.fail("apps.connections.open", error="invalid_auth", times=3)
            await slack.cut()
            await slack.wait_for(lambda: slack.sockets == 1, 90)
            await slack.wait_for(lambda: any("Trouble" in one for one in desk.mails_to(AGENTS)))
            return sum("Trouble" in one for one in desk.mails_to(AGENTS))

    assert 1 == asyncio.run(story())


def test_while_the_bots_token_is_dead_events_are_kept_and_decided_later(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.slack.wait_for(lambda: desk.slack.sockets == 1)
            desk.slack.fail("*", error="token_revoked", times=2)
            desk.chat.hands.speaking.workspaces.forget_home()
            await heard_one(desk)
            await desk.slack.wait_until_idle()
            acked = [ack.retry_attempt for ack in desk.slack.acks]
            await asyncio.sleep(1.5)  # a few tries, which do not count
            await desk.chat.hands.speaking.tokens.try_again("")
            await desk.chat.hands.speaking.tokens.try_again("")
            return acked, await is_decided(desk)

    assert ([0], [Delivery.DONE]) == asyncio.run(story())


# What a person waits for


def test_a_click_is_done_once_by_an_agent_and_refused_to_others(tmp_path, monkeypatch):
    done = []

    async def noted(acting, call):
        done.append((acting.agent.name, acting.ticket, acting.role))
        await call.ack()

    monkeypatch.setattr(
        "bots.slack.channel.LISTENERS", (Listener(Kind.ACTION, "ticket.claim", noted), *acts.LISTENERS)
    )

    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            await desk.settle()
            outsider = desk.slack.add_user("Guest", email="g@vendor.example", restricted=True)
            desk.slack.world.channel(card.channel).members.append(outsider)
            desk.chat.hands.staff.forget()
            one = await desk.slack.click(desk.space.sam, card.channel, card.ts, "ticket.claim")
            other = await desk.slack.click(outsider, card.channel, card.ts, "ticket.claim")
            await desk.settle()
            return one.ack, [message.text for message in desk.slack.ephemerals(outsider)], other.replies

    _, told, _ = asyncio.run(story())

    assert [("Sam Weaver", 1001, "card")] == done
    assert [True] == [one.startswith("Only support staff can do this.") for one in told]


async def _fails(acting, call):
    raise StoreUnavailable("the disk is full")


def test_an_act_that_fails_is_told_with_a_reference_and_never_as_done(tmp_path, monkeypatch):
    failing = (Listener(Kind.ACTION, "ticket.claim", _fails), Listener(Kind.COMMAND, "/ticket", _fails))
    monkeypatch.setattr("bots.slack.channel.LISTENERS", failing)
    monkeypatch.setattr("bots.slack.dispatch.PATIENCE", 30)  # or what comes late is said elsewhere

    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            await desk.settle()
            await desk.slack.click(desk.space.sam, card.channel, card.ts, "ticket.claim")
            await desk.slack.wait_for(lambda: desk.slack.ephemerals(desk.space.sam))
            asked = await desk.slack.command(desk.space.sam, card.channel, "/ticket", "list")
            await desk.slack.wait_for(lambda: asked.ack)
            return [one.text for one in desk.slack.ephemerals(desk.space.sam)], asked.ack["text"]

    told, answered = asyncio.run(story())

    assert all("Saved nothing" in one and "Ref " in one for one in (*told, answered))


# Signed HTTP


def _request(url: str, body: bytes, secret: str, stamp: int, kind: str = "application/json") -> dict:
    signed = b"v0:" + str(stamp).encode() + b":" + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {
        "url": url,
        "data": io.BytesIO(body),
        "headers": {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": str(stamp),
            "X-Slack-Signature": f"v0={digest}",
        },
    }


SHAPELESS = (  # signed, and of no shape that Slack is known to send: nothing to bring again
    {"type": "event_callback"},
    {"type": "event_callback", "event": []},
    {"type": "event_callback", "event": {}, "event_id": "Ev2"},
)


def _http(slack: SlackSandbox) -> tuple[str, dict[str, str]]:
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}/slack/events"
    secrets = f'["an older one", "{slack.team.signing_secret}"]'
    return url, {"listen": f'"127.0.0.1:{port}"', "signing_secrets": secrets, "app_token": ""}


def test_signed_http_carries_what_socket_mode_does(tmp_path):
    async def run():
        async with a_slack(redeliver_after=30) as slack:
            space = furnished(slack)
            url, settings = _http(slack)
            async with at_work(tmp_path, space, **settings) as desk:
                slack.http_url = url
                verified = await slack.verify_url()
                await heard_one(desk)
                return verified, await is_decided(desk), slack.sockets

    assert (True, [Delivery.DONE], 0) == asyncio.run(run())


def test_signed_http_believes_nothing_unsigned_and_takes_nothing_twice(tmp_path):
    async def run():
        async with a_slack(redeliver_after=30) as slack:
            space = furnished(slack)
            url, settings = _http(slack)
            async with at_work(tmp_path, space, **settings) as desk:
                event = {
                    "type": "message",
                    "user": space.sam,
                    "channel": space.triage,
                    "text": "x",
                    "ts": "1.1",
                }
                payload = {
                    "type": "event_callback",
                    "event_id": "Ev1",
                    "team_id": slack.team.id,
                    "event": event,
                }
                body, now, secret = json.dumps(payload).encode(), int(time.time()), slack.team.signing_secret
                form = urlencode({"payload": json.dumps({"type": "block_actions"})}).encode()
                good = _request(url, body, secret, now)
                requests = [
                    good,
                    _request(url, body, secret, now),  # a replay within the five minutes
                    _request(url, body, "an older one", now),
                    _request(url, body, "wrong", now),
                    _request(url, body, secret, now - 301),
                    _request(url, body, secret, now) | {"headers": {"X-Slack-Request-Timestamp": "soon"}},
                    _request(url, b"{", secret, now),
                    _request(url, b"[" * 200_000, secret, now),
                    *(_request(url, json.dumps(one).encode(), secret, now) for one in SHAPELESS),
                    _request(url, b" " * (1024 * 1024 + 1), secret, now),
                    _request(url, form, "wrong", now, "application/x-www-form-urlencoded"),
                ]
                statuses = []
                async with aiohttp.ClientSession() as session:
                    for one in requests:
                        async with session.post(**one) as response:
                            statuses.append(response.status)
                return statuses, await is_decided(desk)

    with capture_logs() as logs:
        statuses, done = asyncio.run(run())
    told = [one["event"] for one in logs if "not signed" in one["event"]]

    assert [200, 200, 200, 401, 401, 401, 400, 400, *(200 for _ in SHAPELESS), 413, 401] == statuses
    assert ([Delivery.DONE], ["a request was turned away: it is not signed, or not by now"]) == (done, told)


def test_an_event_without_a_name_is_kept_once_by_what_it_says(tmp_path):
    """Slack names each one; a stand-in of Slack's may not."""

    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                event = {"type": "message", "message": "x", "item": [], "channel": space.triage, "ts": "1.1"}
                for _ in range(2):
                    await desk.chat._hearing.keep({"team_id": slack.team.id, "event": event})
                return await is_decided(desk)

    assert [Delivery.DONE] == asyncio.run(run())
