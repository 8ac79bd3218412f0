"""Heavy mail: what it may cost a desk that serves, and what is known of one that nobody can read.

The memory is that of `deskbell serve` with all its children, as /proc tells it while the mail is on its way.
"""

import asyncio
import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bots.heavy import MOST_TRIES, HeavyMail
from intake.handle import Letter
from intake.messages import Raw
from serving import ANA, a_mail, serving
from store.inbox import Waiting

MIB = 1 << 20
LARGE = 25 * MIB  # of a file, as the large mail providers take it; in base64 34 MiB
MOST_MEMORY = 250 * MIB  # on top of the idle desk
EVERY = 0.01


def processes(parent: int) -> list[int]:
    """A process and all below it."""
    found = [parent]
    for one in found:
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def memory(parent: int) -> int:
    """The resident bytes of a process and all below it."""
    pages = 0
    for one in processes(parent):
        with suppress(OSError, IndexError):
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Watch(threading.Thread):
    """The most memory while it runs."""

    def __init__(self, parent: int) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._parent = parent
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(EVERY):
            self.most = max(self.most, memory(self._parent))

    def stop(self) -> int:
        self._over.set()
        self.join()
        return self.most


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no /proc to look into")
def test_a_large_file_is_decided_and_costs_the_desk_little_memory(tmp_path):
    mail = a_mail(ANA, text="Here is the trace.")
    mail.add_attachment(os.urandom(LARGE), maintype="application", subtype="zip", filename="a.zip")
    with serving(tmp_path) as desk:
        idle = memory(desk.process.pid)
        watch = Watch(desk.process.pid)
        watch.start()
        desk.heavy_mail(mail)
        most = watch.stop() - idle

    assert MOST_MEMORY > most


class Recorder:
    """Stands for the writer: hands over one delivery, and keeps what was decided."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting: list[Waiting] = [waiting]
        self.kept: list[Letter] = []

    async def call(self, function: Callable[[], Any]) -> Any:
        return function()

    async def keep(self, letter: Letter) -> None:
        self.kept.append(letter)

    def claim(self) -> Waiting | None:
        return self._waiting.pop() if self._waiting else None


def decided(body: bytes, attempts: int) -> Letter:
    """What is kept of a delivery whose reader never ended well."""
    recorder = Recorder(Waiting(7, Raw("email", "mail", body, datetime.now(UTC)), attempts))
    heavy = HeavyMail(recorder, recorder.claim, lambda *_: None, lambda _: "", lambda: None)
    asyncio.run(heavy._decide_next())
    return recorder.kept[0]


def test_what_cannot_be_read_is_told_apart_by_its_bytes_although_only_the_store_has_them():
    letters = [decided(body, MOST_TRIES + 1) for body in (b"one", b"two")]

    assert [hashlib.sha256(body).hexdigest() for body in (b"one", b"two")] == [
        letter.inbound.identity for letter in letters
    ]
    assert [(b"", 7)] * 2 == [(letter.raw.body, letter.delivery) for letter in letters]
