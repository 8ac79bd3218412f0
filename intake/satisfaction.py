"""How customers say it went, counted: how many were asked, how many answered, how many of those well.

Of each ticket the latest answer counts, in the span in which it was asked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from intake.reports import share
from intake.tickets import Score


@dataclass(frozen=True, slots=True)
class Answer:
    """One survey: whose work, for whom, and what was said; "" and None for nobody and nothing."""

    asked_at: datetime
    score: Score | None
    agent: str
    organisation: str
    team: str


@dataclass(frozen=True, slots=True)
class Row:
    """The surveys of one group; a share is None where there is nothing to divide by."""

    group: str
    asked: int
    good: int
    bad: int

    @property
    def answered(self) -> int:
        return self.good + self.bad

    @property
    def share_good(self) -> float | None:
        return share(self.good, self.answered)

    @property
    def share_answered(self) -> float | None:
        return share(self.answered, self.asked)


BY: Mapping[str, Callable[[Answer], str]] = {
    "all": lambda one: "",
    "agent": lambda one: one.agent or "(nobody)",
    "organisation": lambda one: one.organisation or "(none)",
    "team": lambda one: one.team or "(none)",
}


def counted(answers: Iterable[Answer], by: str) -> list[Row]:
    """A row for each group, in the order of their names."""
    groups: dict[str, list[Score | None]] = {}
    for one in answers:
        groups.setdefault(BY[by](one), []).append(one.score)
    return [_row(name, scores) for name, scores in sorted(groups.items())]


def _row(group: str, scores: list[Score | None]) -> Row:
    return Row(group, len(scores), scores.count(Score.GOOD), scores.count(Score.BAD))
