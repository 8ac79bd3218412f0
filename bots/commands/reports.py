"""`deskbell report`: promises kept and broken, the uptime of services, and how customers say it went."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots.console import open_desk, show

app = typer.Typer(help="Report on promises, uptime, satisfaction; as a table or CSV.", no_args_is_help=True)
Since = Annotated[
    str, typer.Option("--from", metavar="DATE", help="First day, in the desk's zone; else 90 days ago.")
]
Until = Annotated[str, typer.Option("--to", metavar="DATE", help="Last day; else today.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write a CSV file; - prints it.", allow_dash=True)
]
Picture = Annotated[
    Path | None, typer.Option("--picture", metavar="FILE", help="Draw it: FILE.svg or FILE.png.")
]


@app.command()
def sla(
    since: Since = "",
    until: Until = "",
    by: Annotated[
        str,
        typer.Option("--by", help="severity, organisation, month, team; kind of clock alone if left out."),
    ] = "kind",
    as_json: Json = False,
    csv: Csv = None,
    picture: Picture = None,
) -> None:
    """Count the promises that began in a span: kept, broken, running, given up."""
    with open_desk() as wired:
        from bots.commands import reported

        report = reported.promises(wired, since, until, by)
        _deliver(report, as_json, csv, picture)


@app.command()
def uptime(
    month: Annotated[str, typer.Option("--month", metavar="2026-10", help="Else the last whole one.")] = "",
    as_json: Json = False,
    csv: Csv = None,
    picture: Picture = None,
) -> None:
    """Work out each service's uptime in a month, and which organisations get a credit."""
    with open_desk() as wired:
        from bots.commands import reported

        report = reported.uptimes(wired, month)
        _deliver(report, as_json, csv, picture)


@app.command()
def satisfaction(
    since: Since = "",
    until: Until = "",
    by: Annotated[
        str, typer.Option("--by", help="agent, organisation, team; all together if left out.")
    ] = "all",
    as_json: Json = False,
    csv: Csv = None,
) -> None:
    """Count how customers say it went: asked, answered, good and bad; the latest answer of each ticket."""
    with open_desk() as wired:
        from bots.commands import satisfaction as satisfied

        report = satisfied.satisfaction(wired, since, until, by)
        _deliver(report, as_json, csv, None)


def _deliver(report: object, as_json: bool, csv: Path | None, picture: Path | None) -> None:
    from bots.commands.reported import Report, draw, write_csv

    assert isinstance(report, Report)
    if csv is not None:
        write_csv(report, csv)
    if picture is not None:
        draw(report, picture)
    if csv is None and picture is None:
        show(report.records if as_json else report.words, report.columns, as_json, report.nothing)
        if not as_json:
            for remark in report.remarks:
                typer.echo(remark, err=True)
