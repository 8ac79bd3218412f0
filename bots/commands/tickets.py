"""`deskbell ticket`: what agents do with tickets from a shell, by the same lines as by mail."""

from __future__ import annotations

from typing import Annotated

import typer

from bots.console import in_zone, json_line, open_desk, show, show_one, show_page

app = typer.Typer(help="Open, list, show, answer and change tickets.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[int, typer.Argument(help="The ticket's number, without its prefix.")]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="The agent who does it.")]
COLUMNS = ("number", "status", "severity", "subject", "requester", "due", "assignee")


@app.command(name="open")
def open_(
    sender: Annotated[str, typer.Option("--from", metavar="EMAIL", help="Who asks.")],
    subject: Annotated[str, typer.Option("--subject")],
    text: Annotated[str, typer.Option("--text", help="What they said; - reads it from the input.")],
    channel: Annotated[str, typer.Option("--channel", help="phone, facebook, portal …")] = "phone",
    severity: Annotated[str, typer.Option("--severity", help="Else the policy's default.")] = "",
    field: Annotated[list[str] | None, typer.Option("--field", metavar="NAME=VALUE")] = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Log a call or a post as a new ticket, by the policy; the requester is acknowledged by mail."""
    with open_desk() as wired:
        from bots.commands.acts import log_call, text_from

        fields = dict(_pair(one) for one in field or ())
        outcome = log_call(wired, sender, subject, text_from(text), channel, severity, fields, by)
        show_one(outcome, as_json)
        if outcome["fate"] != "open":
            raise typer.Exit(1)


@app.command(name="list")
def listed(
    status: Annotated[str, typer.Option("--status", help="open, waiting, solved or closed.")] = "",
    as_json: Json = False,
) -> None:
    """List tickets, the newest first."""
    with open_desk() as wired:
        from bots.commands.acts import one_of
        from intake.tickets import Status
        from store.exports import listed_tickets, ticket_line

        chosen = one_of(Status, status, "--status") if status else None
        with wired.store.reading() as work:
            found = list(listed_tickets(work, chosen))
        rows = [ticket_line(one) | {"due": next_due(one)} for one in found]
        show(in_zone(rows, ("due",), wired.desk.timezone, as_json), COLUMNS, as_json, "No tickets.")


@app.command(name="show")
def show_ticket(
    number: Number,
    why: Annotated[bool, typer.Option("--why", help="Why each promise is due when it is due.")] = False,
    as_json: Json = False,
) -> None:
    """Show a ticket with its conversation, its clocks and its history."""
    with open_desk() as wired:
        from bots.commands.acts import known_ticket
        from bots.commands.pages import ticket_page
        from store.clocks import events_of
        from store.exports import history_of, ticket_record

        with wired.store.reading() as work:
            ticket = known_ticket(work, number)
            record = ticket_record(work, ticket)
            record["history"] = history_of(work, number)
            if why:
                record["clock_events"] = events_of(work, number)
            reference = wired.setup.policy.reference_of(ticket)
        if as_json:
            show_one(record, as_json)
        else:
            show_page(ticket_page(record, reference, wired.desk.timezone))


@app.command()
def reply(
    number: Number,
    text: Annotated[str, typer.Argument(help="The answer; - reads it from the input.")],
    by: By,
    note: Annotated[bool, typer.Option("--note", help="For colleagues only.")] = False,
) -> None:
    """Answer the requester and the participants, or leave a note."""
    with open_desk() as wired:
        from bots.commands.acts import say, text_from

        typer.echo(say(wired, number, text_from(text), by, is_note=note))


@app.command(name="set")
def set_(
    number: Number,
    changes: Annotated[list[str], typer.Argument(metavar="NAME=VALUE…", help="status, severity, assignee …")],
    by: By = "",
) -> None:
    """Change status, severity, assignee, team, product, release or subject."""
    with open_desk() as wired:
        from bots.commands.acts import change

        pairs = [_pair(one) for one in changes]
        for name, value in pairs:
            typer.echo(change(wired, number, name, value, by))


@app.command()
def close(number: Number, by: By = "") -> None:
    """Close a ticket; its requester is told."""
    with open_desk() as wired:
        from bots.commands.acts import change

        typer.echo(change(wired, number, "status", "closed", by))


@app.command()
def export(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="A line of JSON a ticket (the only form).")] = True,
) -> None:
    """Print every ticket with its clocks and messages, a line of JSON each."""
    with open_desk() as wired:
        from replies.plain import as_text
        from store.exports import exported_tickets

        with wired.store.reading() as work:
            for record in exported_tickets(work):
                for said in record["messages"]:
                    said["text"] = as_text(said["text"]) if said["direction"] == "out" else said["text"]
                typer.echo(json_line(record))


def next_due(ticket: object) -> object:
    """The next promise that is not kept yet."""
    from intake.tickets import Ticket

    assert isinstance(ticket, Ticket)
    return min((one.due_at for one in ticket.clocks if one.is_running and one.due_at), default=None)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        typer.echo(f"{text!r}: expected NAME=VALUE, such as severity=critical", err=True)
        raise typer.Exit(2)
    return name.strip(), value.strip()
