"""Secrets are taken out of whatever is logged: by their shape, and by themselves where they have none.

A token is all that somebody needs to be our bot, and libraries write it into their errors: it stands
in Telegram's addresses, and Slack's client shows its headers. So the log's last step looks at the
finished words, tracebacks included. A signing secret looks like any digest; whoever reads one from
the configuration tells `remember`.
"""

import logging
import re

from structlog.typing import EventDict, WrappedLogger

GONE = "[secret]"
SHORTEST = 8  # a shorter "secret" would black out ordinary words
SHAPES = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w.%-]+"  # Slack's tokens of bots, people, refreshing ones
    r"|xapp-[\w.%-]+"
    r"|xwfp-[\w.%-]+"
    r"|bot\d+(?::|%3A)[\w-]+"  # in Telegram's addresses
    r"|\b\d{6,}:[\w-]{30,}"  # as BotFather gives it
    r"|(?<=[?&]ticket=)[\w-]+",  # of a socket's address, which is good once
    re.IGNORECASE,
)
_known: set[str] = set()


def remember(secret: str | bytes) -> None:
    """Take this very text out of every log from now on."""
    text = secret.decode(errors="replace") if isinstance(secret, bytes) else secret
    if len(text) >= SHORTEST:
        _known.add(text)


def redacted(text: str) -> str:
    """The text with every secret in it replaced."""
    for secret in _known:
        text = text.replace(secret, GONE)
    return SHAPES.sub(GONE, text)


def without_secrets(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
    """structlog's step that takes secrets out of an entry, however deep they lie in it."""
    return {name: _clean(value) for name, value in entry.items()}


class Redacting(logging.Formatter):
    """Formats what libraries log, tracebacks included, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _clean(value: object) -> object:
    if isinstance(value, str):
        return redacted(value)
    if value is None or isinstance(value, bool | int | float | BaseException | tuple):
        return value  # exc_info is such a tuple; the traceback is cleaned when it is written
    text = str(value)
    clean = redacted(text)
    return value if clean == text else clean
