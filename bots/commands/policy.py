"""`deskbell policy`: look at, check and test the vendor's written policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bots.console import errors_told

app = typer.Typer(help="Show, check and test policies.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(name="list")
def listed() -> None:
    """List the policies that ship with Deskbell."""
    from intake.policy import preset_names

    for name in preset_names():
        typer.echo(name)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A preset.")]) -> None:
    """Print a preset's file, to copy and edit."""
    with errors_told():
        from intake.policy import preset_text

        typer.echo(preset_text(name), nl=False)


@app.command()
def check(
    policy: Annotated[
        str | None, typer.Argument(help="A preset or a policy file; else the configuration's.")
    ] = None,
) -> None:
    """Find mistakes in a policy: unknown words, rules that never fire, notices without template."""
    with errors_told():
        from bots.console import config_file
        from bots.settings import read_settings
        from bots.wiring import load_policy, template_names

        settings = None if policy else read_settings(config_file())
        named = policy or (settings.desk.policy if settings else "")
        found = load_policy(named, template_names(settings.desk.templates if settings else ""))
        for warning in found.warnings:
            typer.echo(f"warning: {warning}")
        counted = f"{len(found.rules)} rules, {len(found.severities)} severities"
        typer.echo(f"{named}: {found.file.title}: {counted}: sound")


@app.command(name="test")
def play_scenarios(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.")],
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="POLICY", help="In place of the files' own.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play scenario files and compare what happens with what they expect."""
    with errors_told():
        from bots.rehearsal import play

        outcomes = [outcome for path in files for outcome in play(path, policy)]
        for outcome in outcomes:
            typer.echo(json.dumps(outcome.as_contract()) if as_json else outcome.in_words())
        failed = sum(not outcome.passed for outcome in outcomes)
        if not as_json:
            typer.echo(f"{len(outcomes) - failed} of {len(outcomes)} as expected")
        if failed:
            raise typer.Exit(1)
