"""One message a second in a channel, cards before what stands under them, no channel waits for another."""

import asyncio
import itertools
import time

import pytest

from bots.slack.pace import ANSWER, CARD, MESSAGE, Pace
from slack_world import held_back

pytestmark = pytest.mark.slow

APART = 0.05


async def _turns(pace: Pace, waiting: list[tuple[str, tuple[int, int]]]) -> list[tuple[str, float]]:
    """Who was let in when, all asking at once; the channel is what stands before the colon."""
    came: list[tuple[str, float]] = []
    began = time.monotonic()

    async def take(name: str, order: tuple[int, int]) -> None:
        channel = name.partition(":")[0]
        await pace.turn(channel, order)
        came.append((name, pace._queue(channel)._free_at - pace.apart - began))

    await asyncio.gather(*(take(*one) for one in waiting))
    return came


def test_messages_to_a_channel_come_apart():
    came = asyncio.run(_turns(Pace(APART), [(f"C:{one}", (MESSAGE, one)) for one in range(4)]))
    gaps = [later - sooner for (_, sooner), (_, later) in itertools.pairwise(came)]

    assert min(gaps) >= APART * 0.99


def test_a_card_goes_before_an_answer_and_that_before_what_the_desk_says_by_itself():
    async def ordered() -> list[str]:
        pace = Pace(APART)
        waiting = [("C:said", (MESSAGE, 1)), ("C:answer", (ANSWER, 9)), ("C:card", (CARD, -1001))]
        newest = ("C:newest", (CARD, -1002))
        async with held_back(pace, "C"):  # until all of them wait
            turns = asyncio.create_task(_turns(pace, [*waiting, newest]))
            while len(pace._queue("C")._waiting) < 4:  # noqa: ASYNC110
                await asyncio.sleep(0)
        return [name for name, _ in await turns]

    assert ["C:newest", "C:card", "C:answer", "C:said"] == asyncio.run(ordered())


def test_no_channel_waits_for_another():
    async def quickest() -> float:
        pace = Pace(APART)
        pace.rest("C", 60)
        return (await _turns(pace, [("D", (MESSAGE, 1))]))[0][1]

    assert asyncio.run(quickest()) < 30


def test_a_channel_rests_as_long_as_slack_asks():
    async def after() -> float:
        pace = Pace(APART)
        pace.rest("C", 0.2)
        return (await _turns(pace, [("C", (MESSAGE, 1))]))[0][1]

    assert asyncio.run(after()) >= 0.19


def test_a_channel_that_was_too_fast_goes_slower_for_a_while_and_no_other_does():
    async def apart() -> list[float]:
        pace = Pace(0.001)
        before = pace.apart_in("C")
        for _ in range(3):
            pace.was_too_fast("C", 0)
        slow, other = pace.apart_in("C"), pace.apart_in("D")
        for _ in range(100):
            await pace.turn("C")
        return [before, other, pace.apart_in("C"), slow]

    before, other, after, slow = asyncio.run(apart())

    assert ([0.001] * 3, True) == ([before, other, after], slow > 3 * before)


def test_however_often_it_was_too_fast_a_message_goes_each_few_seconds():
    async def apart() -> float:
        pace = Pace(1)
        for _ in range(50):
            pace.was_too_fast("C", 0)
        return pace.apart_in("C")

    assert asyncio.run(apart()) <= 8


def test_a_turn_that_was_given_up_is_nobodys():
    async def next_one() -> list[str]:
        pace = Pace(APART)
        await pace.turn("C")
        gone = asyncio.create_task(pace.turn("C", (CARD, 0)))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return [name for name, _ in await _turns(pace, [("C:next", (MESSAGE, 1))])]

    assert ["C:next"] == asyncio.run(next_one())
