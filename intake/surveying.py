"""Asking the requester of a ticket how it went, when an agent who closes it wants that.

They are asked once a ticket, where they read, within the budgets of what we send by ourselves, in the
words that say its end: one message, not two. Where nothing says it the question goes alone. The
first objection that holds is said to the agent, and the ticket is closed all the same.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from intake.context import Context
from intake.decisions import AskSurvey, Audience, Decision, Notice, Recipient
from intake.lookup import is_given_up
from intake.promising import is_within_budget, where_they_read
from intake.readers import readers
from intake.requests.words import table
from intake.tickets import Ticket
from intake.work import Setup, Work

SURVEY, END = "survey", "status-changed"
# Nobody reads what is sent there, by what stands before the @.
MACHINES = table("""
    noreply no-reply no_reply donotreply do-not-reply nobody bounce bounces mailer-daemon postmaster
    notification notifications alert alerts monitoring daemon autoreply auto-reply
""")


def asking(work: Work, decision: Decision, setup: Setup, now: datetime) -> Decision:
    """The decision, and the requester is asked how it went; where they may not be, it says why."""
    ticket = decision.ticket
    assert ticket
    if why_not := objection(work, ticket, setup, now):
        return replace(decision, because=f"{decision.because}; they are not asked how it went: {why_not}")
    asked = AskSurvey(ticket.requester.id, ticket.assignee.id if ticket.assignee else 0)
    return replace(
        decision,
        because=f"{decision.because}; they are asked how it went",
        changes=(*decision.changes, asked),
        notices=_with_the_question(decision.notices),
    )


def _with_the_question(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The question takes the place of the notice that says the end, with the last words that it has."""
    ends = [one for one in notices if one.name == END and one.audience is Audience.REQUESTER]
    asked = replace(_notice(), facts={"text": ""})
    for one in ends:
        asked = replace(asked, facts={"text": one.facts.get("text", "")}, automatic=one.automatic)
    return (*(one for one in notices if one not in ends), asked)


def objection(work: Work, ticket: Ticket, setup: Setup, now: datetime) -> str:
    """Why the requester of a ticket cannot be asked, "" where they can."""
    place = _place(work, ticket, setup)
    question = Question(work, ticket, place, setup, now)
    return next((one.because for one in OBJECTIONS if one.holds(question)), "")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table of objections; `to` is None where nobody would read it."""

    work: Work
    ticket: Ticket
    to: Recipient | None
    setup: Setup
    now: datetime


@dataclass(frozen=True, slots=True)
class Objection:
    holds: Callable[[Question], bool]
    because: str


def _is_machine(one: Question) -> bool:
    return one.to is not None and one.to.address.address.partition("@")[0].lower() in MACHINES


def _is_given_up(one: Question) -> bool:
    is_mail = one.to is not None and one.to.channel == "email"
    return is_mail and one.to is not None and is_given_up(one.work, one.to.address.address)


def _is_over_budget(one: Question) -> bool:
    assert one.to
    return not is_within_budget(one.work, _notice(), one.to, one.ticket, one.setup, one.now)


OBJECTIONS = (
    Objection(lambda one: one.work.survey(one.ticket.number) is not None, "they were asked before"),
    Objection(lambda one: bool(one.ticket.merged_into), "it goes on in another ticket"),
    Objection(lambda one: one.to is None, "no way to reach them is known"),
    Objection(_is_machine, "a machine has that address"),
    Objection(_is_given_up, "mail to them comes back"),
    Objection(_is_over_budget, "they get no more mail from us within this hour"),
)


def _notice() -> Notice:
    return Notice(SURVEY, Audience.REQUESTER, {}, "auto-generated")


def _place(work: Work, ticket: Ticket, setup: Setup) -> Recipient | None:
    """The requester where they read."""
    meant = readers(work, _notice(), None, Context(setup.desk), ticket, setup)
    placed = (where_they_read(work, _notice(), one, None, ticket, setup.desk) for one in meant)
    return next((one for one in placed if one.address.address), None)
