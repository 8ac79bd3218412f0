"""The reader of one folder: a loop in a thread of its own, which no trouble ends.

Any trouble with the connection: close it, wait a little longer each time, begin anew. A login
that is refused waits for minutes, since servers lock accounts, and an agent is told. Between
two rounds the server may call (IDLE); it is looked at all the same after `poll_seconds`,
because a dead line does not call.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bots.imap.connection import Account
from bots.imap.errors import CommandFailed, LoginRefused
from bots.imap.mailbox import Mailbox
from bots.imap.taking import Plan, Taking
from intake.errors import StoreUnavailable, TemporaryFailure

LONGEST_PAUSE = 300.0
FIRST_AFTER_REFUSAL = 60.0
LONGEST_AFTER_REFUSAL = 1800.0
TOLD_AFTER = 2  # refusals: the first may be the server's own trouble
log = structlog.get_logger()


def pause_after(failures: int, error: TemporaryFailure) -> float:
    """Seconds until the next try: more with each, never in step with other readers."""
    refused = isinstance(error, LoginRefused)
    first, longest = (FIRST_AFTER_REFUSAL, LONGEST_AFTER_REFUSAL) if refused else (1.0, LONGEST_PAUSE)
    return min(longest, first * 2.0 ** min(failures - 1, 16)) * random.uniform(0.7, 1.0)  # noqa: S311  (jitter)


@dataclass(slots=True)
class Reader:
    """Reads one folder until it is stopped; `box` is what it is connected to."""

    plan: Plan
    account: Account
    taking: Taking
    stop: threading.Event
    alarm: Callable[[str], None]
    pause: Callable[[int, TemporaryFailure], float] = pause_after
    box: Mailbox | None = None
    _failures: int = 0
    _refusals: int = 0
    _words: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._words = {"channel": self.plan.channel, "folder": self.plan.folder}

    def run(self) -> None:
        """Go on until it is stopped; raises ClaimLost when somebody else has taken over."""
        while not self.stop.is_set():
            try:
                self._stay()
            except TemporaryFailure as error:
                self._failed(error)
            except StoreUnavailable as error:
                self._failed(TemporaryFailure(f"the store: {error}"))

    def _stay(self) -> None:
        """Enter the mailbox and read it, round after round."""
        box = self.box = Mailbox.enter(self.account, self.plan.folder)
        try:
            self._prepare(box)
            wait = box.idle if box.can_idle() else self._sleep
            while not self.stop.is_set():
                while self.taking.round(box) and not self.stop.is_set():
                    continue  # what came in the meantime may have been announced to nobody
                self._recovered()
                wait(self.plan.poll_seconds, self.stop.is_set)
        finally:
            self.box = None
            box.close()

    def _prepare(self, box: Mailbox) -> None:
        word, _, name = self.plan.after.partition(":")
        if word == "move":
            try:
                box.make_folder(name)
            except CommandFailed as error:
                log.warning("the folder to move to cannot be made", error=str(error), **self._words)

    def _sleep(self, seconds: float, is_over: Callable[[], bool]) -> None:
        if not is_over():
            self.stop.wait(seconds)

    def _recovered(self) -> None:
        if self._failures:
            log.info("the mailbox is read again", **self._words)
        self._failures = self._refusals = 0

    def _failed(self, error: TemporaryFailure) -> None:
        if self.stop.is_set():
            return
        self._failures += 1
        seconds = self.pause(self._failures, error)
        told = {"error": str(error), "again_in_seconds": round(seconds), **self._words}
        if isinstance(error, LoginRefused):
            log.error("the mail server does not let us in", **told)
            self._refused(error)
        else:
            log.warning("the mailbox cannot be read", **told)
        self.stop.wait(seconds)

    def _refused(self, error: LoginRefused) -> None:
        self._refusals += 1
        if self._refusals == TOLD_AFTER:
            self.alarm(str(error))
