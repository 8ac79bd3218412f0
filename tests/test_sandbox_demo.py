"""`deskbell demo`: each step becomes what it should, is told in plain words, and leaves nothing behind."""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from click.testing import Result
from rich.cells import cell_len
from typer.testing import CliRunner

from bots.cli import app
from bots.door import letter_from
from bots.settings import read_settings
from intake.decisions import Fate, MatchedBy
from intake.errors import ConfigError, DeskbellError
from intake.messages import Address, Assurance, Inbound, Raw
from sandbox import demo
from sandbox.chat_story import CHAT_STORY
from sandbox.demo import run
from sandbox.dialogue import TITLE_WIDTH, WIDTH, Part, shortened, table, told
from sandbox.mails import Letter, delivery_report, forged, letter, out_of_office, read
from sandbox.outcomes import Came, Expected, Outcome, Sent, Shown, differences
from sandbox.playing import Played
from sandbox.relay import CaughtMail
from sandbox.screens import Sight, Watch
from sandbox.story import STORY
from sandbox.world import ANA, BOB, DESK, MALLORY, OUR_MTA, SAM

pytestmark = pytest.mark.slow  # a real desk, step by step

WHOLE = (*STORY, *CHAT_STORY)
DESKBELL = Path(sys.executable).with_name("deskbell")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
ON_TERMINAL = "\x1b[2J"


@dataclass(frozen=True, slots=True)
class Run:
    """One `deskbell demo --keep` by somebody who has configured nothing."""

    home: Path
    folder: Path
    code: int
    told: str
    errors: str


def deskbell(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DESKBELL", "XDG"))}
    environment = kept | {"HOME": str(home), "TMPDIR": str(home)}
    return subprocess.run(
        [DESKBELL, *arguments], cwd=home, env=environment, capture_output=True, text=True, timeout=60
    )


def in_this_process(kept: Run, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(kept.folder / "config.toml"), *arguments])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("home")
    done = deskbell(home, "demo", "--keep", "desk")
    return Run(home, home / "desk", done.returncode, done.stdout, done.stderr)


async def no_second_act(*_: object) -> list[Played]:
    return []


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


# The whole play


def test_every_step_becomes_what_it_should_without_any_configuration(kept):
    assert (0, "") == (kept.code, kept.errors)
    assert f"All {len(WHOLE)} steps became what they should" in kept.told


def test_the_story_shows_every_fate_that_a_message_can_have():
    assert set(Fate) == {Fate(one.expected.fate) for one in WHOLE if one.expected.fate != "-"}


def test_the_whole_play_takes_less_than_twenty_seconds(kept):
    seconds = float(re.search(r"in ([\d.]+) seconds", kept.told)[1])

    assert seconds < 20


def test_every_step_is_told_with_what_came_in_its_fate_and_what_went_out(kept):
    steps = kept.told.partition("The fates")[0].split("\n\n")[1:]

    told = [step for step in map(str.strip, steps) if not step.startswith("The same desk")]

    assert [scene.title for scene in WHOLE] == [
        re.sub(r"^\d+\. ", "", one.splitlines()[0]) for one in told if one
    ]
    assert all("  in: " in one and "fate: " in one and " out: " in one for one in told if one)


def test_a_pipe_gets_plain_lines_of_eighty_columns(kept):
    lines = kept.told.partition("\nKept in")[0].splitlines()

    assert [] == [
        line for line in lines if cell_len(line) > WIDTH or line != line.rstrip() or CONTROL.search(line)
    ]


def test_the_forged_mail_is_refused_in_the_session_and_answered_nowhere_else(kept):
    step = kept.told.partition("A forged sender")[2].partition("\n\n")[0]

    assert "smtp: 550 5.7.1 Email is only for follow-up" in step
    assert step.rstrip().endswith("out: nothing")


def test_a_stranger_hears_nothing_of_the_ticket_whose_number_they_know(kept):
    (mail,) = (kept.folder / "mails" / "out").glob("*mallory*")

    assert not re.search(rb"calls drop|ana|rossi", mail.read_bytes(), re.IGNORECASE)


# What it leaves


def test_what_is_kept_lies_in_the_folder_and_nowhere_else(kept):
    names = {"config.toml", "people.toml", "desk.key", "desk.db", "desk.log", "mails"}

    assert names == {path.name for path in kept.folder.iterdir()}
    assert [kept.folder] == list(kept.home.iterdir())


def test_the_key_can_be_read_by_its_owner_only(kept):
    assert 0o600 == (kept.folder / "desk.key").stat().st_mode & 0o777


def test_the_kept_configuration_names_the_port_that_was_listened_on(kept):
    listen = read_settings(kept.folder / "config.toml").channel["mail"].listen

    assert not listen.endswith(":0")


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("ticket list", "Calls drop after ten minutes"),
        ("ticket show 1042 --why", "The new switch sends no keep-alives"),
        ("ticket export --jsonl", "Echo on the conference phone"),
        ("ticket show 1042", "Their fax is nine years old"),
        ("messages list", "email-follow-ups-only"),
        ("people accounts", "bob@acme.example"),
        ("messages export --jsonl", "open-on-portal"),
        ("held list", "kim@adviser.example"),
        ("outbox list", ""),
        ("people list", "Acme"),
        ("explain mails/in/08.eml", "email-follow-ups-only"),
        ("parse --json mails/in/11.eml", "is_bounce"),
    ],
)
def test_other_commands_work_with_the_kept_configuration(kept, command, shows):
    words = [str(kept.folder / word) if word.endswith(".eml") else word for word in command.split()]
    done = in_this_process(kept, *words)

    assert (0, "") == (done.exit_code, done.stderr)
    assert shows in done.stdout


def test_every_mail_that_was_caught_is_in_the_export_under_its_message_id(kept):
    records = [
        json.loads(line)
        for line in in_this_process(kept, "messages", "export", "--jsonl").stdout.splitlines()
    ]
    caught = [read(path.read_bytes()) for path in (kept.folder / "mails" / "out").iterdir()]

    sent = {one["message_id"] for one in records if (one["direction"], one["channel"]) == ("out", "email")}
    assert sent == {str(mail["Message-ID"]).strip("<>") for mail in caught}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "config.toml").write_text("mine")

    with pytest.raises(ConfigError, match="is not empty; name a new folder"):
        run(tmp_path)
    assert ["config.toml"] == [path.name for path in tmp_path.iterdir()]


def test_without_keep_nothing_is_left_and_logging_is_as_before(nowhere, capsys):
    before = structlog.get_config()
    run(None, STORY[:1], no_second_act)

    assert [] == list(nowhere.iterdir())
    assert before == structlog.get_config()
    assert "All 1 steps" in capsys.readouterr().out


def test_a_step_that_became_something_else_is_named_and_fails_the_demo(nowhere, capsys):
    wrong = replace(STORY[0], expected=replace(STORY[0].expected, fate=Fate.HOLD))

    with pytest.raises(DeskbellError, match="1 of 1 steps did not become what they should"):
        run(None, (wrong,), no_second_act)
    assert " WRONG: fate: expected hold, got open" in capsys.readouterr().out
    assert [] == list(nowhere.iterdir())


def test_the_kept_configuration_names_no_chat_since_nobody_listens_there_any_more(kept):
    assert {"mail"} == set(read_settings(kept.folder / "config.toml").channel)


# The second act


def step_of(kept: Run, title: str) -> str:
    return kept.told.partition(f". {title}\n")[2].partition("\n\n")[0]


@pytest.mark.parametrize(
    ("title", "shows"),
    [
        ("A follow-up by mail is seen in Slack", "💬 Ana Rossi <ana@acme.example> wrote again:"),
        ("Sam claims the ticket", "Assignee: @Sam"),
        ("Sam answers through Slack's form", "out: to Ana Rossi <ana@acme.example>"),
        ("Bob says that it is he", "“A Telegram account can see your ticket”"),
        ("Bob asks how far it is", "Waiting for you"),
        ("Bob adds a photo", "Kept with it: photo.jpg."),
        ("Bob adds a photo", "With one attachment."),
        ("Sam answers, and Bob reads it there", "WX-1042 · Sam Weaver, Vendor support"),
        ("The clock goes on: Slack is reminded", "Due soon: the first response on WX-1043"),
        ("The clock goes on: Bob is told, too", "We are late with WX-1043."),
    ],
)
def test_people_read_in_the_chats_what_the_step_is_about(kept, title, shows):
    assert shows in step_of(kept, title)


def test_a_note_is_read_by_nobody_outside(kept):
    words = b"Their fax is nine years old"
    mails = [path.name for path in (kept.folder / "mails" / "out").iterdir() if words in path.read_bytes()]

    assert [] == mails
    assert ["out: Slack's #triage shows"] == re.findall(
        r"out: .*", step_of(kept, "Sam notes something for colleagues")
    )


def test_without_the_chats_libraries_the_second_act_is_left_out_and_says_what_to_install(
    nowhere, capsys, monkeypatch
):
    monkeypatch.setattr(demo, "EXTRAS", {"slack": ("no_such_library",), "telegram": ("rich",)})
    run(None, STORY[:1])
    told = capsys.readouterr().out

    assert "Slack and Telegram are left out: install them with 'deskbell[slack]'." in told
    assert "All 1 steps" in told


class Board:
    """A screen with a card and a message on it."""

    def __init__(self) -> None:
        self.card, self.said = "WX-1\nStatus: open\n[Claim]", "Hello"

    async def settle(self) -> None:
        """Nothing is under way."""

    def sights(self):
        reader = Address("Slack", "slack")
        return (
            Sight(reader, "1", self.card, "card", can_change=True),
            Sight(reader, "2", self.said),
        )


def test_a_card_that_was_drawn_anew_shows_its_title_and_what_changed():
    board = Board()
    watch = Watch((board,))
    first = [one.text for one in watch.news()]
    board.card, board.said = "WX-1\nStatus: solved\n[Claim]", "Hello again"

    assert ["WX-1\nStatus: open\n[Claim]", "Hello"] == first
    assert ["WX-1\nStatus: solved"] == [one.text for one in watch.news()]
    assert [] == watch.news()


# What is compared


def an_outcome(came: Came | None = None, sent: tuple[Sent, ...] = (), **parts: object) -> Outcome:
    came = came or Came("Ana", "to the desk", "Hello", "Hello", "250 2.0.0 1 kept", 1)
    outcome = Outcome(came, "append", "follow-up", "It is one.", 1042, 1, sent, MatchedBy.TOKEN)
    return replace(outcome, **parts)


def a_mail(
    notice: str, to: Address, text: str = "Hello Ana,\n\nwe have it.\n\n- a list\n\n---\n\nDesk"
) -> Sent:
    return Sent(notice, to, "Subject", text, CaughtMail("", (to.address,), b""))


IN_SLACK = Shown("card", Address("Slack's #triage", "slack triage"), "WX-1042\n📨 " + "word " * 40)


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ({"files": ("a.png",)}, ["files kept: expected 0, got 1"]),
        ({"shown": (IN_SLACK,)}, ["told: expected none, got card to slack triage"]),
        ({}, []),
        ({"fate": "hold"}, ["fate: expected append, got hold"]),
        ({"rule": "vip"}, ["rule: expected follow-up, got vip"]),
        ({"ticket": 0}, ["ticket: expected 1042, got 0"]),
        ({"matched_by": MatchedBy.TEXT}, ["matched by: expected token, got text"]),
        ({"kept": 2}, ["messages kept: expected 1, got 2"]),
        ({"sent": (a_mail("added", ANA),)}, ["told: expected none, got added to ana@acme.example"]),
        ({"came": Came("", "", "", "", "550 5.7.1 No")}, ["answer: expected 250 2.0.0, got 550 5.7.1"]),
    ],
)
def test_whatever_differs_from_what_was_expected_is_said(parts, wrong):
    expected = Expected(Fate.APPEND, "follow-up", 1042, matched_by=MatchedBy.TOKEN)

    assert wrong == differences(expected, an_outcome(**parts))


# How it is told


def lines_of(outcome: Outcome, wrong: tuple[str, ...] = ()) -> list[str]:
    return [line.text for line in told(1, "A step", outcome, wrong)]


def test_a_step_reads_as_a_dialogue():
    assert [
        "",
        " 1. A step",
        "    in: Ana to the desk",
        "        “Hello”",
        "          Hello",
        "  smtp: 250 2.0.0 1 kept",
        "  fate: append, ticket WX-1042: rule follow-up — It is one.",
        "        The ticket was found by the signed address that it was sent to.",
        "        The sender is not proven.",
        "   out: to Sam Weaver <sam@vendor.example>",
        "        “Subject”",
        "          we have it.",
    ] == lines_of(an_outcome(sent=(a_mail("added", SAM),)))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (an_outcome(kept=0), "        It came before: the first receipt again, and nothing is kept twice."),
        (an_outcome(), "   out: nothing"),
        (an_outcome(shown=(IN_SLACK,)), "   out: Slack's #triage shows"),
        (an_outcome(files=("photo.jpg", "")), "        Kept with it: photo.jpg."),
        (an_outcome(rule="agent-note"), "        It is a note: agents read it, and nobody else."),
        (
            an_outcome(fate="-", rule="button", because="assignee is now Sam."),
            "  fate: a button, ticket WX-1042: assignee is now Sam.",
        ),
        (
            an_outcome(assurance=Assurance.TOKEN),
            "        The sender is proven by the signed address that was made for them.",
        ),
        (
            an_outcome(ticket=0, matched_by=MatchedBy.NONE, set_aside=("7 in the subject",)),
            "        What names a ticket that is not theirs counts for nothing: 7 in the",
        ),
    ],
)
def test_what_is_special_about_a_step_is_said(outcome, said):
    assert said in lines_of(outcome)


def test_a_strangers_words_cannot_play_tricks_on_a_terminal():
    came = Came(f"Eve{ON_TERMINAL}", "to us", ON_TERMINAL, f"{ON_TERMINAL}\r\n\r\nbye", f"250 {ON_TERMINAL}")

    assert [] == [line for line in lines_of(an_outcome(came), (ON_TERMINAL,)) if CONTROL.search(line)]


def test_no_line_is_wider_than_eighty_columns_whatever_was_written():
    came = Came("x" * 300, "to us", "word " * 60, "long" * 100, "250 2.0.0 1 kept")

    assert [] == [line for line in lines_of(an_outcome(came)) if len(line) > WIDTH]


def test_what_stands_in_a_chat_fits_with_its_signs_of_two_columns():
    assert [] == [line for line in lines_of(an_outcome(shown=(IN_SLACK,))) if cell_len(line) > WIDTH]


def test_a_long_text_is_cut_with_a_sign_that_there_is_more():
    lines = lines_of(an_outcome(Came("Ana", "to us", "Hello", "word " * 200)))

    assert ("          …", 4) == (lines[8], sum(1 for line in lines if "word" in line))


def test_the_token_of_a_signed_address_is_cut_short():
    token = "mzzaaaeqcqaaaaaaa6amdhj2kk22dcu5y7ia"

    assert "support+mzzaaa…@vendor.example" == shortened(f"support+{token}@vendor.example")
    assert "ana+export@acme.example" == shortened("ana+export@acme.example")


def test_the_titles_fit_the_table_of_fates():
    assert [] == [scene.title for scene in WHOLE if len(scene.title) > TITLE_WIDTH]


def test_the_table_marks_what_became_something_else():
    rows = list(table([("A step", an_outcome(), True), ("Another", an_outcome(), False)]))

    assert rows[-2].text.endswith("WX-1042")
    assert (Part.WRONG, True) == (rows[-1].part, rows[-1].text.endswith("WRONG"))


# The mails


def heard(written: Letter) -> Inbound:
    raw = Raw("email", "mail", written.body, datetime(2026, 11, 20, 9, tzinfo=UTC))
    return letter_from(raw, OUR_MTA).inbound


def test_a_letter_is_proven_by_its_domain_and_a_forged_one_is_not():
    assert Assurance.ALIGNED is heard(letter(ANA, DESK.address, "Hello", "Hello")).assurance
    assert Assurance.NONE is heard(forged(ANA, DESK.address, "Hello", "Hello")).assurance


def test_an_out_of_office_reply_is_known_as_automatic_and_has_no_return_path():
    written = out_of_office(ANA, DESK.address, "Away", "I am away.", "<1@vendor.example>")

    assert ("", "1@vendor.example") == (written.sender, heard(written).in_reply_to)
    assert heard(written).automatic


def test_a_delivery_report_names_the_recipient_the_status_and_the_mail():
    original = letter(DESK, BOB.address, "Hello", "Hello")
    machine = Address("Mail Delivery System", "mailer-daemon@acme.example")
    report = heard(
        delivery_report(machine, DESK.address, original.body, BOB.address, "552 5.2.2 full")
    ).report

    assert report is not None
    assert original.message_id == f"<{report.original_message_id}>"
    assert [(BOB.address, "5.2.2", "failed")] == [
        (r.recipient, r.status, r.action) for r in report.recipients
    ]


def test_nobody_in_the_story_has_an_address_that_could_exist():
    assert {"example"} == {one.domain.rpartition(".")[2] for one in (ANA, BOB, SAM, MALLORY, DESK)}
