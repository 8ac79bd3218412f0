"""`deskbell ticket`: what agents do with tickets from a shell, by the same lines as by mail."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from bots.console import in_zone, json_line, open_desk, show, show_one, show_page

app = typer.Typer(help="Open, list, show, answer and change tickets.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[int, typer.Argument(help="The ticket's number, without its prefix.")]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="The agent who does it.")]
COLUMNS = ("number", "status", "severity", "subject", "requester", "due", "assignee", "team")


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
    team: Annotated[str, typer.Option("--team", help="Only this team's.")] = "",
    mine: Annotated[str, typer.Option("--mine", metavar="EMAIL", help="Only this agent's.")] = "",
    queue: Annotated[bool, typer.Option("--queue", help="What wants work, in the order of work.")] = False,
    as_json: Json = False,
) -> None:
    """List tickets, the newest first; with --queue what wants work, the most urgent first."""
    with open_desk() as wired:
        from datetime import UTC, datetime

        from bots.commands.acts import is_wanted, one_of
        from intake.queue import in_order_of_work, next_due
        from intake.tickets import Status
        from store.exports import listed_tickets, ticket_line

        chosen = one_of(Status, status, "--status") if status else None
        with wired.store.reading() as work:
            found = [one for one in listed_tickets(work, chosen) if is_wanted(one, team, mine)]
        if queue:
            found = in_order_of_work(found, wired.setup.policy, datetime.now(UTC))
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
        from datetime import UTC, datetime

        from bots.commands.acts import known_ticket
        from bots.commands.pages import ticket_page
        from bots.commands.promised import explained
        from intake.around import lines_of_service
        from store.clocks import events_of
        from store.exports import history_of, ticket_record

        with wired.store.reading() as work:
            ticket = known_ticket(work, number)
            record = ticket_record(work, ticket)
            record["history"] = history_of(work, number)
            record["around"] = list(lines_of_service(work, ticket, wired.setup, datetime.now(UTC)))
            if why:
                record["clock_events"] = events_of(work, number)
                record["why"] = [asdict(one) for one in explained(wired, work, ticket)]
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
def snooze(
    number: Number,
    until: Annotated[str, typer.Option("--until", metavar="ISO|2h", help="A moment, or a time from now.")],
    by: By = "",
) -> None:
    """Keep the reminders of a ticket quiet for a while; a broken promise is told all the same."""
    with open_desk() as wired:
        from bots.commands import promised

        typer.echo(promised.snooze(wired, number, until, by))


@app.command(name="call-back")
def call_back(
    number: Number,
    at: Annotated[
        str, typer.Option("--at", metavar="ISO", help="When; without offset in the desk's zone.")
    ] = "",
    phone: Annotated[
        str, typer.Option("--phone", metavar="NUMBER", help="Else the form's field phone.")
    ] = "",
    done: Annotated[bool, typer.Option("--done", help="The promised call was made.")] = False,
    by: By = "",
) -> None:
    """Promise the requester a call, who is told by mail, or note that it was made."""
    with open_desk() as wired:
        from bots.commands import promised

        if done is bool(at):
            typer.echo(
                "ticket call-back: give --at for a new call, or --done for one that was made", err=True
            )
            raise typer.Exit(2)
        if done:
            typer.echo(promised.called_back(wired, number, by))
        else:
            typer.echo(promised.call_back(wired, number, at, phone, by))


@app.command()
def merge(
    number: Number,
    into: Annotated[int, typer.Option("--into", metavar="N", help="The ticket that it goes on in.")],
    by: By,
) -> None:
    """Let a ticket go on in another one of the same customer; its requester is told."""
    with open_desk() as wired:
        from bots.commands import joined

        typer.echo(joined.merge(wired, number, into, by))


@app.command()
def link(
    number: Number,
    to: Annotated[int, typer.Option("--to", metavar="N", help="The ticket that it has to do with.")],
    by: By,
) -> None:
    """Note on two tickets that they have to do with each other; no customer is told."""
    with open_desk() as wired:
        from bots.commands import joined

        typer.echo(joined.link(wired, number, to, by))


@app.command()
def escalate(
    number: Number,
    by: By,
    text: Annotated[str, typer.Option("--text", help="What the managers should know.")] = "",
) -> None:
    """Ask the managers for help with a ticket."""
    with open_desk() as wired:
        from bots.commands import joined
        from bots.commands.acts import text_from

        typer.echo(joined.escalate(wired, number, text_from(text), by))


@app.command()
def spam(number: Number, by: By) -> None:
    """Close a ticket without a word to its requester."""
    with open_desk() as wired:
        from bots.commands import joined

        typer.echo(joined.spam(wired, number, by))


@app.command(name="out-of-scope")
def out_of_scope(
    number: Number,
    reason: Annotated[str, typer.Argument(help="One of the policy's [[out_of_scope]].")],
    by: By,
    text: Annotated[str, typer.Option("--text", help="Words of your own besides.")] = "",
) -> None:
    """Tell the requester that support does not include it, and stop the clocks."""
    with open_desk() as wired:
        from bots.commands.acts import put_out_of_scope, text_from

        typer.echo(put_out_of_scope(wired, number, reason, text_from(text), by))


@app.command()
def redact(
    number: Number,
    by: By,
    text: Annotated[str, typer.Option("--text", help="The secret; - reads it from the input.")] = "",
    found: Annotated[bool, typer.Option("--found", help="Whatever looks like a secret.")] = False,
    message: Annotated[int, typer.Option("--message", help="Look in this one; it may be on no ticket.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed.")] = False,
) -> None:
    """Take a secret out of everything that was stored: words, mails, files, and notices to be sent."""
    with open_desk() as wired:
        from bots.commands import redact as redacting

        for line in redacting.redact(wired, number, message, text, found, by, dry_run):
            typer.echo(line)


@app.command()
def close(
    number: Number,
    by: By = "",
    survey: Annotated[
        bool | None,
        typer.Option("--survey/--no-survey", help="Ask the requester how it went; else as the policy says."),
    ] = None,
) -> None:
    """Close a ticket; its requester is told, and asked how it went if you want it."""
    with open_desk() as wired:
        from bots.commands import acts

        typer.echo(acts.close(wired, number, by, survey))


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


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        typer.echo(f"{text!r}: expected NAME=VALUE, such as severity=critical", err=True)
        raise typer.Exit(2)
    return name.strip(), value.strip()
