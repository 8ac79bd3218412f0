"""Due dates in batches: one question a line in, one answer a line out.

A question is `{id, calendar, start, amount}` for a due date or `{id, calendar, start, end}` for
the open time between; either may have `pauses`. `calendar` is a path, which the caller's look-up
resolves, or the table itself. A line that cannot be answered gets `{id, error}`, and the next
line is none the worse for it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from math import isfinite

from intake.calendars import Calendar, calendar_from, due, elapsed
from intake.calendars.amounts import parse_amount
from intake.calendars.quotes import quoted
from intake.errors import ConfigError
from intake.suggestions import did_you_mean

FIELDS = ("id", "calendar", "start", "amount", "end", "pauses")
QUESTION = "write {id, calendar, start, amount} or {id, calendar, start, end}"

CalendarAt = Callable[[str], Calendar]
Answer = dict[str, object]


def answers(lines: Iterable[str | bytes], calendar_at: CalendarAt) -> Iterator[Answer]:
    """The answers to a file of questions, in their order; empty lines are passed over."""
    look_up = read_once(calendar_at)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield answer_line(line, look_up, f"line {number}")


def answer_line(line: str | bytes, calendar_at: CalendarAt, place: str = "line") -> Answer:
    """The answer to one line of JSON; bytes are UTF-8."""
    try:
        text = line if isinstance(line, str) else line.decode("utf-8-sig")
        question = json.loads(text, parse_float=_number, parse_constant=_number)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"{place}: is not JSON: {error}; {QUESTION}"}
    if not isinstance(question, dict):
        return {"id": None, "error": f"{place}: expected an object, got {quoted(question)}; {QUESTION}"}
    return answer(question, calendar_at)


def read_once(calendar_at: CalendarAt) -> CalendarAt:
    """The same look-up, but each calendar is read once, and what is wrong with it found once."""

    @lru_cache(maxsize=1024)
    def found(written: str) -> Calendar | tuple[str, ...]:
        try:
            return calendar_at(written)
        except ConfigError as error:
            return error.mistakes

    def look_up(written: str) -> Calendar:
        calendar = found(written)
        if isinstance(calendar, tuple):
            raise ConfigError(calendar)
        return calendar

    return look_up


def answer(row: Mapping[str, object], calendar_at: CalendarAt) -> Answer:
    """The answer to one question: `due` in the calendar's zone, `elapsed_s`, or `error`."""
    try:
        return {"id": row.get("id")} | _answer(row, calendar_at)
    except ConfigError as error:
        return {"id": row.get("id"), "error": "; ".join(error.mistakes)}
    except RecursionError:
        return {"id": row.get("id"), "error": f"calendar: is nested too deeply; {QUESTION}"}
    except OSError as error:
        return {"id": row.get("id"), "error": f"calendar: cannot be read: {error.strerror}; give its path"}


def in_zone(calendar: Calendar, moment: datetime) -> str:
    """A moment as people there would write it, with its offset."""
    return moment.astimezone(calendar.zone).isoformat()


def moment_in(written: object, place: str) -> datetime:
    """Read an ISO 8601 moment; one without offset could be any of 38 moments and is refused."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ConfigError(
            [f'{place}: {quoted(written)} is no moment; write it as "2026-03-02T09:00:00+01:00"']
        )
    if moment.tzinfo is None:
        raise ConfigError(
            [f'{place}: {quoted(written)} has no offset; write it as "{moment.isoformat()}+01:00"']
        )
    return moment


def _answer(row: Mapping[str, object], calendar_at: CalendarAt) -> Answer:
    if unknown := [name for name in row if name not in FIELDS]:
        raise ConfigError([f"{name}: no such field; {did_you_mean(name, FIELDS)}" for name in unknown])
    if ("amount" in row) == ("end" in row):
        raise ConfigError([f"amount, end: one of them is needed, and not both; {QUESTION}"])
    calendar = _calendar(row.get("calendar"), calendar_at)
    start, pauses = moment_in(row.get("start"), "start"), _pauses(row.get("pauses"))
    if "amount" in row:
        return {"due": in_zone(calendar, due(calendar, start, parse_amount(row["amount"]), pauses))}
    return {"elapsed_s": _seconds(elapsed(calendar, start, moment_in(row["end"], "end"), pauses))}


def _calendar(written: object, calendar_at: CalendarAt) -> Calendar:
    if isinstance(written, str):
        return calendar_at(written)
    if isinstance(written, Mapping):
        return _inline(json.dumps(dict(written)))
    raise ConfigError([f"calendar: expected a path or a table, got {quoted(written)}; name a calendar file"])


_inline = read_once(lambda table: calendar_from(json.loads(table)))


def _pauses(written: object) -> list[tuple[datetime, datetime]]:
    if written is None:
        return []
    if not isinstance(written, list) or not all(isinstance(row, list) and len(row) == 2 for row in written):
        raise ConfigError(["pauses: expected pairs of moments; write [[from, to], …]"])
    return [(moment_in(begins, "pauses"), moment_in(ends, "pauses")) for begins, ends in written]


def _number(written: str) -> float | str:
    """A number, or the word for what JSON knows no number for: Python would answer NaN with NaN."""
    number = float(written)
    return number if isfinite(number) else written


def _seconds(length: timedelta) -> int | float:
    seconds = length.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds
