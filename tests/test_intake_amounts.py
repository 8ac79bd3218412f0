"""What may be written for an amount of time, and what is said about the rest."""

import pytest

from intake.calendars.amounts import Amount, Unit, business, parse_amount
from intake.errors import ConfigError

HOUR = 3600


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4h", business(4 * HOUR)),
        ("90m", business(90 * 60)),
        ("1h30m", business(90 * 60)),
        ("1h 30m", business(90 * 60)),
        ("1h0m15s", business(HOUR + 15)),
        ("45s", business(45)),
        ("0h", business(0)),
        (" 4H ", business(4 * HOUR)),
        ("30m wall", Amount(Unit.WALL_TIME, 30 * 60)),
        ("24h  wall", Amount(Unit.WALL_TIME, 24 * HOUR)),
        ("5 business days", Amount(Unit.BUSINESS_DAYS, 5)),
        ("1 business day", Amount(Unit.BUSINESS_DAYS, 1)),
        ("Same business day", Amount(Unit.SAME_BUSINESS_DAY)),
    ],
)
def test_an_amount_is_read(text, amount):
    assert amount == parse_amount(text)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2d", "no amount of time"),  # 48 hours or two days of work?
        ("4", "no amount of time"),
        ("", "no amount of time"),
        ("wall", "no amount of time"),
        ("30m1h", "no amount of time"),
        ("1.5h", "no amount of time"),
        ("٤h", "no amount of time"),  # a digit, but not one that people here would check
        ("business days", "no amount of time"),
        ("5 business days wall", "no amount of time"),
        ("-4h", "is negative"),
        ("-1 business days", "is negative"),
        ("9999999999h", "too long"),
        ("99999 business days", "too long"),
        ("9" * 5000 + "h", "no amount of time"),
        (4, "expected text"),
        (None, "expected text"),
    ],
)
def test_what_is_no_amount_is_refused_with_what_would_be_right(written, words):
    with pytest.raises(ConfigError) as caught:
        parse_amount(written, "severity.critical.resolution")

    assert str(caught.value).startswith("severity.critical.resolution: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text", ["1h30m", "45s", "0m", "30m wall", "5 business days", "1 business day", "same business day"]
)
def test_an_amount_is_written_as_it_is_read(text):
    assert text == str(parse_amount(text))
