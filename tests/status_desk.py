"""A desk in a folder under the intesys policy, for the commands about services; nobody serves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bots.cli import app
from serving import write_config

Run = Callable[..., Result]
SAM = "sam@vendor.example"
PEOPLE = """\
[[organisation]]
name = "Acme"
domains = ["acme.example"]
products = ["VPS", "mail hosting"]
primary_contact = "ana@acme.example"
timezone = "Europe/Berlin"
language = "de"

[[organisation]]
name = "Brasil"
domains = ["brasil.example"]
products = ["Email Hosting"]

[[organisation]]
name = "Gone"
domains = ["gone.example"]
products = ["VPS"]
primary_contact = "gone@gone.example"
active = false

[[organisation]]
name = "=Nobody"
domains = ["nobody.example"]
products = ["VPS Cloud Servers"]

[[organisation]]
name = "Bare"
domains = ["bare.example"]
primary_contact = "bare@bare.example"

[[person]]
name = "Ana Rossi"
email = ["ana@acme.example"]
organisation = "Acme"

[[person]]
name = "Bia"
email = ["bia@brasil.example"]
organisation = "Brasil"
role = "administrator"

[[agent]]
name = "Sam Weaver"
email = "sam@vendor.example"
"""


def desk_folder(folder: Path) -> Path:
    """A configured desk with its people; its zone is São Paulo's, as the policy has it."""
    config = write_config(folder, 1, 1, policy="intesys")
    (folder / "people.toml").write_text(PEOPLE, encoding="utf-8")
    done = CliRunner().invoke(app, ["--config", str(config), "people", "import", str(folder / "people.toml")])
    assert done.exit_code == 0, done.output
    return folder


def runs_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands of that desk."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DESKBELL_CONFIG", raising=False)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def ahead(hours: float) -> str:
    """So many hours from now, to the second, as ISO 8601."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")
