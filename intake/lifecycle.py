"""What time does to a ticket: a solved one closes after the policy's days, without a word to anybody."""

from datetime import datetime, timedelta

from intake.commands import on_clocks
from intake.decisions import Decision, Fate, SetStatus
from intake.policy import Policy
from intake.tickets import Status, Ticket


def closes_at(solved_at: datetime | None, policy: Policy) -> datetime | None:
    """When a ticket that was solved then is closed by itself, None for never."""
    days = policy.file.lifecycle.close_solved_after_days
    return solved_at + timedelta(days=days) if solved_at and days else None


def aged(ticket: Ticket, policy: Policy, now: datetime) -> Decision:
    """Close a ticket that has been solved for long enough; no changes where it has not."""
    at = closes_at(ticket.solved_at, policy)
    if ticket.status is not Status.SOLVED or at is None or now < at:
        return Decision(Fate.IGNORE, "lifecycle", "It is not time yet.", ticket=ticket)
    days = policy.file.lifecycle.close_solved_after_days
    why = f"solved for {days} day{'s' if days != 1 else ''}"
    changes = (SetStatus(Status.CLOSED, why), *on_clocks(ticket, Status.CLOSED, policy, now))
    return Decision(Fate.IGNORE, "lifecycle", why, ticket=ticket, changes=changes)
