"""Which messages reach a rule: what it asks for, less what cannot be and what rules before it end.

Rules and things that cannot be are boxes (`intake.policies.boxes`), cut out one after the other. A
rule before that hangs on words which nobody can list (a plan, words of the subject) is cut out
where this rule asks for the same or for less of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from intake.policies.boxes import (
    ANY_TICKET,
    DIMENSIONS,
    NO_TICKET,
    OF_THE_POLICY,
    THERE,
    Box,
    are_apart,
    is_listed,
    without,
    words_of,
)
from intake.policies.written import RuleFile

MOST_BOXES = 2000  # beyond it a rule counts as reached


@dataclass(frozen=True, slots=True)
class Impossible:
    """Values that no message has together when the rules are asked, and why."""

    box: Box
    because: str


def _impossible(because: str, **box: Iterable[str]) -> Impossible:
    return Impossible({name: frozenset(values) for name, values in box.items()}, because)


NEVER = (
    _impossible(
        "only a ticket can be late; with ticket = none nothing is breached",
        ticket=NO_TICKET,
        breached=["True"],
    ),
    _impossible("only a ticket has a team; with ticket = none there is none", ticket=NO_TICKET, team=THERE),
    _impossible(
        "grace is none but for a solved or closed ticket",
        ticket=["none", "open", "waiting"],
        grace=["within", "over"],
    ),
    _impossible("an unknown sender has no role", sender=["unknown"], role=DIMENSIONS["role"] - {""}),
    _impossible("an unknown sender has no seat", sender=["unknown"], seat=["held", "beyond"]),
    _impossible(
        "only a technical-contact needs a seat; of others seat is none",
        role=DIMENSIONS["role"] - {"technical-contact"},
        seat=["held", "beyond"],
    ),
    _impossible("an unknown organisation has no plan", organisation=["unknown"], plan=THERE),
    _impossible("an unknown organisation has no name", organisation=["unknown"], organisation_is=THERE),
    _impossible(
        "the maintenance of an unknown organisation is unknown",
        organisation=["unknown"],
        maintenance=["active", "ended"],
    ),
    _impossible(
        "by email nobody is linked or signed-in", channel=["email"], assurance=["linked", "signed-in"]
    ),
    _impossible(
        "only email proves its sender by token or aligned",
        channel=DIMENSIONS["channel"] - {"email"},
        assurance=["token", "aligned"],
    ),
    _impossible(
        "unproven mail for a ticket is held before any rule",
        channel=["email"],
        assurance=["none"],
        ticket=ANY_TICKET,
    ),
    _impossible(
        "a stranger's message for a ticket is held before any rule", sender=["unknown"], ticket=ANY_TICKET
    ),
    _impossible(
        "an agent's mail for a ticket never gets to the rules",
        sender=["agent"],
        channel=["email"],
        ticket=ANY_TICKET,
    ),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a rule's messages gets to it; `because` says why where that is nothing."""

    boxes: tuple[Box, ...]
    because: str = ""

    def has(self, wanted: Box) -> bool:
        """Does a message with these values get to the rule?"""
        return any(not are_apart(box, wanted) for box in self.boxes)


def reach_of(rule: RuleFile, earlier: Iterable[RuleFile]) -> Reach:
    """What gets to a rule past those before it."""
    nothing = _taken_away(rule)
    if nothing:
        return Reach((), nothing)
    boxes: tuple[Box, ...] = (_asked_for(rule),)
    for one in NEVER:
        boxes = without(boxes, one.box)
        if not boxes:
            return Reach((), one.because)
    catching = []
    for before in earlier:
        hole = _hole(before, rule) if before.then else None
        left = boxes if hole is None else without(boxes, hole)
        if left != boxes:
            catching.append(repr(before.name))
        if not left:
            return Reach((), _caught_by(catching, before, rule))
        if len(left) > MOST_BOXES:
            return Reach(boxes)
        boxes = left
    return Reach(boxes)


def _taken_away(rule: RuleFile) -> str:
    for name, wanted in rule.unless.items():
        if name in rule.when and words_of(name, rule.when[name]) <= words_of(name, wanted):
            return f"unless.{name} takes away all of when.{name}"
        if is_listed(name) and DIMENSIONS[name] <= words_of(name, wanted):
            return f"unless.{name} takes away every {name} that there is"
    return ""


def _caught_by(names: list[str], last: RuleFile, rule: RuleFile) -> str:
    """The one rule that would do it alone, else all that it takes."""
    alone = _hole(last, rule)
    if alone is not None and not without((_asked_for(rule),), alone):
        names = [repr(last.name)]
    many = len(names) > 1
    return f"rule{'s' * many} {', '.join(names)} catch{'es' * (not many)} it all before"


def _asked_for(rule: RuleFile) -> Box:
    """The values that a rule leaves open."""
    box = {name: _open(rule, name) for name in (*rule.when, *rule.unless) if name in DIMENSIONS}
    return box | {name: THERE for name in OF_THE_POLICY if name in rule.when}


def _open(rule: RuleFile, name: str) -> frozenset[str]:
    if name in OF_THE_POLICY:
        return DIMENSIONS[name]
    asked = words_of(name, rule.when[name]) if name in rule.when else DIMENSIONS[name]
    return asked - (words_of(name, rule.unless[name]) if name in rule.unless else frozenset())


def _hole(before: RuleFile, rule: RuleFile) -> Box | None:
    """What a rule before takes of this one's messages; None where nobody can say."""
    for name, wanted in before.when.items():
        if not is_listed(name) and not _asks_for_less(name, rule.when, words_of(name, wanted)):
            return None
    for name, wanted in before.unless.items():
        if not is_listed(name) and not words_of(name, wanted) <= words_of(name, rule.unless.get(name, ())):
            return None
    return {name: _open(before, name) for name in (*before.when, *before.unless) if is_listed(name)}


def _asks_for_less(name: str, when: Mapping[str, object], words: frozenset[str]) -> bool:
    return name in when and words_of(name, when[name]) <= words
