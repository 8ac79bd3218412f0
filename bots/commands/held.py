"""`deskbell held`: messages that wait for an agent to say what becomes of them."""

from __future__ import annotations

from typing import Annotated

import typer

from bots.console import in_zone, open_desk, show, show_one, show_page

app = typer.Typer(help="Look at held messages and decide about them.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[int, typer.Argument(help="The message's number.")]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="The agent who decides.")]
COLUMNS = ("id", "at", "from", "subject", "rule", "ticket")


@app.command(name="list")
def listed(as_json: Json = False) -> None:
    """List what is held, the newest first."""
    with open_desk() as wired:
        from intake.decisions import Fate
        from store.exports import listed_messages

        with wired.store.reading() as work:
            rows = listed_messages(work, Fate.HOLD)
        show(in_zone(rows, ("at",), wired.desk.timezone, as_json), COLUMNS, as_json, "Nothing is held.")


@app.command(name="show")
def show_held(number: Number, as_json: Json = False) -> None:
    """Show a held message and why it is held."""
    with open_desk() as wired:
        from bots.commands.acts import held_record
        from bots.commands.pages import message_page

        with wired.store.reading() as work:
            record = held_record(work, number)
        if as_json:
            show_one(record, as_json)
        else:
            show_page(message_page(record, wired.desk.timezone))


@app.command()
def release(
    number: Number,
    ticket: Annotated[int, typer.Option("--ticket", help="Onto this one, not the one it is held for.")] = 0,
    admit: Annotated[bool, typer.Option("--admit", help="Its sender joins the ticket.")] = False,
    by: By = "",
) -> None:
    """Add a held message to its ticket."""
    with open_desk() as wired:
        from bots.commands import acts

        typer.echo(acts.release(wired, number, ticket, admit, by))


@app.command()
def refuse(
    number: Number,
    because: Annotated[str, typer.Option("--because", help="The reason, as the sender will read it.")],
    by: By = "",
) -> None:
    """Turn a held message away and tell its sender why."""
    with open_desk() as wired:
        from bots.commands import acts

        typer.echo(acts.refuse(wired, number, because, by))


@app.command()
def drop(number: Number, by: By = "") -> None:
    """Keep a held message, unanswered, and do nothing more about it."""
    with open_desk() as wired:
        from bots.commands import acts

        typer.echo(acts.drop(wired, number, by))
