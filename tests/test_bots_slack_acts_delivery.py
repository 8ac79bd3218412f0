"""What whoever presses Retry reads where somebody has pressed it before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bots.slack.acts.delivery import already
from slack_shown import an_outbound
from store.changed import Changed
from store.outbox import Promise
from store.tables import Sending

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
AGAIN = Changed("Sam", "had it sent again", NOW - timedelta(minutes=5))
ANOTHER = replace(AGAIN, what="had it sent another way")


@pytest.mark.parametrize(
    ("state", "before", "expected"),
    [
        (Sending.FAILED, None, ""),
        (Sending.FAILED, AGAIN, ""),  # it failed once more
        (Sending.HELD, AGAIN, ""),
        (Sending.PENDING, None, ""),  # it waits for a try of its own, which may be late
        (
            Sending.PENDING,
            AGAIN,
            "Sam had it sent again 5 min ago; it is on its way; you hear if it fails again",
        ),
        (Sending.SENT, AGAIN, "Sam had it sent again 5 min ago; it went out 4 min ago"),
        (Sending.SENT, None, "it went out 4 min ago"),
        (
            Sending.DROPPED,
            ANOTHER,
            "Sam had it sent another way 5 min ago; the ticket's thread says what became of it",
        ),
        (Sending.DROPPED, None, "it was given up; write a new answer with Reply"),
    ],
)
def test_words_are_sent_again_unless_somebody_had_that_done(state, before, expected):
    sent_at = NOW - timedelta(minutes=4)
    promise = Promise(7, an_outbound("agent-answer", "Words."), state, 1, NOW, NOW, sent_at)

    assert expected == already(promise, before, NOW)
