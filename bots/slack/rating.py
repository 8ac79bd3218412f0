"""How it went, typed in a shared channel: the bare word of whoever was asked, right below the question.

It must be one of the rating words and nothing else, in the thread whose last words of ours are the
question; a colleague's, a longer one and a later one is a message like any other. It is kept as the
button keeps it, and a sign on the message says so.
"""

from collections.abc import Mapping
from datetime import datetime

from bots.slack.signs import promise_sign
from bots.slack.workspaces import MEDIUM
from intake import handle
from intake.handle import Command, Setup
from intake.messages import Assurance, Inbound, Raw
from intake.requests.rating import Rating
from intake.surveying import SURVEY
from intake.surveys import alone_in, answered
from intake.tickets import Ticket
from intake.words import sender_words
from store import posts
from store.surveys import is_the_last_word
from store.work import SqlWork

KEPT = "white_check_mark"
WRITTEN: Mapping[str, str] = {":+1:": "👍", ":thumbsup:": "👍", ":-1:": "👎", ":thumbsdown:": "👎"}


def rating_here(
    work: SqlWork, inbound: Inbound, ticket: Ticket | None, channel: str, thread: str
) -> Rating | None:
    """What a message in a thread (of team/channel) rates, None where it is another one."""
    asked = work.survey(ticket.number) if ticket else None
    if ticket is None or asked is None or inbound.sender is None or inbound.attachments:
        return None
    if inbound.assurance is not Assurance.LINKED:
        return None
    text = WRITTEN.get(inbound.text.strip(), inbound.text)
    rating = alone_in(text, asked, ticket, work.person(inbound.sender.address))
    last = posts.last_at(work, MEDIUM, channel, thread) if rating else None
    is_direct = last is not None and last.role == SURVEY and last.ticket == ticket.number
    return rating if is_direct and is_the_last_word(work, asked) else None


def keep_rating(
    work: SqlWork,
    raw: Raw,
    inbound: Inbound,
    ticket: Ticket,
    rating: Rating,
    at: str,
    setup: Setup,
    now: datetime,
) -> int:
    """Keep it as what whoever was asked says; the message's id. `at` is its team/channel/ts."""
    assert inbound.sender
    decision = answered(ticket, rating, sender_words(inbound), setup.desk)
    command = Command(decision, inbound, work.person(inbound.sender.address), raw)
    handle.carry_out_in(work, lambda _: command, setup, inbound.sender.address, now)
    place, _, ts = at.rpartition("/")
    promise_sign(work, setup, place, ts, KEPT, now)
    receipt = work.receipt_for(inbound.identity)
    return receipt.message if receipt else 0
