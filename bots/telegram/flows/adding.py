"""Words for a ticket: to the one that they say, else to the one that was chosen, else their author is asked.

What says it, the strongest first: a button that asked for them, a message that they answer, a
reference in their first words, a ticket that was looked at or written to within half an hour. Else
they wait as a draft for a day, and what follows meanwhile joins it.
"""

from bots.telegram.flows import opening
from bots.telegram.flows.keeping import Words, body_of, inbound_of, part_of, receive, words_of
from bots.telegram.identity import named_in, reach, ticket_seen
from bots.telegram.saying import MEDIUM, Button
from bots.telegram.turn import Answered, Turn
from intake.decisions import Fate, Receipt
from intake.tickets import Ticket
from store import accounts, customers, drafts, posts

OFFERED = 8
DRAFT = "message"


def free_text(turn: Turn) -> Answered:
    """Words without a command, of a linked account."""
    words = words_of(turn)
    if not words:
        return Answered("nothing-said", "There is nothing in it that can be passed on.")
    answered = (
        posts.post_at(turn.work, MEDIUM, turn.place, str(turn.heard.reply_to))
        if turn.heard.reply_to
        else None
    )
    if answered and answered.ticket:
        ticket = ticket_seen(turn, answered.ticket)
        return add(turn, ticket, words) if ticket else not_found(turn, answered.ticket)
    named = named_in(turn, words.text)
    if ticket := ticket_seen(turn, named[0] if len(named) == 1 else turn.chosen):
        return add(turn, ticket, words)
    return _ask(turn, words)


def add(turn: Turn, ticket: Ticket, words: Words) -> Answered:
    """Give words to a ticket; the policy says whether it takes them."""
    receipt = receive(turn, inbound_of(turn, words, ticket=ticket.number), words)
    turn.choose_ticket(ticket.number)
    _tell(turn, receipt, ticket)
    return Answered(receipt.rule, receipt.because, ticket.number, is_kept=True)


def _tell(turn: Turn, receipt: Receipt, ticket: Ticket) -> None:
    """A receipt where the policy has none of its own; of a flood nobody reads that many."""
    if receipt.reply or receipt.duplicate or turn.is_flood:
        return
    notice = {Fate.APPEND: "chat-added", Fate.OPEN: "chat-added"}.get(receipt.fate or Fate.HOLD, "chat-kept")
    turn.say(notice, ticket=turn.work.ticket(receipt.ticket) or ticket)


def _ask(turn: Turn, words: Words) -> Answered:
    """Keep the words and ask where they belong."""
    open_ones = customers.tickets_within(turn.work, reach(turn), customers.GOING_ON, OFFERED)
    before = drafts.newest_draft(turn.work, MEDIUM, turn.heard.account, DRAFT, turn.now)
    if not open_ones and before is None:
        return opening.begin(turn, words)
    parts = [*(before.body["parts"] if before else ()), part_of(words)]
    if before:
        drafts.change_draft(turn.work, before, {"parts": parts})
    number = (
        before.id
        if before
        else drafts.keep_draft(turn.work, MEDIUM, turn.heard.account, DRAFT, {"parts": parts}, turn.now)
    )
    if not turn.is_flood:
        turn.say(
            "chat-which", {"count": len(open_ones)}, _choices(turn, [one for one, _ in open_ones], number)
        )
    return Answered("asked-which", "It says no ticket; its author is asked which is meant.")


def _choices(turn: Turn, numbers: list[int], draft: int) -> list[list[Button]]:
    rows = []
    for number in numbers:
        words = turn.label("add-to").format(reference=turn.reference(number))
        ticket = turn.work.ticket(number)
        about = f" · {ticket.subject[:30]}" if ticket and len(numbers) > 1 else ""
        rows.append([Button(f"{words}{about}", "add", number, {"draft": draft})])
    last = [turn.button("cancel", "drop", draft=draft)]
    if turn.account and turn.account.scope != accounts.TICKETS:
        last.insert(0, turn.button("new-ticket", "open", draft=draft))
    return [*rows, last]


def chosen_for_draft(turn: Turn, number: int, draft: int) -> Answered:
    """[Add to T-…]: the draft goes there."""
    words, ticket = taken(turn, draft), ticket_seen(turn, number)
    if words is None:
        turn.say("chat-expired")
        return Answered("draft-gone", "The draft is too old, or was used.")
    return add(turn, ticket, words) if ticket else not_found(turn, number)


def taken(turn: Turn, draft: int) -> Words | None:
    """The words of a draft, which are used from now on."""
    found = drafts.draft_of(turn.work, MEDIUM, turn.heard.account, draft, turn.now)
    if found is None:
        return None
    drafts.drop_draft(turn.work, draft)
    return body_of(found.body["parts"])


def dropped(turn: Turn, draft: int) -> Answered:
    turn.show("chat-cancelled", {"begun": taken(turn, draft) is not None})
    return Answered("draft-dropped", "Its author dropped the draft.")


def write(turn: Turn, number: int, asks: str) -> Answered:
    """[Reply], [Add file], [Not solved], [Reopen]: what comes next belongs to this ticket."""
    ticket = ticket_seen(turn, number)
    if ticket is None:
        return not_found(turn, number)
    turn.remember(doing="write", ticket=number)
    turn.choose_ticket(number)
    turn.say("chat-write", {"asks": asks}, ticket=ticket)
    return Answered("asked-for-words", "They will write something for this ticket.", number)


def written(turn: Turn) -> Answered:
    """What was asked for by `write`."""
    number = int(turn.state.get("ticket", 0))
    turn.remember(doing=None, ticket=None)
    ticket, words = ticket_seen(turn, number), words_of(turn)
    if ticket is None:
        return not_found(turn, number)
    return add(turn, ticket, words) if words else free_text(turn)


def close(turn: Turn, number: int) -> Answered:
    """Ask the policy to close a ticket, in the words that it knows."""
    ticket = ticket_seen(turn, number)
    if ticket is None:
        return not_found(turn, number)
    return add(turn, ticket, Words("Please close this ticket."))


def not_found(turn: Turn, number: int) -> Answered:
    """The words for a ticket of others, and for one that does not exist."""
    is_partial = turn.account is not None and turn.account.scope == accounts.TICKETS
    named = turn.reference(number) if number else ""
    turn.say("chat-not-found", {"named": named, "is_partial": is_partial})
    return Answered("no-such-ticket", "There is no such ticket, or it is not theirs.")
