"""Surveys in the store, on either database: asked once, the latest answer, and which of a span."""

from datetime import timedelta

import pytest

import stores
from intake.decisions import AskSurvey, KeepRating, OpenTicket
from intake.satisfaction import Answer
from intake.tickets import Score
from store.surveys import answers

NOON, DAY = stores.NOON, timedelta(days=1)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def asked(store, at=NOON):
    with store.begin() as work:
        new = OpenTicket("Calls drop", "usual", "email", stores.ANA, None, team="billing")
        ticket = work.write(new, None, "ana", at)
    with store.begin() as work:
        work.write(AskSurvey(ticket.requester.id, 0), ticket, "sam", at)
    return ticket


def rated(store, ticket, score, comment, at):
    with store.begin() as work:
        work.write(KeepRating(score, comment), ticket, "ana", at)


def test_the_latest_answer_is_kept_as_it_was_written(store):
    ticket = asked(store)
    rated(store, ticket, Score.GOOD, "Quick.", NOON + DAY)
    rated(store, ticket, Score.BAD, "It's \x00back: 'no'", NOON + 2 * DAY)
    with store.reading() as work:
        survey = work.survey(ticket.number)

    assert (Score.BAD, "It's back: 'no'", NOON + 2 * DAY) == (
        survey.score,
        survey.comment,
        survey.answered_at,
    )
    assert (ticket.requester.id, NOON) == (survey.person, survey.asked_at)


def test_of_a_ticket_nobody_was_asked_about_there_is_none(store):
    with store.reading() as work:
        assert [None, None] == [work.survey(1001), work.survey(1 << 40)]


def test_a_span_counts_what_was_asked_in_it(store):
    for days in (0, 1, 2):
        ticket = asked(store, NOON + days * DAY)
    rated(store, ticket, Score.GOOD, "", NOON + 9 * DAY)
    with store.reading() as work:
        found = list(answers(work, NOON + DAY, NOON + 3 * DAY))

    assert [
        Answer(NOON + DAY, None, "", "", "billing"),
        Answer(NOON + 2 * DAY, Score.GOOD, "", "", "billing"),
    ] == found
