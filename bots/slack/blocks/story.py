"""A ticket's details, read for one page; nothing of them where its words are not for the reader.

The lines of the history are written for looking back, by machines too; here they are made a little
more like words.
"""

import re
from datetime import datetime

from bots.slack.blocks.facts import card_facts
from bots.slack.blocks.modals.details import ENTRIES_A_PAGE, DetailsFacts, Entry
from intake.tickets import Survey, Ticket
from intake.work import Setup
from store.story import Happened, story
from store.work import SqlWork

MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::[\d.]+)?\+00:00")
SIGNS = ((" -> ", " → "), ("clock first_response", "first response"), ("clock resolution", "resolution"))


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
        survey=_how_it_went(work.survey(ticket.number)),
    )


def _how_it_went(survey: Survey | None) -> str:
    if survey is None:
        return ""
    said = survey.score.value if survey.score else "asked, not answered"
    return f"{said}: {survey.comment}" if survey.comment else said


def _entry(one: Happened) -> Entry:
    return Entry(
        one.at, one.who, _in_words(one.what), one.words, one.because, one.rule, one.fate, one.state, one.files
    )


def _in_words(line: str) -> str:
    for sign, words in SIGNS:
        line = line.replace(sign, words)
    return MOMENT.sub(r"\1 \2 UTC", line)


def _addresses(ticket: Ticket) -> list[str]:
    people = (ticket.requester, *ticket.participants)
    return [_address(one.name, one.address.address) for one in people]


def _address(name: str, address: str) -> str:
    """Whoever is known by a chat account alone has no address."""
    return f"{name} <{address}>" if name and address else name or address
