"""The card and what its buttons say of themselves."""

from datetime import timedelta

import pytest

from bots.slack.blocks import Due, names
from bots.slack.blocks.card import card
from intake.tickets import ClockKind, Status
from slack_shown import NOW, a_card, check, claimed, words_in


def acts(message):
    return [one["action_id"] for one in message.blocks[-1]["elements"]]


OPEN = [names.CLAIM, names.REPLY, names.SEVERITY, names.STATUS, names.MORE]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (a_card(), OPEN),
        (claimed(), [names.UNCLAIM, *OPEN[1:]]),
        (a_card(status=Status.WAITING), OPEN),
        (a_card(status=Status.SOLVED), OPEN),
        (a_card(status=Status.CLOSED), [names.REOPEN, names.DETAILS]),
        (a_card(severities=()), [names.CLAIM, names.REPLY, names.STATUS, names.MORE]),
    ],
)
def test_a_card_offers_what_can_be_done_now(facts, expected):
    message = card(facts)
    check(message)

    assert expected == acts(message)


def test_the_severities_of_a_card_are_the_policys_own_and_the_present_one_is_chosen():
    menu = card(a_card(severity="major")).blocks[-1]["elements"][2]

    assert (["critical", "major", "standard"], "major") == (
        [one["value"] for one in menu["options"]],
        menu["initial_option"]["value"],
    )


def test_a_severity_that_the_policy_no_longer_has_is_shown_and_not_chosen():
    message = card(a_card(severity="blocker"))
    check(message)

    assert "initial_option" not in message.blocks[-1]["elements"][2]


@pytest.mark.parametrize(
    ("due", "shown"),
    [
        (
            Due(ClockKind.FIRST_RESPONSE, NOW + timedelta(minutes=32)),
            "First response <!date^1773135120^{date_short_pretty} {time}|2026-03-10 09:32 UTC>",
        ),
        (Due(ClockKind.RESOLUTION, NOW - timedelta(hours=2)), ":warning: late: Resolution"),
        (Due(ClockKind.RESOLUTION, NOW, is_paused=True), "Resolution: paused"),
    ],
)
def test_a_card_says_what_is_due_and_how_soon(due, shown):
    assert shown in words_in(card(a_card(dues=(due,))).blocks)


def test_a_running_promise_comes_before_one_that_stands_still():
    paused = Due(ClockKind.RESOLUTION, NOW, is_paused=True)
    runs = Due(ClockKind.NEXT_RESPONSE, NOW + timedelta(days=2))

    assert runs == a_card(dues=(paused, runs)).next_due


def test_each_version_of_a_card_has_a_block_id_of_its_own_that_says_which():
    ids = [card(a_card(version=version)).blocks[-1]["block_id"] for version in (3, 4)]

    assert [(1042, 3), (1042, 4)] == [(one.ticket, one.version) for one in map(names.card_of, ids)]


def test_every_card_has_rich_text_so_that_slack_lets_it_be_replaced():
    kinds = [a_card(), a_card(words=""), a_card(withheld_for="security"), a_card(status=Status.CLOSED)]

    assert [1, 1, 1, 1] == [
        sum(block["type"] == "rich_text" for block in card(facts).blocks) for facts in kinds
    ]


def test_a_button_says_its_ticket_and_version_and_its_own_word():
    pressed = names.Pressed(ticket=1042, version=3, word="x")

    assert pressed == names.pressed_in(names.value(pressed))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "null",
        "[]",
        "{",
        '{"ticket":"1042"}',
        '{"ticket":-1}',
        '{"ticket":true}',
        '{"evil":1}',
        "[" * 9999,
    ],
)
def test_a_value_that_is_not_ours_says_nothing(value):
    assert names.Pressed() == names.pressed_in(value)


@pytest.mark.parametrize(
    "block_id", ["", "card", "card:1", "card:x:1", "card:1:2:3", "card:²:1", "card:-1:2"]
)
def test_a_block_id_that_is_not_ours_says_nothing(block_id):
    assert names.Pressed() == names.card_of(block_id)


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        (a_card(is_escalated=True), "*Escalated*"),
        (a_card(snoozed_until=NOW + timedelta(days=1)), "💤 until <!date^1773219600^"),
        (a_card(snoozed_until=NOW + timedelta(days=30), is_until_reply=True), "💤 until the customer writes"),
        (a_card(merged_into="WX-1050"), "goes on in WX-1050"),
        (a_card(predecessor="WX-1001"), "follows WX-1001"),
        (a_card(files=2), "📎 2 files"),
        (a_card(team="core"), "*Team*\\ncore"),
    ],
)
def test_a_card_shows_what_is_special_about_its_ticket(facts, shown):
    message = card(facts)
    check(message)

    assert shown in words_in(message.blocks)


def test_all_that_can_be_special_at_once_fits_into_the_card():
    check(
        card(
            claimed(
                product="PBX",
                files=2,
                predecessor="WX-1",
                merged_into="WX-2",
                snoozed_until=NOW,
                is_escalated=True,
                team="core",
            )
        )
    )
