"""`deskbell outage`: when a service was not there, as agents record it."""

from __future__ import annotations

from typing import Annotated

import typer

from bots.console import in_zone, open_desk, show

app = typer.Typer(help="Record when a service was out; what uptime is counted from.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[int, typer.Argument(help="The outage's number.")]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="The agent who does it.")]
COLUMNS = ("id", "service", "from", "to", "what", "by")


@app.command(name="open")
def open_(
    service: Annotated[str, typer.Option("--service", metavar="NAME", help="One with a guaranteed uptime.")],
    starts: Annotated[
        str, typer.Option("--from", metavar="ISO", help="Since when; without offset in the desk's zone.")
    ],
    what: Annotated[str, typer.Option("--what", help="In words for customers: the status page shows it.")],
    by: By,
    ends: Annotated[str, typer.Option("--to", metavar="ISO", help="Until when, if it is over.")] = "",
) -> None:
    """Record that a service is out, or was."""
    with open_desk() as wired:
        from bots.commands import uptimes

        typer.echo(uptimes.opened(wired, service, starts, ends, what, by))


@app.command()
def close(
    number: Number,
    at: Annotated[str, typer.Option("--at", metavar="ISO", help="When the service was there again.")],
    by: By = "",
) -> None:
    """End an outage, or correct the end that it has."""
    with open_desk() as wired:
        from bots.commands import uptimes

        typer.echo(uptimes.closed(wired, number, at, by))


@app.command()
def drop(number: Number, by: By) -> None:
    """Take back an outage that was recorded by mistake; the history keeps it."""
    with open_desk() as wired:
        from bots.commands import uptimes

        typer.echo(uptimes.dropped(wired, number, by))


@app.command(name="list")
def listed(as_json: Json = False) -> None:
    """List the outages, the last begun first."""
    with open_desk() as wired:
        from bots.commands.uptimes import listed_outages

        rows = in_zone(listed_outages(wired), ("from", "to"), wired.desk.timezone, as_json)
        show(rows, COLUMNS, as_json, "No outages.")
