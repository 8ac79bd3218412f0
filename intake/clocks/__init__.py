"""Promised times: when a clock starts, pauses, is met or breached, and when it must ring.

A clock is changed only by events, so that it can be computed again (`intake.clocks.replayed`).
Only `next_at` is watched: the next reminder, or the breach. First response runs from the
opening to an agent's public answer, next response from a follow-up to the next one; neither
pauses. Resolution pauses while we wait for the requester. A call that was promised is due at
its moment, whatever happens to the ticket.
"""

from intake.clocks.changes import with_changes
from intake.clocks.promises import (
    call_back,
    change_severity,
    clocks_of_a_new_ticket,
    meet,
    pause,
    recompute,
    resume,
    snooze,
    start_next_response,
    stop,
    wake,
)
from intake.clocks.ringing import judge

__all__ = [
    "call_back",
    "change_severity",
    "clocks_of_a_new_ticket",
    "judge",
    "meet",
    "pause",
    "recompute",
    "resume",
    "snooze",
    "start_next_response",
    "stop",
    "wake",
    "with_changes",
]
