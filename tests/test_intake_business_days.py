"""N business days, against counting days on one's fingers."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.calendars import calendar_from, due, elapsed, is_open
from intake.calendars.amounts import Amount, Unit
from intake.calendars.hours import DAYS

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 9)


@given(
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.sets(st.integers(0, 60), max_size=20),
    st.integers(0, 30 * 1440),
    st.integers(1, 15),
)
@settings(max_examples=100, deadline=None)
def test_the_same_clock_time_so_many_open_days_later(names, closed, minutes, count):
    """In a zone without summer time; the one in Rome has rows in test_intake_calendars."""
    dates = {(MONDAY + number * DAY).isoformat(): [] for number in closed}
    calendar = calendar_from(
        {"timezone": "UTC", "hours": {name: ["09:00-17:00"] for name in names}, "dates": dates}
    )
    start = datetime(2026, 3, 9, tzinfo=UTC) + timedelta(minutes=minutes)

    def opens(day):
        return DAYS[day.weekday()] in names and day.isoformat() not in dates

    day, clock = start.date(), start.time()
    if not (opens(day) and clock.hour < 17):
        day = following(day, opens)
        clock = clock.replace(hour=9, minute=0)
    elif clock.hour < 9:
        clock = clock.replace(hour=9, minute=0)
    for _ in range(count):
        day = following(day, opens)

    assert datetime.combine(day, clock, UTC) == due(calendar, start, Amount(Unit.BUSINESS_DAYS, count))


def following(day, opens):
    return next(later for later in (day + number * DAY for number in range(1, 500)) if opens(later))


@given(st.integers(0, 10_000), st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_what_a_pause_takes_is_given_back_in_business_time(minutes, after, length, count):
    calendar = calendar_from({"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}})
    start = datetime(2026, 3, 9, tzinfo=UTC) + timedelta(minutes=minutes)
    pause = (start + timedelta(minutes=after), start + timedelta(minutes=after + length))
    amount = Amount(Unit.BUSINESS_DAYS, count) if count else Amount(Unit.SAME_BUSINESS_DAY)
    plain, paused = due(calendar, start, amount), due(calendar, start, amount, [pause])

    assert paused >= plain
    assert elapsed(calendar, start, plain) == elapsed(calendar, start, paused, [pause])


def test_a_promise_in_business_days_ends_in_business_hours():
    calendar = calendar_from(
        {"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}, "holidays": "IT"}
    )
    for hour in range(0, 24 * 365, 7):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        ends = due(calendar, start, Amount(Unit.BUSINESS_DAYS, 3))

        assert is_open(calendar, ends)
