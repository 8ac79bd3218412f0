"""A new ticket: whether its form is complete, its severity, team and clocks, and what is promised."""

from collections.abc import Mapping
from dataclasses import replace

from intake import clocks
from intake.decisions import Audience, Decision, Fate, Notice, OpenTicket
from intake.facts import Facts
from intake.fillings import filled
from intake.messages import LOGGED, Address, Inbound
from intake.policies.form import asked_as, missing_fields
from intake.policies.products import product_named
from intake.policies.written import RuleFile
from intake.policy import Policy
from intake.so_far import SoFar
from intake.tickets import ClockKind, Person
from intake.trust import held
from intake.words import UNPROVEN, account_words, secret_kinds, sender_words


def severity_asked(inbound: Inbound, policy: Policy) -> str:
    """An agent's word; else the customer's where the policy lets them choose; else the default."""
    wanted = inbound.severity or str(inbound.fields.get("severity", ""))
    may_choose = policy.file.customers_choose_severity or inbound.severity
    return wanted if may_choose and wanted in policy.severities else policy.file.default_severity


def opened(rule: RuleFile, facts: Facts, so_far: SoFar) -> Decision:
    """Open a ticket with its clocks, if the form is complete."""
    inbound, context, form = facts.inbound, facts.context, facts.policy.file.form
    missing = missing_fields(inbound, form.required) if inbound.channel in form.required_on else ()
    if missing:
        return _incomplete(missing, facts)
    requester = context.person if context.person and context.person.id else inbound.sender
    if requester is None:
        return held(rule.name, "The policy opens a ticket, but nobody is named who asks.", context)
    ticket = _ticket(facts, so_far, requester)
    acknowledged = (
        (Notice(rule.reply, Audience.SENDER, _promised(ticket, facts, so_far)),) if rule.reply else ()
    )
    return Decision(
        Fate.OPEN,
        rule.name,
        filled(rule.because, facts),
        rule.reply,
        changes=(ticket,),
        notices=(*acknowledged, _agents(ticket, facts, so_far)),
    )


def _incomplete(missing: tuple[str, ...], facts: Facts) -> Decision:
    """Nothing is opened; who asked is told by the fields' own words, a program by their names."""
    form = facts.policy.file.form
    asked = [asked_as(name, form) for name in missing]
    because = f"A new ticket needs {', '.join(asked)}."
    notice = Notice("form-incomplete", Audience.SENDER, {"missing": asked, "because": because})
    return Decision(Fate.REFUSE, "form-incomplete", because, notice.name, missing=missing, notices=(notice,))


def _ticket(facts: Facts, so_far: SoFar, requester: Person | Address) -> OpenTicket:
    inbound, context, policy = facts.inbound, facts.context, facts.policy
    product = str(inbound.fields.get("product", ""))
    known = product_named(product, policy.file.product)
    severity = policy.severity_of(so_far.severity)
    calendar = policy.calendar_of(context.organisation)
    return OpenTicket(
        subject=inbound.subject.strip() or "(no subject)",
        severity=severity.name,
        channel=inbound.channel,
        requester=requester,
        organisation_id=context.organisation.id if context.organisation else None,
        team=so_far.team or (known.team if known else ""),
        product=product,
        release=str(inbound.fields.get("version", "")),
        predecessor=context.predecessor or (context.ticket.number if context.ticket else 0),
        fields=inbound.fields,
        clocks=clocks.clocks_of_a_new_ticket(severity, calendar, facts.now) if so_far.has_clocks else (),
    )


def _promised(ticket: OpenTicket, facts: Facts, so_far: SoFar) -> Mapping[str, object]:
    form = facts.policy.file.form
    due = next((one.due_at for one in ticket.clocks if one.kind is ClockKind.FIRST_RESPONSE), None)
    wanted = missing_fields(facts.inbound, _worth_asking(facts))
    return {
        "due": due,
        "severity": ticket.severity,
        "missing": [asked_as(name, form) for name in wanted],
        "phone": "" if facts.is_in_hours else facts.context.desk.emergency_phone,
        "remarks": so_far.remarks,
    }


def _worth_asking(facts: Facts) -> tuple[str, ...]:
    """Every field of the form; a severity only where the requester's choice counts."""
    form = facts.policy.file.form
    names = (*form.required, *form.recommended)
    if facts.inbound.channel in form.required_on:
        return names
    return tuple(name for name in names if name not in form.fields or form.fields[name].kind != "severity")


def _agents(ticket: OpenTicket, facts: Facts, so_far: SoFar) -> Notice:
    inbound, context = facts.inbound, facts.context
    form = facts.policy.file.form
    told = {
        "text": inbound.reply or inbound.text,
        "sender": sender_words(inbound),
        "attachments": len(inbound.attachments),
        "missing": [asked_as(name, form) for name in missing_fields(inbound, form.required)],
        "account": account_words(context.organisation, context.person, facts.today_there),
        "warnings": [
            *so_far.warnings,
            *_out_of_hours(ticket, facts),
            *_unproven(facts),
        ],
        "secrets": secret_kinds(f"{inbound.subject}\n{inbound.text}"),
    }
    return Notice("agent-new", Audience.AGENTS, told, "auto-generated")


def _out_of_hours(ticket: OpenTicket, facts: Facts) -> tuple[str, ...]:
    """The phone outside business hours is for the worst severity, which a policy names first."""
    is_worst = facts.policy.rank_of(ticket.severity) == 0
    if facts.inbound.channel != "phone" or facts.is_in_hours or is_worst:
        return ()
    return (f"The call came outside business hours; as {ticket.severity} it is answered in the next ones.",)


def _unproven(facts: Facts) -> tuple[str, ...]:
    if facts.inbound.channel != "email" or facts.context.is_proven:
        return ()
    return (UNPROVEN,)


def with_severity_of_the_log(inbound: Inbound, policy: Policy) -> Inbound:
    """A call is logged by an agent, and so the severity on its form is an agent's."""
    wanted = str(inbound.fields.get("severity", ""))
    if inbound.channel not in LOGGED or inbound.severity or wanted not in policy.severities:
        return inbound
    return replace(inbound, severity=wanted)
