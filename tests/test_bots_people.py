"""`deskbell people`: files of people, lists and pages, changes by hand, and seats that are handed over."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bots.cli import app
from serving import SAM, write_config

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
PEOPLE = """
[[organisation]]
name = "Acme"
domains = ["acme.example"]
calendar = "cet"
plan = "standard"
products = ["PBX-1"]
maintenance_until = 2026-03-01
primary_contact = "ana@acme.example"
account_manager = "mia@vendor.example"

[[organisation]]
name = "Beta"

[[person]]
name = "Ana"
organisation = "Acme"
role = "technical-contact"
email = ["ana@acme.example"]
telegram = "1001"

[[person]]
name = "Bob"
organisation = "Acme"
email = ["bob@acme.example", "bob@home.example"]

[[person]]
name = "Ada"
organisation = "Acme"
role = "administrator"
language = "de"
email = ["ada@acme.example"]

[[agent]]
name = "Sam"
email = "sam@vendor.example"
team = "voice"
timezone = "Europe/Rome"
hours = { mon-fri = ["09:00-17:00"] }

[[agent]]
name = "Tim"
email = "tim@vendor.example"
active = false
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk that knows some people; each test has a copy."""
    folder = tmp_path_factory.mktemp("made")
    config = write_config(folder, 1, 1, desk='timezone = "Europe/Rome"\nnotices_an_hour = 1000')
    config.write_text(config.read_text("utf-8").replace('people = "people.toml"\n', ""), "utf-8")
    (folder / "people.toml").write_text(PEOPLE, "utf-8")
    done = CliRunner().invoke(app, ["--config", str(config), "people", "import", str(folder / "people.toml")])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "desk"))


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DESKBELL_CONFIG", raising=False)
    return lambda *words: CliRunner().invoke(app, ["people", *words])


def lines(done: Result) -> list[dict]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def shown(run: Run, named: str) -> dict:
    return lines(run("show", named, "--json"))[0]


def promised() -> list[tuple[str, str, str]]:
    rows = lines(CliRunner().invoke(app, ["outbox", "list", "--json"]))
    return sorted((row["notice"], row["to"], row["subject"]) for row in rows)


# Files


def test_a_spreadsheet_is_brought_in_and_brought_in_again_without_a_change(run, folder):
    (folder / "new.csv").write_text(
        "\ufeffName;Organisation;Role;Email\r\n"
        "Eve;Beta;account-holder;eve@beta.example; eve@home.example\r\n".replace("e; e", "e e"),
        encoding="utf-8",
    )
    first, second = run("import", "new.csv"), run("import", "new.csv")

    assert "person Eve: added\n1 changed\n" == first.stdout
    assert "0 changed\n" == second.stdout
    assert ["eve@beta.example", "eve@home.example"] == shown(run, "Eve")["email"]


def test_whoever_is_given_another_name_is_pointed_out(run, folder):
    (folder / "new.csv").write_text("name,email\nEve,ana@acme.example\nBob,bob@acme.example\n", "utf-8")
    done = run("import", "new.csv", "--kind", "people", "--dry-run")

    assert "warning: person 'Eve' is known as 'Ana' and gets another name" in done.stderr
    assert "Bob" not in done.stderr


def test_a_dry_run_tells_what_would_move_and_changes_nothing(run, folder):
    (folder / "new.csv").write_text("name,organisation,email\nEve,Beta,bob@home.example\n", encoding="utf-8")
    (folder / "more.csv").write_text("name,role,email\nAna,,ana@acme.example bob@home.example\n", "utf-8")
    renamed, moved = run("import", "new.csv", "--dry-run"), run("import", "more.csv", "--dry-run")

    assert "person Eve: name 'Bob' -> 'Eve'" in renamed.stdout
    assert "person Eve: organisation 'Acme' -> 'Beta'" in renamed.stdout
    assert "person Ana: takes over bob@home.example from Bob\n" in moved.stdout
    assert moved.stdout.endswith("2 would change\n")
    assert ["bob@acme.example", "bob@home.example"] == shown(run, "Bob")["email"]


def test_differences_are_json_a_line_each_when_asked_for(run, folder):
    (folder / "new.csv").write_text("name,plan\nAcme,gold\nGamma,\n", encoding="utf-8")

    assert [
        {
            "kind": "organisation",
            "name": "Acme",
            "field": "plan",
            "before": "standard",
            "after": "gold",
            "text": "organisation Acme: plan 'standard' -> 'gold'",
        },
        {
            "kind": "organisation",
            "name": "Gamma",
            "field": "",
            "before": None,
            "after": None,
            "text": "organisation Gamma: added",
        },
    ] == lines(run("import", "new.csv", "--json"))


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (
            "name,role,email\nAna,admin,ana@acme.example\n",
            (),
            'new.csv line 2, role: expected .* "administrator"',
        ),
        ("name,role,email\nAna,,ana\nBob,,bob\n", (), "line 2, email.*\nnew.csv line 3, email"),
        (
            "name,organisation,email\nEve,Acem,e@b.example\n",
            (),
            "no organisation 'Acem'; did you mean \"Acme\"",
        ),
        ("name,role,email\nEve,,e@b.example\nEva,,e@b.example\n", (), "address 'e@b.example' is there twice"),
        ("name,email\nEve,e@b.example\n", (), "say which with --kind"),
        ("name,email\nEve,e@b.example\n", ("--kind", "persons"), "no kind 'persons'"),
    ],
)
def test_a_file_with_mistakes_changes_nothing_and_ends_with_2(run, folder, text, options, said):
    (folder / "new.csv").write_text(text, encoding="utf-8")
    before = run("list").stdout
    done = run("import", "new.csv", *options)

    assert (2, "") == (done.exit_code, done.stdout)
    assert re.search(said, done.stderr)
    assert before == run("list").stdout


def test_a_calendar_that_the_policy_lacks_is_a_warning(run, folder):
    (folder / "new.csv").write_text("name,calendar,plan\nGamma,cte,\n", encoding="utf-8")
    done = run("import", "new.csv")

    assert (0, "organisation Gamma: added\n1 changed\n") == (done.exit_code, done.stdout)
    assert (
        "warning: new.csv.organisation 'Gamma'.calendar: no calendar 'cte'; did you mean \"cet\"?\n"
        == done.stderr
    )


# Lists and pages


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((), ["Acme", "Beta", "Ada", "Ana", "Bob", "Sam", "Tim"]),
        (("--organisation", "acme"), ["Acme", "Ada", "Ana", "Bob"]),
        (("--organisation", "Beta"), ["Beta"]),
        (("--role", "administrator"), ["Ada"]),
        (("--organisation", "Acme", "--role", "end-user"), ["Bob"]),
    ],
)
def test_a_list_holds_everybody_or_those_of_an_organisation_or_a_role(run, options, names):
    assert names == [row["name"] for row in lines(run("list", *options, "--json"))]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("list", "--organisation", "Acem"), 1, 'did you mean "Acme"'),
        (("list", "--role", "boss"), 2, "known: account-holder"),
        (("show", "Anna"), 1, 'did you mean "Ana"'),
        (("show", "nobody@at.all"), 1, "nobody is called 'nobody@at.all'"),
        (("set", "Anna", "language=de"), 1, 'did you mean "Ana"'),
    ],
)
def test_who_is_not_known_is_not_found_but_who_is_near(run, options, code, said):
    done = run(*options)

    assert (code, "") == (done.exit_code, done.stdout)
    assert said in done.stderr


def test_an_organisation_shows_what_it_has_bought_and_who_holds_its_seats(run):
    acme = shown(run, "acme")
    page = run("show", "acme.example").stdout

    assert (["Ana <ana@acme.example>"], 1, True, "2026-03-01") == (
        acme["seat_holders"],
        acme["seats"],
        acme["maintenance_ended"],
        acme["maintenance_until"],
    )
    assert ("mia@vendor.example", ["PBX-1"], ["Ana", "Bob", "Ada"], []) == (
        acme["account_manager"],
        acme["products"],
        [one["name"] for one in acme["people"]],
        acme["open_tickets"],
    )
    assert "maintenance_until: 2026-03-01 (ended)\n" in page
    assert "active: yes\n" in page


def test_a_person_shows_their_accounts_seat_and_open_tickets(run):
    opened = CliRunner().invoke(
        app,
        ["ticket", "open", "--from", "ana@acme.example", "--subject", "Calls drop", "--text", "x", "--json"],
    )
    number = json.loads(opened.stdout)["ticket"]
    ana, ada = shown(run, "1001"), shown(run, "ADA@acme.example")

    assert ("Acme", "technical-contact", "1001", "holds one", [number]) == (
        ana["organisation"],
        ana["role"],
        ana["telegram"],
        ana["seat"],
        ana["open_tickets"],
    )
    assert "needs none: administrator" == ada["seat"]
    assert [number] == shown(run, "Acme")["open_tickets"]


def test_an_agent_shows_when_they_are_on_duty(run):
    sam, page = shown(run, SAM.address), run("show", "sam").stdout
    tim = shown(run, "tim@vendor.example")

    assert ({"mon-fri": ["09:00-17:00"]}, "voice", "Europe/Rome") == (
        sam["hours"],
        sam["team"],
        sam["timezone"],
    )
    assert sam["on_duty"] is (sam["next_duty"] is None)
    assert (False, None, "24x7") == (tim["on_duty"], tim["next_duty"], tim["hours"])  # no longer active
    assert "hours: mon-fri 09:00-17:00\n" in page
    assert "next_duty: " in page


# Changes by hand


@pytest.mark.parametrize(
    ("named", "changes", "said"),
    [
        (
            "Acme",
            ("plan=gold", "seats=3"),
            "Acme: plan 'standard' -> 'gold', technical_contact_seats 1 -> 3",
        ),
        ("acme.example", ("maintenance_until=",), "Acme: maintenance_until 2026-03-01 -> none"),
        ("Acme", ("products+=Web CRM",), "Acme: products PBX-1 -> PBX-1, Web CRM"),
        ("Acme", ("products-=PBX-1", "products+=PBX-2"), "Acme: products PBX-1 -> PBX-2"),
        (
            "Acme",
            ("domains=acme.example acme.test",),
            "Acme: domains acme.example -> acme.example, acme.test",
        ),
        ("Acme", ("active=no",), "Acme: active yes -> no"),
        ("Acme", ("plan=standard",), "Acme: nothing to change"),
        ("bob@home.example", ("role=technical-contact",), "Bob: role 'end-user' -> 'technical-contact'"),
        ("Bob", ("organisation=Beta",), "Bob: organisation 'Acme' -> 'Beta'"),
        ("Bob", ("organisation=beta",), "Bob: organisation 'Acme' -> 'Beta'"),  # however it is cased
        ("Bob", ("organisation=",), "Bob: organisation 'Acme' -> ''"),
        (
            "Bob",
            ("email-=bob@acme.example", "telegram=7"),
            "Bob: accounts bob@acme.example, bob@home.example -> bob@home.example, 7",
        ),
        (
            "Bob",
            ("email=bob@home.example",),
            "Bob: accounts bob@acme.example, bob@home.example -> bob@home.example",
        ),
        ("Ana", ("telegram=1001", "language=it"), "Ana: language '' -> 'it'"),
        ("Ana", ("telegram=",), "Ana: accounts ana@acme.example, 1001 -> ana@acme.example"),
        ("Sam", ("team=data", "manager=yes"), "Sam: team 'voice' -> 'data', manager no -> yes"),
        ("Sam", ("hours=sat 10:00-12:00",), "Sam: hours mon-fri 09:00-17:00 -> sat 10:00-12:00"),
        ("Sam", ("hours=24x7",), "Sam: hours mon-fri 09:00-17:00 -> always"),
        ("Sam", ("email=sam@other.example",), "Sam: email 'sam@vendor.example' -> 'sam@other.example'"),
        ("Acme", ("name=Acme Ltd",), "Acme: name 'Acme' -> 'Acme Ltd'"),
    ],
)
def test_what_is_set_is_set_and_told_in_one_line(run, named, changes, said):
    done = run("set", named, *changes)

    assert (0, f"{said}\n", "") == (done.exit_code, done.stdout, done.stderr)


def test_what_was_set_is_on_the_history_with_whoever_did_it(run):
    run("set", "Acme", "plan=gold", "--by", SAM.address)
    run("set", "Acme", "plan=gold", "--by", SAM.address)
    line = shown(run, "Acme")["history"]

    assert [(SAM.address, "plan 'standard' -> 'gold'")] == [(one["actor"], one["detail"]) for one in line]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("Acme", "plan"), 2, "expected FIELD=VALUE"),
        (("Acme", "plan=gold", "pln=x"), 2, 'did you mean "plan"'),
        (("Acme", "plan=gold", "calendar=cte"), 2, 'did you mean "cet"'),
        (("Acme", "plan=gold", "seats=many"), 2, "expected a whole number, got 'many'"),
        (("Acme", "plan+=gold"), 2, "plan is no list; write plan=VALUE"),
        (("Acme", "products-=PBX-9"), 2, "is not among products"),
        (("Acme", "plan=gold", "name=Beta"), 1, "there is an organisation 'Beta' already"),
        (("Acme", "plan=gold", "--by", "eve@vendor.example"), 1, "no agent 'eve@vendor.example'"),
        (("Bob", "language=de", "role=admin"), 2, 'did you mean "administrator"'),
        (("Bob", "language=de", "organisation=Acem"), 1, 'did you mean "Acme"'),
        (("Bob", "language=de", "email=ana@acme.example"), 1, "is an account of Ana <ana@acme.example>"),
        (("Bob", "language=de", "email="), 1, "would have no account left"),
        (("Bob", "email=bob"), 2, "expected an address"),
        (("Sam", "team=x", "hours=mon 9-5"), 2, "'9-5' is no window"),
        (("Sam", "team=x", "email=TIM@vendor.example"), 1, "is the address of the agent Tim already"),
        (("Sam", "team=x", "timezone=Rome"), 2, "expected a known zone"),
    ],
)
def test_what_cannot_be_set_changes_nothing_of_it(run, words, code, said):
    before = shown(run, words[0])
    done = run("set", *words)

    assert (code, "") == (done.exit_code, done.stdout)
    assert said in done.stderr
    assert before == shown(run, words[0])


def test_a_change_that_the_configured_file_would_undo_is_remarked_upon(run, folder):
    config = folder / "config.toml"
    config.write_text(
        config.read_text("utf-8").replace("policy =", 'people = "people.toml"\npolicy =', 1), "utf-8"
    )
    undone, lasting = run("set", "Acme", "plan=gold"), run("set", "Bob", "language=de")

    assert "Acme: plan 'standard' -> 'gold'\n" == undone.stdout
    assert (
        "note: people.toml undoes this at the next start, change it too: "
        "organisation Acme: plan 'gold' -> 'standard'\n"
    ) == undone.stderr
    assert "" == lasting.stderr


# Seats


def test_a_seat_is_handed_over_and_everybody_whom_it_concerns_is_told(run):
    done = run(
        "seat", "Acme", "--from", "ana@acme.example", "--to", "bob@home.example", "--by", "ada@acme.example"
    )
    acme, bob = shown(run, "Acme"), shown(run, "Bob")

    assert (
        "Acme: Ana <ana@acme.example> handed their seat to Bob <bob@acme.example>\n",
        "",
    ) == (done.stdout, done.stderr)
    assert (["Bob <bob@acme.example>"], "technical-contact") == (acme["seat_holders"], bob["role"])
    assert [
        ("seat-given", "ada@acme.example", "Ein Platz beim Support wurde weitergegeben"),
        ("seat-given", "bob@acme.example", "A support seat has been handed over"),
        ("seat-taken", "ana@acme.example", "Your support seat has been handed over"),
    ] == promised()
    assert [("ada@acme.example", done.stdout.removeprefix("Acme: ").strip())] == [
        (one["actor"], one["detail"]) for one in acme["history"]
    ]


@pytest.mark.parametrize(
    ("giver", "taker", "by", "said"),
    [
        (
            "ana@acme.example",
            "bob@acme.example",
            "bob@acme.example",
            "its administrators: Ada <ada@acme.example>",
        ),
        ("ana@acme.example", "bob@acme.example", "eve@evil.example", "neither an agent nor an administrator"),
        ("bob@acme.example", "ana@acme.example", SAM.address, "Bob holds no seat of Acme; those who do: Ana"),
        ("ana@acme.example", "ada@acme.example", SAM.address, "Ada needs no seat"),
        ("ana@acme.example", "bbo@acme.example", SAM.address, 'did you mean "bob@acme.example"'),
    ],
)
def test_a_seat_that_cannot_be_handed_over_stays_and_nobody_is_told(run, giver, taker, by, said):
    done = run("seat", "Acme", "--from", giver, "--to", taker, "--by", by)

    assert (1, "") == (done.exit_code, done.stdout)
    assert said in done.stderr
    assert ["Ana <ana@acme.example>"] == shown(run, "Acme")["seat_holders"]
    assert [] == promised()
