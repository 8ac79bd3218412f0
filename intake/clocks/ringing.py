"""What follows when a clock rings: a breach that is written down, steps that are told or put off.

Nothing that a policy wants said is dropped. A step that could not be told when it came (outside
business hours, snoozed, the assignee off duty, Deskbell not running) is told when it next may
be, with the moment and the reason; several that were missed are told as one, by the most urgent.
Only a step that goes to the assignee alone waits for their duty: what customers hear, and what
more agents hear, does not wait for one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from intake.calendars import Calendar, next_opening
from intake.calendars.reminders import Reached, may_ring
from intake.clocks.chain import audiences, escalates
from intake.clocks.changes import after
from intake.clocks.moments import breaks_at, changed, heard
from intake.clocks.terms import Terms, terms_of
from intake.decisions import Audience, Change, ChangeClock, Decision, Escalate, Fate, Notice
from intake.duty import next_duty, on_duty
from intake.policy import Policy
from intake.tickets import Agent, Clock, ClockKind, Ticket

PUNCTUAL = timedelta(minutes=10)  # so much after closing, what came in hours is still said
LATE = timedelta(minutes=1)  # the ticker is never that slow by itself
MEETINGS = 14  # openings of two calendars that are tried for a common one: two weeks of days


def judge(ticket: Ticket, policy: Policy, now: datetime) -> Decision:
    """What follows from the clocks of a ticket that are due now: breaches, reminders, the next moment."""
    changes: list[Change] = []
    notices: list[Notice] = []
    for clock in ticket.clocks:
        if clock.is_running and clock.next_at and clock.next_at <= now:
            moved, said = _judged(clock, ticket, policy, now)
            changes += moved
            notices += said
    because = "; ".join(f"{one.kind.value} {one.event}" for one in changes if isinstance(one, ChangeClock))
    return Decision(
        Fate.IGNORE, "clock", because, ticket=ticket, changes=tuple(changes), notices=tuple(notices)
    )


def _judged(
    clock: Clock, ticket: Ticket, policy: Policy, now: datetime
) -> tuple[Sequence[Change], Sequence[Notice]]:
    terms = terms_of(clock, ticket, policy)
    changes: list[Change] = []
    breach = breaks_at(clock, terms)
    if breach and breach <= now:
        change = changed(clock, "breached", now, ticket, policy)
        changes, clock = [change], after(clock, change)
    steps = heard(clock, terms, now)
    if not steps:
        return changes or [changed(clock, "postponed", now, ticket, policy, reason="nothing to say")], ()
    names = ", ".join(one.reminder.step for one in steps)
    if until := _waits_until(steps, ticket, terms, now):
        return [*changes, changed(clock, "postponed", now, ticket, policy, reason=names, until=until)], ()
    changes.append(changed(clock, "reminded", now, ticket, policy, reason=names))
    if escalates(steps, terms) and not ticket.escalated_at:
        changes.append(Escalate(f"{clock.kind.value.replace('_', ' ')}: {names}"))
    return changes, list(_notices(clock, steps, ticket, terms, now))


def _notices(
    clock: Clock, steps: Sequence[Reached], ticket: Ticket, terms: Terms, now: datetime
) -> Iterable[Notice]:
    worst = max(steps, key=lambda one: one.reminder.kind)
    late = clock.due_at is not None and clock.due_at <= now
    facts = {
        "clock": clock.kind.value,
        "due": clock.due_at,
        "step": worst.reminder.step,
        "late_because": _late_because(clock, steps, ticket, terms, now),
        "was_due": steps[0].at,
        "repeated": late and _was_told_late(clock),
    }
    for audience in audiences(steps, terms):
        yield Notice(_name(clock, late), audience, _call_facts(clock, ticket) | facts, "auto-generated")
    if any(one.reminder.step in terms.tell_customer for one in steps):
        name = "breach-customer" if late else "reminder-customer"
        yield Notice(name, Audience.REQUESTER, facts, "auto-generated")


def _name(clock: Clock, late: bool) -> str:
    if clock.kind is ClockKind.CALL_BACK and not clock.breached_at:
        return "agent-call-back"
    return "agent-breach" if late else "agent-reminder"


def _was_told_late(clock: Clock) -> bool:
    """Whether agents have heard already that the promise is broken."""
    return bool(clock.told_until and clock.due_at and clock.told_until >= clock.due_at)


def _call_facts(clock: Clock, ticket: Ticket) -> dict[str, object]:
    if clock.kind is not ClockKind.CALL_BACK:
        return {}
    return {"who": ticket.requester.name or ticket.requester.address.address, "phone": clock.target}


def _late_because(clock: Clock, steps: Sequence[Reached], ticket: Ticket, terms: Terms, now: datetime) -> str:
    """Why the first of these steps is told only now: snoozed, hours, duty or down; "" when it is in time."""
    reached = steps[0].at
    if now - reached < LATE:
        return ""
    if clock.snoozed_until and reached < clock.snoozed_until:
        return "snoozed"
    if not may_ring(terms.hours, reached):
        return "hours"
    agent = _waits_for(steps[:1], ticket, terms)
    return "duty" if agent and not on_duty(agent, reached, str(terms.hours.zone)) else "down"


def _waits_until(steps: Sequence[Reached], ticket: Ticket, terms: Terms, now: datetime) -> datetime | None:
    """When these steps may be told, None for now."""
    agent, zone = _waits_for(steps, ticket, terms), str(terms.hours.zone)
    is_punctual = any(now - one.at < PUNCTUAL and may_ring(terms.hours, one.at) for one in steps)
    if not (is_punctual or may_ring(terms.hours, now)):
        return _meeting(terms.hours, agent, now) or next_opening(terms.hours, now)
    return _meeting(terms.hours, agent, now) if agent and not on_duty(agent, now, zone) else None


def _waits_for(steps: Sequence[Reached], ticket: Ticket, terms: Terms) -> Agent | None:
    """The assignee, where these steps are for nobody else and can wait until they work."""
    is_theirs = audiences(steps, terms) == (Audience.ASSIGNEE,) and terms.waits_for_duty
    is_for_customers = any(one.reminder.step in terms.tell_customer for one in steps)
    agent = ticket.assignee
    return agent if agent and agent.active and is_theirs and not is_for_customers else None


def _meeting(hours: Calendar, agent: Agent | None, at: datetime) -> datetime | None:
    """The first moment in business hours at which the agent works; None where there is none soon."""
    for _ in range(MEETINGS):
        at = next_opening(hours, at)
        duty = next_duty(agent, at, str(hours.zone)) if agent else at
        if duty is None or duty == at:
            return duty
        at = duty
    return None
