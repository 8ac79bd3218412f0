"""Where a ticket's thread is: below its card, wherever that was posted."""

from store import cards
from store.work import SqlWork


def at_card(work: SqlWork, number: int) -> str:
    """The thread of a ticket's card, team/channel/ts; "" while there is none."""
    card = cards.card_of(work, number)
    return f"{card.place}/{card.external}" if card and card.external else ""
