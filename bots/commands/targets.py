"""`deskbell sla`: due dates by a calendar, one or a file of them, and the desk's own computed again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.console import errors_told, json_line, open_desk

if TYPE_CHECKING:
    from intake.calendars import Calendar

app = typer.Typer(help="Compute due dates.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Compute due dates."""


@app.command()
def due(
    calendar: Annotated[
        Path | None, typer.Option("--calendar", metavar="FILE", help="A calendar file.")
    ] = None,
    start: Annotated[str | None, typer.Option("--start", metavar="ISO", help="With its offset.")] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="4h", help="Time of the calendar.")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option("--batch", metavar="FILE", help="A line of JSON a question.")
    ] = None,
) -> None:
    """Print when an amount of business time is used up."""
    with errors_told():
        if batch is not None and not (calendar or start or amount):
            _batch(batch)
        elif batch is None and calendar is not None and start is not None and amount is not None:
            _one(calendar, start, amount)
        else:
            typer.echo("sla due: give --calendar, --start and --amount, or --batch alone", err=True)
            raise typer.Exit(2)


@app.command()
def recompute(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would move.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON a clock that moves.")] = False,
) -> None:
    """Compute every unfinished clock again, after the policy, a calendar or its holidays changed.

    A breach that was recorded stays recorded: the promise that was given was broken. A desk that
    runs meanwhile goes on by the policy that it has read; send it SIGHUP first.
    """
    with open_desk() as wired:
        from bots.commands.promised import recomputed

        count = 0
        for number, moved in recomputed(wired, dry_run):
            count += 1
            words = json_line(moved.as_record(number)) if as_json else moved.in_words(wired.desk.timezone)
            typer.echo(words)
        if not as_json:
            clocks = "clock" if count == 1 else "clocks"
            typer.echo(f"{count} {clocks} {'would move' if dry_run else 'moved'}.")


def _one(path: Path, start: str, amount: str) -> None:
    from intake.calendars import due as due_at
    from intake.calendars.amounts import parse_amount
    from intake.calendars.due_dates import in_zone, moment_in

    calendar = _calendar_at(path)
    typer.echo(
        in_zone(calendar, due_at(calendar, moment_in(start, "--start"), parse_amount(amount, "--amount")))
    )


def _batch(path: Path) -> None:
    import json

    from intake.calendars.due_dates import answers
    from intake.errors import ConfigError

    try:
        lines = path.open("rb")
    except (OSError, ValueError) as error:
        raise ConfigError([f"--batch: {path}: cannot be read: {error}; give a file of JSON lines"]) from error
    failed = False
    with lines:
        for answer in answers(lines, lambda name: _calendar_at(path.parent / name)):
            failed = failed or "error" in answer
            sys.stdout.write(json.dumps(answer) + "\n")  # not echo, which flushes each line
    if failed:
        raise typer.Exit(1)


def _calendar_at(path: Path) -> Calendar:
    """Read a calendar; what is odd about it, though not wrong, goes to standard error."""
    from bots.files import text_of
    from intake.calendars import load_calendar
    from intake.errors import ConfigError

    try:
        calendar = load_calendar(text_of(path), str(path))
    except ValueError as error:  # a name that no file can have
        raise ConfigError(
            [f"calendar: {str(path)!r} is no file name; give the path of a calendar"]
        ) from error
    for warning in calendar.warnings:
        typer.echo(f"{path}: {warning}", err=True)
    return calendar
