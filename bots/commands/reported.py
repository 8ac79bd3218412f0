"""What the report commands make: records, the same in words, a CSV file, a picture."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from bots.commands.uptimes import ServiceMonth, months_uptime, remarks
from bots.progress import counting
from bots.wiring import Wired
from intake.calendars.amounts import length_in_words
from intake.errors import CommandRefused, ConfigError
from intake.reports import BY, Row, counted, safe_cell
from intake.spans import Outcome
from intake.suggestions import did_you_mean
from intake.uptime import Uptime
from store.reports import clock_stories, tickets_before

Record = dict[str, object]
DAYS = 90
COUNTS = tuple(one.value for one in Outcome)
PROMISES = ("clock", "group", "clocks", *COUNTS, "share_met", "median", "90th", "escalated")
UPTIMES = ("service", "uptime", "guarantee", "kept", "down", "left_out", "credit", "organisations")


@dataclass(frozen=True, slots=True)
class Report:
    """A report in every form it is asked for; `paint` draws it into a file."""

    records: Sequence[Record]
    words: Sequence[Record]
    columns: Sequence[str]
    cells: Sequence[Mapping[str, object]]
    remarks: Sequence[str]
    nothing: str
    paint: Callable[[Path], None]


def promises(wired: Wired, since: str, until: str, by: str) -> Report:
    """The report on promises."""
    if by not in BY:
        raise ConfigError([f"--by: {by!r} is no way to group; {did_you_mean(by, BY)}"])
    now, zone = datetime.now(UTC), ZoneInfo(wired.desk.timezone)
    first, last = days(since, until, now.astimezone(zone).date())
    begins, ends = (midnight(day, zone) for day in (first, last + timedelta(days=1)))
    policy = wired.setup.policy
    with wired.store.reading() as work, counting(tickets_before(work, ends), "tickets") as step:
        stories = clock_stories(work, begins, ends, policy.calendar_of, step)
        rows = counted(stories, by, begins, ends, policy, zone, now)
    title = f"Promises made {first} to {last}" + (f", by {by}" if by != "kind" else "")
    records = [_record(row, by) for row in rows]
    return Report(
        records,
        [_in_words(row) for row in rows],
        [one for one in PROMISES if one != "group" or by != "kind"],
        records,
        [f"{title}, days of {zone}. Times are business time; the share is of those kept or broken."],
        f"No promise was made {first} to {last}.",
        partial(_paint_promises, rows, title),
    )


def uptimes(wired: Wired, month: str) -> Report:
    """The report on uptime."""
    rows = months_uptime(wired, month)
    title = f"Uptime in {rows[0].uptime.month.name}" + (" so far" if rows[0].so_far else "")
    return Report(
        [one.as_record() for one in rows],
        [_uptime_words(one) for one in rows],
        UPTIMES,
        [_uptime_cells(one) for one in rows],
        [*_credit_lines(rows), *remarks(rows)],
        "",
        partial(_paint_uptimes, [one.uptime for one in rows], title),
    )


def write_csv(report: Report, file: Path) -> None:
    """A CSV file in UTF-8 whose cells no spreadsheet runs (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if report.cells:
        writer.writerow(report.cells[0])
    writer.writerows([safe_cell(value) for value in cells.values()] for cells in report.cells)
    if str(file) == "-":
        sys.stdout.write(text.getvalue())
        return
    try:
        file.write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        raise CommandRefused(f"--csv: {file}: cannot be written: {error.strerror}") from error
    typer.echo(f"{file}: {len(report.cells)} rows")


def draw(report: Report, file: Path) -> None:
    """A picture, SVG or PNG by its name."""
    if file.suffix.lower() not in (".svg", ".png"):
        raise ConfigError([f"--picture: {file}: end the name in .svg or .png"])
    if not report.cells:
        raise CommandRefused(f"{report.nothing} There is nothing to draw.")
    try:
        report.paint(file)  # loads a library that a desk does without
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("matplotlib"):
            raise
        raise CommandRefused(
            "--picture needs matplotlib; install it with: pip install 'deskbell[reports]'"
        ) from error
    except OSError as error:
        raise CommandRefused(f"--picture: {file}: cannot be written: {error.strerror}") from error
    typer.echo(f"{file}: drawn")


def _paint_promises(rows: Sequence[Row], title: str, file: Path) -> None:
    from bots.pictures import draw_promises

    draw_promises(rows, title, file)


def _paint_uptimes(rows: Sequence[Uptime], title: str, file: Path) -> None:
    from bots.pictures import draw_uptimes

    draw_uptimes(rows, title, file)


def days(since: str, until: str, today: date) -> tuple[date, date]:
    last = _day(until, "--to") if until else today
    first = _day(since, "--from") if since else last - timedelta(days=DAYS)
    if first > last:
        raise ConfigError([f"--from: {first} lies after --to, {last}"])
    return first, last


def _day(written: str, place: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise ConfigError([f"{place}: {written!r} is no date; write it as 2026-10-31"]) from error
    if not 2000 <= day.year < 2100:
        raise ConfigError([f"{place}: {written}: is the year right?"])
    return day


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _record(row: Row, by: str) -> Record:
    return {
        "clock": row.kind.value,
        **({by: row.group} if by != "kind" else {}),
        "clocks": row.clocks,
        **{one.value: row.counts[one] for one in Outcome},
        "share_met": row.share_met,
        "median_s": row.median,
        "p90_s": row.ninetieth,
        "tickets": row.tickets,
        "escalated": row.escalated,
        "share_escalated": row.share_escalated,
    }


def _in_words(row: Row) -> Record:
    return {
        "clock": row.kind.value.replace("_", " "),
        "group": row.group,
        "clocks": row.clocks,
        **{one.value: row.counts[one] for one in Outcome},
        "share_met": per_cent(row.share_met),
        "median": _length(row.median),
        "90th": _length(row.ninetieth),
        "escalated": f"{row.escalated} of {row.tickets} ({per_cent(row.share_escalated)})",
    }


def _uptime_words(one: ServiceMonth) -> Record:
    return {
        "service": one.uptime.service,
        "uptime": f"{one.uptime.per_cent} %",
        "guarantee": f"{one.uptime.guarantee} %",
        "kept": "kept" if one.uptime.is_kept else "missed",
        "down": length_in_words(int(one.uptime.down.total_seconds())),
        "left_out": length_in_words(int(one.uptime.left_out.total_seconds())),
        "credit": f"{one.uptime.credit:g} %" if one.uptime.credit else "-",
        "organisations": len(one.credited) or "-",
    }


def _uptime_cells(one: ServiceMonth) -> Mapping[str, object]:
    """A line a service: the organisations and their claims in one cell each."""
    record = one.as_record()
    claims = [f"{each.organisation}: {number}" for each in one.credited for number in each.claims]
    return record | {
        "uptime": float(one.uptime.per_cent),
        "guarantee": float(one.uptime.guarantee),
        "kept": "yes" if one.uptime.is_kept else "no",
        "so_far": "yes" if one.so_far else "no",
        "outages": " ".join(map(str, one.outages)),
        "organisations": "; ".join(each.organisation for each in one.credited),
        "claims": "; ".join(claims),
    }


def _credit_lines(rows: Iterable[ServiceMonth]) -> Iterable[str]:
    for one in rows:
        for each in one.credited:
            claims = f", claimed in {', '.join(map(str, each.claims))}" if each.claims else ", no claim yet"
            yield f"{one.uptime.service}: {one.uptime.credit:g} % to {each.organisation}{claims}"


def per_cent(part: float | None) -> str:
    return "-" if part is None else f"{part * 100:.1f} %"


def _length(seconds: float | None) -> str:
    return "-" if seconds is None else length_in_words(round(seconds))
