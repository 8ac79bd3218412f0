"""What the Bot API answers when it will not: the status and the words that clients tell apart.

A refusal is raised wherever it is found and becomes the answer in one place. The words are the
real server's, since libraries and bots look for them; a leading capital is lost, as there.
"""

from typing import Any


class Refused(Exception):
    """An answer with `ok: false`: its status, its words, and what goes along."""

    def __init__(self, status: int, description: str, *, retry_after: int = 0, migrate_to: int = 0) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to

    @property
    def parameters(self) -> dict[str, Any]:
        named = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to}
        return {name: value for name, value in named.items() if value}


def bad_request(what: str, *, migrate_to: int = 0) -> Refused:
    return Refused(400, f"Bad Request: {_uncapitalised(what)}", migrate_to=migrate_to)


def forbidden(what: str) -> Refused:
    return Refused(403, f"Forbidden: {what}")


def conflict(what: str) -> Refused:
    return Refused(409, f"Conflict: {what}")


def too_many_requests(seconds: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _uncapitalised(what: str) -> str:
    """Names such as BUTTON_DATA_INVALID stay as they are."""
    return what if what[1:2].isupper() else what[:1].lower() + what[1:]


UNAUTHORIZED = "Unauthorized"
MALFORMED_TOKEN = "Unauthorized: invalid token specified"
NOT_FOUND = "Not Found"
NO_SUCH_METHOD = "Not Found: method not found"
TOO_LARGE = "Request Entity Too Large"
