"""Any session that hypothesis can hold gets sound answers and keeps only whole mails.

What must hold is in fuzz.talking; `make fuzz` looks for longer, with atheris.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings

import strategies
from fuzz.talking import talk

pytestmark = pytest.mark.slow

FOUND = sorted((Path(__file__).parent / "fuzz" / "found" / "talking").iterdir())


@pytest.mark.parametrize("path", FOUND, ids=[one.name for one in FOUND])
def test_what_was_found_once_is_mended(path):
    assert talk(path.read_bytes()) is not None


@settings(max_examples=150)
@given(strategies.sessions())
def test_any_session_gets_sound_answers(said):
    talk(said)


@pytest.mark.slow
@settings(max_examples=3000)
@given(strategies.sessions())
def test_very_many_sessions_get_sound_answers(said):
    talk(said)


def test_a_session_of_the_strategy_brings_mail():
    """A property that never saw a mail kept would hold of a door that is shut."""
    assert 1 == len(talk(b"\x00" + strategies.GOOD + b"Hi.\r\n.\r\nQUIT\r\n"))
