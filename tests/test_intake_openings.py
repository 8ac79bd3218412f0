"""Openings and closings against the wall clock, and what must hold however far ahead one counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calendar_oracle import MINUTE
from calendar_questions import questions
from intake.calendars import calendar_from, due, elapsed, is_open, next_closing, next_opening
from intake.calendars.amounts import business

pytestmark = pytest.mark.slow

TICK = timedelta(microseconds=1)


@pytest.mark.slow
@given(questions())
@settings(max_examples=20)
def test_open_minutes_openings_and_closings_are_those_of_the_hours(question):
    calendar, clock = calendar_from(question.table), question.clock
    start = question.start.astimezone(UTC).replace(second=0, microsecond=0)
    row = [(at, bool(clock.days_of(at))) for at in (start + number * MINUTE for number in range(5 * 1440))]
    opening = next((at for at, counts in row if counts), None)
    closing = next((at for at, counts in row if opening and at > opening and not counts), None)
    assume(closing)

    assert [counts for _, counts in row] == [is_open(calendar, at) for at, _ in row]
    assert (opening, closing) == (next_opening(calendar, start), next_closing(calendar, start))


@given(questions(), st.integers(1, 3 * 10**6))
@settings(max_examples=50)
def test_what_has_elapsed_when_it_is_due_is_the_amount(question, seconds):
    calendar, start, pauses = calendar_from(question.table), question.start, question.pauses
    ends = due(calendar, start, business(seconds), pauses)

    assert timedelta(seconds=seconds) == elapsed(calendar, start, ends, pauses)
    assert timedelta(seconds=seconds) - TICK == elapsed(calendar, start, ends - TICK, pauses)


@pytest.mark.slow
@given(questions(), st.integers(0, 10**7), st.integers(0, 10**7))
@settings(max_examples=50)
def test_two_amounts_after_another_are_due_when_both_together_are(question, first, second):
    """Not so for none at all, which is due at an opening where the amount before ends at a closing."""
    calendar, start, pauses = calendar_from(question.table), question.start, question.pauses
    between = due(calendar, start, business(first), pauses)
    together = due(calendar, start, business(first + second + 1), pauses)

    assert together == due(calendar, between, business(second + 1), pauses)


@pytest.mark.parametrize("years", [1, 10, 40])
def test_a_due_date_far_ahead_is_the_sum_of_the_near_ones(years):
    calendar = calendar_from(
        {"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}, "holidays": "IT"}
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    near = start
    for _ in range(years * 20):
        near = due(calendar, near, business(100 * 3600))

    assert near == due(calendar, start, business(years * 2000 * 3600))
