"""`deskbell people accounts`, `unlink`, `reach`: what agents may do about the chats that people linked."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from bots.cli import app
from clock_desk import desk_folder
from serving import ANA, SAM
from store import accounts
from store.desk import open_store

pytestmark = pytest.mark.slow

PLACE = "1000/42"


@pytest.fixture
def run(tmp_path):
    folder = desk_folder(tmp_path)
    store = open_store(f"sqlite:///{folder}/desk.db")
    with store.begin() as work:
        person, now = work.person(ANA.address), datetime.now(UTC)
        assert accounts.link(work, "telegram", PLACE, person.id, accounts.OWN, ANA.address, now)
    store.close()
    return lambda *words: CliRunner().invoke(app, ["--config", f"{folder}/config.toml", "people", *words])


def listed(run):
    lines = run("accounts", "--json").output.splitlines()
    return [(one["account"], one["address"], one["reach"]) for one in map(json.loads, lines)]


def test_linked_accounts_are_listed_with_how_far_they_reach(run):
    assert [("telegram 1000/42", ANA.address, "own")] == listed(run)


@pytest.mark.parametrize("who", [ANA.address, PLACE, "telegram 1000/42"])
def test_an_agent_ends_an_account_and_the_history_names_them(run, who):
    said = run("unlink", who, "--by", SAM.address)

    assert f"{who}: unlinked telegram 1000/42\n" == said.output
    assert [] == listed(run)
    assert f"ended by {SAM.address}" in run("show", ANA.address).output


def test_an_agent_lets_an_account_see_the_organisations_tickets(run):
    said = run("reach", ANA.address, "organisation", "--by", SAM.address)

    assert f"{ANA.address}: reaches organisation\n" == said.output
    assert "organisation" == listed(run)[0][2]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("unlink", "bob@acme.example"), "has linked no chat account"),
        (("unlink", "1000/43"), "nobody"),
        (("reach", ANA.address, "all"), "no reach 'all'"),
        (("unlink", ANA.address, "--by", "eve@elsewhere.example"), "no agent"),
    ],
)
def test_what_cannot_be_done_is_said(run, words, complaint):
    said = run(*words)

    assert 1 == said.exit_code
    assert complaint in said.output
    assert 1 == len(listed(run))
