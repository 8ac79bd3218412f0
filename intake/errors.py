"""The errors that cross package borders; everything else that is raised is a bug.

DeskbellError
├── ConfigError          lists every mistake a person wrote, all at once
├── UnreadableMessage    a stored message cannot be parsed: held with the reason
├── CommandRefused       what an agent asked for cannot be done, and why
│   └── AlreadyDone      it is so already: nothing to do, and no mistake of theirs
├── TemplateError        names template, line and missing word
├── StoreUnavailable     the store cannot keep anything now: answer "later"
│   └── StoreConflict    another writer came first: do the whole transaction again
└── DeliveryError
    ├── TemporaryFailure try again, after `retry_after` if the other side said when
    └── PermanentFailure do not; tell an agent

Turning a message away is a Decision, not an error.
"""

from collections.abc import Iterable
from datetime import timedelta


class DeskbellError(Exception):
    """The root; its text is meant for a person."""


class ConfigError(DeskbellError):
    """Mistakes in what a person wrote, each as `place: what is wrong; what would be right`."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


class UnreadableMessage(DeskbellError):
    """A message that was stored cannot be parsed."""


class CommandRefused(DeskbellError):
    """An agent's command cannot be done; the text says why and what would be right."""


class AlreadyDone(CommandRefused):
    """What an agent asked for holds already."""


class TemplateError(DeskbellError):
    """A notice cannot be worded: the text names template, line and word."""


class StoreUnavailable(DeskbellError):
    """Nothing can be kept at the moment: disk full, locked, gone; nothing was written."""


class StoreConflict(StoreUnavailable):
    """Two writers met and this one's transaction was undone; the whole of it may be tried again."""


class DeliveryError(DeskbellError):
    """An outbound message could not be handed over."""


class TemporaryFailure(DeliveryError):
    """Worth another try, not before `retry_after` where the other side named it."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class NotYet(TemporaryFailure):
    """It waits for something of our own that has its own tries: this was none, and the wait never grows."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason, wait)
        self.wait = wait


class PermanentFailure(DeliveryError):
    """No further try will help."""
