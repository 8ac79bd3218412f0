"""The command line: `deskbell COMMAND`.

Every command imports what it needs when it runs, so that `--help` is quick. Groups live in
`bots.commands`, one module each; a command's work is in the module that its words name.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bots.commands import (
    announce,
    database,
    held,
    messages,
    outages,
    outbox,
    people,
    policy,
    reports,
    slack,
    targets,
    tickets,
)
from bots.console import CONFIG, config_file, errors_told, open_desk

app = typer.Typer(
    help="Intake for support desks: your written support policy, enforced on every message.",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(tickets.app, name="ticket")
app.add_typer(messages.app, name="messages")
app.add_typer(held.app, name="held")
app.add_typer(outbox.app, name="outbox")
app.add_typer(people.app, name="people")
app.add_typer(policy.app, name="policy")
app.add_typer(targets.app, name="sla")
app.add_typer(announce.app, name="announce")
app.add_typer(outages.app, name="outage")
app.add_typer(reports.app, name="report")
app.add_typer(database.app, name="db")
app.add_typer(slack.app, name="slack")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def root(
    config: Annotated[
        str | None,
        typer.Option(
            "--config", metavar="FILE", help="The configuration; else $DESKBELL_CONFIG, ./config.toml."
        ),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Intake for support desks: your written support policy, enforced on every message."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"deskbell {installed('deskbell')}")
        raise typer.Exit
    CONFIG["file"] = config


@app.command()
def serve(
    config: Annotated[str | None, typer.Option("--config", metavar="FILE", help="The configuration.")] = None,
    only: Annotated[
        str,
        typer.Option(
            "--only", metavar="PARTS", help="Only some of smtp,imap,chats,outbox,clocks; the rest elsewhere."
        ),
    ] = "",
) -> None:
    """Run the desk until SIGTERM, then finish what is under way."""
    CONFIG["file"] = config or CONFIG["file"]
    with errors_told():
        from bots.serve import run

        run(config_file(), [part.strip() for part in only.split(",") if part.strip()])


@app.command()
def demo(
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Leave the database and the mails there.")
    ] = None,
) -> None:
    """Show the main job on messages by mail, Slack and Telegram; needs no configuration and no network."""
    with errors_told():
        from sandbox.demo import run

        run(keep)


@app.command()
def check(
    mail: Annotated[
        bool, typer.Option("--mail", help="Send the running desk a forged mail: does the relay clean it?")
    ] = False,
) -> None:
    """Look over configuration, store, policy, templates, people and relay; say what to mend."""
    with errors_told():
        from bots.commands.check import check_desk

        if not check_desk(config_file(), by_mail=mail):
            raise typer.Exit(1)


@app.command()
def parse(
    file: Annotated[Path | None, typer.Argument(help="A mail.")] = None,
    batch: Annotated[
        Path | None, typer.Option("--batch", metavar="DIR", help="Every file in a folder, a line each.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what is read from a mail."""
    if (file is None) == (batch is None):
        typer.echo("parse: give a FILE or --batch DIR", err=True)
        raise typer.Exit(2)
    with errors_told():
        from bots.commands.parse import parse_file, parse_folder

        if batch is not None:
            parse_folder(batch)
        elif file is not None:
            parse_file(file, as_json)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A mail.")],
    scenario: Annotated[
        Path | None, typer.Option("--scenario", metavar="FILE", help="The world to decide in.")
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="POLICY", help="A preset or a policy file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what would happen because of a mail, and why; touches nothing.

    Who wrote it is found out as the channels of the configuration do it: by the Authentication-Results
    of the server that they trust, else, with check_authentication, by DKIM and DMARC (and [dns]). SPF
    asks about a connection, which a file has not. In a scenario's world nobody is asked.
    """
    with errors_told():
        from bots.commands.explain import explain_file

        explain_file(file, scenario, policy, as_json)


@app.command()
def config(
    new_key: Annotated[
        Path | None, typer.Option("--new-key", metavar="FILE", help="Write a new signing key there.")
    ] = None,
) -> None:
    """Print an example configuration with every setting, or make a signing key."""
    with errors_told():
        from bots.commands.configuration import example, write_key

        if new_key is not None:
            write_key(new_key)
        else:
            typer.echo(example(), nl=False)


@app.command(name="import")
def import_(
    mailboxes: Annotated[
        list[Path], typer.Argument(metavar="MAILBOX...", help="An mbox, a Maildir, a folder of .eml, a mail.")
    ],
    ours: Annotated[
        list[str] | None,
        typer.Option("--ours", metavar="ADDRESS", help="One of us besides the agents; @domain: all there."),
    ] = None,
    opened: Annotated[bool, typer.Option("--open", help="Leave the tickets open, not closed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be imported.")] = False,
) -> None:
    """Take old mail over as history: a closed ticket a thread; nobody is written to."""
    with open_desk() as wired:
        from bots.commands.imports import import_mailboxes
        from intake.tickets import Status

        status = Status.OPEN if opened else Status.CLOSED
        if not import_mailboxes(wired, mailboxes, ours or [], status, dry_run=dry_run):
            raise typer.Exit(1)


@app.command()
def pipe(
    sender: Annotated[
        str | None, typer.Option("--sender", metavar="ADDRESS", help="Of the envelope; else Return-Path.")
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option("--recipient", metavar="ADDRESS", help="Of the envelope; else Delivered-To."),
    ] = None,
    channel: Annotated[
        str, typer.Option("--channel", metavar="NAME", help="Trust and limit as this channel of mail does.")
    ] = "",
) -> None:
    """Take one mail from standard input; exit code 0 when it is kept, 75 when to try again later."""
    from bots.commands.pipe import run

    raise typer.Exit(run(config_file, channel, sender, recipient or [], sys.stdin.buffer))


def main() -> None:
    """The console script."""
    if "pipe" in sys.argv:  # wherever it stands: what comes before it may be what is wrong
        _pipe_or_later()
    app()


def _pipe_or_later() -> None:
    """Whatever stops it is temporary: at any other code a mail server returns the mail to its sender."""
    try:
        app()
    except SystemExit as end:
        sys.exit(75 if end.code else 0)
    except BaseException as error:  # noqa: BLE001  an installation that is broken, for one
        typer.echo(f"deskbell: try again later: {type(error).__name__}: {error}", err=True)
        sys.exit(75)
