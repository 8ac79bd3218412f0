"""When a calendar is open and when an amount of its time is used up: the rules, one a row."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from intake.calendars import ALWAYS, calendar_from, due, elapsed, is_open, next_closing, next_opening
from intake.calendars.amounts import Amount, Unit, business, parse_amount
from intake.errors import ConfigError


def a_calendar(hours="09:00-18:00", zone="Europe/Rome", **more):
    """Monday to Friday, the given windows, unless a table of hours is given."""
    table = {"mon-fri": hours.split()} if isinstance(hours, str) and hours != "24x7" else hours
    return calendar_from({"timezone": zone, "hours": table} | more)


def at(text, calendar):
    """A wall time in the calendar's zone; a trailing * means the second of two that look alike."""
    wall = datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=calendar.zone, fold=text.endswith("*"))
    return wall.astimezone(UTC)


OFFICE = a_calendar()
LUNCH = a_calendar("09:00-12:30 13:30-17:00")
NIGHT = a_calendar("22:00-06:00")
ROUND = a_calendar("24x7")
ITALY = a_calendar(holidays="IT")
EVE = a_calendar(dates={"2026-12-24": ["09:00-12:00"], "2026-12-25": [], "2026-12-26": ["10:00-12:00"]})
SLEEPLESS = a_calendar({"mon-sun": ["01:00-04:00"]})
INSIDE = a_calendar({"mon": ["20:15-12:15"], "tue": ["00:00-00:01"]})
BRIEF = a_calendar({"mon-sun": ["02:15-02:45"]})
SAMOA = a_calendar(zone="Pacific/Apia")


@pytest.mark.parametrize(
    ("calendar", "start", "amount", "expected"),
    [
        (OFFICE, "2026-03-10 10:00", "4h", "2026-03-10 14:00"),
        (OFFICE, "2026-03-10 16:00", "4h", "2026-03-11 11:00"),
        (OFFICE, "2026-03-13 16:00", "4h", "2026-03-16 11:00"),  # over a weekend
        (OFFICE, "2026-03-10 16:00", "2h", "2026-03-10 18:00"),  # used up at closing
        (OFFICE, "2026-03-10 16:00", "2h0m1s", "2026-03-11 09:00:01"),
        (OFFICE, "2026-03-10 18:00", "1h", "2026-03-11 10:00"),  # at closing it is closed
        (OFFICE, "2026-03-10 07:30", "30m", "2026-03-10 09:30"),
        (OFFICE, "2026-03-10 10:00", "0h", "2026-03-10 10:00"),
        (OFFICE, "2026-03-10 18:00", "0h", "2026-03-11 09:00"),
        (OFFICE, "2026-03-14 12:00", "0h", "2026-03-16 09:00"),
        (OFFICE, "2026-03-10 10:00:00.250", "4h", "2026-03-10 14:00:00.250"),
        (LUNCH, "2026-03-10 12:00", "1h", "2026-03-10 14:00"),
        (LUNCH, "2026-03-10 12:45", "0h", "2026-03-10 13:30"),
        (NIGHT, "2026-03-10 23:00", "8h", "2026-03-11 23:00"),
        (NIGHT, "2026-03-14 05:00", "2h", "2026-03-16 23:00"),  # Friday's shift ends on Saturday
        (NIGHT, "2026-03-16 05:00", "1h", "2026-03-16 23:00"),  # there is no shift of Sunday
        (ROUND, "2026-03-14 23:00", "4h", "2026-03-15 03:00"),
        (ITALY, "2026-04-03 17:00", "2h", "2026-04-07 10:00"),  # Easter Monday
        (ITALY, "2026-12-24 17:00", "2h", "2026-12-28 10:00"),
        (EVE, "2026-12-23 17:00", "5h", "2026-12-26 11:00"),
        # On 2026-03-29 the hour from 02:00 is not there, on 2026-10-25 it comes twice.
        (ROUND, "2026-03-29 01:00", "2h", "2026-03-29 04:00"),
        (ROUND, "2026-10-25 01:00", "3h", "2026-10-25 03:00"),
        (SLEEPLESS, "2026-03-29 00:00", "2h", "2026-03-29 04:00"),
        (SLEEPLESS, "2026-03-29 00:00", "2h1m", "2026-03-30 01:01"),
        (SLEEPLESS, "2026-10-25 00:00", "4h", "2026-10-25 04:00"),
        (SLEEPLESS, "2026-10-25 02:30*", "1h", "2026-10-25 03:30"),
        (OFFICE, "2026-03-14 23:00", "30m wall", "2026-03-14 23:30"),
        (OFFICE, "2026-03-29 01:30", "1h wall", "2026-03-29 03:30"),
        (OFFICE, "2026-03-14 23:00", "0m wall", "2026-03-14 23:00"),
    ],
)
def test_an_amount_is_due_when_so_much_open_time_has_passed(calendar, start, amount, expected):
    assert at(expected, calendar) == due(calendar, at(start, calendar), parse_amount(amount))


@pytest.mark.parametrize(
    ("calendar", "start", "amount", "expected"),
    [
        (OFFICE, "2026-03-10 15:00", "1 business day", "2026-03-11 15:00"),
        (OFFICE, "2026-03-10 15:00", "5 business days", "2026-03-17 15:00"),
        (OFFICE, "2026-03-10 07:30", "1 business day", "2026-03-11 09:00"),  # counted from the opening
        (OFFICE, "2026-03-10 18:00", "1 business day", "2026-03-12 09:00"),
        (OFFICE, "2026-03-14 12:00", "5 business days", "2026-03-23 09:00"),
        (OFFICE, "2026-03-10 15:00", "0 business days", "2026-03-10 15:00"),
        (OFFICE, "2026-03-10 20:00", "0 business days", "2026-03-11 09:00"),
        (
            OFFICE,
            "2026-03-27 15:00",
            "1 business day",
            "2026-03-30 15:00",
        ),  # the clock time, over the jump too
        (ITALY, "2026-04-03 15:00", "1 business day", "2026-04-07 15:00"),
        (
            EVE,
            "2026-12-23 15:00",
            "1 business day",
            "2026-12-24 15:00",
        ),  # the clock time, though it closes at noon
        (EVE, "2026-12-24 10:00", "1 business day", "2026-12-26 10:00"),
        (NIGHT, "2026-03-11 02:00", "1 business day", "2026-03-12 02:00"),
        (NIGHT, "2026-03-14 02:00", "1 business day", "2026-03-17 02:00"),  # Friday's shift, then Monday's
        (SLEEPLESS, "2026-03-28 02:30", "1 business day", "2026-03-29 03:30"),  # 02:30 is not there
        (ROUND, "2026-03-14 02:00", "2 business days", "2026-03-16 02:00"),
        (INSIDE, "2026-03-10 12:00", "1 business day", "2026-03-11 12:00"),  # Tuesday opens within Monday's
        (SAMOA, "2011-12-29 10:00", "1 business day", "2012-01-02 10:00"),  # Friday was left out
        (BRIEF, "2026-03-28 02:30", "1 business day", "2026-03-30 02:30"),  # Sunday's window is not there
        (OFFICE, "2026-03-10 10:00", "same business day", "2026-03-10 18:00"),
        (OFFICE, "2026-03-10 07:30", "same business day", "2026-03-10 18:00"),
        (OFFICE, "2026-03-10 18:00", "same business day", "2026-03-11 18:00"),  # at closing
        (OFFICE, "2026-03-13 19:00", "same business day", "2026-03-16 18:00"),
        (LUNCH, "2026-03-10 10:00", "same business day", "2026-03-10 17:00"),
        (LUNCH, "2026-03-10 13:00", "same business day", "2026-03-10 17:00"),
        (NIGHT, "2026-03-10 23:00", "same business day", "2026-03-11 06:00"),
        (NIGHT, "2026-03-11 02:00", "same business day", "2026-03-11 06:00"),
        (NIGHT, "2026-03-11 12:00", "same business day", "2026-03-12 06:00"),
        (EVE, "2026-12-24 10:00", "same business day", "2026-12-24 12:00"),
        (ROUND, "2026-03-10 10:00", "same business day", "2026-03-11 00:00"),
    ],
)
def test_business_days_are_days_on_which_the_calendar_opens(calendar, start, amount, expected):
    assert at(expected, calendar) == due(calendar, at(start, calendar), parse_amount(amount))


@pytest.mark.parametrize(
    ("pauses", "amount", "expected"),
    [
        ([("10:00", "11:00")], "4h", "14:00"),
        ([("11:00", "12:00")], "1h", "10:00"),  # not reached
        ([("10:00", "12:00")], "1h", "10:00"),  # used up as the pause begins
        ([("11:00", "12:00"), ("10:00", "11:00")], "2h", "13:00"),  # unordered, touching
        ([("10:00", "12:00"), ("11:00", "13:00"), ("11:30", "11:45")], "2h", "14:00"),  # overlapping
        ([("08:00", "10:00")], "1h", "11:00"),  # began before
        ([("08:00", "10:00")], "0h", "10:00"),
        ([("08:00", "10:00")], "0 business days", "10:00"),
        ([("10:00", "10:00")], "4h", "13:00"),
        ([("09:00", "10:00")], "1h wall", "11:00"),
        ([("10:00", "12:00")], "same business day", "2 days 11:00"),  # two hours lost, two hours later
        ([("10:00", "12:00")], "1 business day", "2 days 11:00"),
    ],
)
def test_pauses_are_left_out(pauses, amount, expected):
    def moment(text):
        day, _, clock = text.rpartition(" days ")
        return at(f"2026-03-{9 + int(day or 1)} {clock}", OFFICE)

    written = [(moment(begins), moment(ends)) for begins, ends in pauses]

    assert moment(expected) == due(OFFICE, moment("09:00"), parse_amount(amount), written)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "hours"),
    [
        (OFFICE, "2026-03-10 10:00", "2026-03-10 10:00", 0),
        (OFFICE, "2026-03-10 10:00", "2026-03-11 10:00", 9),
        (OFFICE, "2026-03-13 17:00", "2026-03-16 10:00", 2),
        (OFFICE, "2026-01-01 00:00", "2027-01-01 00:00", 261 * 9),
        (ITALY, "2026-04-01 00:00", "2026-05-01 00:00", 21 * 9),
        (ROUND, "2026-03-29 00:00", "2026-03-30 00:00", 23),
        (ROUND, "2026-10-25 00:00", "2026-10-26 00:00", 25),
        (ROUND, "2026-10-25 02:30", "2026-10-25 02:30*", 1),
        (SLEEPLESS, "2026-03-29 00:00", "2026-03-30 00:00", 2),
    ],
)
def test_elapsed_time_counts_real_open_seconds(calendar, start, end, hours):
    assert timedelta(hours=hours) == elapsed(calendar, at(start, calendar), at(end, calendar))


def test_pauses_do_not_elapse():
    start, end = at("2026-03-10 09:00", OFFICE), at("2026-03-11 10:00", OFFICE)
    pauses = [(start + timedelta(hours=8), end - timedelta(minutes=30)), (start - timedelta(days=9), start)]

    assert timedelta(hours=8, minutes=30) == elapsed(OFFICE, start, end, pauses)


@pytest.mark.parametrize(
    ("calendar", "moment", "is_it", "opens", "closes"),
    [
        (OFFICE, "2026-03-10 09:00", True, "2026-03-10 09:00", "2026-03-10 18:00"),
        (OFFICE, "2026-03-10 17:59:59", True, "2026-03-10 17:59:59", "2026-03-10 18:00"),
        (OFFICE, "2026-03-10 18:00", False, "2026-03-11 09:00", "2026-03-11 18:00"),
        (LUNCH, "2026-03-10 12:30", False, "2026-03-10 13:30", "2026-03-10 17:00"),
        (NIGHT, "2026-03-14 05:59", True, "2026-03-14 05:59", "2026-03-14 06:00"),
        (NIGHT, "2026-03-31 23:00", True, "2026-03-31 23:00", "2026-04-01 06:00"),
        (ITALY, "2026-12-25 10:00", False, "2026-12-28 09:00", "2026-12-28 18:00"),
        (SLEEPLESS, "2026-10-25 02:30*", True, "2026-10-25 02:30*", "2026-10-25 04:00"),
    ],
)
def test_a_window_is_open_from_its_start_up_to_its_end(calendar, moment, is_it, opens, closes):
    when = at(moment, calendar)

    assert is_it == is_open(calendar, when)
    assert at(opens, calendar) == next_opening(calendar, when)
    assert at(closes, calendar) == next_closing(calendar, when)


def test_a_window_cut_by_a_repeated_hour_opens_twice():
    early = a_calendar({"sun": ["01:00-02:30"]})
    start, end = at("2026-10-25 00:00", early), at("2026-10-25 12:00", early)

    assert timedelta(hours=2) == elapsed(early, start, end)
    assert not is_open(early, at("2026-10-25 02:45", early))
    assert is_open(early, at("2026-10-25 02:15*", early))


def test_a_holiday_replaces_the_shift_that_starts_on_it_and_no_other():
    night = a_calendar({"mon-sun": ["22:00-06:00"]}, holidays="IT")

    assert is_open(night, at("2026-12-25 05:00", night))  # the shift of the 24th
    assert not is_open(night, at("2026-12-25 23:00", night))
    assert not is_open(night, at("2026-12-26 05:00", night))
    assert is_open(night, at("2026-12-28 05:00", night))


def test_a_date_of_its_own_comes_before_a_holiday():
    calendar = a_calendar(holidays="IT", dates={"2026-12-25": ["09:00-10:00"]})

    assert is_open(calendar, at("2026-12-25 09:30", calendar))


def test_a_subdivision_has_holidays_of_its_own():
    york, whole = (a_calendar(zone="America/New_York", holidays=code) for code in ("US-NY", "US"))
    lincoln = at("2026-02-12 10:00", york)

    assert (False, True) == (is_open(york, lincoln), is_open(whole, lincoln))


def test_shifts_of_two_days_that_overlap_count_once():
    calendar = a_calendar({"mon": ["20:00-10:00"], "tue": ["09:00-12:00"]})

    assert timedelta(hours=16) == elapsed(
        calendar, at("2026-03-09 00:00", calendar), at("2026-03-11 00:00", calendar)
    )


def test_a_calendar_that_never_closes_has_no_closing():
    assert next_closing(ROUND, at("2026-03-10 09:00", ROUND)) is None


START = datetime(2026, 3, 10, 9, tzinfo=UTC)
ON_NO_WALL = START.replace(tzinfo=None)
YEAR = timedelta(days=365)
OLD = a_calendar({}, dates={"2020-12-24": ["09:00-12:00"]})
RARE = a_calendar({"mon": ["09:00-09:15"]})
FREE = a_calendar({}, holidays="IT", dates={"2020-12-24": ["09:00-12:00"]})


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: due(OFFICE, ON_NO_WALL, business(60)), "start: 2026-03-10T09:00:00 has no offset"),
        (lambda: is_open(OFFICE, ON_NO_WALL), "at: 2026-03-10T09:00:00 has no offset"),
        (lambda: due(OFFICE, START, business(-1)), "amount: -1 is negative"),
        (lambda: elapsed(OFFICE, START, START - timedelta(seconds=1)), "end: lies before start"),
        (lambda: due(OFFICE, START, business(1), [(START, START - timedelta(1))]), "pauses: one ends before"),
        (lambda: due(OFFICE, datetime(1, 1, 1, tzinfo=UTC), business(1)), "start: .* is out of range"),
        (lambda: due(OFFICE, datetime(9999, 12, 31, tzinfo=UTC), business(1)), "start: .* is out of range"),
        (lambda: due(OLD, START, business(60)), "calendar: does not open within 10 years after 2026-03-10"),
        (lambda: due(OLD, START, business(0)), "calendar: does not open"),
        (lambda: due(OLD, START, Amount(Unit.SAME_BUSINESS_DAY)), "calendar: does not open"),
        (lambda: due(FREE, START, business(60), [(START, START + 9 * YEAR)]), "calendar: does not open"),
        (lambda: due(FREE, START, business(60), [(START, START + 370 * YEAR)]), "calendar: does not open"),
        (lambda: next_opening(OLD, START), "calendar: does not open"),
        (lambda: due(RARE, START, parse_amount("2000h")), "amount: is not used up within 100 years"),
        (lambda: due(RARE, START, parse_amount("9000 business days")), "so many business days do not come"),
    ],
)
def test_what_cannot_be_counted_is_refused_and_ends(ask, words):
    with pytest.raises(ConfigError, match=words):
        ask()


def test_a_date_of_its_own_is_waited_for_however_long():
    late = a_calendar({}, dates={"2026-03-11": ["09:00-10:00"], "2050-03-11": ["09:00-10:00"]})

    assert at("2050-03-11 09:30", late) == due(late, START, parse_amount("90m"))
    assert at("2050-03-11 10:00", late) == due(
        late, at("2026-03-11 10:00", late), Amount(Unit.SAME_BUSINESS_DAY)
    )


def test_any_zone_may_ask_and_the_answer_is_in_utc():
    start = datetime(2026, 3, 10, 5, tzinfo=ZoneInfo("America/New_York"))
    answer = due(OFFICE, start, parse_amount("1h"))

    assert (datetime(2026, 3, 10, 10, tzinfo=UTC), UTC) == (answer, answer.tzinfo)


def test_a_skipped_day_does_not_open():
    """Samoa left out 2011-12-30, a Friday, when it moved across the date line."""
    assert at("2012-01-02 10:00", SAMOA) == due(SAMOA, at("2011-12-29 17:00", SAMOA), parse_amount("2h"))


def test_the_wall_clock_is_always_open():
    assert timedelta(days=365) == elapsed(ALWAYS, START, START + timedelta(days=365))
