"""The report on promises: how many were kept, and in how much business time.

The share counts what has come out: kept in time, of all that were kept or broken; what still runs
in time, or was given up in time, says nothing yet.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from intake.calendars import Calendar
from intake.policy import Policy
from intake.spans import BROKEN, Outcome, Span
from intake.tickets import ClockKind

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a spreadsheet would run
PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """What a report groups by; `organisation` is a name, `calendar` the one whose hours count."""

    ticket: int
    severity: str
    organisation: str
    team: str
    is_escalated: bool
    calendar: Calendar


@dataclass(slots=True)
class Tally:
    """What was counted for one row."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    used: list[float] = field(default_factory=list)  # seconds
    tickets: int = 0
    escalated: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the report; shares and lengths are None where there is nothing to tell."""

    kind: ClockKind
    group: str
    counts: Mapping[Outcome, int]
    tickets: int
    escalated: int
    median: float | None  # seconds
    ninetieth: float | None

    @property
    def clocks(self) -> int:
        return sum(self.counts.values())

    @property
    def decided(self) -> int:
        return self.counts[Outcome.MET] + sum(self.counts[one] for one in BROKEN)

    @property
    def share_met(self) -> float | None:
        return share(self.counts[Outcome.MET], self.decided)

    @property
    def share_escalated(self) -> float | None:
        return share(self.escalated, self.tickets)


Key = Callable[[Head, Span, ZoneInfo], str]
BY: Mapping[str, Key] = {
    "kind": lambda head, span, zone: "",
    "severity": lambda head, span, zone: span.severity or head.severity,
    "organisation": lambda head, span, zone: head.organisation or "(none)",
    "team": lambda head, span, zone: head.team or "(none)",
    "month": lambda head, span, zone: f"{span.started_at.astimezone(zone):%Y-%m}",
}


def counted(
    stories: Iterable[tuple[Head, Sequence[Span]]],
    by: str,
    since: datetime,
    until: datetime,
    policy: Policy,
    zone: ZoneInfo,
    now: datetime,
) -> list[Row]:
    """The rows of the report: the promises that began in a span of time, all of a ticket's at once."""
    key, tallies = BY[by], dict[tuple[ClockKind, str], Tally]()
    for head, spans in stories:
        touched = set[tuple[ClockKind, str]]()
        for span in spans:
            if since <= span.started_at < until:
                place = span.kind, key(head, span, zone)
                _count(tallies.setdefault(place, Tally()), span, head.calendar, now)
                touched.add(place)
        for place in touched:
            tallies[place].tickets += 1
            tallies[place].escalated += head.is_escalated
    kinds, ranks = list(ClockKind), {name: place for place, name in enumerate(policy.severities)}
    rows = [_row(*place, tally) for place, tally in tallies.items()]
    return sorted(rows, key=lambda row: (kinds.index(row.kind), ranks.get(row.group, len(ranks)), row.group))


def share(part: int, whole: int) -> float | None:
    """A share in thousandths, cut off, so that 1.0 means all.

    >>> share(1999, 2000), share(3, 3), share(0, 0)
    (0.999, 1.0, None)
    """
    return part * PER_MILLE // whole / PER_MILLE if whole else None


def safe_cell(value: object) -> object:
    """A cell that a spreadsheet shows as it is and never runs; numbers stay numbers.

    >>> safe_cell("=1+1"), safe_cell(-3), safe_cell("Acme")
    ("'=1+1", -3, 'Acme')
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _count(tally: Tally, span: Span, calendar: Calendar, now: datetime) -> None:
    outcome = span.outcome(now)
    tally.outcomes[outcome] += 1
    if span.is_met:
        tally.used.append(span.used(calendar).total_seconds())


def _row(kind: ClockKind, group: str, tally: Tally) -> Row:
    used = sorted(tally.used)
    counts = {one: tally.outcomes[one] for one in Outcome}
    return Row(kind, group, counts, tally.tickets, tally.escalated, _median(used), _ninetieth(used))


def _median(used: Sequence[float]) -> float | None:
    if not used:
        return None
    middle = len(used) // 2
    return used[middle] if len(used) % 2 else (used[middle - 1] + used[middle]) / 2


def _ninetieth(used: Sequence[float]) -> float | None:
    """The least of the times that nine in ten did not exceed (nearest rank)."""
    return used[-(-len(used) * 9 // 10) - 1] if used else None
