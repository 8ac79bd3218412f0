"""What happens because of one message: guards, then trust, then the vendor's policy.

Three questions are kept apart. Which ticket is meant was settled before, with its evidence
(`intake.evidence`). Who wrote, and may they do this here, is asked by `intake.trust`, which no
policy can switch off. What the vendor wants is asked by `intake.rules`. Every question leaves a
step in the trace, so that `deskbell explain` shows the whole way.
"""

from dataclasses import replace
from datetime import datetime

from intake.context import Context
from intake.decisions import (
    Audience,
    Decision,
    Evidence,
    Fate,
    MarkUndelivered,
    MatchedBy,
    Notice,
    Step,
    is_for_customers,
)
from intake.guards import Guard, screen
from intake.messages import Inbound, Report
from intake.policy import Policy
from intake.rules import by_policy
from intake.trust import distrusted, from_an_agent


def route(inbound: Inbound, context: Context, policy: Policy, now: datetime) -> Decision:
    """Decide what happens because of one message."""
    guard = screen(inbound, context.desk)
    if guard:
        decision = _guarded(guard, inbound, context)
    elif context.agent_token:
        decision = from_an_agent(inbound, context, context.agent_token, now)
    else:
        decision = distrusted(inbound, context) or by_policy(inbound, context, policy, now)
    return _told_where_it_may(_with_evidence(decision, guard, context), inbound, context)


# Guards


def _guarded(guard: Guard, inbound: Inbound, context: Context) -> Decision:
    decision = Decision(guard.fate, guard.name, guard.because, ticket=context.ticket)
    if inbound.report is not None:
        outbox_id = context.bounced.subject if context.bounced else 0
        mark = MarkUndelivered(inbound.report.original_message_id, outbox_id, inbound.report)
        told = (_undelivered(inbound),) if _is_news(inbound.report, context) else ()
        return replace(decision, changes=(mark,), notices=told)
    if guard.fate is Fate.REFUSE:
        return replace(decision, reply="refused", ticket=None)
    is_theirs = context.may_follow_up and context.is_proven  # else only agents see it on the ticket
    return replace(decision, because=_why(guard, inbound), public=is_theirs)


def _is_news(report: Report, context: Context) -> bool:
    """Did a customer not get a mail of ours? Of what comes back from agents, agents are not told in turn."""
    return report.has_failed and bool(context.bounced_notice) and is_for_customers(context.bounced_notice)


def _undelivered(inbound: Inbound) -> Notice:
    assert inbound.report is not None
    row = next((one for one in inbound.report.recipients if one.action in ("failed", "")), None)
    facts = {
        "address": row.recipient if row else "",
        "status": row.status if row else "",
        "text": inbound.text,
    }
    return Notice("agent-undelivered", Audience.AGENTS, facts, "auto-generated")


def _why(guard: Guard, inbound: Inbound) -> str:
    mark = {"automatic-mail": inbound.automatic, "bulk-mail": inbound.bulk}.get(guard.name)
    return f"{guard.because} ({mark})" if mark else guard.because


# What every decision has in common


def _with_evidence(decision: Decision, guard: Guard | None, context: Context) -> Decision:
    """Complete a decision with the way that led to it."""
    matched = next((one.kind for one in context.evidence if one.counts), MatchedBy.NONE)
    trace = (
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
        return replace(decision, notices=())
    because = f"It would have been refused, but its sender is unproven: {decision.because}"
    return replace(decision, fate=Fate.HOLD, because=because, reply="", notices=())
