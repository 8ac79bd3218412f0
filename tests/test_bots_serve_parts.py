"""`deskbell serve --only` runs some parts of a desk; the others run in another process."""

import pytest

from bots.serve import PARTS, parts_named
from intake.errors import ConfigError


@pytest.mark.parametrize(
    ("only", "parts"),
    [
        ([], PARTS),  # nothing said: everything
        (["smtp"], ["smtp"]),
        (["clocks", "outbox"], ["outbox", "clocks"]),
    ],
)
def test_only_what_is_named_runs_and_everything_when_nothing_is(only, parts):
    assert frozenset(parts) == parts_named(only)


def test_every_unknown_part_is_named_with_what_would_be_right():
    with pytest.raises(ConfigError) as told:
        parts_named(["smpt", "outbox", "slack"])

    assert 2 == len(told.value.mistakes)
    assert "--only: no part 'smpt'; did you mean \"smtp\"?" == told.value.mistakes[0]
