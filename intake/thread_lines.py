"""What colleagues read in a ticket's thread of what one of them did, with whatever tool it was done.

An answer with those whom it reaches, last words among them; in one line what became of status,
severity, assignee and team; a snooze and its end; a link, in both threads; what was decided about a held
message (`telling` shows notes from elsewhere). Only where the thread is read by nobody who may not
read the ticket; and nobody gets mail for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from intake.commands import LONGEST_SNOOZE
from intake.context import Context
from intake.decisions import (
    AskSurvey,
    Audience,
    ChangeClock,
    Decision,
    DropPromises,
    LinkTo,
    MergeInto,
    Notice,
    Recipient,
    SetField,
    SetSeverity,
    SetStatus,
)
from intake.messages import Inbound
from intake.promising import promise, where_they_read
from intake.readers import readers
from intake.tickets import Ticket
from intake.work import Setup, Work

ANSWERED, CHANGED, DECIDED = "agent-answered", "agent-changed", "agent-decided"
SNOOZED = "agent-snoozed"
SAID = ("agent-answer", "colleague-said")  # rules of words that customers read
LAST_WORDS = ("status-changed", "out-of-scope", "survey")
WAYS = {"email": "email", "telegram": "Telegram", "slack": "Slack"}


def with_lines(work: Work, decision: Decision, said: Inbound | None, setup: Setup, actor: str) -> Decision:
    """The decision, and what is shown of it in the thread."""
    ticket = decision.ticket
    if ticket is None or not _has_thread(ticket, setup):
        return decision
    agent = work.agent(actor)
    lines = _lines(work, decision, ticket, said, setup, agent.name if agent else actor)
    return replace(decision, notices=(*decision.notices, *lines))


def tell_the_other(work: Work, decision: Decision, setup: Setup, actor: str, now: datetime) -> None:
    """Say in its thread that another ticket goes on in this one, or has to do with it."""
    for change in decision.changes:
        other = work.ticket(change.number) if isinstance(change, MergeInto | LinkTo) else None
        if other is None or decision.ticket is None or not _has_thread(other, setup):
            continue
        agent, reference = work.agent(actor), setup.policy.reference_of(decision.ticket)
        what = "goes on here" if isinstance(change, MergeInto) else "is linked to it"
        came = f"this ticket: {reference} {what}"
        facts = {"author": agent.name if agent else actor, "changes": [came]}
        _say(work, _line(CHANGED, facts), other, setup, now)


def tell_snooze_over(work: Work, ticket: Ticket, until: datetime, setup: Setup, now: datetime) -> None:
    """Say in a ticket's thread that its reminders are heard again."""
    if _has_thread(ticket, setup):
        _say(work, _line(SNOOZED, {"author": "", "until": until, "is_over": True}), ticket, setup, now)


def tell_decided(
    work: Work, ticket: Ticket, facts: Mapping[str, object], setup: Setup, now: datetime
) -> None:
    """Say in a ticket's thread what a colleague made of a message that was held."""
    if _has_thread(ticket, setup):
        _say(work, _line(DECIDED, facts), ticket, setup, now)


def everybody(work: Work, ticket: Ticket, setup: Setup) -> list[Recipient]:
    """Everybody who reads an answer on a ticket, each where they read it."""
    return _readers(work, Notice("agent-answer", Audience.EVERYONE, {}, "no"), ticket, setup)


def _readers(work: Work, notice: Notice, ticket: Ticket, setup: Setup) -> list[Recipient]:
    meant = readers(work, notice, None, Context(setup.desk), ticket, setup)
    placed = (where_they_read(work, notice, one, None, ticket, setup.desk) for one in meant)
    return [one for one in placed if one.address.address]


def shown(to: Recipient) -> str:
    """A reader and how they read, in words."""
    if to.channel != "email":
        return f"{to.address.name or 'somebody'} in {WAYS.get(to.channel, to.channel)}"
    return f"{to.address.name} <{to.address.address}>" if to.address.name else to.address.address


def _has_thread(ticket: Ticket, setup: Setup) -> bool:
    """A protected team without a channel of its own is written to one by one, and not for this."""
    is_own = ticket.team in setup.desk.protected_channels
    return setup.desk.has_triage and (is_own or not setup.policy.is_protected(ticket.team))


def _say(work: Work, line: Notice, ticket: Ticket, setup: Setup, now: datetime) -> None:
    for to in readers(work, line, None, Context(setup.desk), ticket, setup):
        promise(work, line, to, ticket, None, 0, setup, now)
    work.redraw(ticket.number, now)


def _lines(
    work: Work, decision: Decision, ticket: Ticket, said: Inbound | None, setup: Setup, author: str
) -> Iterator[Notice]:
    if decision.rule in SAID and said:
        author = said.sender.name if said.sender and decision.rule != SAID[0] else author
        told = [shown(one) for one in everybody(work, ticket, setup)]
        yield _line(ANSWERED, {"author": author, "text": said.reply, "readers": told})
    for notice in decision.notices:
        if text := _last_words(notice):
            told = [shown(one) for one in _readers(work, notice, ticket, setup)]
            yield _line(ANSWERED, {"author": author, "text": text, "readers": told})
    if decision.rule == "command" and (changes := list(_changes(work, decision, ticket, setup))):
        yield _line(CHANGED, {"author": author, "changes": changes})
    if decision.rule == "command" and (change := _snooze(decision)) and change.until:
        is_until_reply = change.until - change.at >= LONGEST_SNOOZE
        yield _line(SNOOZED, {"author": author, "until": change.until, "is_until_reply": is_until_reply})


def _snooze(decision: Decision) -> ChangeClock | None:
    """One of the clocks that were put off; all of them are, until the same moment."""
    changes = (one for one in decision.changes if isinstance(one, ChangeClock))
    return next((one for one in changes if one.event == "snoozed"), None)


def _last_words(notice: Notice) -> str:
    """What customers read with an act that is no answer: an end, or that it is out of scope."""
    if notice.name not in LAST_WORDS:
        return ""
    said = (notice.facts.get(name, "") for name in ("says", "text"))
    return "\n\n".join(str(one) for one in said if one)


def _line(name: str, facts: Mapping[str, object]) -> Notice:
    return Notice(name, Audience.AGENTS, facts, "auto-generated")


def _changes(work: Work, decision: Decision, ticket: Ticket, setup: Setup) -> Iterator[str]:
    """Each change as "name: before → after"."""
    for change in decision.changes:
        match change:
            case SetStatus(status):
                yield f"status: {ticket.status} → {status}"
            case DropPromises():
                yield "this ticket: it is spam"
            case MergeInto(into):
                yield f"this ticket: it goes on in {setup.policy.file.reference.format(number=into)}"
            case LinkTo(number):
                yield f"this ticket: it is linked to {setup.policy.file.reference.format(number=number)}"
            case AskSurvey():
                yield "survey: sent"
            case SetSeverity(severity):
                yield f"severity: {ticket.severity} → {severity}"
            case SetField("assignee", value):
                before = ticket.assignee.name if ticket.assignee else "nobody"
                agent = work.agent(value) if value else None
                yield f"assignee: {before} → {agent.name if agent else 'nobody'}"
            case SetField("team", value):
                yield f"team: {ticket.team or 'none'} → {value or 'none'}"
