"""`deskbell messages`: every message that was ever accepted or sent, with its fate and reason."""

from __future__ import annotations

from typing import Annotated

import typer

from bots.console import in_zone, json_line, open_desk, show, show_bytes, show_one, show_page

app = typer.Typer(help="List, show and export messages.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
COLUMNS = ("id", "at", "channel", "from", "subject", "fate", "rule", "ticket")


@app.command(name="list")
def listed(
    fate: Annotated[str, typer.Option("--fate", help="append, open, refuse, hold …")] = "",
    ticket: Annotated[int, typer.Option("--ticket", help="Of one ticket.")] = 0,
    as_json: Json = False,
) -> None:
    """List messages to us, the newest first."""
    with open_desk() as wired:
        from bots.commands.acts import one_of
        from intake.decisions import Fate
        from store.exports import listed_messages

        chosen = one_of(Fate, fate, "--fate") if fate else None
        with wired.store.reading() as work:
            rows = listed_messages(work, chosen, ticket)
        show(in_zone(rows, ("at",), wired.desk.timezone, as_json), COLUMNS, as_json, "No messages.")


@app.command(name="show")
def show_message(
    number: Annotated[int, typer.Argument(help="The message's number.")],
    raw: Annotated[bool, typer.Option("--raw", help="The bytes as they came.")] = False,
    as_json: Json = False,
) -> None:
    """Show a message: what was read, what became of it and the whole way there."""
    with open_desk() as wired:
        from bots.commands.pages import message_page
        from intake.errors import CommandRefused
        from store.exports import message_record
        from store.inbox import raw_of

        with wired.store.reading() as work:
            record, body = message_record(work, number), raw_of(work, number) if raw else None
        if record is None:
            raise CommandRefused(f"there is no message {number}")
        if not raw and as_json:
            show_one(record, as_json)
        elif not raw:
            show_page(message_page(record, wired.desk.timezone))
        elif body is None:
            raise CommandRefused(f"the bytes of message {number} are not kept (any more)")
        else:
            show_bytes(body)


@app.command()
def export(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="A line of JSON a message (the only form).")] = True,
) -> None:
    """Print every message ever accepted or sent, a line of JSON each."""
    with open_desk() as wired:
        from store.exports import exported_messages

        with wired.store.reading() as work:
            for record in exported_messages(work):
                typer.echo(json_line(record))
