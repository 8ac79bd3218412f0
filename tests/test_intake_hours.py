"""What may be written for opening hours, and what is said about the rest."""

import pytest

from intake.calendars import calendar_from, load_calendar
from intake.calendars.hours import ALL_DAY, Window, window_in
from intake.errors import ConfigError

HOUR = 3600
OFFICE = {"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}}


def open_days(hours):
    week = calendar_from({"timezone": "UTC", "hours": hours}).week
    return "".join(letter if windows else "-" for letter, windows in zip("mtwtfss", week, strict=True))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("09:00-18:00", Window(9 * HOUR, 18 * HOUR)),
        ("9:00 - 18:00", Window(9 * HOUR, 18 * HOUR)),
        ("18:00-24:00", Window(18 * HOUR, 24 * HOUR)),
        ("00:00-24:00", ALL_DAY),
        ("00:00-00:00", ALL_DAY),
        ("22:00-06:00", Window(22 * HOUR, 30 * HOUR)),
        ("09:00-09:00", Window(9 * HOUR, 33 * HOUR)),  # round the clock
        ("24:00-06:00", None),
        ("09:00-24:01", None),
        ("09:60-18:00", None),
        ("0900-1800", None),
        ("09:00", None),
        (900, None),
    ],
)
def test_a_window_is_two_clock_times(text, window):
    assert window == window_in(text)


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        ("24x7", "mtwtfss"),
        ({"mon": ["09:00-18:00"]}, "m------"),
        ({"mon-fri": ["09:00-18:00"]}, "mtwtf--"),
        ({"sat-mon": ["09:00-18:00"]}, "m----ss"),
        ({"Mon-Tue": ["09:00-18:00"], "fri": ["09:00-12:00", "13:00-17:00"]}, "mt--f--"),
        ({"wed-wed": ["09:00-18:00"], "sun": []}, "--w----"),
    ],
)
def test_days_are_named_one_by_one_or_as_a_range(hours, days):
    assert days == open_days(hours)


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (
            {"timezone": "Europe/Roma"},
            "c.timezone: 'Europe/Roma' is no known zone; did you mean \"Europe/Rome\"?",
        ),
        ({"timezone": "Europe"}, "c.timezone: 'Europe' is no known zone"),
        ({"timezone": "../../etc/passwd"}, "is no known zone"),
        ({"timezone": "x\0y"}, "is no known zone"),
        ({"timezone": 1}, "c.timezone: expected the name of a zone, got 1"),
        ({"hours": None}, "c.hours: expected hours, got None"),
        ({"hours": "24/7"}, "c.hours: expected hours, got '24/7'; write \"24x7\""),
        ({"hours": {"mon": "09:00-18:00"}}, "c.hours.mon: expected a list"),
        ({"hours": {"mon": ["9-5"]}}, "c.hours.mon: '9-5' is no window; write \"09:00-18:00\""),
        ({"hours": {"mno": ["09:00-18:00"]}}, "c.hours.mno: 'mno' is no day; did you mean \"mon\"?"),
        ({"hours": {"mon-": ["09:00-18:00"]}}, "c.hours.mon-: '' is no day; known: fri"),
        (
            {"hours": {"mon-fri": ["09:00-18:00"], "fri": ["09:00-12:00"]}},
            "c.hours.fri: fri is given twice; name each day once",
        ),
        (
            {"hours": {"mon": ["13:00-17:00", "09:00-13:30"]}},
            "c.hours.mon: 09:00-13:30 and 13:00-17:00 overlap",
        ),
        ({"hours": {"mon": ["22:00-06:00", "21:00-23:00"]}}, "overlap"),
        ({"hours": {}}, "c.hours: never opens; write at least one window"),
        ({"hours": {"mon": []}, "dates": {"2026-01-01": []}}, "c.hours: never opens"),
        ({"dates": {"24.12.2026": []}}, 'c.dates.24.12.2026: is no date; write it as "2026-12-24"'),
        ({"dates": {"2026-02-30": []}}, "c.dates.2026-02-30: is no date"),
        ({"dates": {"0001-01-01": []}}, "c.dates.0001-01-01: is no date"),
        ({"dates": {"2026-12-24": ["12"]}}, "c.dates.2026-12-24: '12' is no window"),
        ({"dates": ["2026-12-24"]}, "c.dates: expected a table"),
        ({"holidays": "it"}, "c.holidays: no holidays are known for 'it'; did you mean \"IT\"?"),
        ({"holidays": "US-ZZ"}, "c.holidays: US has no subdivision 'ZZ'; known: AK"),
        ({"holidays": ["IT"]}, "c.holidays: expected a code"),
        ({"hours": {"mon": ["09:00:30-18:00"]}}, "c.hours.mon: '09:00:30-18:00' is no window"),
        ({"hours": {"mon": ["25:00-26:00"]}}, "c.hours.mon: '25:00-26:00' is no window"),
        ({"timezone": "x" * 10_000}, "c.timezone: 'xxx"),
        ({"hour": {}}, 'c.hour: no such setting; did you mean "hours"?'),
    ],
)
def test_a_mistake_says_where_it_is_and_what_would_be_right(change, mistake):
    with pytest.raises(ConfigError) as caught:
        calendar_from(OFFICE | change, "c")

    assert mistake in str(caught.value)
    assert all("; " in line or "did you mean" in line for line in caught.value.mistakes)
    assert all(len(line) < 600 for line in caught.value.mistakes)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(ConfigError) as caught:
        calendar_from({"timezone": "Rome", "hours": {"mon": ["9"], "tues": []}, "holiday": "IT"})

    assert 4 == len(caught.value.mistakes)


def test_windows_that_touch_are_no_mistake():
    calendar = calendar_from(OFFICE | {"hours": {"mon": ["09:00-13:00", "13:00-18:00"]}})

    assert 2 == len(calendar.week[0])


def test_a_calendar_that_opens_on_single_dates_only_is_a_calendar():
    assert calendar_from({"timezone": "UTC", "hours": {}, "dates": {"2026-12-24": ["09:00-12:00"]}})


def test_a_calendar_file_is_toml():
    calendar = load_calendar(
        'timezone = "UTC"\n[hours]\nmon-tue = ["09:00-18:00"]\n[dates]\n2026-12-24 = []\n'
    )

    assert "UTC" == calendar.zone.key


def test_the_mark_that_some_editors_put_first_is_no_mistake():
    assert "UTC" == load_calendar('\ufefftimezone = "UTC"\r\nhours = "24x7"\r\n').zone.key


@pytest.mark.parametrize("text", ["timezone", "hours = " + "[" * 5000, "hours = " + "9" * 5000])
def test_what_is_not_toml_is_a_mistake(text):
    with pytest.raises(ConfigError, match=r"^desk\.toml: is not TOML: "):
        load_calendar(text, "desk.toml")
