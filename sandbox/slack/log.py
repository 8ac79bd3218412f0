"""What the app called, kept for those who want to look."""

from dataclasses import dataclass
from typing import Any

from sandbox.slack.things import Json


@dataclass(slots=True)
class Called:
    """A call of the Web API as it came, and how it was answered."""

    method: str
    args: Json
    at: float
    token: str
    status: int = 200
    error: str = ""
    answer: dict[str, Any] | None = None
