"""Zones: between which instants a zone's clock runs at one offset, and which wall times it skips.

Everything that depends on summer time rests on one idea: a zone is a row of segments with a
constant offset. A stretch of wall time cut by the segments gives the exact instants that show
it, also where the clock jumps ahead (no instants) or back (the same wall time twice). Instants
are whole seconds since 1970 in UTC; wall times are seconds since 1970-01-01 00:00 on the wall.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = 86_400
BLOCK = 28 * DAY  # what is worked out and remembered at a time: no calendar needed to find it
STRIDE = DAY  # no zone has jumped twice within four days since 1900
YEARS = range(1900, 2401)  # neither zones nor holidays mean much beyond
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Segment:
    """From `begins` up to, not including, `ends` the wall clock is `offset` seconds ahead of UTC."""

    begins: int
    ends: int
    offset: int


@lru_cache(maxsize=1 << 14)
def segments(zone: ZoneInfo, block: int) -> tuple[Segment, ...]:
    """The segments of one block of 28 days, which they fill without a gap."""
    begins, ends = block * BLOCK, (block + 1) * BLOCK
    edges = [begins, *_jumps(zone, begins, ends), ends]
    return tuple(Segment(low, high, _offset(zone, low)) for low, high in pairwise(edges))


def instants(zone: ZoneInfo, wall_begins: int, wall_ends: int) -> Iterator[tuple[int, int]]:
    """The stretches of time during which the wall clock shows a time in the range."""
    first, last = (wall_begins - 2 * DAY) // BLOCK, (wall_ends + 2 * DAY) // BLOCK
    for block in range(first, last + 1):
        for segment in segments(zone, block):
            begins = max(segment.begins, wall_begins - segment.offset)
            ends = min(segment.ends, wall_ends - segment.offset)
            if begins < ends:
                yield begins, ends


def skipped(zone: ZoneInfo, first_block: int, last_block: int) -> Iterator[tuple[int, int]]:
    """The ranges of wall time that the clock jumps over."""
    row = [segment for block in range(first_block, last_block + 1) for segment in segments(zone, block)]
    for before, after in pairwise(row):
        if after.offset > before.offset:
            yield before.ends + before.offset, before.ends + after.offset


def _jumps(zone: ZoneInfo, begins: int, ends: int) -> Iterator[int]:
    for low in range(begins, ends, STRIDE):
        high = min(low + STRIDE, ends - 1)
        if _offset(zone, low) != _offset(zone, high):
            yield _jump_between(zone, low, high)


def _jump_between(zone: ZoneInfo, low: int, high: int) -> int:
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = (EPOCH + timedelta(seconds=instant)).astimezone(zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())
