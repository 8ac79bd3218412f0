"""`deskbell sla`: due dates by a calendar, one or a file of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.console import errors_told

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
        if batch is not None:
            _batch(batch)
        elif calendar is None or start is None or amount is None:
            typer.echo("sla due: give --calendar, --start and --amount, or --batch", err=True)
            raise typer.Exit(2)
        else:
            _one(calendar, start, amount)


def _one(path: Path, start: str, amount: str) -> None:
    from intake.calendars import due as due_at
    from intake.calendars.amounts import parse_amount
    from intake.calendars.due_dates import in_zone, moment_in

    calendar = _calendar_at(path)
    for warning in calendar.warnings:
        typer.echo(f"{path}: {warning}", err=True)
    typer.echo(
        in_zone(calendar, due_at(calendar, moment_in(start, "--start"), parse_amount(amount, "--amount")))
    )


def _batch(path: Path) -> None:
    import json
    from functools import lru_cache

    from intake.calendars.due_dates import answers
    from intake.errors import ConfigError

    look_up = lru_cache(maxsize=None)(lambda name: _calendar_at(path.parent / name))
    if not path.is_file():
        raise ConfigError([f"--batch: {path}: is no file"])
    failed = False
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for answer in answers(lines, look_up):
            failed = failed or "error" in answer
            typer.echo(json.dumps(answer))
    if failed:
        raise typer.Exit(1)


def _calendar_at(path: Path) -> Calendar:
    from bots.files import text_of
    from intake.calendars import load_calendar

    return load_calendar(text_of(path), str(path))
