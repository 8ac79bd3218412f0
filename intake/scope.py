"""Out of scope: an agent says which of the policy's reasons it is, and the requester is offered a quote."""

from collections.abc import Iterable
from datetime import datetime

from intake import clocks
from intake.decisions import Audience, Change, Decision, Fate, Notice, SetField, SetStatus
from intake.errors import CommandRefused
from intake.policy import Policy
from intake.suggestions import did_you_mean
from intake.tickets import ClockKind, Status, Ticket


def out_of_scope(
    ticket: Ticket, reason: str, text: str, policy: Policy, author: str, now: datetime
) -> Decision:
    """Stop what was promised, say why, and give the ticket to the team that the reason names."""
    reasons = {one.name: one for one in policy.file.out_of_scope}
    if not reasons:
        raise CommandRefused("the policy has no [[out_of_scope]]; write the reasons there")
    if reason not in reasons:
        raise CommandRefused(f"no reason {reason!r}; {did_you_mean(reason, reasons)}")
    if ticket.status is Status.CLOSED:
        raise CommandRefused(f"{policy.reference_of(ticket)} is closed already; open it again first")
    chosen = reasons[reason]
    changes = [*_stopped(ticket, f"out of scope: {reason}", now)]
    if ticket.status is not Status.WAITING:
        changes.append(SetStatus(Status.WAITING, f"out of scope: {reason}"))
    if chosen.team and chosen.team != ticket.team:
        changes.append(SetField("team", chosen.team))
    told = {"says": chosen.says, "text": text, "author": author, "is_handed_over": bool(chosen.team)}
    notice = Notice("out-of-scope", Audience.EVERYONE, told, "no")
    because = f"{author} marked it as out of scope: {reason}"
    return Decision(Fate.ANSWER, "command", because, ticket=ticket, changes=tuple(changes), notices=(notice,))


def _stopped(ticket: Ticket, why: str, now: datetime) -> Iterable[Change]:
    for kind in ClockKind:
        yield from clocks.stop(ticket, kind, now, why)
