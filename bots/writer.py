"""The one writer: a thread that owns the store, and commits many messages at once.

SQLite has one writer anyway, and a commit costs a flush to disk; so whatever waits when the
thread is free shares a transaction. If a group fails, each of its letters is tried by
itself, so that one that breaks does not cost the others; if the store itself fails, all are
told at once that it is "later". Everything else that writes (the ticker, the outbox) is called
on this thread too. Callers wait in asyncio; nothing here does.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from intake.decisions import Receipt
from intake.errors import StoreUnavailable, TemporaryFailure
from intake.handle import Letter

MOST_WAITING = 2000
WAIT_SECONDS = 60.0
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Waiting:
    """A letter, or a function to call, and who waits for the outcome."""

    work: Letter | Callable[[], Any]
    future: asyncio.Future[Any]


class Writer:
    """Runs in one asyncio loop; `receive` keeps a group of letters in one transaction."""

    def __init__(self, receive: Callable[[Sequence[Letter]], list[Receipt]], group: int = 64) -> None:
        self._receive = receive
        self._group = group
        self._waiting: deque[_Waiting] = deque()
        self._ready = threading.Condition()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Finish what waits, then end."""
        with self._ready:
            self._stopping = True
            self._ready.notify()
        await asyncio.to_thread(self._thread.join, 30)

    async def keep(self, letter: Letter) -> Receipt:
        """Keep a letter for good; TemporaryFailure when too many wait."""
        if len(self._waiting) >= MOST_WAITING:
            raise TemporaryFailure("too many messages wait for the store")
        receipt: Receipt = await self._limited(self._put(letter))
        return receipt

    async def call(self, function: Callable[[], Answer]) -> Answer:
        """Call a function on the writer's thread, in turn."""
        answer: Answer = await self._limited(self._put(function))
        return answer

    async def _limited(self, future: asyncio.Future[Any]) -> Any:
        """What was asked for is done all the same if it comes late: asking again is safe."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await future
        except TimeoutError as error:
            raise StoreUnavailable("the store takes too long") from error

    def _put(self, work: Letter | Callable[[], Any]) -> asyncio.Future[Any]:
        assert self._loop is not None
        future = self._loop.create_future()
        with self._ready:
            if self._stopping:
                raise TemporaryFailure("the desk is stopping")
            self._waiting.append(_Waiting(work, future))
            self._ready.notify()
        return future

    def _run(self) -> None:
        while self._has_run_group():
            pass

    def _has_run_group(self) -> bool:
        """Work off the next group; nothing of it is held while the thread waits for another."""
        group = self._next_group()
        if group:
            outcomes = self._letters(group) if isinstance(group[0].work, Letter) else [_called(group[0].work)]
            assert self._loop is not None
            self._loop.call_soon_threadsafe(_settle, list(zip(group, outcomes, strict=True)))
        return bool(group)

    def _next_group(self) -> list[_Waiting]:
        """Letters up to the size of a group, or one call; nothing when it is time to end."""
        with self._ready:
            while not self._waiting and not self._stopping:
                self._ready.wait()
            group: list[_Waiting] = []
            while self._waiting and len(group) < self._group:
                if group and not isinstance(self._waiting[0].work, Letter):
                    break
                group.append(self._waiting.popleft())
                if not isinstance(group[0].work, Letter):
                    break
            return group

    def _letters(self, group: list[_Waiting]) -> Sequence[object]:
        letters = [one.work for one in group if isinstance(one.work, Letter)]
        try:
            return self._receive(letters)
        except StoreUnavailable as error:
            return [error] * len(group)
        except Exception:  # noqa: BLE001  one of them breaks: each by itself
            return [self._alone(letter) for letter in letters]

    def _alone(self, letter: Letter) -> object:
        try:
            return self._receive([letter])[0]
        except Exception as error:  # noqa: BLE001  whoever waits is told
            return error


def _called(function: object) -> object:
    assert callable(function)
    try:
        return function()
    except Exception as error:  # noqa: BLE001  whoever waits is told
        return error


def _settle(outcomes: list[tuple[_Waiting, object]]) -> None:
    for waiting, outcome in outcomes:
        if waiting.future.done():
            continue
        if isinstance(outcome, BaseException):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)
