"""Heavy mail: decided after it was acknowledged, read in a process of its own.

A mail over the cheap limits waits in the inbox. One worker at a time reads it in a spawned
process with a limit on seconds and memory, so that no mail stalls the others or takes the
listener down; then the writer decides by the same lines as ever. A mail that ends its
reader three times is held with the reason. What would have been refused in the session is
held too, for nobody listens there any more.

The bytes go to the reader by a file, and only what was read comes back: here they are kept by
the store already, and every further copy of them would cost memory.
"""

import asyncio
import multiprocessing
import os
import resource
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bots.authentication import Checks
from bots.door import blank, letter_from
from bots.writer import Writer
from intake.handle import Letter
from intake.messages import Raw
from store.inbox import Waiting

READ_SECONDS = 60
READ_BYTES = 2 << 30
MOST_ATTEMPTS = 3  # of a reader that ends
MOST_TRIES = 5  # of everything else
POLL_SECONDS = 5.0


class HeavyMail:
    """Works off the inbox, one mail at a time."""

    def __init__(
        self,
        writer: Writer,
        claim: Callable[[], Waiting | None],
        try_again: Callable[[int, str], None],
        trusted: Callable[[str], str],
        after: Callable[[], None],
        checks: Callable[[str], Checks | None] = lambda source: None,
    ) -> None:
        self._writer = writer
        self._claim = claim
        self._try_again = try_again
        self._trusted = trusted
        self._checks = checks
        self._after = after
        self.wake = asyncio.Event()
        self._readers: ProcessPoolExecutor | None = None

    async def run(self) -> None:
        """Go on until it is cancelled."""
        try:
            while True:
                if not await self._decide_next():
                    await self._idle()
        finally:
            self._forget_reader()

    async def _idle(self) -> None:
        self.wake.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):  # wait_for of 3.11 may swallow a cancellation
                await self.wake.wait()

    async def _decide_next(self) -> bool:
        """Decide what waits longest; whether anything waited."""
        waiting = await self._writer.call(self._claim)
        if waiting is None:
            return False
        with tempfile.NamedTemporaryFile(prefix="deskbell-") as file:
            path = Path(file.name)
            waiting = await asyncio.to_thread(_put_aside, waiting, path)
            letter = await self._read(waiting, path)
        if letter is not None:
            await self._writer.keep(
                replace(letter, raw=waiting.raw, delivery=waiting.id, refuse_in_session=False)
            )
            self._after()
        return True

    async def _read(self, waiting: Waiting, path: Path) -> Letter | None:
        """The letter, or None when reading it broke and may be tried again."""
        raw = waiting.raw
        if waiting.attempts > MOST_TRIES:
            return _unread(raw, path, f"deciding it failed {MOST_TRIES} times")
        try:
            trusted, checks = self._trusted(raw.source), self._checks(raw.source)
            future = self._reader().submit(_read_file, path, raw, trusted, checks)
            return await asyncio.wait_for(asyncio.wrap_future(future), READ_SECONDS + 10)
        except (BrokenExecutor, TimeoutError, MemoryError):
            self._forget_reader()
            if waiting.attempts < MOST_ATTEMPTS:
                await self._writer.call(lambda: self._try_again(waiting.id, "its reader ended"))
                return None
            return _unread(raw, path, f"reading it failed {waiting.attempts} times")

    def _reader(self) -> ProcessPoolExecutor:
        """Spawned, for a forked process would keep the listener's port."""
        if self._readers is None:
            spawn = multiprocessing.get_context("spawn")
            self._readers = ProcessPoolExecutor(1, mp_context=spawn, initializer=_limit_reader)
        return self._readers

    def _forget_reader(self) -> None:
        readers, self._readers = self._readers, None
        if readers is not None:
            for process in list((readers._processes or {}).values()):
                process.kill()
            readers.shutdown(wait=False, cancel_futures=True)


def _put_aside(waiting: Waiting, path: Path) -> Waiting:
    """Put the bytes into a file; what waits without them."""
    path.write_bytes(waiting.raw.body)
    return replace(waiting, raw=replace(waiting.raw, body=b""))


def _with_bytes(raw: Raw, path: Path) -> Raw:
    return replace(raw, body=path.read_bytes())


def _unread(raw: Raw, path: Path, why: str) -> Letter:
    return Letter(raw, blank(_with_bytes(raw, path)), why)


def _read_file(path: Path, raw: Raw, trusted: str, checks: Checks | None) -> Letter:
    """What the reader makes of the mail in a file."""
    return replace(letter_from(_with_bytes(raw, path), trusted, checks), raw=None)


def _limit_reader() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (READ_BYTES, READ_BYTES))
    seconds = READ_SECONDS * MOST_ATTEMPTS * 100  # over the whole life of the process
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _end_with_parent() -> None:
    """A desk that was killed leaves no reader behind, which would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
