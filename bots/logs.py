"""Where the log goes: not into what a command shows, and never in the way of the work.

A disk that is full is full for the log as well, and whoever reads it may have gone; that costs
entries of the log, and nothing else. What a stranger said, such as another server's answer, can make
no entry of its own in it, nor move the cursor of whoever reads it.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

from bots.redacting import Redacting, redacted, without_secrets

OF_LIBRARIES = "%(asctime)s [%(levelname)-8s] %(name)s: %(message)s"


class Unfailing:
    """A text file whose failures nobody hears of."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()


def visible(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
    """The entry with every character that cannot be seen written as an escape."""
    return {name: escaped(value) if isinstance(value, str) else value for name, value in entry.items()}


def escaped(text: str) -> str:
    """One line that shows on a terminal what it holds."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def _traceback(out: TextIO, error: ExcInfo) -> None:
    """A plain traceback, each line of it indented: none looks like an entry."""
    lines = redacted("".join(traceback.format_exception(*error))).splitlines()
    out.write("\n" + "\n".join(f"    {escaped(line)}" for line in lines))


def log_unfailingly() -> None:
    """Write the log to standard output, but go on when that cannot be written to.

    Tracebacks are plain: the rich ones show what variables held, which may be mail or secrets.
    """
    output = cast("TextIO", Unfailing(sys.stdout))
    _log_libraries(output)
    structlog.configure(
        processors=[
            without_secrets,
            visible,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=_traceback),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(output),
    )


def _log_libraries(output: TextIO) -> None:
    """What a library warns of goes to the same place, and its tokens do not."""
    handler = logging.StreamHandler(output)
    handler.setFormatter(Redacting(OF_LIBRARIES, "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Write the log to a file, a line an entry; afterwards it goes where it went before."""
    before = structlog.get_config()
    with path.open("w", encoding="utf-8") as file:
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.processors.format_exc_info,
                without_secrets,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
            ],
            logger_factory=structlog.WriteLoggerFactory(file),
        )
        try:
            yield
        finally:
            structlog.configure(**before)
