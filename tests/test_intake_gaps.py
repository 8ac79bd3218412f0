"""Hours whose edge the clock skips when summer time begins are told at load."""

import pytest

from intake.calendars import calendar_from


@pytest.mark.parametrize(
    ("zone", "hours", "told"),
    [
        ("Europe/Rome", {"mon-fri": ["09:00-18:00"]}, []),
        ("Europe/Rome", "24x7", []),
        ("Europe/Rome", {"sun": ["02:30-10:00"]}, ["02:30"]),
        ("Europe/Rome", {"sun": ["02:00-10:00"]}, ["02:00"]),  # opens at 03:00 that night
        ("Europe/Rome", {"sat": ["20:00-02:00"]}, []),  # closes as the clock jumps, which is 02:00
        ("Europe/Rome", {"sat": ["20:00-02:15"], "sun": ["02:45-09:00"]}, ["02:15", "02:45"]),
        ("Europe/Rome", {"mon-fri": ["02:30-10:00"]}, []),  # the clock jumps on Sundays
        ("Europe/Rome", {"sun": ["01:00-02:30", "02:30-10:00"]}, []),  # open on both sides
        ("Africa/Cairo", {"fri": ["00:00-08:00"]}, ["00:00"]),
        ("Africa/Casablanca", {"sun": ["02:30-08:00"]}, ["02:30"]),  # after Ramadan, another date each year
        ("America/St_Johns", {"sun": ["02:30-08:00"]}, ["02:30"]),
        ("Antarctica/Troll", {"sun": ["01:30-02:59"]}, ["01:30", "02:59"]),  # by two hours, from 01:00
        ("Antarctica/Troll", {"sun": ["03:00-09:00"]}, []),
        ("Europe/Dublin", {"sun": ["01:30-10:00"]}, ["01:30"]),
        ("Asia/Tehran", {"mon-sun": ["00:30-10:00"]}, []),  # it, too, has given up summer time
        ("Australia/Lord_Howe", {"sun": ["02:15-10:00"]}, ["02:15"]),
        ("America/Sao_Paulo", {"sun": ["00:30-10:00"]}, []),  # it has given up summer time
        ("Asia/Tokyo", {"sun": ["02:30-10:00"]}, []),
    ],
)
def test_an_edge_in_a_gap_is_a_warning(zone, hours, told):
    warnings = calendar_from({"timezone": zone, "hours": hours}).warnings

    assert told == [warning.split()[1] for warning in warnings]


def test_a_single_date_is_looked_at_in_its_own_year():
    calendar = calendar_from(
        {
            "timezone": "Europe/Rome",
            "hours": {"mon": ["09:00-18:00"]},
            "dates": {"2026-03-29": ["02:30-10:00"]},
        }
    )

    (warning,) = calendar.warnings
    assert warning.startswith("hours: 02:30 does not exist on 2026-03-29 in Europe/Rome")
