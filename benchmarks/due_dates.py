"""How many due dates a second: near and ten years ahead, with and without a pause.

Run it with `python benchmarks/due_dates.py`; the target is 10,000 a second on one core.
"""

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from intake.calendars import calendar_from, due
from intake.calendars.amounts import parse_amount

ROUNDS = 10_000
AMOUNTS = ("4h", "20800h", "5 business days", "same business day")
CALENDARS: dict[str, dict[str, object]] = {
    "office, Italy": {
        "timezone": "Europe/Rome",
        "hours": {"mon-fri": ["09:00-12:30", "13:30-18:00"]},
        "holidays": "IT",
    },
    "nights, New York": {
        "timezone": "America/New_York",
        "hours": {"mon-fri": ["22:00-06:00"]},
        "holidays": "US-NY",
    },
    "round the clock": {"timezone": "UTC", "hours": "24x7"},
}


def measure() -> None:
    chance = random.Random(1)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    starts = [begin + timedelta(seconds=chance.randrange(365 * 86_400)) for _ in range(ROUNDS)]
    pauses = [[(start + timedelta(hours=1), start + timedelta(hours=30))] for start in starts]
    for name, table in CALENDARS.items():
        calendar = calendar_from(table)
        for text in AMOUNTS:
            amount = parse_amount(text)
            first = time.perf_counter()
            for start in starts:
                due(calendar, start, amount)
            second = time.perf_counter()
            for start, pause in zip(starts, pauses, strict=True):
                due(calendar, start, amount, pause)
            third = time.perf_counter()
            plain, paused = ROUNDS / (second - first), ROUNDS / (third - second)
            print(f"{name:18} {text:18} {plain:10,.0f}/s   with a pause {paused:10,.0f}/s")


if __name__ == "__main__":
    measure()
