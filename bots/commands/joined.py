"""What `deskbell ticket merge`, `link`, `escalate` and `spam` do."""

from collections.abc import Callable
from datetime import UTC, datetime

from bots.commands.acts import known_agent, known_ticket
from bots.wiring import Wired
from intake import commands, handle, joining
from intake.decisions import Decision
from intake.handle import Command, Work
from intake.lookup import goes_on_in
from intake.tickets import Agent
from store.engine import retrying


def merge(wired: Wired, number: int, into: int, by: str) -> str:
    def decide(work: Work, agent: Agent, now: datetime) -> Decision:
        pair = known_ticket(work, number), known_ticket(work, into)
        return joining.merge(
            *pair, wired.setup.policy, agent.name, now, lambda number: goes_on_in(work, number)
        )

    return _done(wired, decide, by)


def link(wired: Wired, number: int, to: int, by: str) -> str:
    def decide(work: Work, agent: Agent, now: datetime) -> Decision:
        pair = known_ticket(work, number), known_ticket(work, to)
        return joining.link(*pair, wired.setup.policy, agent.name)

    return _done(wired, decide, by)


def escalate(wired: Wired, number: int, text: str, by: str) -> str:
    def decide(work: Work, agent: Agent, now: datetime) -> Decision:
        return commands.escalate(known_ticket(work, number), text, wired.setup.policy, agent.name)

    return _done(wired, decide, by)


def spam(wired: Wired, number: int, by: str) -> str:
    def decide(work: Work, agent: Agent, now: datetime) -> Decision:
        return commands.spam(known_ticket(work, number), wired.setup.policy, agent.name, now)

    return _done(wired, decide, by)


def _done(wired: Wired, decide: Callable[[Work, Agent, datetime], Decision], by: str) -> str:
    now = datetime.now(UTC)

    def command(work: Work) -> Command:
        return Command(decide(work, known_agent(work, by), now))

    decision = retrying(lambda: handle.carry_out(command, wired.store, wired.setup, by, now))
    assert decision.ticket
    return f"{wired.setup.policy.reference_of(decision.ticket)}: {decision.because}"
