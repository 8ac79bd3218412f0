"""What the demo sees on a screen: what is new there, and what changed."""

from collections.abc import Iterable

from intake.messages import Address
from sandbox.screens import Sight, Watch
from sandbox.slack_words import words_of


class Board:
    """A screen with a card and a message on it."""

    def __init__(self) -> None:
        self.card, self.said = "WX-1\nStatus: open\n[Claim]", "Hello"

    async def settle(self) -> None:
        """Nothing is under way."""

    def sights(self) -> Iterable[Sight]:
        reader = Address("Slack", "slack")
        return (
            Sight(reader, "1", self.card, "card", can_change=True),
            Sight(reader, "2", self.said),
        )


def test_a_card_that_was_drawn_anew_shows_its_title_and_what_changed() -> None:
    board = Board()
    watch = Watch((board,))
    first = [one.text for one in watch.news()]
    board.card, board.said = "WX-1\nStatus: solved\n[Claim]", "Hello again"

    assert ["WX-1\nStatus: open\n[Claim]", "Hello"] == first
    assert ["WX-1\nStatus: solved"] == [one.text for one in watch.news()]
    assert [] == watch.news()


def test_blocks_are_read_a_paragraph_a_line_with_names_and_buttons_in_brackets() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "WX-1 &amp; more"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Assignee*\n<@U1>"}},
        {
            "type": "actions",
            "elements": [
                {"type": "button", "text": {"type": "plain_text", "text": "Claim"}},
                {"type": "button", "text": {"type": "plain_text", "text": "Reply"}},
            ],
        },
    ]

    assert ["WX-1 & more", "Assignee: @Sam", "[Claim] [Reply]"] == list(words_of(blocks, {"U1": "Sam"}))
