"""`deskbell serve` is told to stop while Slack answers nothing: it ends soon, and the next one goes on."""

import asyncio
import time
from asyncio.subprocess import Process

import pytest
from sqlalchemy import select

from bots.slack.blocks import names
from sandbox.relay import relay_in_thread
from serving import ANA, a_mail
from slack_process import desk_of, started
from slack_world import LONG_WORDS, a_slack
from store.chat_tables import cards
from store.tables import Delivery, Sending, inbox, outbox

pytestmark = pytest.mark.slow  # starts of a whole desk
FOR_EVER = {"delay": 600, "times": 10_000}
LIMIT = 12  # seconds more than with nothing to wait for: it is given five; one wait behind the other are more


def _claims(work) -> list[str]:
    """What nobody else may take before a lease is over."""
    ask = work.connection.execute
    promises = ask(select(outbox.c.notice).where(outbox.c.state == Sending.CLAIMED)).scalars().all()
    payloads = ask(select(inbox.c.source).where(inbox.c.state == Delivery.CLAIMED)).scalars().all()
    drawn = ask(select(cards.c.ticket).where(cards.c.claimed_by != "")).scalars().all()
    return [*map(str, promises), *map(str, payloads), *map(str, drawn)]


async def _stopped(process: Process) -> float:
    """The seconds that it took to stop."""
    began = time.monotonic()
    process.terminate()
    await process.wait()
    return time.monotonic() - began


def test_it_stops_soon_though_slack_answers_nothing_and_what_was_under_way_is_anybodys(tmp_path):
    async def run():
        async with a_slack() as slack:
            with relay_in_thread() as relay:
                desk = desk_of(tmp_path, slack, relay)
                process = await started(desk.config, tmp_path / "serve.log")
                await desk.mail(a_mail(ANA, "Before", LONG_WORDS))
                (card,) = await slack.wait_for(desk.cards, 60)
                await slack.wait_for(desk.is_idle, 60)
                slack.fail("*", **FOR_EVER)
                await desk.mail(a_mail(ANA, "Meanwhile", LONG_WORDS))
                await slack.say(desk.space.sam, desk.space.triage, "Look.", thread_ts=card.ts)
                await slack.click(desk.space.sam, desk.space.triage, card.ts, names.REPLY)
                await slack.wait_for(lambda: len(desk.read(_claims)) >= 3, 60)
                took, held = await _stopped(process), desk.read(_claims)
                slack.mend()
                process = await started(desk.config, tmp_path / "again.log")
                try:
                    await slack.wait_for(lambda: len(desk.cards()) == 2, 60)
                    await slack.wait_for(desk.is_idle, 60)
                finally:
                    idle = await _stopped(process)
                said = [len([one for one in desk.thread(each) if one.bot_id]) for each in desk.cards()]
                locks = desk.thread(card)[1].reactions
                desk.wired.store.close()
                return took - idle, held, said, list(locks)

    took, held, said, locks = asyncio.run(run())

    assert took < LIMIT
    assert ([], [1, 1], ["lock"]) == (held, said, locks)
