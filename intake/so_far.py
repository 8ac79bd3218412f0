"""What the rules that held have said so far: `set`, `notify`, remarks and warnings add up on the way.

A rule further down stands on what those before it set: it sees the severity that a new ticket
would have by then, and its own `set` goes on from there.
"""

from dataclasses import dataclass, replace

from intake.facts import Facts
from intake.fillings import said
from intake.policies.written import RuleFile
from intake.policy import Policy


@dataclass(frozen=True, slots=True)
class SoFar:
    """`severity` is that of the ticket, or of the one that would be opened."""

    severity: str
    team: str = ""
    status: str = ""  # "unchanged", or a status in place of the usual one
    has_clocks: bool = True
    escalates: bool = False
    notify: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def after(self, rule: RuleFile, facts: Facts) -> "SoFar":
        """The same with what one more rule says."""
        return replace(
            self,
            severity=_severity(self.severity, rule, facts),
            team=rule.set.get("team", self.team),
            status=rule.set.get("status", self.status),
            has_clocks=self.has_clocks and "clocks" not in rule.set,
            escalates=self.escalates or rule.escalate,
            notify=tuple(dict.fromkeys((*self.notify, *rule.notify))),
            remarks=_with(self.remarks, said(rule.remark, facts)),
            warnings=_with(self.warnings, said(rule.warning, facts)),
        )


def _severity(severity: str, rule: RuleFile, facts: Facts) -> str:
    """What an agent set who logged a call stands against `severity`, but not against the bounds."""
    policy = facts.policy
    if "severity" in rule.set and not facts.inbound.severity:
        severity = rule.set["severity"]
    if "severity_at_least" in rule.set:
        severity = _worse(severity, rule.set["severity_at_least"], policy)
    if "severity_at_most" in rule.set:
        severity = _milder(severity, rule.set["severity_at_most"], policy)
    return severity


def _worse(one: str, other: str, policy: Policy) -> str:
    return min(one, other, key=policy.rank_of)


def _milder(one: str, other: str, policy: Policy) -> str:
    return max(one, other, key=policy.rank_of)


def _with(texts: tuple[str, ...], text: str) -> tuple[str, ...]:
    return (*texts, text) if text and text not in texts else texts
