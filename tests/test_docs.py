"""What the README promises is there, and what is there is in the README."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bots.cli import app
from bots.commands.configuration import example
from intake.conditions import CONDITIONS
from replies.catalogue import CATALOGUE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands() -> list[str]:
    root = get_command(app)
    found = []
    for name, command in root.commands.items():
        group = getattr(command, "commands", None)
        found += [f"{name} {one}" for one in group] if group else [name]
    return sorted(found)


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_in_the_table_of_commands(command):
    group, _, name = command.partition(" ")
    rows = [row for row in README.splitlines() if row.startswith(f"| `deskbell {group}")]

    assert rows
    assert not name or any(re.search(rf"`(?:deskbell {group} )?{name}\b", row) for row in rows)


@pytest.mark.parametrize("command", _commands())
def test_every_command_has_help_that_begins_with_a_verb(command):
    at = get_command(app)
    for word in command.split():
        at = at.commands[word]

    assert at.help
    assert at.help.split()[0][0].isupper()


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_every_condition_has_its_row(name):
    assert re.search(rf"^\| `{name}` \| {re.escape(CONDITIONS[name].means)}", README, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_notice_is_in_the_table_of_notices(name):
    assert re.search(rf"^\|.*`{name}`", README, re.MULTILINE)


def test_every_file_that_the_documentation_names_is_there():
    pages = [ROOT / "README.md", ROOT / "docs" / "flow.md"]
    named = {
        name
        for page in pages
        for name in re.findall(
            r"`((?:bots|intake|replies|store|templates|tests)/[\w/.-]+\.\w+)`", page.read_text()
        )
    }

    assert named
    assert [] == sorted(name for name in named if not (ROOT / name).is_file())


def test_the_example_configuration_is_what_the_command_prints():
    assert example() == (ROOT / "config.example.toml").read_text(encoding="utf-8")


def test_every_setting_has_a_sentence():
    settings = [line for line in example().splitlines() if " = " in line and not line.startswith("# Paths")]

    assert [] == [line for line in settings if "  #" not in line]
