"""Faults on order: the next calls of a method fail in the way that was asked for.

A fault waits in a list until a call that it is about comes along, and is used up by it. `delay` alone
only makes the call slow. `drop` cuts the connection before anything has happened, `answer_then_die`
after everything has: the message is in the chat, and the bot does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.telegram.query import Query
from sandbox.telegram.refusals import Refused, too_many_requests

ANY = "*"
NAMES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Fault:
    method: str
    chat: int = 0  # 0: whichever
    status: int = 0
    description: str = ""
    retry_after: int = 0
    delay: float = 0.0
    drop: bool = False
    answer_then_die: bool = False
    times: int = 1

    def is_about(self, query: Query) -> bool:
        named = self.method in (ANY, query.method) or self.method.lower() == query.method.lower()
        return named and self.chat in (0, query.integer("chat_id"))

    def refusal(self) -> Refused | None:
        """What is answered in place of the method, None when it runs all the same."""
        if self.retry_after:
            return too_many_requests(self.retry_after)
        if not self.status:
            return None
        words = NAMES.get(self.status, "Error")
        return Refused(self.status, self.description or words)


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def due(self, query: Query) -> Fault | None:
        """The fault that this call has to suffer; it is used up by that."""
        for place, fault in enumerate(self._waiting):
            if fault.is_about(query):
                left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                self._waiting[place : place + 1] = left
                return fault
        return None

    def clear(self) -> None:
        self._waiting = []
