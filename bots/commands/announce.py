"""`deskbell announce`: maintenance windows, told to the customers whom they concern."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots.console import in_zone, open_desk, show, show_one

app = typer.Typer(
    help="Announce maintenance by mail; list it, cancel it, write a status page.", invoke_without_command=True
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="The agent who does it.")]
COLUMNS = ("id", "state", "services", "starts", "ends", "kind", "text")


@app.callback()
def announce(
    context: typer.Context,
    starts: Annotated[
        str, typer.Option("--from", metavar="ISO", help="The beginning; without offset in the desk's zone.")
    ] = "",
    ends: Annotated[str, typer.Option("--to", metavar="ISO", help="The end.")] = "",
    service: Annotated[
        list[str] | None,
        typer.Option("--service", metavar="NAME", help="A product of the policy; may be repeated; else all."),
    ] = None,
    text: Annotated[str, typer.Option("--text", help="What is done; - reads it from the input.")] = "",
    emergency: Annotated[
        bool, typer.Option("--emergency", help="It cannot wait for the policy's notice, and says so.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say who would be told, and what.")] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Announce maintenance to the contact of every organisation that it concerns."""
    if context.invoked_subcommand:
        return
    missing = [name for name, value in _wanted(starts, ends, text, by) if not value]
    if missing:
        typer.echo(f"announce: give {', '.join(missing)}; see `deskbell announce --help`", err=True)
        raise typer.Exit(2)
    with open_desk() as wired:
        from bots.commands import announcing
        from bots.commands.acts import text_from

        plan = announcing.planned(
            wired, starts, ends, service or [], text_from(text), by, emergency=emergency
        )
        for warning in plan.warnings:
            typer.echo(f"warning: {warning}", err=True)
        done = announcing.rehearsed(wired, plan, as_json) if dry_run else announcing.announced(wired, plan)
        show_one(next(in_zone([done], ("from", "to"), wired.desk.timezone, as_json)), as_json)


@app.command(name="list")
def listed(
    current: Annotated[bool, typer.Option("--current", help="Only what is coming or running.")] = False,
    as_json: Json = False,
) -> None:
    """List the announced windows, the latest first; with --current the next first."""
    with open_desk() as wired:
        from bots.commands.announcements import listed_windows

        rows = listed_windows(wired, current=current)
        shown = in_zone(rows, ("starts", "ends"), wired.desk.timezone, as_json)
        show(shown, COLUMNS, as_json, "No maintenance is announced.")


@app.command()
def cancel(
    number: Annotated[int, typer.Argument(help="The announcement's number.")],
    by: By,
) -> None:
    """Cancel a window; everybody who was told of it is told."""
    with open_desk() as wired:
        from bots.commands.announcements import cancelled

        typer.echo(cancelled(wired, number, by))


@app.command()
def page(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A folder that a web server shows.")],
) -> None:
    """Write a status page (index.html) and its Atom feed (feed.xml) for the public."""
    with open_desk() as wired:
        from bots.commands.announcements import write_page

        for line in write_page(wired, out):
            typer.echo(line)


def _wanted(starts: str, ends: str, text: str, by: str) -> tuple[tuple[str, str], ...]:
    return (("--from", starts), ("--to", ends), ("--text", text), ("--by", by))
