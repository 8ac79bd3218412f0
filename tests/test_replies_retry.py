"""When a delivery is tried again, as one table."""

from datetime import timedelta

import pytest

from intake.errors import PermanentFailure, TemporaryFailure
from replies.retry import WAITS, retry

BUSY = TemporaryFailure("451 busy")


def later(**wait):
    return TemporaryFailure("429 slow down", timedelta(**wait))


@pytest.mark.parametrize(
    ("attempts", "error", "jitter", "wait"),
    [
        (1, BUSY, 0, timedelta(minutes=1)),
        (2, BUSY, 0, timedelta(minutes=5)),
        (3, BUSY, 0, timedelta(minutes=15)),
        (4, BUSY, 0, timedelta(hours=1)),
        (5, BUSY, 0, timedelta(hours=2)),
        (6, BUSY, 0, timedelta(hours=4)),
        (22, BUSY, 0, timedelta(hours=4)),
        (23, BUSY, 0, None),  # three days are over
        (1, BUSY, 0.5, timedelta(seconds=66)),
        (1, BUSY, 1, timedelta(seconds=72)),
        (1, later(seconds=30), 0, timedelta(minutes=1)),  # never sooner than our own wait
        (1, later(minutes=10), 0, timedelta(minutes=10)),
        (6, later(hours=5), 1, timedelta(hours=6)),
        (1, later(days=4), 0, None),
        (1, PermanentFailure("550 nobody here"), 0, None),
        (0, BUSY, 0, timedelta(minutes=1)),  # a claim that was lost before it was counted
    ],
)
def test_the_wait_grows_with_the_attempts_and_ends(attempts, error, jitter, wait):
    assert wait == retry(attempts, error, jitter).wait


def test_the_tries_go_on_for_three_days():
    assert timedelta(hours=70) < sum(WAITS, timedelta()) <= timedelta(days=3)


def test_giving_up_says_why():
    assert "550 nobody here" == retry(1, PermanentFailure("550 nobody here")).why
    assert "given up after 23 tries: 451 busy" == retry(23, BUSY).why
