"""A ticket's details, read for one page; nothing of them where its words are not for the reader."""

from datetime import datetime

from bots.slack.blocks.facts import card_facts
from bots.slack.blocks.modals.details import ENTRIES_A_PAGE, DetailsFacts, Entry
from intake.tickets import Survey, Ticket
from intake.work import Setup
from store.story import Happened, story
from store.work import SqlWork


def details_facts(
    work: SqlWork, ticket: Ticket, setup: Setup, now: datetime, *, page: int = 1, channel_team: str = ""
) -> DetailsFacts:
    """One page of a ticket's story; the team as for `card_facts`."""
    facts = card_facts(work, ticket, setup, now, channel_team=channel_team)
    if facts.withheld_for:
        return DetailsFacts(facts, ())
    page = max(1, page)
    happened, count = story(work, ticket.number, page, ENTRIES_A_PAGE)
    return DetailsFacts(
        facts,
        tuple(_entry(one) for one in happened),
        page,
        max(1, -(-count // ENTRIES_A_PAGE)),
        tuple(_addresses(ticket)),
        survey=_in_words(work.survey(ticket.number)),
    )


def _in_words(survey: Survey | None) -> str:
    if survey is None:
        return ""
    said = survey.score.value if survey.score else "asked, not answered"
    return f"{said}: {survey.comment}" if survey.comment else said


def _entry(one: Happened) -> Entry:
    return Entry(one.at, one.who, one.what, one.words, one.because, one.rule, one.fate, one.state, one.files)


def _addresses(ticket: Ticket) -> list[str]:
    people = (ticket.requester, *ticket.participants)
    return [f"{one.name} <{one.address.address}>" if one.name else one.address.address for one in people]
