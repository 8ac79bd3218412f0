"""`deskbell db`: the store's schema and a copy of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots.console import config_file, errors_told, open_desk

app = typer.Typer(help="Bring the store up to date, or copy it.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the store to this program's schema; `serve` does so too when it starts."""
    with errors_told():
        from bots.settings import read_settings
        from store.engine import connect
        from store.schema import revision
        from store.schema import upgrade as bring_up

        engine = connect(read_settings(config_file()).store.url)
        bring_up(engine)
        typer.echo(f"the store is at schema {revision(engine)}")
        engine.dispose()


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Copy a SQLite store to a new file while the desk works."""
    with open_desk() as wired:
        from store.backup import back_up

        typer.echo(f"{target}: {back_up(wired.store, target)} bytes")
