"""What agents are told of a promise that is given up: whom it was for, why, and its words.

Of what was for colleagues they are told nothing, or a mailbox that takes no mail would be told of itself. But
what was redacted, and may stand in a chat still, they must know of.
"""

from dataclasses import replace

from bots.delivery import Claimed
from intake.decisions import Audience, Decision, Fate, Notice, is_for_customers
from intake.tickets import Ticket
from replies.plain import as_words
from store import again

# What shows somebody all of their tickets, those that only a protected team may read among them.
SHOWS_TICKETS = frozenset({"ticket-status", "chat-list", "chat-ticket", "chat-history", "chat-which"})
IN_CHAT = {"slack": "Slack", "telegram": "Telegram chat {}"}
STANDS_THERE = "what was redacted may stand there still, for our posts could not be changed: "


def gave_up(promise: Claimed, reason: str, ticket: Ticket | None) -> Decision:
    """What follows; `ticket` is the one that it was about."""
    outbound = promise.outbound
    decision = Decision(Fate.ANSWER, "gave-up", reason)
    if outbound.notice == again.NOTICE:
        where = IN_CHAT[outbound.channel].format(outbound.recipient.address)
        return _telling(decision, promise, ticket, where, f"{STANDS_THERE}{reason}", "", is_again=True)
    if not is_for_customers(outbound.notice):
        return decision
    text = "" if ticket is None and outbound.notice in SHOWS_TICKETS else as_words(outbound.body)
    return _telling(decision, promise, ticket, outbound.recipient.address, reason, text)


def about(promise: Claimed) -> int:
    """The ticket that a promise is about, 0 for none."""
    return promise.outbound.ticket_number or again.ticket_in(promise.outbound)


def _telling(
    decision: Decision,
    promise: Claimed,
    ticket: Ticket | None,
    to: str,
    reason: str,
    text: str,
    *,
    is_again: bool = False,
) -> Decision:
    facts = {"address": to, "reason": reason, "text": text, "promise": promise.id, "is_again": is_again}
    told = Notice("agent-gave-up", Audience.AGENTS, facts, "auto-generated")
    return replace(decision, ticket=ticket, notices=(told,))
