"""What the commands have in common: the desk of the configuration, tables, errors, times.

Errors that a person can mend are told in plain words on standard error: exit code 2 for
wrong usage or configuration, 1 for what could not be done. Colours and tables are for a
terminal; a pipe gets plain lines (with somebody at the terminal who hears what the columns are), and
`--json` a line of JSON a thing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from bots.wiring import Wired

CONFIG: dict[str, str | None] = {"file": None}  # set once by the root command


@contextmanager
def errors_told() -> Iterator[None]:
    """Turn what a person can mend into words and an exit code."""
    from intake.errors import ConfigError, DeskbellError

    try:
        yield
    except ConfigError as error:
        for mistake in error.mistakes:
            typer.echo(mistake, err=True)
        raise typer.Exit(2) from error
    except DeskbellError as error:
        typer.echo(f"deskbell: {error}", err=True)
        raise typer.Exit(1) from error


def config_file() -> Path:
    from bots.settings import find_config

    return find_config(CONFIG["file"])


@contextmanager
def open_desk() -> Iterator[Wired]:
    """The desk of the configuration; errors are told."""
    with errors_told():
        from bots.wiring import wire

        wired = wire(config_file())
        try:
            yield wired
        finally:
            wired.store.close()


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], as_json: bool, nothing: str) -> None:
    """A list for people or, with `--json`, a line of JSON a row."""
    if as_json:
        for row in rows:
            typer.echo(json_line(row))
        return
    rows = list(rows)
    if not rows:
        typer.echo(nothing)
    elif sys.stdout.isatty():
        _show_table(rows, columns)
    else:
        if sys.stderr.isatty():  # for the person who looks on; `cut`, `awk` and logs get the rows alone
            typer.echo("\t".join(columns), err=True)
        for row in rows:
            typer.echo("\t".join(_cell(row.get(column)) for column in columns))


def show_one(thing: Mapping[str, Any], as_json: bool) -> None:
    """One thing, a line for each of its parts."""
    if as_json:
        typer.echo(json_line(thing))
        return
    for name, value in thing.items():
        if isinstance(value, list):
            typer.echo(f"{name}:" if value else f"{name}: -")
            for one in value:
                typer.echo(f"  - {_line(one)}")
        elif isinstance(value, str) and "\n" in value:
            typer.echo(f"{name}:")
            typer.echo("\n".join(f"  {safe(line)}" for line in value.splitlines()))
        else:
            typer.echo(f"{name}: {_line(value) or '-'}")


def show_page(lines: Iterable[str]) -> None:
    """Lines that are made to be read."""
    for line in lines:
        typer.echo(line)


def show_bytes(body: bytes) -> None:
    """Bytes as they are to a pipe or file; on a terminal nothing that it would obey."""
    if not sys.stdout.isatty():
        typer.echo(body, nl=False)
        return
    for line in body.decode(errors="replace").splitlines():
        typer.echo(safe(line))


def json_line(thing: object) -> str:
    """One line of JSON; what JSON leaves as it is but a terminal obeys is written as an escape."""
    line = json.dumps(thing, default=jsonable, ensure_ascii=False)
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def jsonable(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "value"):
        return value.value
    return str(value)


def in_words(moment: object, zone: str) -> str:
    """A moment as people of the zone write it, whatever form it is kept in."""
    found = datetime.fromisoformat(moment) if isinstance(moment, str) and moment else moment
    return f"{found.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M %Z}" if isinstance(found, datetime) else ""


def in_zone(
    rows: Iterable[Mapping[str, Any]], times: Sequence[str], zone: str, as_json: bool
) -> Iterator[Mapping[str, Any]]:
    """Rows with their times as people of the zone write them; JSON keeps them as they are."""
    for row in rows:
        yield row if as_json else {**row, **{name: in_words(row[name], zone) for name in times}}


def safe(text: str) -> str:
    """A stranger's text for a terminal: no control characters, so nothing it could do to it."""
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in text)


def _show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "))
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    Console().print(table)


def _line(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items() if one not in (None, "", []))
    return _cell(value)


def _cell(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return value.astimezone().isoformat(sep=" ", timespec="minutes")
    if isinstance(value, list | tuple):
        return ", ".join(_cell(one) for one in value) or "-"
    return safe(str(getattr(value, "value", value)))
