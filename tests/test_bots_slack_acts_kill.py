"""`deskbell serve` is killed right behind what an agent did in Slack: nothing is lost, nothing done twice."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.slack.blocks import names
from sandbox.relay import relay_in_thread
from serving import SAM
from slack_acting import Case, Here
from slack_world import a_slack
from store import undoable
from store.work import SqlWork
from test_bots_slack_kill import _desk, _started

pytestmark = pytest.mark.slow  # several starts of a whole desk
ROUNDS = 3
Act = Callable[[Case], Coroutine[Any, Any, None]]


async def _claims(case: Case) -> None:
    await case.click(names.CLAIM)


async def _notes(case: Case) -> None:
    card, slack = case.card, case.world.slack
    await slack.wait_until_idle()  # the next that is acknowledged are these words
    acks = len(slack.acks)
    await slack.say(case.world.space.sam, card.channel, "It is theirs", thread_ts=card.ts)
    await slack.wait_for(lambda: len(slack.acks) > acks)


async def _replies(case: Case) -> None:
    view = await case.form(names.REPLY)
    await case.submit(view, {names.TEXT: "Please restart the box."})


def _is_anything_to_be_said(work: SqlWork) -> bool:
    """Whether an answer can still be undone."""
    return bool(undoable.due(work, datetime.now(UTC) + timedelta(hours=1)))


@pytest.mark.parametrize(
    ("act", "done"),
    [(_claims, (SAM.address, 0, 0)), (_notes, ("", 1, 0)), (_replies, ("", 0, 1))],
)
def test_what_was_acknowledged_is_done_once(tmp_path: Path, act: Act, done: tuple[str, int, int]) -> None:
    async def run() -> list[tuple[str, int, int]]:
        async with a_slack(redeliver_after=0.5, attempts=60) as slack:
            with relay_in_thread() as relay:
                desk = _desk(tmp_path, slack, relay)
                here, cases = Here(desk, asyncio.Runner()), []
                for number in range(ROUNDS):
                    process = await _started(desk.config, tmp_path / f"serve{number}.log")
                    await slack.wait_for(lambda: slack.sockets == 1)
                    cases.append(await here.ticket(f"Killed {number}"))
                    await act(cases[-1])
                    process.kill()
                    await process.wait()
                    await slack.wait_for(lambda: not slack.sockets)
                process = await _started(desk.config, tmp_path / "last.log")
                try:
                    await slack.wait_until_idle(120)
                    await slack.wait_for(lambda: not desk.read(_is_anything_to_be_said), 60)
                    await desk.settle(120)
                    await asyncio.sleep(2)  # what is done twice shows
                    await desk.settle(120)
                finally:
                    process.terminate()
                    await process.wait()
                bodies = Counter(
                    case.number
                    for case in cases
                    for one in relay.mails
                    if f"VS-{case.number}".encode() in one.body and b"Please restart" in one.body
                )
                found = [
                    (
                        case.now.assignee.email if case.now.assignee else "",
                        sum(not one["public"] and one["direction"] == "in" for one in case.said()),
                        bodies[case.number],
                    )
                    for case in cases
                ]
                desk.wired.store.close()
                return found

    assert [done] * ROUNDS == asyncio.run(run())
