"""What an agent is told of their own: who they are to the desk, and their day."""

from bots.slack.blocks import Message, names, personal
from slack_shown import a_home, a_row, check


def acts(message: Message):
    return [
        one["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for one in block["elements"]
    ]


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
