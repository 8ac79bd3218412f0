"""The vendor's written support policy as a file: read, checked, ready to decide with.

`PolicyFile` is what may be written; `Policy` is the same with its calendars, amounts and
reminders read. Mistakes are collected and shown all at once; `warnings` holds what is
allowed but hardly meant, such as a rule that can never fire.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from pydantic import Field

from intake.calendars import Calendar, calendar_from
from intake.calendars.amounts import Amount, parse_amount
from intake.calendars.reminders import Reminder, parse_reminder
from intake.conditions import as_words, mistakes_in
from intake.errors import ConfigError
from intake.evidence import reference_pattern
from intake.mistakes import Written, YesNo, checked, read_toml
from intake.suggestions import did_you_mean
from intake.tickets import ClockKind, Organisation, Ticket

Terminal = Literal["append", "open", "refuse", "hold", "ignore"]


class SeverityFile(Written):
    """How bad for them; targets are amounts such as "30m", "same business day", "5 business days"."""

    name: str
    means: tuple[str, ...] = ()
    first_response: str = ""
    resolution: str = ""
    remind: tuple[str, ...] = ()  # when agents are reminded
    tell_customer: tuple[str, ...] = ()  # at which of these moments the requester is told too
    runs: Literal["business hours", "24x7"] = "business hours"  # when reminders may ring


class FormFile(Written):
    required: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()


class RuleFile(Written):
    """One line of the policy; the first whose `then` is terminal wins, `set` adds up on the way."""

    name: str
    when: dict[str, Any] = Field(default_factory=dict)
    unless: dict[str, Any] = Field(default_factory=dict)
    then: Terminal | None = None
    reply: str = ""
    set: dict[Literal["severity", "team"], str] = Field(default_factory=dict)
    because: str


class PolicyFile(Written):
    title: str
    reference: str = "#{number}"
    default_severity: str
    default_calendar: str
    follow_ups: Literal["organisation", "participants"] = "organisation"
    customers_choose_severity: YesNo = False
    calendars: dict[str, dict[str, Any]]
    severity: tuple[SeverityFile, ...] = Field(min_length=1)
    form: FormFile = FormFile()
    rule: tuple[RuleFile, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Severity:
    name: str
    targets: Mapping[ClockKind, Amount]
    words: Mapping[ClockKind, str]  # the targets as they are written
    remind: tuple[Reminder, ...]
    tell_customer: frozenset[str]
    rings_always: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. `digest` names its exact text on every decision."""

    file: PolicyFile
    digest: str
    calendars: Mapping[str, Calendar]
    severities: Mapping[str, Severity]
    pattern: re.Pattern[str]
    warnings: tuple[str, ...]

    @property
    def rules(self) -> tuple[RuleFile, ...]:
        return self.file.rule

    def calendar_of(self, organisation: Organisation | None) -> Calendar:
        """The organisation's business hours, or the policy's own where it names none that exists."""
        name = organisation.calendar if organisation else ""
        return self.calendars.get(name) or self.calendars[self.file.default_calendar]

    def severity_of(self, name: str) -> Severity:
        """A severity by name; one that the policy no longer has counts as its default."""
        return self.severities.get(name) or self.severities[self.file.default_severity]

    def reference_of(self, ticket: Ticket) -> str:
        return self.file.reference.format(number=ticket.number)


def preset_names() -> list[str]:
    folder = resources.files("intake") / "policies"
    return sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))


def preset_text(name: str) -> str:
    """The text of a policy that ships with Deskbell."""
    if name not in preset_names():
        raise ConfigError([f"policy: no preset {name!r}; {did_you_mean(name, preset_names())}"])
    return (resources.files("intake") / "policies" / f"{name}.toml").read_text(encoding="utf-8")


def read_policy(text: str, place: str, notices: Collection[str] = ()) -> Policy:
    """The policy in a TOML text; ConfigError lists every mistake. `notices` are those with a template."""
    file = checked(PolicyFile, read_toml(text, place), place)
    mistakes: list[str] = []
    calendars = _calendars(file, place, mistakes)
    severities = {
        one.name: _severity(one, f"{place}.severity {one.name!r}", mistakes) for one in file.severity
    }
    mistakes += _wrong_names(file, place) + _wrong_rules(file, place, notices)
    if mistakes:
        raise ConfigError(mistakes)
    return Policy(
        file=file,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        calendars=calendars,
        severities=severities,
        pattern=reference_pattern(file.reference),
        warnings=tuple(_doubts(file, calendars, place)),
    )


def _calendars(file: PolicyFile, place: str, mistakes: list[str]) -> dict[str, Calendar]:
    found = {}
    for name, table in file.calendars.items():
        try:
            found[name] = calendar_from(table, f"{place}.calendars.{name}")
        except ConfigError as error:
            mistakes += error.mistakes
    return found


def _severity(file: SeverityFile, place: str, mistakes: list[str]) -> Severity:
    words = {ClockKind.FIRST_RESPONSE: file.first_response, ClockKind.RESOLUTION: file.resolution}
    targets: dict[ClockKind, Amount] = {}
    for kind, text in words.items():
        try:
            if text:
                targets[kind] = parse_amount(text, f"{place}.{kind}")
        except ConfigError as error:
            mistakes += error.mistakes
    reminders = []
    for text in file.remind:
        try:
            reminders.append(parse_reminder(text, f"{place}.remind"))
        except ConfigError as error:
            mistakes += error.mistakes
    mistakes += [
        f"{place}.tell_customer: {text!r} is not one of remind; {did_you_mean(text, file.remind)}"
        for text in file.tell_customer
        if text not in file.remind
    ]
    if not targets:
        mistakes.append(f"{place}: has no target; give first_response or resolution")
    return Severity(
        name=file.name,
        targets=targets,
        words={kind: text for kind, text in words.items() if text},
        remind=tuple(reminders),
        tell_customer=frozenset(file.tell_customer),
        rings_always=file.runs == "24x7",
    )


def _wrong_names(file: PolicyFile, place: str) -> list[str]:
    severities = [one.name for one in file.severity]
    found = []
    if file.reference.count("{number}") != 1:
        found.append(
            f"{place}.reference: needs {{number}} once, such as WX-{{number}}, got {file.reference!r}"
        )
    if file.default_severity not in severities:
        hint = did_you_mean(file.default_severity, severities)
        found.append(f"{place}.default_severity: no severity {file.default_severity!r}; {hint}")
    if file.default_calendar not in file.calendars:
        hint = did_you_mean(file.default_calendar, file.calendars)
        found.append(f"{place}.default_calendar: no calendar {file.default_calendar!r}; {hint}")
    twice = sorted({one for one in severities if severities.count(one) > 1})
    return found + [f"{place}.severity: {name!r} is there twice; names must differ" for name in twice]


def _wrong_rules(file: PolicyFile, place: str, notices: Collection[str]) -> list[str]:
    found = []
    severities = [one.name for one in file.severity]
    names = [rule.name for rule in file.rule]
    for rule in file.rule:
        where = f"{place}.rule {rule.name!r}"
        found += mistakes_in(rule.when, f"{where}.when") + mistakes_in(rule.unless, f"{where}.unless")
        if names.count(rule.name) > 1:
            found.append(f"{where}: the name is there twice; names must differ")
        if rule.then is None and not rule.set:
            found.append(f"{where}: does nothing; give then or set")
        if rule.reply and notices and rule.reply not in notices:
            found.append(f"{where}.reply: no template {rule.reply!r}; {did_you_mean(rule.reply, notices)}")
        if rule.reply.startswith("agent-"):
            found.append(f"{where}.reply: {rule.reply!r} is written for agents; name one for customers")
        wanted = rule.set.get("severity")
        if wanted and wanted not in severities:
            found.append(f"{where}.set.severity: no severity {wanted!r}; {did_you_mean(wanted, severities)}")
    return found


def _doubts(file: PolicyFile, calendars: Mapping[str, Calendar], place: str) -> list[str]:
    found = [f"{place}.calendars.{name}: {text}" for name, one in calendars.items() for text in one.warnings]
    for position, rule in enumerate(file.rule):
        shadow = next((one for one in file.rule[:position] if _always_before(one, rule)), None)
        if shadow:
            found.append(
                f"{place}.rule {rule.name!r}: can never fire; rule {shadow.name!r} catches it all before"
            )
    return found


def _always_before(earlier: RuleFile, later: RuleFile) -> bool:
    """Does a terminal rule catch everything that a later one asks for?"""
    if earlier.then is None or earlier.unless:
        return False
    return all(_includes(name, wanted, later.when) for name, wanted in earlier.when.items())


def _includes(name: str, wanted: object, narrower: Mapping[str, object]) -> bool:
    if name not in narrower:
        return False
    if isinstance(wanted, bool):
        return narrower[name] is wanted
    words = set(as_words(wanted))
    asked = set(as_words(narrower[name]))
    return asked <= words or (name == "ticket" and "any" in words and "none" not in asked)
