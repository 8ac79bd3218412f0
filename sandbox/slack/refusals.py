"""What Slack refuses, as a value with Slack's own word for it.

A method that refuses raises `Refused`; the server turns it into the answer that Slack gives:
HTTP 200 with `ok: false` and the word, and whatever else Slack says beside it. What a person
could not do in Slack's own client (press a button that is not there) is `Impossible`.
"""

from typing import Any


class Refused(Exception):
    """Slack's answer `ok: false`."""

    def __init__(self, error: str, **beside: Any) -> None:
        super().__init__(error)
        self.error = error
        self.beside = beside


class Impossible(Exception):
    """A person's client would not let them do this."""


def badly_shaped(error: str, complaints: list[str]) -> Refused:
    """The refusal of something whose form is wrong, each complaint with its JSON pointer."""
    messages = [f"[ERROR] {complaint}" for complaint in complaints]
    return Refused(error, errors=complaints, response_metadata={"messages": messages})
