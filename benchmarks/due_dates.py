"""How many due dates a second, for calendars of every kind: near, ten years ahead, with 20 pauses.

Run it with `python benchmarks/due_dates.py`; the target is 10,000 a second of CPU
time in every row. What is worked out on first use (holidays, jumps of the clock) is counted. The
last rows ask as `deskbell sla due --batch` does: JSON in, JSON out, each line naming one of 200
calendars, as a file or as a table within the line.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from intake.calendars import Calendar, calendar_from, due, elapsed
from intake.calendars.amounts import parse_amount
from intake.calendars.due_dates import answers

ROUNDS = 10_000
TEN_YEARS = timedelta(days=3653)
AMOUNTS = (
    "0h",
    "4h",
    "45s",
    "20000h",
    "20000h wall",
    "5 business days",
    "2500 business days",
    "same business day",
)
OFFICE = {"mon-fri": ["09:00-12:30", "13:30-18:00"]}
NIGHTS = {"mon-fri": ["22:00-06:00"], "sat": ["00:00-24:00"], "sun": ["09:00-09:00"]}
CROWDED = {
    "mon-sun": [
        f"{hour:02}:{minute:02}-{hour:02}:{minute + 20:02}" for hour in range(24) for minute in (0, 30)
    ]
}
DATES = {f"{year}-{month:02}-24": ["09:00-12:00"] for year in range(2026, 2040) for month in range(1, 13)}
CALENDARS: dict[str, dict[str, object]] = {
    "office, Italy": {"timezone": "Europe/Rome", "hours": OFFICE, "holidays": "IT"},
    "office, dates": {"timezone": "Europe/Dublin", "hours": OFFICE, "dates": DATES},
    "nights, New York": {"timezone": "America/New_York", "hours": NIGHTS, "holidays": "US-NY"},
    "crowded, Lord Howe": {"timezone": "Australia/Lord_Howe", "hours": CROWDED},
    "crowded, Casablanca": {"timezone": "Africa/Casablanca", "hours": CROWDED, "holidays": "MA"},
    "round the clock": {"timezone": "UTC", "hours": "24x7"},
    "an hour a day": {
        "timezone": "America/Sao_Paulo",
        "hours": {"mon-sun": ["12:00-13:00"]},
        "holidays": "BR",
    },
}
ZONES = (
    "Europe/Rome",
    "America/New_York",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Antarctica/Troll",
    "Pacific/Apia",
)

Pauses = list[tuple[datetime, datetime]]


def measure() -> None:
    chance = random.Random(1)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    starts = [begin + timedelta(seconds=chance.randrange(365 * 86_400)) for _ in range(ROUNDS)]
    pauses = [_pauses(chance, start) for start in starts]
    for name, table in CALENDARS.items():
        for text in AMOUNTS if name != "an hour a day" else AMOUNTS[:3]:
            plain, paused = _rates(calendar_from(table), text, starts, pauses)
            _show(f"{name}, {text}", plain, paused)
        plain, paused = _elapsed_rates(calendar_from(table), starts, pauses)
        _show(f"{name}, elapsed", plain, paused)
    _measure_batch(chance, starts)


def _rates(
    calendar: Calendar, text: str, starts: list[datetime], pauses: list[Pauses]
) -> tuple[float, float]:
    amount = parse_amount(text)
    return (
        _rate(lambda start, _: due(calendar, start, amount), starts, pauses),
        _rate(lambda start, rows: due(calendar, start, amount, rows), starts, pauses),
    )


def _elapsed_rates(calendar: Calendar, starts: list[datetime], pauses: list[Pauses]) -> tuple[float, float]:
    return (
        _rate(lambda start, _: elapsed(calendar, start, start + TEN_YEARS), starts, pauses),
        _rate(lambda start, rows: elapsed(calendar, start, start + TEN_YEARS, rows), starts, pauses),
    )


def _rate(ask: Callable[[datetime, Pauses], object], starts: list[datetime], pauses: list[Pauses]) -> float:
    begun = time.process_time()
    for start, rows in zip(starts, pauses, strict=True):
        ask(start, rows)
    return len(starts) / (time.process_time() - begun)


def _pauses(chance: random.Random, start: datetime) -> Pauses:
    """Twenty pauses of up to two days within the first quarter of a year, some overlapping."""
    begins = [start + timedelta(minutes=chance.randrange(90 * 1440)) for _ in range(20)]
    return [(low, low + timedelta(minutes=chance.randrange(2 * 1440))) for low in begins]


def _measure_batch(chance: random.Random, starts: list[datetime]) -> None:
    tables: list[dict[str, object]] = [
        {
            "timezone": ZONES[number % len(ZONES)],
            "hours": {"mon-fri": [f"{number % 12:02}:{number % 60:02}-18:00"]},
        }
        for number in range(200)
    ]
    files = [f"{number}.toml" for number in range(200)]
    for name, named in (("as files", files), ("as tables", tables)):
        rows = [
            {
                "id": number,
                "calendar": named[chance.randrange(200)],
                "start": start.isoformat(),
                "amount": "4h",
            }
            for number, start in enumerate(starts)
        ]
        lines = [json.dumps(row).encode() for row in rows]
        begun = time.process_time()
        _answer_all(lines, tables)
        print(f"{f'batch, 200 calendars {name}':42} {ROUNDS / (time.process_time() - begun):10,.0f}/s")


def _answer_all(lines: Iterable[bytes], tables: list[dict[str, object]]) -> None:
    for answer in answers(lines, lambda name: calendar_from(tables[int(name.partition(".")[0])])):
        assert "due" in json.loads(json.dumps(answer))


def _show(name: str, plain: float, paused: float) -> None:
    mark = "" if min(plain, paused) >= 10_000 else "  below 10,000"
    print(f"{name:42} {plain:10,.0f}/s   with 20 pauses {paused:10,.0f}/s{mark}")


if __name__ == "__main__":
    measure()
