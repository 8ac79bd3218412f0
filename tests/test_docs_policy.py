"""docs/policy.md explains every table, key and placeholder of a policy file, and no others."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bots.cli import app
from intake.calendars import SETTINGS
from intake.conditions import CONDITIONS
from intake.fillings import FILLINGS
from intake.mistakes import Written
from intake.policies import written

PAGE = (Path(__file__).parents[1] / "docs" / "policy.md").read_text(encoding="utf-8")
TABLES = {
    "The file itself": tuple(written.PolicyFile.model_fields),
    "`[calendars.NAME]`": SETTINGS,
    "`[[severity]]`": tuple(written.SeverityFile.model_fields),
    "`[form]`": tuple(written.FormFile.model_fields),
    "`[form.fields]`, one table a field": tuple(written.FieldFile.model_fields),
    "`[[product]]`": tuple(written.ProductFile.model_fields),
    "`product.credits`": tuple(written.CreditFile.model_fields),
    "`product.release`": tuple(written.ReleaseFile.model_fields),
    "`[[team]]`": tuple(written.TeamFile.model_fields),
    "`[[out_of_scope]]`": tuple(written.ScopeFile.model_fields),
    "`[lifecycle]`": tuple(written.LifecycleFile.model_fields),
    "`[maintenance]`": tuple(written.MaintenanceFile.model_fields),
    "`[links]`": tuple(written.LinksFile.model_fields),
    "`[[rule]]`": tuple(written.RuleFile.model_fields),
}


def section(title: str) -> str:
    """What stands under a heading, up to the next."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


@pytest.mark.parametrize("title", sorted(TABLES))
def test_every_key_has_its_row_and_every_row_is_a_key(title):
    rows = re.findall(r"^\| `(\w+)` \| \S", section(title), re.MULTILINE)

    assert sorted(TABLES[title]) == sorted(rows)


def test_every_table_that_a_policy_may_hold_has_its_section():
    tables = {one for one in vars(written).values() if isinstance(one, type) and issubclass(one, Written)}

    assert len(TABLES) - 1 == len(tables - {Written})  # a calendar is read by intake.calendars


def test_every_placeholder_is_explained_and_every_one_explained_is_there():
    rows = re.findall(r"`\{(\w+)\}`", section("Placeholders"))

    assert sorted(FILLINGS) == sorted(rows)


def test_every_condition_and_key_of_the_rule_that_is_shown_is_one():
    shown = re.search(r"^when = \{ (.*) \}$", PAGE, re.MULTILINE)

    assert shown
    assert set(re.findall(r"(\w+) = ", shown[1])) <= set(CONDITIONS)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"deskbell policy (\w+)", PAGE))))
def test_every_command_of_the_page_is_there(command):
    assert command in get_command(app).commands["policy"].commands
