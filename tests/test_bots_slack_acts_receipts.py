"""What became of an answer, in the words of the line about it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bots.slack.acts.receipts import states
from intake.messages import Address, Outbound
from store.answered import Answered
from store.outbox import Promise
from store.tables import Sending

NOW = datetime(2026, 3, 10, 14, 3, tzinfo=UTC)
ANA = Outbound("email", Address("Ana <b>", "ana@acme.example"), "agent-answer", "Re", "Hello", "1@desk")
PROMISE = Promise(7, ANA, Sending.PENDING, 0, NOW, NOW)


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        (PROMISE, "⏳ on its way by email to Ana &lt;b&gt;"),
        (
            replace(PROMISE, attempts=2, error="451 <later>"),
            "⏳ not out yet by email to Ana &lt;b&gt;, tried again: 451 &lt;later&gt;",
        ),
        (
            replace(PROMISE, state=Sending.FAILED, error="550 no"),
            "❌ *failed* by email to Ana &lt;b&gt;: 550 no",
        ),
        (replace(PROMISE, state=Sending.HELD, error="gone"), "✋ held, by email to Ana &lt;b&gt;: gone"),
        (replace(PROMISE, state=Sending.DROPPED), "given up, by email to Ana &lt;b&gt;"),
    ],
)
def test_the_line_about_an_answer_says_what_became_of_it(promise: Promise, words: str) -> None:
    assert words == states(Answered(PROMISE, None, (promise,)))


def test_what_was_sent_is_told_with_its_moment_in_the_readers_zone() -> None:
    sent = replace(PROMISE, state=Sending.SENT, sent_at=NOW)

    assert f"<!date^{int(NOW.timestamp())}^" in states(Answered(PROMISE, None, (sent,)))
