"""Where a ticket's thread is: below its card, wherever that was posted."""

from contextlib import suppress
from dataclasses import replace

from bots.slack.acts.answering import whisper
from bots.slack.blocks import Message
from bots.slack.calls import SlackFailure
from bots.slack.listening import Acting, Call
from intake.errors import DeliveryError
from store import cards
from store.work import SqlWork


def at_card(work: SqlWork, number: int) -> str:
    """The thread of a ticket's card, team/channel/ts; "" while there is none."""
    card = cards.card_of(work, number)
    return f"{card.place}/{card.external}" if card and card.external else ""


async def whisper_at(acting: Acting, call: Call, place: str, ticket: int, message: Message) -> None:
    """Say something in a ticket's thread to whoever acts alone, where that can be."""
    team, channel, thread = [*place.split("/"), "", ""][:3]
    if not thread:
        return
    where = replace(acting, team=team, channel=channel, thread=thread, ticket=ticket)
    with suppress(SlackFailure, DeliveryError):
        await whisper(where, call, message)
