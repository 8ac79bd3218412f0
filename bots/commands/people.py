"""`deskbell people`: organisations, their people and the agents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bots.console import json_line, open_desk, show, show_one

if TYPE_CHECKING:
    from intake.people_changes import Difference
    from store.work import SqlWork

app = typer.Typer(help="Import, list, show and change people.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Named = Annotated[str, typer.Argument(metavar="NAME_OR_ADDRESS", help="An organisation, a person, an agent.")]
COLUMNS = ("kind", "name", "role", "organisation", "email", "telegram")


@app.command(name="import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(help="[[organisation]], [[person]] and [[agent]] in TOML, or one of them as CSV."),
    ],
    kind: Annotated[
        str,
        typer.Option("--kind", help="Of a CSV: organisations, people or agents; else seen by its header."),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: Json = False,
) -> None:
    """Bring people to what a file says; whom and what it does not name stays as it is."""
    with open_desk() as wired:
        from bots.commands.people_files import book_in, progress
        from intake.people import unknown_calendars
        from intake.people_changes import renamed
        from store.engine import retrying
        from store.people import import_people, listed_organisations

        with wired.store.reading() as work:
            known = [one.name for one in listed_organisations(work)]
        book = book_in(file, kind, known)
        for warning in unknown_calendars(book, file.name, wired.setup.policy.calendars):
            typer.echo(f"warning: {warning}", err=True)
        entries = len(book.organisation) + len(book.person) + len(book.agent)

        def attempt() -> list[Difference]:
            with progress(entries) as step, wired.store.begin() as work:
                return import_people(work, book, dry_run=dry_run, step=step)

        told = retrying(attempt)
        for warning in renamed(told):
            typer.echo(f"warning: {warning}", err=True)
        for one in told:
            typer.echo(json_line(_as_record(one)) if as_json else str(one))
        if not as_json:
            typer.echo(f"{len(told)} {'would change' if dry_run else 'changed'}")


@app.command(name="list")
def listed(
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="NAME", help="Only this one and its people.")
    ] = "",
    role: Annotated[str, typer.Option("--role", help="Only people of a role, such as administrator.")] = "",
    as_json: Json = False,
) -> None:
    """List organisations, people and agents."""
    with open_desk() as wired:
        from bots.commands.acts import one_of
        from bots.commands.people_found import found_organisation
        from intake.tickets import Role

        chosen = one_of(Role, role, "--role") if role else None
        with wired.store.reading() as work:
            firm = found_organisation(work, organisation).name if organisation else ""
            rows = [
                row
                for row in _rows(work)
                if (not firm or firm in (row.get("organisation"), row["name"] if _is_firm(row) else ""))
                and (chosen is None or row.get("role") is chosen)
            ]
        show(rows, COLUMNS, as_json, "Nobody is known; see `deskbell people import`.")


@app.command(name="show")
def show_(named: Named, as_json: Json = False) -> None:
    """Show all that is known about an organisation, a person or an agent."""
    with open_desk() as wired:
        from bots.commands.people_found import found
        from bots.commands.people_pages import as_read, record_of

        with wired.store.reading() as work:
            record = record_of(work, wired, found(work, named), datetime.now(UTC))
        show_one(record if as_json else as_read(record, wired.desk.timezone), as_json)


@app.command(name="set")
def set_(
    named: Named,
    changes: Annotated[
        list[str],
        typer.Argument(metavar="FIELD=VALUE…", help="A file's fields; lists also with += and -=."),
    ],
    by: Annotated[str, typer.Option("--by", metavar="EMAIL", help="The agent who does it.")] = "",
) -> None:
    """Change fields of an organisation, a person or an agent, all of them or none."""
    with open_desk() as wired:
        from bots.commands.people_acts import amend, said_otherwise

        before = said_otherwise(wired)
        typer.echo(amend(wired, named, changes, by))
        _warn_of_file(wired.settings.desk.people, before, said_otherwise(wired))


@app.command()
def seat(
    organisation: Annotated[str, typer.Argument(help="Whose seat it is.")],
    giver: Annotated[str, typer.Option("--from", metavar="EMAIL", help="Who holds the seat now.")],
    taker: Annotated[str, typer.Option("--to", metavar="EMAIL", help="Who is to hold it.")],
    by: Annotated[
        str, typer.Option("--by", metavar="EMAIL", help="An administrator of the organisation, or an agent.")
    ],
) -> None:
    """Hand a technical contact's seat to a colleague; both and the administrators are told by mail."""
    with open_desk() as wired:
        from bots.commands.people_acts import said_otherwise
        from bots.commands.people_seats import hand_over

        before = said_otherwise(wired)
        typer.echo(hand_over(wired, organisation, giver, taker, by))
        _warn_of_file(wired.settings.desk.people, before, said_otherwise(wired))


@app.command()
def reachable(
    address: Annotated[str, typer.Argument(help="An address that mail came back from.")],
    by: Annotated[str, typer.Option("--by", metavar="EMAIL", help="The agent who says so.")] = "",
) -> None:
    """Write to an address again that was given up, and send what waited for it."""
    with open_desk() as wired:
        from bots.commands.people_reach import make_reachable

        typer.echo(make_reachable(wired, address, by))


def _rows(work: SqlWork) -> Iterator[Mapping[str, Any]]:
    from store.people import listed_agents, listed_organisations, listed_people

    organisations = listed_organisations(work)
    names = {one.id: one.name for one in organisations}
    for firm in organisations:
        yield {
            "kind": "organisation",
            "name": firm.name,
            "plan": firm.plan,
            "domains": list(firm.domains),
            "active": firm.active,
        }
    for one in listed_people(work):
        yield {
            "kind": "person",
            "name": one.name,
            "role": one.role,
            "organisation": names.get(one.organisation_id or 0, ""),
            "email": list(one.emails),
            "telegram": one.telegram,
            "slack": one.slack,
        }
    for agent in listed_agents(work):
        yield {
            "kind": "agent",
            "name": agent.name,
            "email": [agent.email],
            "team": agent.team,
            "active": agent.active,
        }


def _is_firm(row: Mapping[str, Any]) -> bool:
    return bool(row["kind"] == "organisation")


def _as_record(one: Difference) -> dict[str, object]:
    return {
        "kind": one.kind,
        "name": one.name,
        "field": one.field,
        "before": one.before,
        "after": one.after,
        "text": str(one),
    }


def _warn_of_file(file: str, before: list[str], after: list[str]) -> None:
    """A change that the configuration's own people file would undo has to be made there too."""
    for one in after:
        if one not in before:
            typer.echo(
                f"note: {Path(file).name} undoes this at the next start, change it too: {one}", err=True
            )
