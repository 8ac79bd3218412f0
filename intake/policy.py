"""The vendor's written support policy, read and ready to decide with.

`intake.policies.written` is what a file may hold; `Policy` is the same with its calendars,
amounts and reminders read. Mistakes are collected and shown all at once; `warnings` holds what
is allowed but hardly meant, such as a rule that can never fire (`intake.policies.doubts`).
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources

from intake.calendars import Calendar, calendar_from
from intake.calendars.amounts import Amount, parse_amount
from intake.calendars.reminders import Reminder, parse_reminder
from intake.errors import ConfigError
from intake.evidence import reference_pattern
from intake.policies.checks import mistakes_in_policy
from intake.policies.doubts import doubts_in
from intake.policies.reading import read_file
from intake.policies.written import PolicyFile, RuleFile, SeverityFile
from intake.suggestions import did_you_mean
from intake.tickets import ClockKind, Organisation, Ticket

LOW_TRAFFIC = "maintenance.low_traffic"


@dataclass(frozen=True, slots=True)
class Severity:
    name: str
    targets: Mapping[ClockKind, Amount]
    words: Mapping[ClockKind, str]  # the targets as they are written
    remind: tuple[Reminder, ...]
    tell_customer: frozenset[str]
    rings_always: bool
    chain: tuple[str, ...] = ()
    escalate: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. `digest` names its exact text on every decision."""

    file: PolicyFile
    digest: str
    calendars: Mapping[str, Calendar]
    severities: Mapping[str, Severity]  # the worst first
    pattern: re.Pattern[str]
    warnings: tuple[str, ...]
    low_traffic: Calendar | None = None  # when maintenance is least in the way; None: not said

    @property
    def rules(self) -> tuple[RuleFile, ...]:
        return self.file.rule

    @property
    def asks_for_colleagues(self) -> bool:
        """Whether a rule looks at who else belongs to the sender's organisation."""
        return any(
            "seat" in {**one.when, **one.unless} or "{administrators}" in one.because for one in self.rules
        )

    def calendar_of(self, organisation: Organisation | None) -> Calendar:
        """The organisation's business hours, or the policy's own where it names none that exists."""
        name = organisation.calendar if organisation else ""
        return self.calendars.get(name) or self.calendars[self.file.default_calendar]

    def severity_of(self, name: str) -> Severity:
        """A severity by name; one that the policy no longer has counts as its default."""
        return self.severities.get(name) or self.severities[self.file.default_severity]

    def rank_of(self, severity: str) -> int:
        """0 for the worst severity, and so on."""
        return list(self.severities).index(self.severity_of(severity).name)

    def is_protected(self, team: str) -> bool:
        """Whether what this team gets is for its own agents and the managers only."""
        return any(one.protected and one.name == team for one in self.file.team)

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
    file, mistakes = read_file(text, place)
    if file is None:
        raise ConfigError(mistakes)
    calendars = _calendars(file, place, mistakes)
    severities = {
        one.name: _severity(one, f"{place}.severity {one.name!r}", mistakes) for one in file.severity
    }
    low_traffic = _low_traffic(file, place, mistakes)
    mistakes += mistakes_in_policy(file, place, notices)
    if mistakes:
        raise ConfigError(mistakes)
    return Policy(
        file=file,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        calendars=calendars,
        severities=severities,
        pattern=reference_pattern(file.reference),
        warnings=(
            *_calendar_warnings(calendars, place),
            *doubts_in(file, place, {name: one.targets for name, one in severities.items()}),
        ),
        low_traffic=low_traffic,
    )


def _calendars(file: PolicyFile, place: str, mistakes: list[str]) -> dict[str, Calendar]:
    found = {}
    for name, table in file.calendars.items():
        try:
            found[name] = calendar_from(table, f"{place}.calendars.{name}")
        except ConfigError as error:
            mistakes += error.mistakes
    return found


def _low_traffic(file: PolicyFile, place: str, mistakes: list[str]) -> Calendar | None:
    """The low-traffic hours, in the zone of the calendar that they name."""
    if not file.maintenance.low_traffic:
        return None
    named = file.maintenance.calendar or file.default_calendar
    zone = file.calendars.get(named, {}).get("timezone", "UTC")
    try:
        table = {"timezone": zone, "hours": file.maintenance.low_traffic}
        return calendar_from(table, f"{place}.{LOW_TRAFFIC}")
    except ConfigError as error:
        mistakes += (one.replace(f"{LOW_TRAFFIC}.hours", LOW_TRAFFIC) for one in error.mistakes)
        return None


def _severity(file: SeverityFile, place: str, mistakes: list[str]) -> Severity:
    words = {kind: str(getattr(file, kind, "")) for kind in ClockKind}
    targets: dict[ClockKind, Amount] = {}
    for kind, text in words.items():
        try:
            if text:
                targets[kind] = parse_amount(text, f"{place}.{kind}")
        except ConfigError as error:
            mistakes += error.mistakes
    return Severity(
        name=file.name,
        targets=targets,
        words={kind: text for kind, text in words.items() if text},
        remind=_reminders(file, place, mistakes),
        tell_customer=frozenset(file.tell_customer),
        rings_always=file.runs == "24x7",
        chain=file.chain,
        escalate=frozenset(file.escalate),
    )


def _reminders(file: SeverityFile, place: str, mistakes: list[str]) -> tuple[Reminder, ...]:
    reminders = []
    for text in file.remind:
        try:
            reminders.append(parse_reminder(text, f"{place}.remind"))
        except ConfigError as error:
            mistakes += error.mistakes
    return tuple(reminders)


def _calendar_warnings(calendars: Mapping[str, Calendar], place: str) -> list[str]:
    return [f"{place}.calendars.{name}: {text}" for name, one in calendars.items() for text in one.warnings]
