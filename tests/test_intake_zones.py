"""Segments, jumps and gaps of zones, against the zones' own word."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from intake.calendars.zones import BLOCK, EPOCH, instants, segments, skipped


def second(text):
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH) // timedelta(seconds=1)


@pytest.mark.parametrize(
    "zone", ["Europe/Rome", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Antarctica/Troll"]
)
def test_segments_fill_time_and_bear_the_zones_own_offset(zone):
    row = [part for block in range(520, 800) for part in segments(ZoneInfo(zone), block)]

    assert all(before.ends == after.begins for before, after in pairwise(row))
    for part in row:
        for instant in (part.begins, (part.begins + part.ends) // 2, part.ends - 1):
            local = datetime.fromtimestamp(instant, ZoneInfo(zone))
            assert timedelta(seconds=part.offset) == local.utcoffset()


@pytest.mark.parametrize(
    ("begins", "ends", "seconds"),
    [
        ("2026-03-28 01:00", "2026-03-28 04:00", 3 * 3600),
        ("2026-03-29 01:00", "2026-03-29 04:00", 2 * 3600),
        ("2026-03-29 02:10", "2026-03-29 02:50", 0),
        ("2026-10-25 01:00", "2026-10-25 04:00", 4 * 3600),
        ("2026-10-25 02:10", "2026-10-25 02:50", 2 * 2400),
    ],
)
def test_a_stretch_of_wall_time_is_there_as_often_as_the_clock_shows_it(begins, ends, seconds):
    found = instants(ZoneInfo("Europe/Rome"), second(begins), second(ends))

    assert seconds == sum(high - low for low, high in found)


def test_a_gap_is_told_in_wall_time():
    first, last = second("2026-01-01") // BLOCK, second("2026-12-31") // BLOCK

    assert [(second("2026-03-29 02:00"), second("2026-03-29 03:00"))] == list(
        skipped(ZoneInfo("Europe/Rome"), first, last)
    )
