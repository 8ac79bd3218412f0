"""What follows from a decision, told as further steps of its trace: changes, clocks, who is told what.

A decision's own trace ends with the rule that made it; `deskbell explain` goes on from there, and
says besides what was asked and did not hold: the guards, the grounds of distrust, the rules behind.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bots.console import in_words
from intake.decisions import (
    AddParticipant,
    AskSurvey,
    Audience,
    Change,
    ChangeClock,
    Decision,
    DropPromises,
    Escalate,
    Fate,
    KeepRating,
    LinkTo,
    MarkReachable,
    MarkReturned,
    MergeInto,
    OpenTicket,
    SetField,
    SetSeverity,
    SetStatus,
    StartClock,
    Step,
)
from intake.guards import GUARDS
from intake.messages import Address
from intake.policy import Policy
from intake.tickets import Person
from intake.trust import TRUST

NOT_ASKED = "not asked"
WHOM: Mapping[Audience, str] = {
    Audience.SENDER: "to whoever wrote",
    Audience.REQUESTER: "to the requester",
    Audience.EVERYONE: "to the requester and the participants",
    Audience.AGENTS: "to the agents",
    Audience.ASSIGNEE: "to the agent who has the ticket, else to all",
    Audience.TEAM: "to the team of the ticket, else to all agents",
    Audience.MANAGERS: "to the managers among the agents, else to all",
    Audience.ADMINISTRATORS: "to the organisation's administrators",
    Audience.ACCOUNT_MANAGER: "to the organisation's account manager",
}


def whole_way(decision: Decision, policy: Policy, zone: str) -> tuple[Step, ...]:
    """The trace with everything that was asked, and what follows; times as people of the zone write them."""
    return (
        *_asked(decision.trace, policy),
        *_changes(decision.changes, zone),
        *_notices(decision),
    )


# What was asked


def _asked(trace: Iterable[Step], policy: Policy) -> Iterator[Step]:
    steps = list(trace)
    rules = [one for one in steps if one.name.startswith("rule ")]
    if not any(one.name.startswith("evidence ") for one in steps):
        steps.insert(1, Step("evidence", False, "nothing in it names a ticket"))
    for step in steps:
        if rules and step is rules[0]:
            yield Step("trust", False, f"none of {', '.join(one.name for one in TRUST)}")
        yield replace(step, saw=_guards()) if step.name == "guards" else step
        if rules and step is rules[-1]:
            yield from _not_asked(policy, len(rules))


def _guards() -> str:
    return f"none of {', '.join(one.name for one in GUARDS)}"


def _not_asked(policy: Policy, tried: int) -> Iterator[Step]:
    """The rules behind the one that ended it."""
    if behind := policy.rules[tried:]:
        yield Step(NOT_ASKED, False, f"rules {', '.join(one.name for one in behind)}")


# What follows


def _changes(changes: Iterable[Change], zone: str) -> Iterator[Step]:
    for change in changes:
        yield _follows(change, zone)
        if isinstance(change, OpenTicket):
            yield from _changes(change.clocks, zone)


def _follows(change: Change, zone: str) -> Step:
    match change:
        case OpenTicket():
            return Step("change open ticket", True, _opens(change))
        case StartClock() | ChangeClock():
            words = _starts(change, zone) if isinstance(change, StartClock) else _goes_on(change, zone)
            return Step(f"clock {change.kind}", True, words)
        case SetStatus(status, why):
            return Step("change status", True, f"{status}: {why}")
        case SetSeverity(severity, why):
            return Step("change severity", True, f"{severity}: {why}")
        case SetField(name, value):
            return Step(f"change {name}", True, value or "empty")
        case AddParticipant(person=person, why=why):
            return Step("change participants", True, f"{_address(person)} joins: {why}")
        case Escalate(why):
            return Step("change escalation", True, why)
    return _beside(change)


def _beside(
    change: MarkReturned | MarkReachable | MergeInto | LinkTo | DropPromises | AskSurvey | KeepRating,
) -> Step:
    """What is changed beside the ticket: in what was said, and on other tickets."""
    match change:
        case MarkReturned(said=said):
            return Step("change delivery", True, said)
        case MarkReachable(address=address, why=why):
            return Step("change delivery", True, f"{address} can be reached: {why}")
        case MergeInto(number=number) | LinkTo(number):
            return Step("change tickets", True, f"has to do with ticket {number}")
        case DropPromises(why):
            return Step("change promises", True, why)
        case AskSurvey():
            return Step("change survey", True, "the requester is asked how it went")
        case KeepRating(score=score):
            return Step("change survey", True, f"rated {score}")


def _opens(change: OpenTicket) -> str:
    told = [f"severity {change.severity}", f"requester {_address(change.requester)}"]
    told += [f"{name} {value}" for name in ("team", "product", "release") if (value := getattr(change, name))]
    if change.predecessor:
        told.append(f"linked to ticket {change.predecessor}")
    return f'"{change.subject}", {", ".join(told)}'


def _starts(change: StartClock, zone: str) -> str:
    words = f"{change.target}, due {in_words(change.due_at, zone)}"
    if change.next_at is None or change.next_at >= change.due_at:
        return words
    return f'{words}; "{change.next_step}" rings {in_words(change.next_at, zone)}'


def _goes_on(change: ChangeClock, zone: str) -> str:
    due = f", due {in_words(change.due_at, zone)}" if change.due_at else ""
    return f"{change.event}{f' ({change.reason})' if change.reason else ''}{due}"


def _address(whom: Person | Address) -> str:
    return (whom if isinstance(whom, Address) else whom.address).address


def _notices(decision: Decision) -> Iterator[Step]:
    for notice in decision.notices:
        yield Step(f"notice {notice.name}", True, WHOM[notice.audience])
    said = any(one.name == decision.reply for one in decision.notices)
    if decision.fate is Fate.REFUSE and decision.reply and not said:
        yield Step(f"notice {decision.reply}", True, "to the sender's own server, in the SMTP session")
