"""`deskbell serve` is killed amid its talk with Slack: nothing is lost, and nothing stands there twice.

The sandbox lives on in the test; the desk is a process of its own, killed when Slack has got a certain
call, or has sent an event, and begun again.
"""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select

import servers
from bots.wiring import wire
from sandbox.relay import relay_in_thread
from sandbox.slack import SlackSandbox
from serving import ANA, DESKBELL, a_mail, write_config
from slack_world import LONG_WORDS, PEOPLE, POLICY, World, a_slack, furnished
from store import inbox as deliveries
from store.tables import Delivery, inbox

pytestmark = pytest.mark.slow  # a dozen starts of a whole desk
MAILS = 6


async def _started(config, log):
    with log.open("ab") as words:
        process = await asyncio.create_subprocess_exec(
            DESKBELL, "serve", "--config", config, stdout=words, stderr=asyncio.subprocess.STDOUT
        )
    for _ in range(1800):
        if b"serving" in log.read_bytes() or process.returncode is not None:
            break
        await asyncio.sleep(0.05)
    assert process.returncode is None, log.read_text()
    return process


async def _killed_when(slack: SlackSandbox, process, is_time) -> None:
    """kill -9, the moment that Slack has seen something."""
    await slack.wait_for(is_time)
    process.kill()
    await process.wait()


def _is_heard(desk: World) -> bool:
    return desk.read(deliveries.next_due) is None


def _posts(slack: SlackSandbox, since: int) -> int:
    return sum(one.method == "chat.postMessage" for one in slack.calls[since:])


def test_cards_and_messages_are_there_once_however_often_the_desk_is_killed(tmp_path):
    async def run():
        async with a_slack() as slack:
            with relay_in_thread() as relay:
                desk = _desk(tmp_path, slack, relay)
                for number in range(MAILS):
                    process = await _started(desk.config, tmp_path / f"serve{number}.log")
                    since = len(slack.calls)
                    await desk.mail(a_mail(ANA, f"Killed {number}", LONG_WORDS))
                    await _killed_when(slack, process, lambda since=since: _posts(slack, since))
                process = await _started(desk.config, tmp_path / "last.log")
                try:
                    await slack.wait_for(lambda: len(desk.cards()) >= MAILS, 60)
                    await desk.settle(120)
                finally:
                    process.terminate()
                    await process.wait()
                cards = Counter(one.text.partition(" · ")[0] for one in desk.cards())
                below = [Counter(one.text for one in desk.thread(card)) for card in desk.cards()]
                desk.wired.store.close()
                return cards, [max(one.values(), default=0) for one in below]

    cards, below = asyncio.run(run())

    assert {f"VS-{1001 + number}": 1 for number in range(MAILS)} == dict(cards)
    assert set(below) == {1}


def test_an_event_is_decided_once_however_often_the_desk_is_killed_after_the_acknowledgement(tmp_path):
    async def run():
        async with a_slack(redeliver_after=0.5, attempts=60) as slack:
            with relay_in_thread() as relay:
                desk = _desk(tmp_path, slack, relay)
                for number in range(MAILS):
                    process = await _started(desk.config, tmp_path / f"serve{number}.log")
                    desk.register()  # once the people are imported
                    before = len(slack.acks)
                    await slack.wait_for(lambda: slack.sockets == 1)
                    await slack.wait_for(lambda: _is_heard(desk), 120)  # what came before
                    await slack.say(desk.space.ana, desk.space.shared, f"Killed {number}")
                    await _killed_when(slack, process, lambda before=before: len(slack.acks) > before)
                process = await _started(desk.config, tmp_path / "last.log")
                try:
                    await slack.wait_until_idle(120)
                    await desk.settle(120)
                finally:
                    process.terminate()
                    await process.wait()
                query = select(inbox.c.state).where(inbox.c.source == "slack")
                states = desk.read(lambda work: set(work.connection.execute(query).scalars()))
                subjects = [
                    desk.read(lambda work, n=n: work.ticket(n)) for n in range(1001, 1001 + MAILS + 1)
                ]
                threads = [
                    sum(bool(one.bot_id) for one in slack.thread(desk.space.shared, root.ts))
                    for root in slack.channel(desk.space.shared)
                    if root.user == desk.space.ana
                ]
                desk.wired.store.close()
                return states, [one and one.subject for one in subjects], threads

    states, subjects, threads = asyncio.run(run())

    assert {Delivery.DONE} == states
    assert (sorted(f"Killed {number}" for number in range(MAILS)), None) == (
        sorted(subjects[:-1]),
        subjects[-1],
    )
    assert [1] * MAILS == threads


def _desk(folder, slack: SlackSandbox, relay) -> World:
    """A desk that is yet to be started, and a hand in its store."""
    space = furnished(slack)
    port = servers.free_port()
    config = write_config(folder, relay.port, port, channel=space.settings(), policy="policy.toml")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "people.toml").write_text(PEOPLE.format(sam=space.sam), encoding="utf-8")
    wired = wire(config)
    return World(space, slack, wired, None, relay, port, config)  # type: ignore[arg-type]
