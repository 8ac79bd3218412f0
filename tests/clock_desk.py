"""A desk in a folder whose policy promises much, for the commands about promised times; nobody serves."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bots.cli import app
from serving import ANA, write_config

Run = Callable[..., Result]
POLICY = """\
title = "Promises"
reference = "Q-{number}"
default_severity = "usual"
default_calendar = "office"

[calendars.office]
timezone = "Europe/Rome"
hours = { mon-fri = ["09:00-18:00"] }

[[severity]]
name = "urgent"
first_response = "1h"
resolution = "4h"
remind = ["50%", "at breach"]

[[severity]]
name = "usual"
first_response = "4h"
resolution = "40h"
remind = ["50%", "at breach"]

[[rule]]
name = "follow-up"
when = { ticket = ["open", "waiting", "solved"] }
then = "append"
because = "A follow-up is taken."

[[rule]]
name = "help"
when = { ticket = "none" }
then = "open"
reply = "acknowledgement"
because = "Everybody is helped."
"""


def desk_folder(folder: Path) -> Path:
    """A configured desk with its people; its zone is Rome's."""
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    config = write_config(
        folder, 1, 1, policy="policy.toml", desk='timezone = "Europe/Rome"\nnotices_an_hour = 1000'
    )
    done = CliRunner().invoke(app, ["--config", str(config), "people", "import", str(folder / "people.toml")])
    assert done.exit_code == 0, done.output
    return folder


def runs_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands of that desk."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DESKBELL_CONFIG", raising=False)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def opened(run: Run, *more: str) -> int:
    """A call is logged; the ticket's number."""
    words = ("--from", ANA.address, "--subject", "Calls drop", "--text", "They do.", "--json", *more)
    done = run("ticket", "open", *words)
    assert done.exit_code == 0, done.output
    return int(json.loads(done.stdout)["ticket"])


def shown(run: Run, number: int) -> dict:
    """What `ticket show --why --json` says."""
    done = run("ticket", "show", number, "--why", "--json")
    assert done.exit_code == 0, done.output
    found: dict = json.loads(done.stdout)
    return found
