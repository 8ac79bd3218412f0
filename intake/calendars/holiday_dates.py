"""Public holidays, by the code that a calendar names: "IT" or, with a subdivision, "US-NY".

The `holidays` library knows the dates; here they are asked for a year at a time, when a
clock first needs that year, and remembered for the life of the process.
"""

import warnings
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

from intake.calendars.quotes import quoted


@lru_cache(maxsize=4096)
def holiday_dates(code: str, year: int) -> frozenset[date]:
    """The days of a year on which nobody works there."""
    import holidays  # costs 80 ms: only a desk whose calendar has holidays pays for it

    country, _, subdivision = code.partition("-")
    with warnings.catch_warnings(action="ignore"):  # it warns of years that it knows nothing of
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


@lru_cache(maxsize=64)
def mistake_in(code: str) -> str:
    """What is wrong with a code, and what would be right; "" for one that is known."""
    from holidays import list_supported_countries

    country, dash, subdivision = code.partition("-")
    known = list_supported_countries()
    if country not in known:
        near = get_close_matches(country.upper(), known, n=1, cutoff=0.8)
        right = f'did you mean "{near[0]}"?' if near else 'write a code such as "IT" or "US-NY"'
        return f"no holidays are known for {quoted(country)}; {right}"
    if dash and subdivision not in known[country]:
        right = f"known: {', '.join(known[country])}" if known[country] else "write the country alone"
        return f"{country} has no subdivision {quoted(subdivision)}; {right}"
    return ""
