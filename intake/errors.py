"""The errors that cross package borders; everything else that is raised is a bug.

DeskbellError
├── ConfigError          lists every mistake a person wrote, all at once
├── UnreadableMessage    a stored message cannot be parsed: held with the reason
├── TemplateError        names template, line and missing word
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


class TemplateError(DeskbellError):
    """A notice cannot be worded: the text names template, line and word."""


class DeliveryError(DeskbellError):
    """An outbound message could not be handed over."""


class TemporaryFailure(DeliveryError):
    """Worth another try, not before `retry_after` where the other side named it."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class PermanentFailure(DeliveryError):
    """No further try will help."""
