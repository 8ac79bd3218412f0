"""What `deskbell ticket merge`, `link`, `escalate` and `spam` do."""

from datetime import datetime

from bots import acting
from bots.acting import known_agent, known_ticket
from bots.commands.acts import acted
from bots.wiring import Wired
from intake.decisions import Decision
from intake.handle import Command
from store.work import SqlWork


def merge(wired: Wired, number: int, into: int, by: str) -> str:
    def decide(work: SqlWork, now: datetime) -> Command:
        agent, pair = known_agent(work, by), (known_ticket(work, number), known_ticket(work, into))
        return acting.merge(work, wired.setup, agent, *pair, now)

    return _told(wired, acted(wired, by, decide))


def link(wired: Wired, number: int, to: int, by: str) -> str:
    def decide(work: SqlWork, now: datetime) -> Command:
        agent, pair = known_agent(work, by), (known_ticket(work, number), known_ticket(work, to))
        return acting.link(work, wired.setup, agent, *pair, now)

    return _told(wired, acted(wired, by, decide))


def escalate(wired: Wired, number: int, text: str, by: str) -> str:
    def decide(work: SqlWork, now: datetime) -> Command:
        agent, ticket = known_agent(work, by), known_ticket(work, number)
        return acting.escalate(work, wired.setup, agent, ticket, text, now)

    return _told(wired, acted(wired, by, decide))


def spam(wired: Wired, number: int, by: str) -> str:
    def decide(work: SqlWork, now: datetime) -> Command:
        agent, ticket = known_agent(work, by), known_ticket(work, number)
        return acting.spam(work, wired.setup, agent, ticket, now)

    return _told(wired, acted(wired, by, decide))


def _told(wired: Wired, decision: Decision) -> str:
    assert decision.ticket
    return f"{wired.setup.policy.reference_of(decision.ticket)}: {decision.because}"
