"""What customers read in a shared channel: the notice's words in their thread, and nothing of ours besides.

No card, no severity select, no mention of an agent: a shared channel is somebody else's house. Only the
question how it went has two buttons.
An agent's own words may have links that can be clicked; the words of others stay words.
"""

from bots.slack.blocks import names
from bots.slack.blocks.elements import actions, button, field, rich_section, said, text_input
from bots.slack.blocks.modals.frame import modal
from bots.slack.blocks.pages import messages_of
from bots.slack.blocks.types import Json, Message
from intake.messages import Outbound
from intake.surveying import SURVEY
from replies.chat_labels import label
from replies.slack_text import as_rich_text, with_links


def customer_messages(outbound: Outbound) -> list[Message]:
    """The messages of one notice to a customer, in their order."""
    elements = as_rich_text(outbound.body) or [rich_section(said(outbound.subject))]
    if outbound.automatic == "no":
        elements = with_links(elements)
    return messages_of(elements, outbound.subject, _acts(outbound), file_name="answer.txt")


def _acts(outbound: Outbound) -> list[Json]:
    """The buttons of what we ask of them."""
    if outbound.notice != SURVEY:
        return []
    here = names.Pressed(ticket=outbound.ticket_number)
    offered = (("rated-good", names.RATED_GOOD), ("rated-bad", names.RATED_BAD))
    made = [button(label(words, outbound.language), act, here) for words, act in offered]
    return [actions(made, f"{SURVEY}:{outbound.message_id}")]


def rated(language: str, about: names.Pressed) -> Json:
    """The modal after a rating: thanks, and room for a sentence about it."""
    title, asks, send, skip = (label(one, language) for one in ("rate-title", "rate-asks", "send", "skip"))
    blocks = [field(asks, text_input(names.TEXT, most=1000), optional=True)]
    return modal(names.VIEW_RATED, title, blocks, about, send, skip)
