"""Killing the desk at random moments loses and doubles nothing; `kill_nine` plays more rounds of it."""

from pathlib import Path

import pytest

import servers
from kill_nine import kill_nine
from kill_nine_load import Load
from kill_nine_verdict import _filed, _stored

ROUNDS = 10


@pytest.mark.slow
def test_a_desk_on_sqlite_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(tmp_path: Path):
    outcome = kill_nine(ROUNDS, tmp_path, seed=1)

    assert () == outcome.verdict.faults


@pytest.mark.slow
def test_a_desk_on_postgresql_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(
    tmp_path: Path, postgres_url: str
):
    outcome = kill_nine(ROUNDS, tmp_path, servers.fresh_database(postgres_url), seed=2)

    assert () == outcome.verdict.faults


# The verdict would notice


def a_load(*acknowledged: str) -> Load:
    load = Load(0)
    for one in acknowledged:
        load.words[one] = f"words of {one}"
        load.acknowledged[one] += 1
    return load


def heard(message_id: str, fate: str = "append") -> dict[str, str]:
    return {"direction": "in", "channel": "email", "message_id": message_id, "fate": fate}


@pytest.mark.parametrize(
    ("records", "faults"),
    [
        ([heard("a"), heard("b")], []),
        ([heard("a")], ["lost: b"]),
        ([heard("a"), heard("b"), heard("b")], ["2 times in the store: b"]),
        ([heard("a"), heard("b", "hold")], ["hold: b"]),
    ],
)
def test_the_verdict_finds_what_is_lost_doubled_or_astray(records, faults):
    assert faults == list(_stored(records, a_load("a", "b")))


def test_the_verdict_finds_what_is_stored_but_not_filed():
    said = {"direction": "in", "channel": "email", "text": "words of a\nand more"}

    assert ["0 times on the ticket: words of b"] == list(_filed([{"messages": [said]}], a_load("a", "b")))
