"""The names of public holidays, for people who ask why a day was not counted.

The dates that count are `intake.calendars.holiday_dates`; the same library says what they are called,
in English where it can.
"""

import warnings
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

ENGLISH = "en_US"


@lru_cache(maxsize=256)
def holiday_names(code: str, year: int) -> Mapping[date, str]:
    """What each holiday of a year is called there; "a holiday" where the library has no name."""
    import holidays  # as dear as in holiday_dates

    country, _, subdivision = code.partition("-")
    with warnings.catch_warnings(action="ignore"):  # as there
        found = holidays.country_holidays(
            country, subdiv=subdivision or None, years=year, language=_language(country)
        )
    return {day: name or "a holiday" for day, name in found.items()}


def _language(country: str) -> str | None:
    from holidays import list_localized_countries

    return ENGLISH if ENGLISH in list_localized_countries().get(country, ()) else None
