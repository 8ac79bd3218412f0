"""Public holidays by code, a year at a time."""

from datetime import date

import pytest

from intake.calendars.holiday_dates import holiday_dates, mistake_in


@pytest.mark.parametrize(
    ("code", "day", "free"),
    [
        ("IT", date(2026, 4, 6), True),  # Easter Monday
        ("IT", date(2026, 4, 7), False),
        ("US", date(2026, 7, 3), True),  # the 4th is a Saturday
        ("US", date(2027, 12, 31), True),  # New Year's Day of 2028 is one
        ("BR", date(2026, 9, 7), True),
        ("US", date(2026, 2, 12), False),
        ("US-NY", date(2026, 2, 12), True),
        ("GB-SCT", date(2026, 11, 30), True),
        ("IN", date(2120, 1, 26), False),  # the library knows India to 2035
    ],
)
def test_a_holiday_is_known_by_country_and_subdivision(code, day, free):
    assert free == (day in holiday_dates(code, day.year))


@pytest.mark.parametrize("code", ["IT", "US-NY", "BR-SP", "GB-SCT"])
def test_a_known_code_is_no_mistake(code):
    assert not mistake_in(code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("it", 'did you mean "IT"?'),
        ("Mars", 'write a code such as "IT" or "US-NY"'),
        ("US-", "known: AK, AL"),
        ("US_NY", "no holidays are known for 'US_NY'"),
        ("VA-X", "write the country alone"),
    ],
)
def test_a_mistake_says_what_would_be_right(code, words):
    assert words in mistake_in(code)
