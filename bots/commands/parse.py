"""`deskbell parse`: what is read from a mail; every file gets an answer, whatever is in it."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from bots.console import jsonable, show_one
from intake.errors import ConfigError, UnreadableMessage
from intake.mail import read_mail
from intake.mail.parsed import as_contract, unreadable
from intake.messages import Raw


def parse_file(path: Path, as_json: bool) -> None:
    """Print one mail; exit code 1 when it cannot be read."""
    if not path.is_file():
        raise ConfigError([f"{path}: is no file"])
    parsed = parsed_mail(path)
    show_one(parsed, as_json)
    if parsed.get("error"):
        raise typer.Exit(1)


def parse_folder(folder: Path) -> None:
    """Print a line of JSON for each regular file directly in a folder."""
    if not folder.is_dir():
        raise ConfigError([f"{folder}: is no folder"])
    for path in sorted(one for one in folder.iterdir() if one.is_file()):
        line = {"file": path.name, **parsed_mail(path)}
        sys.stdout.write(json.dumps(line, default=jsonable) + "\n")


def parsed_mail(path: Path) -> dict[str, Any]:
    """The contract's fields of a mail in a file; with `error` when it cannot be read."""
    try:
        return as_contract(read_mail(Raw("email", "file", path.read_bytes(), datetime.now(UTC))))
    except (UnreadableMessage, OSError) as error:
        return unreadable(str(error))
    except Exception as error:  # noqa: BLE001  one bad mail must not cost the others their line
        return unreadable(f"{type(error).__name__}: {error}")
