"""`deskbell people`: organisations, their people and the agents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots.console import open_desk, show

app = typer.Typer(help="Import and list people.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
COLUMNS = ("kind", "name", "role", "organisation", "email", "telegram")


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="[[organisation]], [[person]] and [[agent]] in TOML.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
) -> None:
    """Bring people to what a file says; the same file twice changes nothing."""
    with open_desk() as wired:
        from bots.files import text_of
        from intake.people import read_book
        from store.people import import_people

        book = read_book(text_of(file), file.name)
        with wired.store.begin() as work:
            differences = import_people(work, book, dry_run=dry_run)
        for one in differences:
            typer.echo(one)
        changed = "would change" if dry_run else "changed"
        typer.echo(f"{len(differences)} {changed}")


@app.command(name="list")
def listed(as_json: Json = False) -> None:
    """List organisations, people and agents."""
    with open_desk() as wired:
        from store.people import listed_agents, listed_organisations, listed_people

        with wired.store.reading() as work:
            organisations = listed_organisations(work)
            names = {one.id: one.name for one in organisations}
            rows: list[dict[str, object]] = [
                {"kind": "organisation", "name": one.name, "plan": one.plan, "domains": list(one.domains)}
                for one in organisations
            ]
            rows += [
                {
                    "kind": "person",
                    "name": one.name,
                    "role": one.role,
                    "organisation": names.get(one.organisation_id or 0, ""),
                    "email": list(one.emails),
                    "telegram": one.telegram,
                }
                for one in listed_people(work)
            ]
            rows += [
                {"kind": "agent", "name": one.name, "email": [one.email], "team": one.team}
                for one in listed_agents(work)
            ]
        show(rows, COLUMNS, as_json, "Nobody is known; see `deskbell people import`.")
