"""One line for what was done elsewhere, and what an agent is told of their own."""

import pytest

from bots.slack.blocks import Message, lines, names, personal
from slack_shown import BOB, a_card, a_home, a_row, check, words_in

ACTOR = lines.Actor("Bob", BOB)


def acts(message: Message):
    return [
        one["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for one in block["elements"]
    ]


@pytest.mark.parametrize(
    ("arrival", "why", "foot", "expected"),
    [
        (lines.Arrival.WAITING, "", "📤 by email, waiting", []),
        (lines.Arrival.DELIVERED, "", "✅ by email, delivered", []),
        (
            lines.Arrival.FAILED,
            "mailbox full",
            "⚠️ by email, failed: mailbox full",
            [names.RETRY, names.OTHER_WAY],
        ),
    ],
)
def test_an_answer_says_which_way_it_went_and_whether_it_arrived(arrival, why, foot, expected):
    (message,) = lines.answered(a_card(), ACTOR, "Good morning.", "email", arrival, why, promise=5)
    check(message)

    assert (True, True, expected) == (
        foot in words_in(message.blocks),
        "Good morning." in message.text,
        acts(message),
    )


def test_what_was_changed_is_a_line_with_whoever_did_it():
    message = lines.changed(ACTOR, "set the severity to major")
    (section,) = message.blocks[0]["elements"]

    assert [{"type": "user", "user_id": BOB}, " set the severity to major"] == [
        section["elements"][0],
        section["elements"][1]["text"],
    ]


def test_somebody_without_an_account_is_a_name():
    assert "Zoe" in lines.changed(lines.Actor("Zoe"), "claimed this").text


@pytest.mark.parametrize(
    ("text", "said"), [("New words", "changed it to:"), ("", "deleted what they had written")]
)
def test_what_a_customer_changes_or_takes_back_is_told(text, said):
    assert said in words_in([one.blocks for one in lines.edited(a_card(), "Ana", text)])


@pytest.mark.parametrize(
    "found",
    [
        lines.answered(a_card(withheld_for="security"), ACTOR, "The code is 12345.", "email"),
        lines.noted(a_card(withheld_for="security"), ACTOR, "The code is 12345.", "by mail"),
        lines.edited(a_card(withheld_for="security"), "Ana 12345", "The code is 12345."),
        lines.edited(a_card(withheld_for="security"), "Ana 12345", ""),
    ],
    ids=["answer", "note", "edit", "deletion"],
)
def test_words_that_are_kept_back_are_not_in_the_line_either(found):
    assert "12345" not in words_in([[one.text, one.blocks] for one in found])


def test_each_kind_of_direct_message_has_its_switch():
    told = (("assigned", "assigned to you", True), ("digest", "daily digest", False))
    message = personal.me(personal.MeFacts("Bob", "bob@vendor.example", "core", told=told))
    check(message)
    buttons = message.blocks[-1]["elements"]

    assert [("Mute: assigned to you", "assigned off"), ("Unmute: daily digest", "digest on")] == [
        (one["text"]["text"], names.pressed_in(one["value"]).word) for one in buttons
    ]


def test_the_digest_lists_the_day_and_can_be_muted():
    message = personal.digest(a_home(), [a_row()])
    check(message)

    assert ([f"{names.MUTE}.digest"], True) == (acts(message), "WX-1042" in message.text)
