"""What Slack shows, purely rendered: facts in, Block Kit out.

Nothing here talks to Slack. `facts` reads a ticket as one channel may see it; `card`, `thread`
and `customers` make messages, `modals` and `home` make views, `lists` and `errors` answer commands.
Every word that somebody else wrote is literal text (`text`, `replies.slack_text`), and everything
stays within Slack's limits.
"""

from bots.slack.blocks.card import card, left, remaining, taken_back
from bots.slack.blocks.customers import customer_messages
from bots.slack.blocks.facts import card_facts, reads, row_of
from bots.slack.blocks.mentions import mentions
from bots.slack.blocks.shelves import home_facts, open_tickets
from bots.slack.blocks.story import details_facts
from bots.slack.blocks.thread import direct_messages, is_on_card, is_over, thread_messages, with_lost_files
from bots.slack.blocks.types import CardFacts, Due, HomeFacts, Json, Message, Row, Shelf

__all__ = [
    "CardFacts",
    "Due",
    "HomeFacts",
    "Json",
    "Message",
    "Row",
    "Shelf",
    "card",
    "card_facts",
    "customer_messages",
    "details_facts",
    "direct_messages",
    "home_facts",
    "is_on_card",
    "is_over",
    "left",
    "mentions",
    "open_tickets",
    "reads",
    "remaining",
    "row_of",
    "taken_back",
    "thread_messages",
    "with_lost_files",
]
