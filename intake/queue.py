"""The order of work: which open ticket comes first.

The policy's severities in their order, the worst first; within one what is late before what is
not, then what is due next, then what has waited longest.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from intake.policy import Policy
from intake.tickets import Status, Ticket

NEVER = datetime.max.replace(tzinfo=UTC)


def in_order_of_work(tickets: Iterable[Ticket], policy: Policy, now: datetime) -> list[Ticket]:
    """The tickets that want work from us: open ones first, those that wait for the requester behind."""
    wanted = [one for one in tickets if one.status in (Status.OPEN, Status.WAITING)]
    return sorted(wanted, key=lambda one: _place(one, policy, now))


def next_due(ticket: Ticket) -> datetime | None:
    """The next promise that is not kept yet."""
    return min((one.due_at for one in ticket.clocks if one.is_running and one.due_at), default=None)


def _place(ticket: Ticket, policy: Policy, now: datetime) -> tuple[bool, int, bool, datetime, datetime]:
    due_at = next_due(ticket) or NEVER
    is_late = due_at <= now
    waits = ticket.status is Status.WAITING
    return waits, policy.rank_of(ticket.severity), not is_late, due_at, ticket.opened_at
