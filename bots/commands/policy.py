"""`deskbell policy`: look at, check and test the vendor's written policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bots.console import errors_told, json_line, open_desk, show_page
from bots.console import show as show_rows

app = typer.Typer(help="Show, check, test and replay policies.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(name="list")
def listed(as_json: Json = False) -> None:
    """List the policies that ship with Deskbell."""
    with errors_told():
        from bots.commands.policies import LISTED, presets

        show_rows(presets(), LISTED, as_json, "no policy ships with it")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A preset, or a policy file.")],
    rules: Annotated[bool, typer.Option("--rules", help="A table of its rules, in their order.")] = False,
    as_json: Json = False,
) -> None:
    """Print a policy's file, to copy and edit, or a table of its rules."""
    with errors_told():
        from bots.commands.policies import RULES, policy_text, rules_of
        from bots.wiring import load_policy

        if rules or as_json:
            show_rows(rules_of(load_policy(name)), RULES, as_json, "no rules")
        else:
            typer.echo(policy_text(name), nl=False)


@app.command()
def check(
    policy: Annotated[
        str | None, typer.Argument(help="A preset or a policy file; else the configuration's.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 when there is a warning.")] = False,
    as_json: Json = False,
) -> None:
    """Find mistakes in a policy: unknown words, rules that never fire, notices without template."""
    with errors_told():
        from bots.commands.policies import check as found_in
        from intake.errors import ConfigError

        found = found_in(policy)
        if as_json:
            typer.echo(json_line(found.as_record()))
        elif found.policy is None:
            raise ConfigError(found.mistakes)
        else:
            show_page(f"warning: {warning}" for warning in found.warnings)
            counted = f"{len(found.policy.rules)} rules, {len(found.policy.severities)} severities"
            typer.echo(f"{found.named}: {found.policy.file.title}: {counted}: {found.in_a_word}")
        if found.policy is None or (strict and found.warnings):
            raise typer.Exit(1 if found.policy else 2)


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


@app.command()
def replay(
    policy: Annotated[str, typer.Option("--policy", metavar="POLICY", help="The changed policy.")],
    mailboxes: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[MAILBOX...]", help="An mbox, a Maildir, a folder; else the desk's messages."
        ),
    ] = None,
    against: Annotated[
        str, typer.Option("--against", metavar="POLICY", help="In place of the configured one.")
    ] = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE", help="From this day or moment on.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Up to this day's end.")] = "",
    proven: Annotated[
        bool, typer.Option("--proven", help="Take the senders in mailboxes for proven.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say whose fate a changed policy would change; changes nothing.

    Who wrote a stored message is as sure as it was when it came: nothing is looked up again. In
    mailboxes only the Authentication-Results of the server that a channel trusts by its name prove
    a sender; --proven takes every sender for proven.
    """
    with open_desk() as wired:
        from bots.commands.replay import replay_policy, span_of

        span = span_of(since, until, wired.desk.timezone)
        replay_policy(wired, policy, against, span, mailboxes or [], proven=proven, as_json=as_json)
