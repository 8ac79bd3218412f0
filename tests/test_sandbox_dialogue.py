"""The demo's words: what is compared, and how a step is told."""

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from intake.decisions import Fate, MatchedBy
from intake.messages import Address, Assurance
from sandbox.chat_story import CHAT_STORY
from sandbox.dialogue import TITLE_WIDTH, WIDTH, Part, shortened, table, told
from sandbox.outcomes import Came, Expected, Outcome, Sent, Shown, differences
from sandbox.relay import CaughtMail
from sandbox.story import STORY
from sandbox.world import ANA, SAM

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
ON_TERMINAL = "\x1b[2J"


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
    assert [] == [scene.title for scene in (*STORY, *CHAT_STORY) if len(scene.title) > TITLE_WIDTH]


def test_the_table_marks_what_became_something_else():
    rows = list(table([("A step", an_outcome(), True), ("Another", an_outcome(), False)]))

    assert rows[-2].text.endswith("WX-1042")
    assert (Part.WRONG, True) == (rows[-1].part, rows[-1].text.endswith("WRONG"))
