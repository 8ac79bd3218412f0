"""The command line, as its contracts say it: what each command prints, and how it ends.

Exit codes: 0 done, 1 not done, 2 wrong usage or configuration. One desk's folder, with nobody
serving, is shared by the module; each test has a ticket of its own.
"""

import json
import os
import pty
import resource
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bots.cli import app
from bots.door import letter_from
from bots.wiring import wire
from intake.handle import receive
from intake.messages import Envelope, Raw
from intake.policy import preset_text
from intake.scenarios import Expectation
from sandbox.relay import relay_in_thread
from serving import ANA, DESK, DESKBELL, EVE, SAM, a_mail, passed, write_config

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
CALENDAR = """\
timezone = "Europe/Rome"
[hours]
mon = ["09:00-12:30", "13:30-17:00"]
tue = ["09:00-12:30", "13:30-17:00"]
[dates]
"2026-03-10" = []
"""
SCENARIO = """\
now = 2026-03-10T10:00:00+01:00
policy = "wildix"

[desk]
address = "support@vendor.example"

[[organisation]]
name = "Acme"
domains = ["acme.example"]

[[person]]
name = "Ana"
email = ["ana@acme.example"]
organisation = "Acme"
"""
MAIL = b"""\
From: Ana Rossi <ana@acme.example>
To: support@vendor.example
Cc: Bob <bob@acme.example>
Subject: =?utf-8?q?Gespr=C3=A4che?=
Date: Tue, 10 Mar 2026 10:00:00 +0100
Message-ID: <m1@acme.example>
In-Reply-To: <m0@acme.example>

They drop.

> before?
> before.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    write_config(folder, 1, 1, desk='timezone = "Europe/Rome"\nnotices_an_hour = 1000')
    (folder / "calendar.toml").write_text(CALENDAR, encoding="utf-8")
    (folder / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    (folder / "mail.eml").write_bytes(MAIL)
    (folder / "latin.toml").write_bytes("# Übersicht".encode("latin-1"))
    done = CliRunner().invoke(
        app, ["--config", str(folder / "config.toml"), "people", "import", str(folder / "people.toml")]
    )
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command of the desk, in its folder; the configuration is found by itself."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DESKBELL_CONFIG", raising=False)
    return lambda *words, **options: CliRunner().invoke(app, [str(word) for word in words], **options)


@pytest.fixture
def ticket(run: Run) -> int:
    done = run(
        "ticket", "open", "--from", ANA.address, "--subject", "Calls drop", "--text", "They do.", "--json"
    )
    assert done.exit_code == 0, done.output
    return int(json.loads(done.stdout)["ticket"])


def lines(done: Result) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def arrives(folder: Path, mail: bytes, to: str = DESK) -> int:
    """A mail comes in while nobody serves; the number of its message."""
    wired = wire(folder / "config.toml")
    now = datetime.now(UTC)
    letter = letter_from(Raw("email", "mail", mail, now, Envelope(EVE.address, (to,))), "mx.vendor.example")
    try:
        return receive([letter], wired.store, wired.setup, now)[0].message
    finally:
        wired.store.close()


def held(folder: Path, ticket: int, author=ANA) -> int:
    return arrives(folder, a_mail(author, f"WX-{ticket}", "Still.", proven=False).as_bytes())


# Every command


LISTS = [
    "ticket list",
    "ticket show {ticket}",
    "messages list",
    "messages show 1",
    "held list",
    "outbox list",
    "people list",
]


@pytest.mark.parametrize("command", LISTS)
def test_whatever_lists_prints_json_a_line_each_when_it_is_asked_to(run, folder, ticket, command):
    held(folder, ticket)
    done = run(*command.format(ticket=ticket).split(), "--json")

    assert (0, "") == (done.exit_code, done.stderr)
    assert lines(done)


@pytest.mark.parametrize(
    "command", [*LISTS, "messages export --jsonl", "ticket export --jsonl", "policy list", "config"]
)
def test_every_command_that_shows_something_ends_with_0(run, ticket, command):
    done = run(*command.format(ticket=ticket).split())

    assert (0, "") == (done.exit_code, done.stderr)


def test_a_list_in_a_pipe_tells_its_columns_to_who_sits_at_the_terminal(folder, ticket):
    ours, theirs = pty.openpty()
    words = [str(DESKBELL), "--config", str(folder / "config.toml"), "people", "list"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=theirs, text=True, timeout=60)
    os.close(theirs)
    heads = os.read(ours, 1000).decode().strip()
    os.close(ours)

    assert "kind\tname\trole\torganisation\temail\ttelegram" == heads
    assert {"organisation", "person", "agent"} == {row.split("\t")[0] for row in done.stdout.splitlines()}


NOT_DONE = [
    ("ticket show 999999", "there is no ticket 999999"),
    ("ticket reply 999999 hello --by sam@vendor.example", "there is no ticket 999999"),
    ("ticket set {ticket} severity=critcal", 'did you mean "critical"'),
    ("ticket set {ticket} colour=red", "no field 'colour'"),
    ("ticket set {ticket} assignee=samm@vendor.example", 'did you mean "sam@vendor.example"'),
    ("ticket reply {ticket} hello --by eve@elsewhere.example", "no agent 'eve@elsewhere.example'"),
    ("messages show 999999", "there is no message 999999"),
    ("held show 999999", "no message 999999 is held"),
    ("held release 999999", "no message 999999 is held"),
    ("held drop 999999", "no message 999999 is held"),
    ("outbox retry 999999", "promise 999999 cannot be sent or dropped (again)"),
    ("outbox drop 999999", "promise 999999 cannot be sent or dropped (again)"),
    ("ticket open --from support@vendor.example --subject x --text y", "is the desk's or an agent's"),
    ("ticket open --from sam@vendor.example --subject x --text y", "is the desk's or an agent's"),
    ("ticket set {ticket} team=voice --by nobody@vendor.example", "no agent 'nobody@vendor.example'"),
    ("db backup absent/copy.db", "backup: absent/copy.db"),
]


@pytest.mark.parametrize(("command", "said"), NOT_DONE, ids=[one[0] for one in NOT_DONE])
def test_what_cannot_be_done_ends_with_1_and_says_why(run, ticket, command, said):
    done = run(*command.format(ticket=ticket).split())

    assert (1, "") == (done.exit_code, done.stdout)
    assert said in done.stderr


WRONG = [
    "nonsense",
    "ticket show one",
    "ticket list --status opne",
    "ticket set {ticket} severity",
    "ticket set {ticket} status=opne",
    "ticket open --from ana --subject x --text y",
    "ticket open --from ana@acme.example --subject x --text y --severity critcal",
    "ticket open --from ana@acme.example --subject x --text y --channel fax",
    "messages list --fate hodl",
    "outbox list --state unsent",
    "parse",
    "parse absent.eml",
    "explain absent.eml",
    "explain mail.eml --policy wildx",
    "explain mail.eml --scenario absent.toml",
    "policy check wildx",
    "policy show wildx",
    "policy test absent.toml",
    "people import absent.toml",
    "people import latin.toml",
    "sla due --calendar latin.toml --start 2026-03-09T10:00:00Z --amount 4h",
    "sla due --calendar calendar.toml",
    "sla due --calendar absent.toml --start 2026-03-09T10:00:00Z --amount 4h",
    "sla due --calendar calendar.toml --start 2026-03-09T10:00:00Z --amount 4d",
    "sla due --calendar calendar.toml --start yesterday --amount 4h",
    "serve --only smpt",
    "--config absent.toml ticket list",
]


@pytest.mark.parametrize("command", WRONG)
def test_wrong_usage_ends_with_2_and_words_and_changes_nothing(run, ticket, command):
    done = run(*command.format(ticket=ticket).split())

    assert (2, "") == (done.exit_code, done.stdout)
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert done.exception is None or isinstance(done.exception, SystemExit)


# Which configuration


def test_the_configuration_may_be_named_before_the_command_or_by_the_environment(
    folder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    path = str(folder / "config.toml")
    named = CliRunner().invoke(app, ["--config", path, "people", "list", "--json"])
    by_environment = CliRunner().invoke(app, ["people", "list", "--json"], env={"DESKBELL_CONFIG": path})

    assert 0 == named.exit_code
    assert named.stdout == by_environment.stdout


def test_help_takes_less_than_a_third_of_a_second_of_cpu():
    def used() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([DESKBELL, "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(used() for _ in range(5)) < 0.3


# Tickets


def test_a_ticket_is_a_page_with_times_in_the_desks_zone(run, ticket):
    run("ticket", "reply", ticket, "Please restart it.", "--by", SAM.address)
    run("ticket", "reply", ticket, "he sounds angry", "--note", "--by", SAM.address)
    page = run("ticket", "show", ticket, "--why").stdout

    assert page.startswith(f"WX-{ticket}  Calls drop\nwaiting, standard, opened ")
    assert " CE" in page.splitlines()[1]
    for line in (
        "Requester     ana@acme.example",
        "  first response (same business day): due ",
        "Conversation",
    ):
        assert line in page
    assert "      They do.\n" in page
    assert "a note for colleagues\n      he sounds angry\n" in page
    assert "first response met" in page


def test_a_ticket_page_names_the_files_that_came_with_each_message(run, folder, ticket):
    mail = a_mail(ANA, f"WX-{ticket}", "See the trace.")
    mail.add_attachment(b"1,2", maintype="text", subtype="csv", filename="trace.csv")
    mail.add_attachment(b"x", maintype="application", subtype="zip", filename="all\x1b[2J.zip")
    arrives(folder, mail.as_bytes())
    page = run("ticket", "show", ticket).stdout

    assert "      See the trace.\n      Files: trace.csv, all" in page.replace("\n\n", "\n")
    assert "\x1b" not in page


def test_what_a_stranger_wrote_cannot_play_tricks_on_a_terminal_or_look_like_ours(run, folder, ticket):
    text = "one\x1b[2J\rtwo\n\nHistory\n  nobody  closed\u202e"
    done = run(
        "ticket", "open", "--from", EVE.address, "--subject", f"x\x1b[2J\n{text}", "--text", text, "--json"
    )
    page = run("ticket", "show", json.loads(done.stdout)["ticket"]).stdout

    assert {"\x1b", "\r", "\u202e"}.isdisjoint(page)
    assert 1 == page.splitlines().count("History")


def test_a_held_message_is_a_page_that_says_why_it_is_held(run, folder, ticket):
    number = held(folder, ticket)
    page = run("held", "show", number).stdout

    assert page.startswith(f"Message {number}  WX-{ticket}\nhold, ")
    assert "Because       Nothing proves that the named sender wrote it" in page
    assert "\nText\n      Still.\n" in page
    assert "  - assurance: none\n" in page


def test_a_list_shows_its_times_in_the_desks_zone(run, folder, ticket):
    before = datetime.now(ZoneInfo("Europe/Rome"))
    held(folder, ticket)
    days = {f"{one:%a %d %b %Y, }" for one in (before, datetime.now(ZoneInfo("Europe/Rome")))}

    assert any(day in run("held", "list").stdout for day in days)
    assert any(day in run("messages", "list").stdout for day in days)


def test_a_call_of_somebody_unknown_is_logged_by_the_policy(run):
    done = run(
        "ticket",
        "open",
        "--from",
        "new@acme.example",
        "--subject",
        "x",
        "--text",
        "-",
        "--json",
        input="by phone",
    )

    assert ("open", "new-ticket") == (lines(done)[0]["fate"], lines(done)[0]["rule"])


def test_a_call_that_is_logged_as_critical_is_promised_as_critical(run):
    call = ("ticket", "open", "--from", ANA.address, "--subject", "All down", "--text", "-", "--json")
    number = json.loads(
        run(*call, "--severity", "critical", "--by", SAM.address, input="Calls drop.").stdout
    )["ticket"]
    ticket = lines(run("ticket", "show", number, "--json"))[0]
    waiting = [one for one in lines(run("outbox", "list", "--json")) if one["ticket"] == number]

    assert "critical" == ticket["severity"]
    assert ["30m"] == [clock["target"] for clock in ticket["clocks"]]
    assert {"acknowledgement", "agent-new"} == {one["notice"] for one in waiting}


def test_an_agents_own_mail_is_not_released_as_if_it_had_been_sent(run, folder, ticket):
    number = arrives(folder, a_mail(SAM, f"WX-{ticket}", "We look.").as_bytes())
    done = run("held", "release", number)

    assert 1 == done.exit_code
    assert "deskbell ticket reply" in done.stderr


def test_the_version_is_printed(run):
    assert run("--version").stdout.startswith("deskbell 0.")


def test_a_change_is_said_in_a_line_and_is_on_the_history(run, ticket):
    done = run(
        "ticket", "set", ticket, "severity=critical", "assignee=sam@vendor.example", "--by", SAM.address
    )
    record = lines(run("ticket", "show", ticket, "--json"))[0]

    assert f"WX-{ticket}: severity critical\nWX-{ticket}: assignee {SAM.address}\n" == done.stdout
    assert ("critical", SAM.address) == (record["severity"], record["assignee"])
    assert {SAM.address, ANA.address} == {row["actor"] for row in record["history"]}


def test_a_ticket_is_closed_once(run, ticket):
    first, second = run("ticket", "close", ticket), run("ticket", "close", ticket)

    assert (0, 1) == (first.exit_code, second.exit_code)
    assert "is closed already" in second.stderr


def test_the_export_of_tickets_has_the_keys_of_its_contract(run, ticket):
    record = next(row for row in lines(run("ticket", "export", "--jsonl")) if row["number"] == ticket)

    assert {
        "number",
        "subject",
        "status",
        "severity",
        "requester",
        "participants",
        "clocks",
        "messages",
    } <= set(record)
    assert {"direction", "channel", "author", "public", "text", "at"} <= set(record["messages"][0])


def test_the_export_of_messages_has_the_keys_of_its_contract(run, ticket):
    record = lines(run("messages", "export", "--jsonl"))[0]

    assert {"direction", "channel", "external_id", "message_id", "fate", "rule", "ticket", "at"} <= set(
        record
    )


# Held messages


def test_a_held_message_is_released_onto_its_ticket_and_its_sender_admitted(run, folder, ticket):
    number = held(folder, ticket, ANA)
    named = run("held", "release", number, "--ticket", ticket, "--admit", "--by", SAM.address)
    record = lines(run("ticket", "show", ticket, "--json"))[0]

    assert (0, "") == (named.exit_code, named.stderr)
    assert "Still." in [one["text"] for one in record["messages"]]
    assert str(number) not in [row["id"] for row in lines(run("held", "list", "--json"))]


def test_a_held_message_is_refused_with_the_reason_by_mail(run, folder, ticket):
    number = held(folder, ticket)
    done = run("held", "refuse", number, "--because", "We cannot know who you are.")
    again = run("held", "refuse", number, "--because", "once more")
    waiting = [one for one in lines(run("outbox", "list", "--json")) if one["to"] == ANA.address]

    assert (0, 1) == (done.exit_code, again.exit_code)
    assert "refused" in {one["notice"] for one in waiting}


def test_a_held_message_is_dropped_and_stays_among_the_messages(run, folder, ticket):
    number = held(folder, ticket)
    done = run("held", "drop", number)

    assert (0, "") == (done.exit_code, done.stderr)
    assert "ignore" == lines(run("messages", "show", number, "--json"))[0]["fate"]


# The outbox


def test_a_promise_is_dropped_once_and_then_neither_dropped_nor_sent_again(run, ticket):
    number = lines(run("outbox", "list", "--json"))[0]["id"]
    codes = [run("outbox", *words, number).exit_code for words in (["retry"], ["drop"], ["drop"], ["retry"])]

    assert [0, 0, 1] == codes[:3]


# People


def test_the_same_people_twice_change_nothing(run, folder):
    done = run("people", "import", "people.toml")

    assert (0, "0 changed\n") == (done.exit_code, done.stdout)


def test_a_dry_run_says_what_would_change_and_changes_nothing(run, folder):
    people = (folder / "people.toml").read_text(encoding="utf-8").replace("Bob Brun", "Robert Brun")
    (folder / "other.toml").write_text(people, encoding="utf-8")
    dry = run("people", "import", "other.toml", "--dry-run")

    assert dry.stdout.endswith("1 would change\n")
    assert "Bob Brun" in run("people", "list").stdout


def test_every_mistake_in_a_people_file_is_told(run, folder):
    (folder / "wrong.toml").write_text('[[person]]\nnmae = "x"\n[[agent]]\nname = "y"\n', encoding="utf-8")
    done = run("people", "import", "wrong.toml")

    assert 2 == done.exit_code
    assert 'did you mean "name"' in done.stderr
    assert "agent" in done.stderr


# Reading and explaining mail


def test_a_mail_is_parsed_into_the_fields_of_the_contract(run):
    found = lines(run("parse", "--json", "mail.eml"))[0]

    assert ("Ana Rossi", "ana@acme.example") == (found["from"]["name"], found["from"]["address"])
    assert ("Gespräche", "m1@acme.example", "m0@acme.example") == (
        found["subject"],
        found["message_id"],
        found["in_reply_to"],
    )
    assert "They drop." == found["reply"].strip()
    assert not found["auto_generated"]["value"]
    assert None is found["bounce"]
    assert {"to", "cc", "date", "references", "text", "attachments"} <= set(found)


def test_a_mail_is_shown_in_words_to_a_person(run):
    shown = run("parse", "mail.eml").stdout

    assert "from: name Ana Rossi, address ana@acme.example\n" in shown
    assert "auto_generated: value False\n" in shown


def test_a_folder_gives_a_line_for_each_file_whatever_is_in_it(run, tmp_path):
    for name, body in (("a.eml", MAIL), ("b.eml", b""), ("c.txt", b"\x00\xff" * 99)):
        (tmp_path / name).write_bytes(body)
    (tmp_path / "folder").mkdir()
    done = run("parse", "--json", "--batch", tmp_path)

    assert 0 == done.exit_code
    assert ["a.eml", "b.eml", "c.txt"] == [one["file"] for one in lines(done)]


def test_explain_says_what_would_happen_and_why_and_touches_nothing(run, folder):
    before = lines(run("messages", "list", "--json"))
    mail = f"Authentication-Results: {passed('acme.example')}\n".encode() + MAIL
    (folder / "proven.eml").write_bytes(mail)
    found = lines(run("explain", "proven.eml", "--json"))[0]

    assert {"fate", "rule", "because", "reply", "ticket", "matched_by", "assurance", "trace"} <= set(found)
    assert ("refuse", "email-follow-ups-only", "open-on-portal") == (
        found["fate"],
        found["rule"],
        found["reply"],
    )
    assert "aligned" == found["assurance"]
    assert before == lines(run("messages", "list", "--json"))


def test_explain_in_the_world_of_a_scenario_needs_no_configuration(run, tmp_path, folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("explain", folder / "mail.eml", "--scenario", folder / "scenario.toml", "--json")

    assert (0, "") == (done.exit_code, done.stderr)
    assert "refuse" == lines(done)[0]["fate"]


# Policies


def test_a_preset_is_sound_and_can_be_copied(run, folder):
    (folder / "copy.toml").write_text(run("policy", "show", "wildix").stdout, encoding="utf-8")

    assert (0, 0) == (
        run("policy", "check", "wildix").exit_code,
        run("policy", "check", "copy.toml").exit_code,
    )


MISTAKES = [
    ("when = { ticket = ", "when = { tickt = ", 'did you mean "ticket"'),
    ('then = "refuse"', 'then = "refus"', "then"),
    ('reply = "ticket-closed"', 'reply = "ticket-closd"', 'did you mean "ticket-closed"'),
    ('default_severity = "standard"', 'default_severity = "standrd"', 'did you mean "standard"'),
    ('first_response = "30m"', 'first_response = "2d"', "is no amount of time"),
    ('ticket = "closed"', 'ticket = "closd"', 'did you mean "closed"'),
    ('timezone = "Europe/Rome"', 'timezone = "Europe/Rom"', "Europe/Rom"),
    ('holidays = "IT"', 'holidays = "ITA Y"', "holidays"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES)
def test_a_mistake_in_a_policy_is_told_with_what_was_meant(run, folder, right, wrong, said):
    text = preset_text("wildix")
    assert right in text
    (folder / "wrong_policy.toml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    done = run("policy", "check", "wrong_policy.toml")

    assert (2, "") == (done.exit_code, done.stdout)
    assert said in done.stderr


def test_all_mistakes_of_a_policy_are_told_at_once(run, folder):
    text = preset_text("wildix")
    for right, wrong, _ in (MISTAKES[0], MISTAKES[2], MISTAKES[3], MISTAKES[4]):
        text = text.replace(right, wrong, 1)
    (folder / "wrong_policy.toml").write_text(text, encoding="utf-8")

    told = run("policy", "check", "wrong_policy.toml").stderr
    assert [] == [
        said for _, _, said in (MISTAKES[0], MISTAKES[2], MISTAKES[3], MISTAKES[4]) if said not in told
    ]


def test_a_rule_that_can_never_fire_is_a_warning(run, folder):
    text = (
        preset_text("wildix")
        + '\n[[rule]]\nname = "late"\nwhen = { ticket = "closed" }\nthen = "append"\nbecause = "x"\n'
    )
    (folder / "late.toml").write_text(text, encoding="utf-8")
    done = run("policy", "check", "late.toml")

    assert 0 == done.exit_code
    assert "'late': can never fire" in done.stdout


# Scenarios


CASES = """
[[case]]
name = "a new request by mail"
message = { from = "ana@acme.example", subject = "Calls drop", text = "They do." }
expect = { fate = "FATE", rule = "email-follow-ups-only" }
"""


@pytest.mark.parametrize(("fate", "code"), [("refuse", 0), ("open", 1)])
def test_scenarios_are_played_a_line_a_case_and_a_failed_one_ends_with_1(run, folder, fate, code):
    (folder / "played.toml").write_text(SCENARIO + CASES.replace("FATE", fate), encoding="utf-8")
    done = run("policy", "test", "played.toml", "--json")
    (case,) = lines(done)

    assert (code, code == 0) == (done.exit_code, case["passed"])
    assert {"case", "passed", "expected", "got"} == set(case)
    assert {str(name) for name in Expectation.model_fields} <= set(case["got"])
    assert ("refuse", "open-on-portal") == (case["got"]["fate"], case["got"]["reply"])


# Due dates


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        ("2026-03-09T09:00:00+01:00", "4h", "2026-03-09T14:00:00+01:00"),
        ("2026-03-09T16:00:00+01:00", "2h", "2026-03-16T10:00:00+01:00"),  # Tuesday is closed that week
        ("2026-03-09T08:00:00Z", "30m wall", "2026-03-09T09:30:00+01:00"),
    ],
)
def test_a_due_date_is_printed_in_the_calendars_zone(run, start, amount, due):
    done = run("sla", "due", "--calendar", "calendar.toml", "--start", start, "--amount", amount)

    assert (0, due) == (done.exit_code, done.stdout.strip())


def test_a_batch_answers_each_line_and_ends_with_1_when_one_was_bad(run, folder):
    asked = [
        {"id": 1, "calendar": "calendar.toml", "start": "2026-03-09T09:00:00+01:00", "amount": "4h"},
        {
            "id": 2,
            "calendar": "calendar.toml",
            "start": "2026-03-09T09:00:00+01:00",
            "end": "2026-03-09T14:00:00+01:00",
        },
        {"id": 3, "calendar": "absent.toml", "start": "2026-03-09T09:00:00+01:00", "amount": "4h"},
        {
            "id": 4,
            "calendar": "calendar.toml",
            "start": "2026-03-09T09:00:00+01:00",
            "amount": "1h",
            "pauses": [["2026-03-09T09:30:00+01:00", "2026-03-09T10:00:00+01:00"]],
        },
    ]
    text = "\n".join(map(json.dumps, asked)) + "\nnot json\n"
    (folder / "asked.jsonl").write_text(text, encoding="utf-8")
    done = run("sla", "due", "--batch", "asked.jsonl")
    first, second, third, fourth, fifth = lines(done)

    assert 1 == done.exit_code
    assert {"id": 1, "due": "2026-03-09T14:00:00+01:00"} == first
    assert (2, 4 * 3600) == (second["id"], second["elapsed_s"])
    assert (3, True) == (third["id"], "error" in third)
    assert {"id": 4, "due": "2026-03-09T10:30:00+01:00"} == fourth
    assert "error" in fifth


# The store and the rest


def test_a_backup_is_a_whole_desk_and_never_overwrites(run, folder, ticket):
    first, second = run("db", "backup", "copy.db"), run("db", "backup", "copy.db")
    (folder / "copied.toml").write_text(
        (folder / "config.toml").read_text(encoding="utf-8").replace("desk.db", "copy.db"), encoding="utf-8"
    )

    assert (0, True) == (first.exit_code, second.exit_code != 0)
    assert 0 == run("--config", "copied.toml", "ticket", "show", ticket).exit_code


def test_the_store_is_brought_up_to_its_schema_as_often_as_one_likes(run):
    assert (0, 0) == (run("db", "upgrade").exit_code, run("db", "upgrade").exit_code)


def test_check_says_what_to_mend(run, folder):
    wrong = run("check")
    with relay_in_thread() as relay:
        write_config(folder / "sound", relay.port, 1)
        run("--config", folder / "sound" / "config.toml", "people", "import", folder / "people.toml")
        right = run("--config", folder / "sound" / "config.toml", "check")

    assert (1, 0) == (wrong.exit_code, right.exit_code)
    assert "relay 127.0.0.1:1: no answer" in wrong.stdout


def test_a_new_key_is_its_owners_alone_and_never_overwrites(run, tmp_path):
    path = tmp_path / "new.key"
    first, second = run("config", "--new-key", path), run("config", "--new-key", path)

    assert (0, 2) == (first.exit_code, second.exit_code)
    assert 0o600 == path.stat().st_mode & 0o777
