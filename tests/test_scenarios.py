"""Every scenario file is played as `deskbell policy test` plays it."""

from pathlib import Path

import pytest

from bots.rehearsal import play
from servers import shared_folder

OURS = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))
SHARED = shared_folder()
GIVEN = sorted((SHARED / "scenarios").glob("wildix.toml")) if SHARED else []


@pytest.mark.parametrize("path", [*OURS, *GIVEN], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_everything_happens_as_the_scenario_expects(path):
    outcomes = list(play(path))

    assert [] == [one.in_words() for one in outcomes if not one.passed]
    assert outcomes
