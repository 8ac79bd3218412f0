"""What happens because of one message: guards, then trust, then the vendor's policy.

Three questions are kept apart. Which ticket is meant was settled before, with its evidence
(`intake.evidence`). Who wrote, and may they do this here, is asked by `intake.trust`, which no
policy can switch off. What the vendor wants is asked by `intake.rules`. Every question leaves a
step in the trace, so that `deskbell explain` shows the whole way.
"""

from dataclasses import replace
from datetime import datetime

from intake.budgets import flooded, is_counted
from intake.context import Context
from intake.decisions import (
    Decision,
    Evidence,
    Fate,
    MarkReachable,
    MatchedBy,
    Step,
    is_for_customers,
)
from intake.guards import Guard, screen
from intake.messages import Inbound
from intake.policy import Policy
from intake.returned import reported
from intake.rules import by_policy
from intake.surveys import rated
from intake.trust import distrusted, from_an_agent, of_no_ticket


def route(inbound: Inbound, context: Context, policy: Policy, now: datetime) -> Decision:
    """Decide what happens because of one message."""
    guard = screen(inbound, context.desk)
    if guard:
        decision = _guarded(guard, inbound, context, now)
    elif context.agent_token:
        decision = from_an_agent(inbound, context, context.agent_token, now)
    else:
        decision = (
            distrusted(inbound, context)
            or rated(inbound, context)
            or of_no_ticket(inbound, context)
            or by_policy(inbound, context, policy, now)
        )
    decision = _told_where_it_may(decision, inbound, context)
    if context.flood and is_counted(inbound, decision):
        decision = flooded(decision, context.flood)
    return _with_evidence(_reached(decision, inbound, context), guard, inbound, context)


# Guards


def _guarded(guard: Guard, inbound: Inbound, context: Context, now: datetime) -> Decision:
    if inbound.report is not None:
        return reported(inbound, guard, context, now)
    decision = Decision(guard.fate, guard.name, guard.because, ticket=context.ticket)
    if guard.fate is Fate.REFUSE:
        return replace(decision, reply="refused", ticket=None)
    is_theirs = context.may_follow_up and context.is_proven  # else only agents see it on the ticket
    return replace(decision, because=_why(guard, inbound), public=is_theirs)


def _why(guard: Guard, inbound: Inbound) -> str:
    mark = {"automatic-mail": inbound.automatic, "bulk-mail": inbound.bulk}.get(guard.name)
    return f"{guard.because} ({mark})" if mark else guard.because


# What every decision has in common


def _reached(decision: Decision, inbound: Inbound, context: Context) -> Decision:
    """An address that was given up and writes to us itself takes mail, whatever becomes of this one."""
    if not context.is_given_up or inbound.sender is None:
        return decision
    reached = MarkReachable(inbound.sender.address, "a mail came from there")
    return replace(decision, changes=(reached, *decision.changes))


def _with_evidence(decision: Decision, guard: Guard | None, inbound: Inbound, context: Context) -> Decision:
    """Complete a decision with the way that led to it."""
    matched = next((one.kind for one in context.evidence if one.counts), MatchedBy.NONE)
    trace = (
        *(Step("reading", False, defect) for defect in inbound.defects),
        Step(
            "guard " + guard.name if guard else "guards",
            guard is not None,
            guard.because if guard else "none",
        ),
        *(_step(one) for one in context.evidence),
        Step("assurance", context.is_proven, context.assurance.value),
        *decision.trace,
        Step(decision.rule, True, decision.because),
    )
    return replace(decision, matched_by=matched, assurance=context.assurance, trace=trace)


def _step(evidence: Evidence) -> Step:
    return Step(f"evidence {evidence.kind}", evidence.counts, f"ticket {evidence.ticket}: {evidence.saw}")


def _told_where_it_may(decision: Decision, inbound: Inbound, context: Context) -> Decision:
    """A refusal of unproven mail is said in the SMTP session or not at all: no backscatter."""
    if decision.fate is not Fate.REFUSE or inbound.channel != "email" or context.is_proven:
        return decision
    if context.can_refuse_in_session:
        for_agents = tuple(one for one in decision.notices if not is_for_customers(one.name))
        return replace(decision, notices=for_agents)
    because = f"It would have been refused, but its sender is unproven: {decision.because}"
    return replace(decision, fate=Fate.HOLD, because=because, reply="", notices=())
