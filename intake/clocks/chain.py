"""Who is told of a step: the links of the policy's chain, one more the worse it stands.

| the step is … | told are |
| --- | --- |
| before it is due (`50%`, `10m before`) | the first link |
| `at breach` | the first two |
| after it (`every 1h after`) | all three |

The links are assignee, team and manager; a policy may leave some out. An empty chain means all
agents. A step that escalates goes to the managers too. Where a link means nobody (no assignee,
no team), it means all agents; whoever is meant twice is told once.
"""

from collections.abc import Iterable, Mapping

from intake.calendars.reminders import Kind, Reached
from intake.clocks.terms import Terms
from intake.decisions import Audience

LINKS: Mapping[Kind, int] = {Kind.SHARE: 1, Kind.BEFORE: 1, Kind.BREACH: 2, Kind.AFTER: 3}
AUDIENCES: Mapping[str, Audience] = {
    "assignee": Audience.ASSIGNEE,
    "team": Audience.TEAM,
    "manager": Audience.MANAGERS,
}


def audiences(steps: Iterable[Reached], terms: Terms) -> tuple[Audience, ...]:
    """Whom these steps are told, together."""
    steps = tuple(steps)
    reach = max(LINKS[one.reminder.kind] for one in steps)
    told = [AUDIENCES[link] for link in terms.chain[:reach]] or [Audience.AGENTS]
    if escalates(steps, terms):
        told.append(Audience.MANAGERS)
    return tuple(dict.fromkeys(told))


def escalates(steps: Iterable[Reached], terms: Terms) -> bool:
    return any(one.reminder.step in terms.escalate for one in steps)
