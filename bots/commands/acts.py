"""What the ticket and held commands do: who and which ticket is found out, `bots.acting` decides."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from bots import acting, deciding, phoned
from bots.acting import AUTHOR, known_agent, known_ticket
from bots.deciding import held_record
from bots.wiring import Wired
from intake import handle
from intake.decisions import Decision
from intake.errors import ConfigError
from intake.handle import Command, Letter, Work
from intake.suggestions import did_you_mean
from intake.tickets import Agent, Status, Ticket
from store.engine import retrying
from store.work import SqlWork

__all__ = [
    "AUTHOR",
    "acted",
    "actor",
    "change",
    "close",
    "drop",
    "held_record",
    "is_wanted",
    "known_agent",
    "known_ticket",
    "log_call",
    "one_of",
    "put_out_of_scope",
    "refuse",
    "release",
    "say",
    "text_from",
]
Choice = TypeVar("Choice", bound=StrEnum)


def text_from(text: str) -> str:
    """The text as given, or the standard input for "-"."""
    return sys.stdin.read() if text == "-" else text


def one_of(choices: type[Choice], word: str, place: str) -> Choice:
    try:
        return choices(word)
    except ValueError as error:
        hint = did_you_mean(word, [one.value for one in choices])
        raise ConfigError([f"{place}: {word!r} is not one of its values; {hint}"]) from error


def acted(wired: Wired, by: str, decide: Callable[[SqlWork, datetime], Command]) -> Decision:
    """Do what is decided in one transaction, again whole where another process was in the way."""
    now = datetime.now(UTC)

    def once(work: Work) -> Command:
        assert isinstance(work, SqlWork)
        return decide(work, now)

    return retrying(lambda: handle.carry_out(once, wired.store, wired.setup, by or AUTHOR, now))


def actor(work: Work, by: str) -> Agent | None:
    """The history names who did it: nobody, or an agent there is."""
    return known_agent(work, by) if by else None


def log_call(
    wired: Wired,
    sender: str,
    subject: str,
    text: str,
    channel: str,
    severity: str,
    fields: dict[str, str],
    by: str,
) -> dict[str, object]:
    """A call or a post becomes a message like any other; the policy says what becomes of it."""
    now = datetime.now(UTC)
    call = phoned.Call(sender, subject, text, channel, severity, fields)
    with wired.store.reading() as work:
        inbound = phoned.logged_call(work, wired.setup, actor(work, by), call, now)
    receipt = retrying(lambda: handle.receive([Letter(None, inbound)], wired.store, wired.setup, now))[0]
    return {
        "fate": receipt.fate.value if receipt.fate else "",
        "ticket": receipt.ticket,
        "rule": receipt.rule,
        "because": receipt.because,
        "missing": list(receipt.missing),
    }


def say(wired: Wired, number: int, text: str, by: str, is_note: bool) -> str:
    """An agent's answer or note."""
    words = acting.Words(text)

    def decide(work: SqlWork, now: datetime) -> Command:
        ticket, agent = known_ticket(work, number), known_agent(work, by)
        if is_note:
            return acting.note(work, wired.setup, agent, ticket, words, now)
        return acting.answer(work, wired.setup, agent, ticket, words, now)

    return _told(wired, acted(wired, by, decide))


def put_out_of_scope(wired: Wired, number: int, reason: str, text: str, by: str) -> str:
    """An agent's word that support does not include what a ticket asks for."""

    def decide(work: SqlWork, now: datetime) -> Command:
        agent, ticket = known_agent(work, by), known_ticket(work, number)
        return acting.out_of_scope(work, wired.setup, agent, ticket, reason, text, now)

    return _told(wired, acted(wired, by, decide))


def is_wanted(ticket: Ticket, team: str, mine: str) -> bool:
    """Whether a ticket is of a team and of an agent, where they are named."""
    theirs = ticket.assignee.email.lower() if ticket.assignee else ""
    return (not team or ticket.team == team) and (not mine or theirs == mine.lower())


def change(wired: Wired, number: int, name: str, value: str, by: str) -> str:
    """Set a status, a severity or a field of a ticket."""

    def decide(work: SqlWork, now: datetime) -> Command:
        ticket = known_ticket(work, number)
        about = work, wired.setup, actor(work, by), ticket
        if name == "status":
            return acting.set_status(*about, one_of(Status, value, name), now)
        if name == "severity":
            return acting.set_severity(*about, value, now)
        return acting.set_field(*about, name, value, now)

    return _told(wired, acted(wired, by, decide))


def close(wired: Wired, number: int, by: str, survey: bool | None) -> str:
    """Close a ticket; whether its requester is asked how it went is the policy's where nobody says."""
    wants = wired.setup.policy.file.lifecycle.survey_at_close if survey is None else survey

    def decide(work: SqlWork, now: datetime) -> Command:
        ticket, agent = known_ticket(work, number), actor(work, by)
        done = acting.close(work, wired.setup, agent, ticket, "", acting.Words(""), now)
        return acting.with_survey(work, wired.setup, done, now) if wants else done

    return _told(wired, acted(wired, by, decide))


def release(wired: Wired, message: int, number: int, admit: bool, by: str) -> str:
    """Take a held message onto a ticket, and with `admit` its sender too."""

    def decide(work: SqlWork, now: datetime) -> Command:
        return deciding.release(work, wired.setup, actor(work, by), message, number, admit, now)

    ticket = acted(wired, by, decide).number
    return f"message {message} is on ticket {ticket}" + (", and its sender too" if admit else "")


def refuse(wired: Wired, message: int, because: str, by: str) -> str:
    """Turn a held message away and tell its sender, which is the agent's own decision."""
    done = acted(
        wired,
        by,
        lambda work, now: deciding.refuse(work, wired.setup, actor(work, by), message, because, now),
    )
    told = "and its sender is told" if done.reply else "but nothing reaches its sender, who is not told"
    return f"message {message} is refused, {told}"


def drop(wired: Wired, message: int, by: str) -> str:
    """Keep a held message and do nothing more about it."""
    acted(wired, by, lambda work, now: deciding.drop(work, wired.setup, actor(work, by), message, now))
    return f"message {message} is dropped; it stays among the messages"


def _told(wired: Wired, decision: Decision) -> str:
    assert decision.ticket is not None
    return f"{wired.setup.policy.reference_of(decision.ticket)}: {decision.because}"
