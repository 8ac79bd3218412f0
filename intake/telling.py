"""What agents hear in chat of what colleagues do: given a ticket, mentioned in a note, a note from elsewhere.

Only where they have a triage channel; by mail nobody is told of a colleague's acts. Each kind of
direct message can be switched off by whoever gets it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from intake.decisions import Audience, Decision, Notice, Recipient, SetField
from intake.messages import Inbound
from intake.promising import promise
from intake.readers import directly, triage
from intake.tickets import Agent, Ticket
from intake.work import Setup, Work

ASSIGNED, MENTIONED, DIGEST = "direct-assigned", "direct-mentioned", "digest"
GENERATED = "auto-generated"
NOTE = "agent-note"


def tell_of_act(
    work: Work,
    decision: Decision,
    said: Inbound | None,
    ticket: Ticket,
    actor: str,
    message: int,
    setup: Setup,
    now: datetime,
) -> None:
    """Whoever was given the ticket by somebody else hears of it; the thread shows a note from elsewhere."""
    agent = work.agent(actor)
    author = agent.name if agent else actor
    given = any(isinstance(one, SetField) and one.name == "assignee" for one in decision.changes)
    if given and ticket.assignee and ticket.assignee.email.lower() != actor.lower():
        notice = Notice("agent-assigned", Audience.ASSIGNEE, {"author": author}, GENERATED)
        _promise(work, notice, directly(work, ticket.assignee, setup.desk, ASSIGNED), ticket, 0, setup, now)
    is_note = decision.rule == NOTE or (decision.rule == "command" and not decision.public)
    if is_note and said and not said.place:
        facts = {"author": author, "text": said.reply}
        notice = Notice("agent-noted", Audience.AGENTS, facts, GENERATED)
        _promise(work, notice, [triage(setup.desk)], ticket, message, setup, now)


def tell_mentioned(
    work: Work,
    ticket: Ticket,
    agents: Iterable[Agent],
    author: str,
    text: str,
    setup: Setup,
    now: datetime,
) -> None:
    """Agents who are mentioned in a note read it at once."""
    notice = Notice("agent-mentioned", Audience.ASSIGNEE, {"author": author, "text": text}, GENERATED)
    to = [found for one in agents for found in directly(work, one, setup.desk, MENTIONED)]
    _promise(work, notice, to, ticket, 0, setup, now)


def tell_digest(work: Work, agent: Agent, facts: Mapping[str, object], setup: Setup, now: datetime) -> None:
    """An agent's morning: what is theirs and what falls due."""
    notice = Notice("agent-digest", Audience.ASSIGNEE, facts, GENERATED)
    _promise(work, notice, directly(work, agent, setup.desk, DIGEST), None, 0, setup, now)


def _promise(
    work: Work,
    notice: Notice,
    readers: Iterable[Recipient],
    ticket: Ticket | None,
    message: int,
    setup: Setup,
    now: datetime,
) -> None:
    for to in readers:
        promise(work, notice, to, ticket, None, message, setup, now)
