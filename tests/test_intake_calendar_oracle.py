"""Every answer of `deskbell sla due --batch` against the wall clock, looked at minute after minute.

Questions go in as lines of JSON and answers come out as such, so that reading the calendar, the
amount and the moments is examined too.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import calendar_oracle as oracle
from calendar_oracle import DAY, NOTHING
from calendar_questions import edges_near, lengths, questions

pytestmark = pytest.mark.slow

QUICK, LONG = 20, 250
HORIZON = 25 * DAY
SECOND = timedelta(seconds=1)

amounts = (
    st.just(0)
    | st.integers(0, 200)
    | st.integers(0, 4000).map(lambda minutes: minutes * 60)
    | st.integers(0, 200_000)
)


def amount_is_due(question, seconds):
    expected = oracle.due(
        question.clock, question.start, timedelta(seconds=seconds), question.pauses, HORIZON
    )
    assume(expected)

    assert expected == question.due(f"{seconds}s")


def amount_up_to_an_edge_is_due(question, which):
    """What has elapsed when something closes, opens, pauses or goes on, is used up then or before."""
    moments = edges_near(question.clock, question.start + DAY) + [
        edge for row in question.pauses for edge in row
    ]
    later = [edge for edge in moments if edge > question.start]
    assume(later)
    end = later[which % len(later)]
    passed = oracle.elapsed(question.clock, question.start, end, question.pauses)
    assume(passed % SECOND == NOTHING)
    amount_is_due(question, passed // SECOND)


def wall_amount_is_due(question, seconds):
    expected = oracle.due(
        oracle.always_open(), question.start, timedelta(seconds=seconds), question.pauses, HORIZON
    )

    assert expected == question.due(f"{seconds}s wall")


def time_elapses(question, length):
    end = question.start + length
    expected = oracle.elapsed(question.clock, question.start, end, question.pauses)

    answer = question.answered(end=end.isoformat())
    assert expected == timedelta(seconds=answer["elapsed_s"]), answer


def business_day_ends(question):
    promise(
        question, oracle.end_of_business_day(question.clock, question.start, HORIZON), "same business day"
    )


def business_days_end(question, count):
    plain = oracle.business_days_after(question.clock, question.start, count, HORIZON)
    promise(question, plain, f"{count} business days")


def promise(question, plain, amount):
    """What pauses took from a promise in days is given back in open time."""
    assume(plain)
    clock, start, pauses = question.clock, question.start, question.pauses
    lost = oracle.elapsed(clock, start, plain, []) - oracle.elapsed(clock, start, plain, pauses)
    expected = oracle.due(clock, plain, lost, pauses, 2 * HORIZON) if lost else plain
    assume(expected)

    assert expected == question.due(amount)


CHECKS = {
    amount_is_due: (questions(), amounts),
    amount_up_to_an_edge_is_due: (questions(), st.integers(0, 50)),
    wall_amount_is_due: (questions(), amounts),
    time_elapses: (questions(), lengths(0, 10_000)),
    business_day_ends: (questions(),),
    business_days_end: (questions(), st.integers(1, 9)),
}


def run(check, count):
    """Ask so many questions; one that fails is told as it is, for making it smaller takes minutes."""
    limits = settings(
        max_examples=count,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    limits(given(*CHECKS[check])(check))()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_answer_is_the_wall_clocks(check):
    run(check, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_answer_is_the_wall_clocks_however_often_it_is_asked(check):
    run(check, LONG)
