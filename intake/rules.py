"""The policy's rules, tried in their order: `set` adds up, the first terminal action wins.

A rule holds when all of `when` and none of `unless` hold (`intake.conditions`); the words of
`then` are the rows of THEN, and each makes a whole decision. Every rule that was tried leaves
a step that says what it saw.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from intake import clocks
from intake.calendars import is_open
from intake.conditions import CONDITIONS, Facts, as_words
from intake.context import Context
from intake.decisions import (
    AddParticipant,
    Audience,
    Change,
    Decision,
    Fate,
    Notice,
    OpenTicket,
    SetStatus,
    Step,
)
from intake.messages import Address, Inbound
from intake.policy import Policy, RuleFile
from intake.tickets import ClockKind, Person, Status
from intake.trust import held

FORM_CHANNELS = ("portal", "api", "telegram")


def by_policy(inbound: Inbound, context: Context, policy: Policy, now: datetime) -> Decision:
    organisation = context.ticket.organisation if context.ticket else context.organisation
    facts = Facts(inbound, context, now, is_open(policy.calendar_of(organisation), now))
    steps: list[Step] = []
    chosen: dict[str, str] = {}
    for rule in policy.rules:
        step = _tried(rule, facts)
        steps.append(step)
        if step.holds:
            chosen.update({str(name): value for name, value in rule.set.items()})
            if rule.then:
                decision = THEN[rule.then](rule, facts, policy, chosen)
                return replace(decision, trace=tuple(steps))
    because = "No rule of the policy speaks of such a message."
    return replace(held("no-rule", because, context), trace=tuple(steps))


def _tried(rule: RuleFile, facts: Facts) -> Step:
    """A rule holds when all of `when` and none of `unless` hold; what it saw is what decided that."""
    for name, wanted in rule.when.items():
        if not CONDITIONS[name].holds(wanted, facts):
            return Step(f"rule {rule.name}", False, f"{name} is {_saw(name, facts)}, not {_words(wanted)}")
    for name, wanted in rule.unless.items():
        if CONDITIONS[name].holds(wanted, facts):
            return Step(f"rule {rule.name}", False, f"unless {name} is {_saw(name, facts)}")
    saw = ", ".join(f"{name} is {_saw(name, facts)}" for name in rule.when) or "always"
    return Step(f"rule {rule.name}", True, saw)


def _words(wanted: object) -> str:
    return "yes" if wanted is True else "no" if wanted is False else " or ".join(as_words(wanted))


def _saw(name: str, facts: Facts) -> str:
    return CONDITIONS[name].saw(facts)[:80] or "empty"


def _append(rule: RuleFile, facts: Facts, policy: Policy, chosen: Mapping[str, str]) -> Decision:
    """Add a follow-up; it makes a waiting or solved ticket open and lets its resolution run on."""
    context, ticket = facts.context, facts.context.ticket
    if ticket is None:
        return held(rule.name, "The policy appends it, but it belongs to no ticket.", context)
    changes = list(_recorded(facts))
    if ticket.status in (Status.WAITING, Status.SOLVED):
        changes.append(SetStatus(Status.OPEN, "a follow-up came"))
        changes += clocks.resume(ticket, policy, facts.now, "a follow-up came")
    told = {
        "text": facts.inbound.reply,
        "sender": sender_words(facts.inbound),
        "attachments": len(facts.inbound.attachments),
    }
    notices = (*_reply(rule), Notice("agent-follow-up", Audience.AGENTS, told, "auto-generated"))
    return Decision(
        Fate.APPEND,
        rule.name,
        rule.because,
        rule.reply,
        ticket,
        changes=tuple(changes),
        notices=notices,
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


def _open(rule: RuleFile, facts: Facts, policy: Policy, chosen: Mapping[str, str]) -> Decision:
    """Open a ticket with its clocks, if the form is complete."""
    inbound, context = facts.inbound, facts.context
    missing = missing_fields(inbound, policy.file.form.required)
    if missing and inbound.channel in FORM_CHANNELS:
        because = "A new ticket needs " + ", ".join(missing) + "."
        asked = Notice("form-incomplete", Audience.SENDER, {"missing": missing, "because": because})
        return Decision(
            Fate.REFUSE, "form-incomplete", because, asked.name, missing=missing, notices=(asked,)
        )
    requester = context.person if context.person and context.person.id else inbound.sender
    if requester is None:
        return held(rule.name, "The policy opens a ticket, but nobody is named who asks.", context)
    opened = _new_ticket(inbound, context, policy, facts.now, chosen, requester)
    wanted = missing_fields(inbound, policy.file.form.recommended)
    acknowledged = (
        (Notice(rule.reply, Audience.SENDER, _promised(opened, wanted, facts)),) if rule.reply else ()
    )
    return Decision(
        Fate.OPEN,
        rule.name,
        rule.because,
        rule.reply,
        missing=wanted,
        changes=(opened,),
        notices=(*acknowledged, _agents_new(facts, opened, policy)),
    )


def _new_ticket(
    inbound: Inbound,
    context: Context,
    policy: Policy,
    now: datetime,
    chosen: Mapping[str, str],
    requester: Person | Address,
) -> OpenTicket:
    name = inbound.severity or chosen.get("severity") or _chosen_severity(inbound, policy)
    calendar = policy.calendar_of(context.organisation)
    return OpenTicket(
        subject=inbound.subject.strip() or "(no subject)",
        severity=name,
        channel=inbound.channel,
        requester=requester,
        organisation_id=context.organisation.id if context.organisation else None,
        team=chosen.get("team", ""),
        product=str(inbound.fields.get("product", "")),
        release=str(inbound.fields.get("version", "")),
        predecessor=context.predecessor,
        fields=inbound.fields,
        clocks=clocks.clocks_of_a_new_ticket(policy.severity_of(name), calendar, now),
    )


def _chosen_severity(inbound: Inbound, policy: Policy) -> str:
    wanted = str(inbound.fields.get("severity", ""))
    if policy.file.customers_choose_severity and wanted in policy.severities:
        return wanted
    return policy.file.default_severity


def _promised(opened: OpenTicket, wanted: tuple[str, ...], facts: Facts) -> Mapping[str, object]:
    first = next((one for one in opened.clocks if one.kind is ClockKind.FIRST_RESPONSE), None)
    return {
        "due": first.due_at if first else None,
        "severity": opened.severity,
        "missing": list(wanted),
        "phone": "" if facts.is_in_hours else facts.context.desk.emergency_phone,
    }


def _agents_new(facts: Facts, opened: OpenTicket, policy: Policy) -> Notice:
    inbound = facts.inbound
    told = {
        "text": inbound.reply or inbound.text,
        "sender": sender_words(inbound),
        "attachments": len(inbound.attachments),
        "warnings": _warnings(facts, opened, policy),
    }
    return Notice("agent-new", Audience.AGENTS, told, "auto-generated")


def _warnings(facts: Facts, opened: OpenTicket, policy: Policy) -> list[str]:
    """The phone outside business hours is for the worst severity, which a policy names first."""
    is_worst = opened.severity == next(iter(policy.severities))
    if facts.inbound.channel != "phone" or facts.is_in_hours or is_worst:
        return []
    return [f"The call came outside business hours; as {opened.severity} it is answered in the next ones."]


def missing_fields(inbound: Inbound, wanted: Iterable[str]) -> tuple[str, ...]:
    """The form fields that are empty; subject, message and attachments are the message's own."""
    own = {"subject": inbound.subject, "message": inbound.text, "attachments": inbound.attachments}
    return tuple(name for name in wanted if inbound.fields.get(name) in (None, "") and not own.get(name))


def _refuse(rule: RuleFile, facts: Facts, policy: Policy, chosen: Mapping[str, str]) -> Decision:
    reply = rule.reply or "refused"
    notice = Notice(reply, Audience.SENDER, {"because": rule.because})
    return Decision(
        Fate.REFUSE, rule.name, rule.because, reply, ticket=facts.context.ticket, notices=(notice,)
    )


def _hold(rule: RuleFile, facts: Facts, policy: Policy, chosen: Mapping[str, str]) -> Decision:
    return held(rule.name, rule.because, facts.context)


def _ignore(rule: RuleFile, facts: Facts, policy: Policy, chosen: Mapping[str, str]) -> Decision:
    return Decision(Fate.IGNORE, rule.name, rule.because, ticket=facts.context.ticket)


def _reply(rule: RuleFile) -> tuple[Notice, ...]:
    return (Notice(rule.reply, Audience.SENDER, {"because": rule.because}),) if rule.reply else ()


THEN: Mapping[str, Callable[[RuleFile, Facts, Policy, Mapping[str, str]], Decision]] = {
    "append": _append,
    "open": _open,
    "refuse": _refuse,
    "hold": _hold,
    "ignore": _ignore,
}


def sender_words(inbound: Inbound) -> str:
    """Who wrote, for agents to read."""
    sender = inbound.sender
    if sender is None:
        return "nobody"
    return f"{sender.name} <{sender.address}>" if sender.name else sender.address
