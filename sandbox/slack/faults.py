"""Faults on request: the next calls of a method fail the way a test wants them to.

A fault is used up call by call. It may refuse with one of Slack's words, answer with an HTTP
status, come late, drop the connection before anything is done, or do the work and then die on
the way back, which no caller can tell from the one before.
"""

import asyncio
from dataclasses import dataclass


@dataclass(slots=True)
class Fault:
    method: str  # "*" for all of them
    error: str = ""
    status: int = 0
    retry_after: int = 0
    delay: float = 0.0
    drop: bool = False
    answer_then_die: bool = False
    times: int = 1


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def next_for(self, method: str) -> Fault | None:
        """The fault that this call meets; each is met as often as it was asked for."""
        for fault in self._waiting:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None


async def wait_out(fault: Fault | None) -> None:
    """The lateness of a fault, in real seconds: the caller's patience is real too."""
    if fault and fault.delay:
        await asyncio.sleep(fault.delay)
