"""When a session has talked enough nonsense."""

from bots.smtp.limits import Limits
from bots.smtp.trust import Trust


def test_lines_without_a_mail_run_out_and_those_of_a_mail_find_room():
    trust = Trust(Limits(idle_commands=3, recipients=2))

    assert [True, True, True, False] == [trust.bears_line("NOOP") for _ in range(4)]
    assert [True, False] == [trust.bears_line("RCPT") for _ in range(2)]


def test_guesses_are_free_at_first_then_slow_then_too_many():
    trust = Trust(Limits(unknown_recipients=7, slow_seconds=2))

    assert [(True, 0)] * 4 + [(True, 2)] * 2 + [(False, 2)] == [
        (trust.bears_guess(), trust.delay()) for _ in range(7)
    ]


def test_a_mail_that_is_kept_restores_all_but_the_unknown_words():
    trust = Trust(Limits(idle_commands=1, unknown_recipients=2))
    for _ in range(3):
        heard = (trust.bears_line("NOOP"), trust.bears_guess())
        trust.restore()

        assert (True, True) == heard
    words = []
    for _ in range(5):
        words.append(trust.bears_unknown_word())
        trust.restore()
    assert [True] * 4 + [False] == words
