"""The writer's thread: letters share a commit, one that breaks costs only itself, stopping loses nothing.

The writer knows of the store only a function that keeps a group of letters, so a ledger of the
test's own stands in for it: it notes the groups that it got, and breaks where it is told to.
"""

import asyncio
import threading
import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

import bots.writer
from bots.writer import Writer
from intake.decisions import Fate, Receipt
from intake.errors import StoreUnavailable, TemporaryFailure
from intake.handle import Letter
from stores import an_inbound

LIMIT = 30


class Ledger:
    """Keeps letters by their Message-ID, all of a group or none, once its door is open."""

    def __init__(self, broken: Sequence[str] = (), failure: Exception | None = None) -> None:
        self.groups: list[list[str]] = []
        self.door = threading.Event()
        self.door.set()
        self.asked = 0  # how often the thread came to the door
        self._broken = set(broken)
        self._failure = failure

    def receive(self, letters: Sequence[Letter]) -> list[Receipt]:
        names = [letter.inbound.message_id for letter in letters]
        self.asked += 1
        assert self.door.wait(LIMIT)
        if self._failure and self._broken & set(names):
            raise self._failure
        self.groups.append(names)
        return [Receipt(int(name), Fate.APPEND) for name in names]

    @property
    def kept(self) -> list[str]:
        return [name for group in self.groups for name in group]


def a_letter(name: int) -> Letter:
    return Letter(None, an_inbound(str(name)))


def play(ledger: Ledger, scene: Callable[[Writer], Awaitable[Any]], group: int = 64) -> Any:
    """Run a scene with a writer that is stopped at its end."""

    async def whole() -> Any:
        writer = Writer(ledger.receive, group)
        writer.start()
        try:
            return await asyncio.wait_for(scene(writer), LIMIT)
        finally:
            ledger.door.set()
            await writer.stop()

    return asyncio.run(whole())


async def stands_at_the_door(ledger: Ledger) -> None:
    """Return once the thread has taken something and waits with it."""
    while not ledger.asked:  # noqa: ASYNC110  another thread counts it
        await asyncio.sleep(0.005)


async def put_behind_a_closed_door(writer: Writer, ledger: Ledger, works: Sequence[Any]) -> list[Any]:
    """Let things pile up behind a first letter, then open the door; the outcomes without the first's."""
    ledger.door.clear()
    first = asyncio.create_task(writer.keep(a_letter(0)))
    await stands_at_the_door(ledger)  # with the first alone
    others = [asyncio.create_task(work) for work in works]
    await asyncio.sleep(0)
    ledger.door.set()
    await asyncio.gather(first, return_exceptions=True)
    return list(await asyncio.gather(*others, return_exceptions=True))


# Groups


def test_letters_that_wait_together_share_a_transaction_up_to_the_size_of_a_group():
    ledger = Ledger()

    async def scene(writer: Writer) -> list[Any]:
        return await put_behind_a_closed_door(writer, ledger, [writer.keep(a_letter(n)) for n in range(1, 6)])

    receipts = play(ledger, scene, group=3)

    assert [1, 2, 3, 4, 5] == [receipt.message for receipt in receipts]
    assert [["0"], ["1", "2", "3"], ["4", "5"]] == ledger.groups


def test_a_call_keeps_its_turn_between_letters():
    ledger = Ledger()

    async def scene(writer: Writer) -> list[Any]:
        works = [writer.keep(a_letter(1)), writer.call(lambda: list(ledger.kept)), writer.keep(a_letter(2))]
        return await put_behind_a_closed_door(writer, ledger, works)

    outcomes = play(ledger, scene)

    assert ["0", "1"] == outcomes[1]
    assert [["0"], ["1"], ["2"]] == ledger.groups


# What breaks


def test_a_letter_that_breaks_costs_only_itself():
    ledger = Ledger(broken=["2"], failure=ValueError("a fault of ours"))

    async def scene(writer: Writer) -> list[Any]:
        return await put_behind_a_closed_door(writer, ledger, [writer.keep(a_letter(n)) for n in (1, 2, 3)])

    first, second, third = play(ledger, scene)

    assert (1, 3) == (first.message, third.message)
    assert "a fault of ours" == str(second)
    assert ["0", "1", "3"] == ledger.kept


def test_a_store_that_is_away_is_told_to_all_who_wait_and_asked_once():
    ledger = Ledger(broken=["2"], failure=StoreUnavailable("disk full"))

    async def scene(writer: Writer) -> list[Any]:
        return await put_behind_a_closed_door(writer, ledger, [writer.keep(a_letter(n)) for n in (1, 2, 3)])

    outcomes = play(ledger, scene)

    assert ["disk full"] * 3 == [str(outcome) for outcome in outcomes]
    assert all(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
    assert ["0"] == ledger.kept


def test_the_thread_outlives_whatever_is_raised_on_it():
    ledger = Ledger(broken=["1"], failure=ValueError("a fault of ours"))

    async def scene(writer: Writer) -> Receipt:
        with pytest.raises(ValueError, match="a fault of ours"):
            await writer.keep(a_letter(1))
        with pytest.raises(ZeroDivisionError):
            await writer.call(lambda: 1 // 0)
        return await writer.keep(a_letter(2))

    assert 2 == play(ledger, scene).message


def test_one_who_stops_waiting_costs_the_others_nothing():
    ledger = Ledger()

    async def scene(writer: Writer) -> Receipt:
        ledger.door.clear()
        impatient = asyncio.create_task(writer.keep(a_letter(1)))
        await stands_at_the_door(ledger)
        impatient.cancel()
        patient = asyncio.create_task(writer.keep(a_letter(2)))
        await asyncio.sleep(0)
        ledger.door.set()
        return await patient

    assert 2 == play(ledger, scene).message
    assert ["1", "2"] == ledger.kept  # it is kept all the same: whoever resends gets its first receipt


# Limits


def test_more_letters_than_may_wait_are_told_to_come_later(monkeypatch):
    monkeypatch.setattr(bots.writer, "MOST_WAITING", 2)
    ledger = Ledger()

    async def scene(writer: Writer) -> list[Any]:
        return await put_behind_a_closed_door(writer, ledger, [writer.keep(a_letter(n)) for n in (1, 2, 3)])

    first, second, third = play(ledger, scene)

    assert (1, 2) == (first.message, second.message)
    assert isinstance(third, TemporaryFailure)
    assert ["0", "1", "2"] == ledger.kept


def test_a_store_that_takes_too_long_is_later_and_not_never(monkeypatch):
    monkeypatch.setattr(bots.writer, "WAIT_SECONDS", 0.05)
    ledger = Ledger()

    async def scene(writer: Writer) -> None:
        ledger.door.clear()
        with pytest.raises(StoreUnavailable, match="takes too long"):
            await writer.keep(a_letter(1))

    play(ledger, scene)

    assert ["1"] == ledger.kept


# The end


def test_stopping_finishes_what_waits():
    ledger = Ledger()

    async def scene(writer: Writer) -> list[Any]:
        ledger.door.clear()
        waiting = [asyncio.create_task(writer.keep(a_letter(n))) for n in range(5)]
        await stands_at_the_door(ledger)
        stopping = asyncio.create_task(writer.stop())
        await asyncio.sleep(0)
        ledger.door.set()
        await stopping
        return list(await asyncio.gather(*waiting))

    receipts = play(ledger, scene, group=2)

    assert [0, 1, 2, 3, 4] == [receipt.message for receipt in receipts]
    assert ["0", "1", "2", "3", "4"] == ledger.kept


def test_a_writer_that_stops_takes_nothing_new():
    ledger = Ledger()

    async def scene(writer: Writer) -> None:
        await writer.stop()
        with pytest.raises(TemporaryFailure, match="stopping"):
            await writer.keep(a_letter(1))

    play(ledger, scene)

    assert [] == ledger.kept


def test_nothing_is_held_of_an_answer_while_the_thread_waits_for_more():
    class Large:
        """Such as the bytes of a mail."""

    async def scene(writer: Writer) -> Any:
        answer = weakref.ref(await writer.call(Large))
        async with asyncio.timeout(LIMIT):
            while answer() is not None:  # noqa: ASYNC110  the thread may be on its way to its wait
                await asyncio.sleep(0.01)
        return answer()

    assert play(Ledger(), scene) is None
