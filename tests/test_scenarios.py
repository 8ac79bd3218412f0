"""Every scenario file is played as `deskbell policy test` plays it."""

from pathlib import Path

import pytest

from bots.rehearsal import play
from servers import shared_folder

OURS = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))
SHARED = shared_folder()
QUICK = ("wildix",)  # the others take longer than `make check` has
GIVEN = sorted((SHARED / "scenarios").glob("wildix.toml")) if SHARED else []


def _case(path):
    marks = () if path.stem in QUICK else pytest.mark.slow
    return pytest.param(path, id=f"{path.parent.name}-{path.stem}", marks=marks)


@pytest.mark.parametrize("path", [_case(path) for path in (*OURS, *GIVEN)])
def test_everything_happens_as_the_scenario_expects(path):
    outcomes = list(play(path))

    assert [] == [one.in_words() for one in outcomes if not one.passed]
    assert outcomes
