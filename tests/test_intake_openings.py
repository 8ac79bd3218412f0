"""The arithmetic of time against an oracle that counts minute by minute.

The oracle knows nothing of blocks, segments or sums: it asks of every minute what the wall clock
shows and looks that up in the hours. Moments are drawn around the nights on which a zone's clock
jumps, and hours on a raster of a quarter of an hour, so that edges often fall into such nights.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intake.calendars import calendar_from, due, elapsed, is_open, next_closing, next_opening
from intake.calendars.amounts import Amount, Unit, business
from intake.calendars.hours import DAYS

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HORIZON = 21 * DAY
JUMPS = {  # in each zone the date before a night on which its clock jumps
    "Europe/Rome": ("2026-03-28", "2026-10-24"),
    "America/New_York": ("2026-03-07", "2026-10-31"),
    "America/Sao_Paulo": ("2018-11-03", "2019-02-16"),  # at midnight
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),  # by half an hour
    "Africa/Casablanca": ("2026-02-14", "2026-03-21"),  # back for Ramadan
    "Pacific/Apia": ("2011-12-29",),  # a whole day is left out
    "Asia/Kathmandu": ("2026-03-10",),  # never jumps, 5 hours 45 minutes ahead
}


def examples(count):
    """So many cases, however long one takes: the oracle counts minutes."""
    return settings(max_examples=count, deadline=None)


@dataclass(frozen=True)
class Desk:
    """A calendar as plain numbers: windows in minutes after midnight, an end past 1440 on the next day."""

    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    dates: dict[date, tuple[tuple[int, int], ...]]

    def calendar(self):
        hours = {name: list(map(written, windows)) for name, windows in zip(DAYS, self.week, strict=True)}
        dates = {day.isoformat(): list(map(written, windows)) for day, windows in self.dates.items()}
        return calendar_from({"timezone": self.zone, "hours": hours, "dates": dates})

    def is_open(self, at):
        wall = at.astimezone(ZoneInfo(self.zone))
        minute = wall.hour * 60 + wall.minute
        today, before = self.on(wall.date()), self.on(wall.date() - DAY)
        return any(begins <= minute < ends for begins, ends in today) or any(
            begins <= minute + 1440 < ends for begins, ends in before
        )

    def on(self, day):
        return self.dates.get(day, self.week[day.weekday()])

    def minutes(self, start, pauses=(), length=HORIZON):
        """Every minute from start, and whether it counts."""
        for number in range(length // MINUTE):
            at = start + number * MINUTE
            yield at, self.is_open(at) and not any(begins <= at < ends for begins, ends in pauses)


def written(window):
    begins, ends = window
    ends = ends if ends <= 1440 else ends - 1440
    return f"{begins // 60:02}:{begins % 60:02}-{ends // 60:02}:{ends % 60:02}"


@st.composite
def windows(draw):
    """Up to two windows of a day, apart or touching; the last may run into the next day."""
    edges = sorted(draw(st.sets(st.integers(0, 95), min_size=0, max_size=4)))
    pairs = [(begins * 15, ends * 15) for begins, ends in pairwise(edges)][::2]
    if pairs and draw(st.booleans()):
        begins, _ = pairs[-1]
        pairs[-1] = (begins, begins + draw(st.integers(1, 96)) * 15)
    return tuple(pairs)


@st.composite
def desks(draw):
    zone = draw(st.sampled_from(sorted(JUMPS)))
    eve = date.fromisoformat(draw(st.sampled_from(JUMPS[zone])))
    near = st.integers(-2, 4).map(lambda days: eve + days * DAY)
    dates = draw(st.dictionaries(near, windows(), max_size=3))
    desk = Desk(zone, tuple(draw(windows()) for _ in range(7)), dates)
    assume(any(desk.week))
    midnight = datetime.combine(eve, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    return desk, midnight + draw(st.integers(-1440, 4 * 1440)) * MINUTE


spells = st.lists(st.tuples(st.integers(-600, 4000), st.integers(0, 900)), max_size=4)


def around(start, spells):
    return [(start + after * MINUTE, start + (after + length) * MINUTE) for after, length in spells]


@given(desks(), st.integers(1, 1500), spells)
@examples(100)
def test_due_is_the_end_of_the_minute_that_uses_the_amount_up(case, minutes, spells):
    desk, start = case
    pauses = around(start, spells)
    counted = (at for at, counts in desk.minutes(start, pauses) if counts)
    last = next((at for number, at in enumerate(counted, 1) if number == minutes), None)
    assume(last)

    assert last + MINUTE == due(desk.calendar(), start, business(minutes * 60), pauses)


@given(desks(), spells)
@examples(40)
def test_a_zero_amount_is_due_at_the_first_minute_that_counts(case, spells):
    desk, start = case
    pauses = around(start, spells)
    first = next((at for at, counts in desk.minutes(start, pauses) if counts), None)
    assume(first)

    assert first == due(desk.calendar(), start, business(0), pauses)


@given(desks(), st.integers(0, 7000), spells)
@examples(60)
def test_elapsed_time_is_the_number_of_minutes_that_count(case, length, spells):
    desk, start = case
    end, pauses = start + length * MINUTE, around(start, spells)
    counted = sum(counts for _, counts in desk.minutes(start, pauses, end - start))

    assert counted * MINUTE == elapsed(desk.calendar(), start, end, pauses)


@given(desks())
@examples(40)
def test_open_minutes_openings_and_closings_are_those_of_the_hours(case):
    desk, start = case
    calendar = desk.calendar()
    row = list(desk.minutes(start, length=5 * DAY))
    opening = next((at for at, counts in row if counts), None)
    closing = next((at for at, counts in row if opening and at > opening and not counts), None)
    assume(closing)

    assert [counts for _, counts in row] == [is_open(calendar, at) for at, _ in row]
    assert (opening, closing) == (next_opening(calendar, start), next_closing(calendar, start))


@given(desks())
@examples(40)
def test_the_same_business_day_ends_with_the_last_minute_of_its_windows(case):
    desk, start = case
    opening = next((at for at, counts in desk.minutes(start) if counts), None)
    assume(opening)
    wall = opening.astimezone(ZoneInfo(desk.zone))
    minute = wall.hour * 60 + wall.minute + 1440
    began_before = any(begins <= minute < ends for begins, ends in desk.on(wall.date() - DAY))
    day = wall.date() - DAY if began_before else wall.date()
    last = max(at for at, _ in desk.minutes(opening, length=3 * DAY) if belongs(desk, at, day))

    assert last + MINUTE == due(desk.calendar(), start, Amount(Unit.SAME_BUSINESS_DAY))


def belongs(desk, at, day):
    wall = at.astimezone(ZoneInfo(desk.zone)).replace(tzinfo=None)
    minute = (wall - datetime.combine(day, datetime.min.time())) / MINUTE
    return any(begins <= minute < ends for begins, ends in desk.on(day))


@given(desks(), st.integers(1, 3 * 10**6), st.integers(0, 999_999), spells)
@examples(100)
def test_what_has_elapsed_when_it_is_due_is_the_amount(case, seconds, micro, spells):
    desk, start = case
    start += timedelta(microseconds=micro)
    calendar, pauses = desk.calendar(), around(start, spells)
    ends = due(calendar, start, business(seconds), pauses)

    assert timedelta(seconds=seconds) == elapsed(calendar, start, ends, pauses)
    tick = timedelta(microseconds=1)
    assert timedelta(seconds=seconds) - tick == elapsed(calendar, start, ends - tick, pauses)


@pytest.mark.parametrize("years", [1, 10, 40])
def test_a_due_date_far_ahead_is_the_sum_of_the_near_ones(years):
    calendar = calendar_from(
        {"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}, "holidays": "IT"}
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    near = start
    for _ in range(years * 20):
        near = due(calendar, near, business(100 * 3600))

    assert near == due(calendar, start, business(years * 2000 * 3600))
