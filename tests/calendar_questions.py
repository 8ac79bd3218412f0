"""Questions that are hard for calendars: any hours, any zone, on the nights when its clock jumps.

Those nights are found by asking the zone. Starts and pauses lie on edges of windows as often as
anywhere else, for an edge is where a mistake would hide.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import assume
from hypothesis import strategies as st

import calendar_oracle as oracle
from calendar_oracle import DAY, MINUTE, NAMES, NOTHING
from intake.calendars.due_dates import answer_line

YEARS = range(2005, 2041)
ZONES = (
    "Africa/Casablanca",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Rome",
    "Pacific/Apia",
    "UTC",
)
HOLIDAYS = ("", "", "IT", "US-NY", "BR", "MA")


@dataclass(frozen=True)
class Question:
    """A calendar's table, a start, pauses; what is asked of them comes with the test."""

    table: dict[str, object]
    start: datetime
    pauses: list[tuple[datetime, datetime]]

    @property
    def clock(self):
        return oracle.clock_of(self.table)

    def answered(self, **asked):
        pauses = [[begins.isoformat(), ends.isoformat()] for begins, ends in self.pauses]
        row = {"id": 1, "calendar": self.table, "start": self.start.isoformat(), "pauses": pauses}
        return answer_line(json.dumps(row | asked), no_file)

    def due(self, amount):
        answer = self.answered(amount=amount)
        assert ["id", "due"] == list(answer), answer
        return datetime.fromisoformat(answer["due"])


def no_file(name):
    raise AssertionError(name)


@cache
def nights(name):
    """The dates (in UTC) on which a zone's clock jumps, and one of a year without jumps."""
    zone = ZoneInfo(name)
    noons = [datetime(YEARS[0], 1, 1, 12, tzinfo=UTC) + number * DAY for number in range(len(YEARS) * 365)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    jumps = [
        noon for noon, before, after in zip(noons, offsets, offsets[1:], strict=False) if before != after
    ]
    return [datetime(2026, 3, 10, 12, tzinfo=UTC), *jumps]


def written(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def windows(draw):
    """Up to three windows of a day, apart or touching; the last may run into the next day."""
    step = draw(st.sampled_from([1, 15, 60]))
    edges = sorted(draw(st.lists(st.integers(0, 1440 // step), max_size=6)))
    pairs = [(opens * step, closes * step) for opens, closes in zip(edges[::2], edges[1::2], strict=False)]
    pairs = [(opens, closes) for opens, closes in pairs if opens < closes]
    if pairs and draw(st.booleans()):
        opens, _ = pairs[-1]
        pairs[-1] = (opens, opens + draw(st.integers(1, 1440 // step)) * step)
    return [
        f"{written(opens)}-{written(closes if closes <= 1440 else closes - 1440)}" for opens, closes in pairs
    ]


@st.composite
def tables(draw, near):
    hours = draw(
        st.one_of(
            st.just("24x7"),
            st.dictionaries(st.sampled_from(NAMES), windows(), min_size=1),
            st.fixed_dictionaries(dict.fromkeys(NAMES, windows())),
        )
    )
    days = st.integers(-4, 8).map(lambda ahead: (near + ahead * DAY).date().isoformat())
    dates = draw(st.dictionaries(days, windows(), max_size=4))
    return {"hours": hours, "dates": dates, "holidays": draw(st.sampled_from(HOLIDAYS))}


@st.composite
def questions(draw):
    zone = draw(st.sampled_from(ZONES))
    near = draw(st.sampled_from(nights(zone)))
    table = {"timezone": zone} | draw(tables(near))
    assume(table["hours"] == "24x7" or any(table["hours"].values()))
    random = near + draw(st.integers(-4 * 1440, 4 * 1440)) * MINUTE + draw(fractions)
    edges = edges_near(oracle.clock_of(table), random)
    moment = draw(st.sampled_from([random, *edges]))
    low = [moment + draw(lengths(-2000, 6000)) for _ in range(draw(st.integers(0, 3)))]
    begins = draw(st.lists(st.sampled_from([moment, *edges, *low]), max_size=5))
    ends = [draw(st.sampled_from([row + draw(lengths(0, 3000)), *edges])) for row in begins]
    written_at = timezone(draw(st.integers(-14 * 60, 14 * 60)) * MINUTE)
    pauses = [(first, last) for first, last in zip(begins, ends, strict=True) if first <= last]
    return Question(table, moment.astimezone(written_at), pauses)


def edges_near(clock, moment):
    """The moments of three days at which something opens or closes, where mistakes hide."""
    today = moment.astimezone(clock.zone).date()
    walls = [
        datetime.combine(day, datetime.min.time()) + edge * MINUTE
        for day in (today - DAY, today, today + DAY)
        for window in clock.windows_on(day)
        for edge in window
    ]
    return [oracle.first_showing(clock.zone, wall) for wall in walls]


fractions = st.sampled_from([NOTHING, timedelta(seconds=59), timedelta(microseconds=1)]) | st.integers(
    0, 60_000_000 - 1
).map(lambda micro: timedelta(microseconds=micro))


def lengths(low, high):
    return st.tuples(st.integers(low, high), fractions).map(lambda pair: pair[0] * MINUTE + pair[1])
