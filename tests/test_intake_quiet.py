"""Quiet hours: when they reign, and when they are over, by the reader's own clock."""

from datetime import UTC, datetime

import pytest

from intake.quiet import hours_in, quiet_until


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("22-7", (22, 7)),
        (" 22 - 7 ", (22, 7)),
        ("0-6", (0, 6)),
        ("7-7", None),
        ("24-7", None),
        ("22", None),
        ("", None),
        ("off", None),
        ("²-7", None),
    ],
)
def test_quiet_hours_are_two_hours_of_the_day(written, hours):
    assert hours == hours_in(written)


@pytest.mark.parametrize(
    ("chosen", "zone", "now", "until"),
    [
        ("22-7", "Europe/Rome", datetime(2026, 3, 10, 20, 59, tzinfo=UTC), None),
        ("22-7", "Europe/Rome", datetime(2026, 3, 10, 21, tzinfo=UTC), datetime(2026, 3, 11, 6, tzinfo=UTC)),
        (
            "22-7",
            "Europe/Rome",
            datetime(2026, 3, 11, 5, 59, tzinfo=UTC),
            datetime(2026, 3, 11, 6, tzinfo=UTC),
        ),
        ("22-7", "Europe/Rome", datetime(2026, 3, 11, 6, tzinfo=UTC), None),
        # the clocks go forward in this night
        ("22-7", "Europe/Rome", datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (
            "12-14",
            "Europe/Rome",
            datetime(2026, 3, 10, 11, 30, tzinfo=UTC),
            datetime(2026, 3, 10, 13, tzinfo=UTC),
        ),
        ("12-14", "Europe/Rome", datetime(2026, 3, 10, 13, tzinfo=UTC), None),
        (
            "22-7",
            "Nowhere/Atall",
            datetime(2026, 3, 10, 23, tzinfo=UTC),
            datetime(2026, 3, 11, 7, tzinfo=UTC),
        ),
        ("", "Europe/Rome", datetime(2026, 3, 10, 23, tzinfo=UTC), None),
    ],
)
def test_quiet_is_over_at_its_hour_by_their_clock(chosen, zone, now, until):
    assert until == quiet_until(chosen, zone, now)
