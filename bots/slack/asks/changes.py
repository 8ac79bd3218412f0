"""What commands, emoji and App Home do to a ticket: each act by its name, and what is said of it.

An act is one of `bots.acting`, done in the transaction in which its ticket is read and found to be
seen by the agent; so two who act at once come one after the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bots import acting as acts
from bots.acting import Words
from bots.chat.desk import ChatDesk
from bots.slack.acts.doing import seen_ticket
from bots.slack.asks.filters import nearest, severity_meant, severity_named
from bots.slack.asks.moments import REPLY, WEEKDAYS, moment_in
from bots.slack.asks.typed import Asked
from bots.slack.blocks.times import snoozed_words
from intake import handle
from intake.errors import AlreadyDone, CommandRefused
from intake.handle import Command, Setup
from intake.readers import zone_of
from intake.tickets import Agent, Status, Ticket
from store import inbox
from store.work import SqlWork

CHANNEL = "slack"


@dataclass(frozen=True, slots=True)
class Act:
    """One act: how it is decided, and what is said when it is done, with {ref} for the ticket."""

    decide: Callable[["Doing"], Command]
    said: str


@dataclass(frozen=True, slots=True)
class Doing:
    """What an act has to go by; `whom` is the agent that something is given to."""

    work: SqlWork
    setup: Setup
    agent: Agent
    ticket: Ticket
    asked: Asked
    whom: Agent | None
    now: datetime
    words: Words | None = None  # a note with its files; None: what was typed is all

    @property
    def usual(self) -> tuple[SqlWork, Setup, Agent, Ticket]:
        return self.work, self.setup, self.agent, self.ticket

    @property
    def zone(self) -> str:
        return zone_of(self.work, self.agent, self.setup.desk)


async def change(
    desk: ChatDesk,
    agent: Agent,
    asked: Asked,
    whom: Agent | None = None,
    delivery: int = 0,
    words: Words | None = None,
    first: Callable[[SqlWork, Ticket], None] = lambda work, ticket: None,
) -> str:
    """Do what was asked; the sentence that says so. CommandRefused and NotFound say why not.

    `delivery` is the event that asked for it: its wait ends in the same transaction. `words` are a note
    with its files; `first` is asked in the same transaction whether it may be, and writes what belongs to it.
    """
    act, setup = ACTS[asked.name], desk.setup

    def changed(work: SqlWork) -> str:
        now = datetime.now(UTC)
        ticket = seen_ticket(work, asked.ticket, agent, setup.policy)
        first(work, ticket)
        doing = Doing(work, setup, agent, ticket, asked, whom, now, words)
        reference = setup.policy.reference_of(ticket)
        if delivery:
            inbox.settle(work, delivery)
        try:
            handle.carry_out_in(work, lambda _: act.decide(doing), setup, agent.email, now)
        except AlreadyDone as error:
            return f"{error}."
        return _said(act.said, reference, doing)

    return await desk.write(changed)


def _said(sentence: str, reference: str, doing: Doing) -> str:
    other = doing.setup.policy.file.reference.format(number=doing.asked.other)
    whose = doing.asked.team or (doing.whom.name if doing.whom else "nobody")
    text, until = _in_policy(doing), _until(doing)
    return sentence.format(ref=reference, other=other, whose=whose, text=text, until=until)


def _until(doing: Doing) -> str:
    """Until when reminders are quiet, in the zone that it was meant in."""
    return snoozed_words(moment_in(doing.asked.text, doing.now, doing.zone), doing.zone, doing.now)


def _in_policy(doing: Doing) -> str:
    """What was typed, as the policy writes it where it means a severity."""
    return severity_named(doing.setup.policy, doing.asked.text) or doing.asked.text


def _assign(doing: Doing) -> Command:
    if doing.asked.team:
        return acts.give_to_team(*doing.usual, doing.asked.team, doing.now)
    return acts.assign(*doing.usual, doing.whom.email if doing.whom else "", doing.now)


def _severity(doing: Doing) -> Command:
    """By the policy's own name in any case, or by its rank."""
    wanted = severity_meant(doing.setup.policy, doing.asked.text)
    if wanted == doing.ticket.severity:
        raise AlreadyDone(f"{doing.setup.policy.reference_of(doing.ticket)} is {wanted} already")
    return acts.set_severity(*doing.usual, wanted, doing.now)


def _status(doing: Doing) -> Command:
    wanted = Status(doing.asked.text)
    if doing.ticket.status is wanted:
        raise AlreadyDone(f"{doing.setup.policy.reference_of(doing.ticket)} is {wanted} already")
    if wanted is Status.OPEN and doing.ticket.status is Status.CLOSED:
        return acts.reopen(*doing.usual, doing.now)
    return acts.set_status(*doing.usual, wanted, doing.now)


def _reopen(doing: Doing) -> Command:
    if doing.ticket.status is Status.OPEN:
        raise AlreadyDone(f"{doing.setup.policy.reference_of(doing.ticket)} is open already")
    return acts.reopen(*doing.usual, doing.now)


def _close(doing: Doing) -> Command:
    if doing.ticket.status is Status.CLOSED:
        raise AlreadyDone(f"{doing.setup.policy.reference_of(doing.ticket)} is closed already")
    done = acts.close(*doing.usual, "", Words(doing.asked.text, CHANNEL), doing.now)
    return acts.as_the_policy_asks(doing.work, doing.setup, done, doing.now)


def _snooze(doing: Doing) -> Command:
    if doing.asked.text.lower() == REPLY:
        return acts.snooze_until_reply(*doing.usual, doing.now)
    until = moment_in(doing.asked.text, doing.now, doing.zone)
    if until is None:
        hint = nearest(doing.asked.text, ["2h", "tomorrow", "monday", "2026-12-01 09:00", REPLY], WEEKDAYS)
        raise CommandRefused(f"{doing.asked.text[:40]!r} names no time; {hint}")
    return acts.snooze(*doing.usual, until, doing.now)


def _note(doing: Doing) -> Command:
    return acts.note(*doing.usual, doing.words or Words(doing.asked.text, CHANNEL), doing.now)


def _merge(doing: Doing) -> Command:
    return acts.merge(*doing.usual, _other(doing), doing.now)


def _link(doing: Doing) -> Command:
    return acts.link(*doing.usual, _other(doing), doing.now)


def _other(doing: Doing) -> Ticket:
    return seen_ticket(doing.work, doing.asked.other, doing.agent, doing.setup.policy)


ACTS = {
    "claim": Act(lambda one: acts.claim(*one.usual, one.now), "{ref} is yours."),
    "unclaim": Act(lambda one: acts.unclaim(*one.usual, one.now), "{ref} is nobody's now."),
    "assign": Act(_assign, "{ref} is given to {whose}."),
    "severity": Act(_severity, "{ref} is {text} now."),
    "status": Act(_status, "{ref} is {text} now."),
    "snooze": Act(_snooze, "{ref}: {until}"),
    "close": Act(_close, "{ref} is closed."),
    "reopen": Act(_reopen, "{ref} is open again."),
    "note": Act(_note, "{ref}: the note is kept; only colleagues read it."),
    "merge": Act(_merge, "{ref} goes on in {other}."),
    "link": Act(_link, "{ref} and {other} are linked."),
    "spam": Act(lambda one: acts.spam(*one.usual, one.now), "{ref} is closed as spam; nobody is told."),
}
