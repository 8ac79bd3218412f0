"""A follow-up is added to its ticket, with what that means for the ticket's status and clocks."""

from collections.abc import Iterable

from intake import clocks
from intake.commands import on_clocks
from intake.decisions import (
    AddParticipant,
    Audience,
    Change,
    Decision,
    Escalate,
    Fate,
    Notice,
    SetField,
    SetStatus,
)
from intake.facts import Facts
from intake.fillings import filled
from intake.messages import LOGGED
from intake.policies.written import RuleFile
from intake.so_far import SoFar
from intake.tickets import ClockKind, Status, Ticket
from intake.trust import held
from intake.words import secret_kinds, sender_words


def appended(rule: RuleFile, facts: Facts, so_far: SoFar) -> Decision:
    """Add a follow-up; it makes a waiting or solved ticket open and lets its resolution run on."""
    context, ticket = facts.context, facts.context.ticket
    if ticket is None:
        return held(rule.name, "The policy appends it, but it belongs to no ticket.", context)
    because = filled(rule.because, facts)
    escalates = so_far.escalates and ticket.escalated_at is None
    changes = list(_changes(ticket, because, facts, so_far))
    if escalates:
        changes.append(Escalate(because))
    return Decision(
        Fate.APPEND,
        rule.name,
        because,
        rule.reply,
        ticket,
        escalated=escalates,
        changes=tuple(changes),
        notices=(*_reply(rule, facts, so_far), _agents(facts, so_far)),
    )


def _recorded(facts: Facts) -> Iterable[Change]:
    """A proven colleague who follows up reads the answers from now on."""
    context, person = facts.context, facts.context.person
    if context.ticket is None or person is None or not context.is_proven:
        return
    known = (context.ticket.requester, *context.ticket.participants)
    if all(person.id != one.id for one in known):
        joins = person if person.id else person.address
        yield AddParticipant(joins, person.organisation_id, "followed up")


def _changes(ticket: Ticket, because: str, facts: Facts, so_far: SoFar) -> list[Change]:
    """All that changes; each step stands on the clocks as the steps before it leave them."""
    changes = list(_recorded(facts))
    for step in (_woken, _status, _called, _set):
        changes += step(clocks.with_changes(ticket, changes), because, facts, so_far)
    return changes


def _woken(ticket: Ticket, because: str, facts: Facts, so_far: SoFar) -> Iterable[Change]:
    """Whoever snoozed it was waiting for news, and this is news."""
    yield from clocks.wake(ticket, facts.policy, facts.now, "a follow-up came")


def _status(ticket: Ticket, because: str, facts: Facts, so_far: SoFar) -> Iterable[Change]:
    if so_far.status == "unchanged":
        return
    wanted = Status(so_far.status) if so_far.status else Status.OPEN
    changes: list[Change] = []
    if ticket.status is not wanted:
        why = because if so_far.status else "a follow-up came"
        changes = [SetStatus(wanted, why), *on_clocks(ticket, wanted, facts.policy, facts.now)]
    yield from changes
    if wanted is Status.OPEN:
        yield from clocks.start_next_response(clocks.with_changes(ticket, changes), facts.policy, facts.now)


def _called(ticket: Ticket, because: str, facts: Facts, so_far: SoFar) -> Iterable[Change]:
    """A call that is logged keeps the promise of one."""
    if facts.inbound.channel == "phone":
        yield from clocks.meet(ticket, ClockKind.CALL_BACK, facts.now)


def _set(ticket: Ticket, because: str, facts: Facts, so_far: SoFar) -> Iterable[Change]:
    if so_far.team and so_far.team != ticket.team:
        yield SetField("team", so_far.team)
    if so_far.severity != ticket.severity:
        yield from clocks.change_severity(ticket, so_far.severity, facts.policy, facts.now, "by the policy")


def _reply(rule: RuleFile, facts: Facts, so_far: SoFar) -> tuple[Notice, ...]:
    if not rule.reply:
        return ()
    told = {
        "because": filled(rule.because, facts),
        "remarks": so_far.remarks,
        "phone": facts.context.desk.phone,
    }
    return (Notice(rule.reply, Audience.SENDER, told),)


def _agents(facts: Facts, so_far: SoFar) -> Notice:
    inbound = facts.inbound
    told = {
        "text": inbound.reply,
        "sender": sender_words(inbound),
        "attachments": len(inbound.attachments),
        "warnings": so_far.warnings,
        "secrets": secret_kinds(f"{inbound.subject}\n{inbound.text or inbound.reply}"),
        "is_call": inbound.channel == "phone",
        "logged_by": inbound.fields.get("logged_by", "") if inbound.channel in LOGGED else "",
        "phone": inbound.fields.get("phone", ""),
    }
    name = "agent-escalated" if so_far.escalates else "agent-follow-up"
    return Notice(name, Audience.AGENTS, told, "auto-generated")
