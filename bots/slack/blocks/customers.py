"""What customers read in a shared channel: the notice's words in their thread, and nothing of ours besides.

No card, no severity select, no mention of an agent: a shared channel is somebody else's house.
An agent's own words may have links that can be clicked; the words of others stay words.
"""

from bots.slack.blocks.elements import rich_section, said
from bots.slack.blocks.pages import messages_of
from bots.slack.blocks.types import Message
from intake.messages import Outbound
from replies.slack_text import as_rich_text, with_links


def customer_messages(outbound: Outbound) -> list[Message]:
    """The messages of one notice to a customer, in their order."""
    elements = as_rich_text(outbound.body) or [rich_section(said(outbound.subject))]
    if outbound.automatic == "no":
        elements = with_links(elements)
    return messages_of(elements, outbound.subject, file_name="answer.txt")
