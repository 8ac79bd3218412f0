"""Surveys as they are kept: one a ticket, with the latest answer."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from intake.decisions import AskSurvey, Fate, KeepRating
from intake.messages import clean
from intake.satisfaction import Answer
from intake.tickets import Survey, Ticket
from store.side_tables import surveys
from store.tables import agents, messages, organisations, tickets

if TYPE_CHECKING:
    from store.work import SqlWork


def survey_of(work: "SqlWork", number: int) -> Survey | None:
    """What the requester of a ticket was asked, None where nobody was."""
    row = work.connection.execute(select(*surveys.c).where(surveys.c.ticket == number)).first()
    return _survey(row) if row else None


def is_the_last_word(work: "SqlWork", asked: Survey) -> bool:
    """Whether nothing was said between us and the customers on its ticket since they were asked."""
    later = messages.c.ticket == asked.ticket, messages.c.at > asked.asked_at
    said = messages.c.public.is_(True), messages.c.fate.in_((Fate.OPEN, Fate.APPEND))
    return work.connection.execute(select(messages.c.id).where(*later, *said).limit(1)).first() is None


def survey(
    work: "SqlWork", change: AskSurvey | KeepRating, ticket: Ticket, actor: str, now: datetime
) -> Ticket:
    """Make the change; the ticket stays as it is."""
    match change:
        case AskSurvey(person, agent):
            row = {"ticket": ticket.number, "person": person, "agent": agent or None, "asked_at": now}
            work.connection.execute(surveys.insert().values(row | {"comment": ""}))
            work.note(ticket.number, now, actor, "survey", "asked how it went")
        case KeepRating(score, comment):
            kept = {"score": score, "comment": clean(comment), "answered_at": now}
            work.connection.execute(update(surveys).where(surveys.c.ticket == ticket.number).values(kept))
            words = f"{score.value}: {comment}" if comment else score.value
            work.note(ticket.number, now, actor, "survey", words)
    return ticket


def answers(work: "SqlWork", since: datetime, until: datetime) -> Iterator[Answer]:
    """Every survey that was asked in a span, with whose work it was about and for which organisation."""
    query = (
        select(surveys.c.asked_at, surveys.c.score, agents.c.name, organisations.c.name, tickets.c.team)
        .join(tickets, tickets.c.number == surveys.c.ticket)
        .outerjoin(agents, agents.c.id == surveys.c.agent)
        .outerjoin(organisations, organisations.c.id == tickets.c.organisation)
        .where(surveys.c.asked_at >= since, surveys.c.asked_at < until)
        .order_by(surveys.c.ticket)
    )
    for asked_at, score, agent, organisation, team in work.connection.execute(query):
        yield Answer(asked_at, score, agent or "", organisation or "", team)


def _survey(row: Any) -> Survey:
    return Survey(
        row.ticket, row.person, row.asked_at, row.agent or 0, row.score, row.comment, row.answered_at
    )
