"""Whom a message in a ticket's thread mentions: people by their ids, never a whole channel.

What is meant for several links of a chain mentions those of each, in their order. For an assignee that is
the assignee while on duty, else whoever of the team is on duty; outside of everybody's hours
nobody's telephone rings. A new ticket and what only informs mention nobody: the card is enough.
"""

from bots.slack.blocks.text import is_user
from bots.slack.blocks.types import CardFacts
from intake.decisions import Audience

MOST = 8  # more is everybody, which helps nobody
RINGS = frozenset(
    {
        "agent-reminder",
        "agent-breach",
        "agent-escalated",
        "agent-call-back",
        "agent-undelivered",
        "agent-gave-up",
    }
)
TELLS_ASSIGNEE = frozenset({"agent-follow-up"})
TELLS_IF_MEANT = frozenset({"agent-rated"})  # a bad rating is meant for them, a good one informs
BROADCAST = frozenset({"agent-breach"})  # what the whole channel sees, above its thread


def mentions(facts: CardFacts, audience: str = Audience.ASSIGNEE) -> tuple[str, ...]:
    """The Slack ids of those who are mentioned when something is meant for an audience, or for several."""
    meant = (one for name in audience.split() or [""] for one in _meant(facts, name))
    return tuple(dict.fromkeys(meant))[:MOST]


def mentioned_by(notice: str, facts: CardFacts, audience: str) -> tuple[str, ...]:
    """The same for a notice: one that only informs mentions nobody, or the assignee at work."""
    if notice in RINGS:
        return mentions(facts, audience)
    is_there = facts.is_assignee_on_duty and is_user(facts.assignee_slack)
    is_theirs = notice in TELLS_ASSIGNEE or (notice in TELLS_IF_MEANT and audience == Audience.ASSIGNEE)
    return (facts.assignee_slack,) if is_theirs and is_there else ()


def _meant(facts: CardFacts, audience: str) -> tuple[str, ...]:
    assignee = (facts.assignee_slack,) if is_user(facts.assignee_slack) else ()
    match audience:
        case Audience.MANAGERS:
            return tuple(one for one in facts.managers if one in facts.on_duty) or facts.managers
        case Audience.TEAM:
            return facts.on_duty
        case _:
            return assignee if assignee and facts.is_assignee_on_duty else facts.on_duty
