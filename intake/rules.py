"""The policy's rules, tried in their order: what does not end adds up, the first terminal action wins.

A rule holds when all of `when` and none of `unless` hold (`intake.conditions`); the words of
`then` are the rows of THEN, and each makes a whole decision. Every rule that was tried leaves
a step that says what it saw.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from intake.calendars import is_open
from intake.conditions import CONDITIONS, as_words
from intake.context import Context
from intake.decisions import Audience, Decision, Fate, Notice, Step
from intake.facts import Facts
from intake.fillings import filled
from intake.following import appended
from intake.messages import LOGGED, Inbound
from intake.opening import opened, severity_asked, with_severity_of_the_log
from intake.policies.form import filled_in
from intake.policies.written import RuleFile
from intake.policy import Policy
from intake.so_far import SoFar
from intake.trust import held
from intake.words import account_words, sender_words

# Who else is told when a rule says so, and by which notice.
NOTIFY: Mapping[str, tuple[str, Audience]] = {
    "agents": ("agent-refused", Audience.AGENTS),
    "managers": ("agent-refused", Audience.MANAGERS),
    "administrators": ("administrator-told", Audience.ADMINISTRATORS),
    "account-manager": ("account-manager-told", Audience.ACCOUNT_MANAGER),
}


def by_policy(inbound: Inbound, context: Context, policy: Policy, now: datetime) -> Decision:
    facts = _facts(inbound, context, policy, now)
    so_far, steps = SoFar(facts.severity), []
    for rule in policy.rules:
        step = _tried(rule, facts)
        steps.append(step)
        if step.holds:
            so_far = so_far.after(rule, facts)
            facts = replace(facts, severity=so_far.severity)
            if rule.then:
                return replace(_ended(rule, facts, so_far), trace=tuple(steps))
    because = "No rule of the policy speaks of such a message."
    return replace(held("no-rule", because, context), trace=tuple(steps))


def _facts(inbound: Inbound, context: Context, policy: Policy, now: datetime) -> Facts:
    if inbound.fields:
        inbound = replace(inbound, fields=filled_in(inbound.fields, policy.file))
        inbound = with_severity_of_the_log(inbound, policy)
    ticket = context.ticket
    calendar = policy.calendar_of(ticket.organisation if ticket else context.organisation)
    severity = ticket.severity if ticket else severity_asked(inbound, policy)
    return Facts(inbound, context, policy, now, is_open(calendar, now), severity)


def _ended(rule: RuleFile, facts: Facts, so_far: SoFar) -> Decision:
    """The decision of a terminal rule, with those who are told besides."""
    assert rule.then
    decision = THEN[rule.then](rule, facts, so_far)
    told = [notice for name in so_far.notify for notice in _told(name, decision, facts)]
    return replace(decision, notices=(*decision.notices, *told))


def _told(name: str, decision: Decision, facts: Facts) -> Iterable[Notice]:
    """Agents hear of what is taken by itself; whoever was told of an escalation is not told again."""
    is_taken = decision.fate in (Fate.APPEND, Fate.OPEN)
    ticket = facts.context.ticket
    if (name == "agents" and is_taken) or (ticket and ticket.escalated_at and decision.escalated is False):
        return
    notice, audience = NOTIFY[name]
    told = {
        "sender": sender_words(facts.inbound),
        "text": facts.inbound.reply or facts.inbound.text,
        "about": facts.inbound.subject,
        "because": decision.because,
        "account": account_words(facts.context.organisation, facts.context.person, facts.today_there),
    }
    yield Notice(notice, audience, told, "auto-generated")


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


def _refuse(rule: RuleFile, facts: Facts, so_far: SoFar) -> Decision:
    because = " ".join((filled(rule.because, facts), *so_far.remarks))
    facts_of_notice = {"because": because, "knowledge_base": facts.policy.file.links.knowledge_base}
    notice = Notice(rule.reply or "refused", Audience.SENDER, facts_of_notice)
    decision = Decision(Fate.REFUSE, rule.name, because, ticket=facts.context.ticket)
    if facts.inbound.channel in LOGGED:  # the agent who logs it hears it, and has the customer on the line
        return decision
    return replace(decision, reply=notice.name, notices=(notice,))


def _hold(rule: RuleFile, facts: Facts, so_far: SoFar) -> Decision:
    return held(rule.name, filled(rule.because, facts), facts.context)


def _ignore(rule: RuleFile, facts: Facts, so_far: SoFar) -> Decision:
    return Decision(Fate.IGNORE, rule.name, filled(rule.because, facts), ticket=facts.context.ticket)


THEN: Mapping[str, Callable[[RuleFile, Facts, SoFar], Decision]] = {
    "append": appended,
    "open": opened,
    "refuse": _refuse,
    "hold": _hold,
    "ignore": _ignore,
}
