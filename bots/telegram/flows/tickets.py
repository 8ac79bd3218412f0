"""What a customer sees of their tickets: a list, one ticket, its history; shown in place of one another.

The words are the customer's: how far it is, what was publicly said, and what was promised. Notes,
clocks and other people's tickets are no part of it.
"""

from datetime import datetime, timedelta

from bots.telegram.flows.adding import not_found
from bots.telegram.identity import number_in, reach, ticket_seen
from bots.telegram.saying import Button
from bots.telegram.turn import Answered, Keyboard, Turn
from intake.promising import REMINDERS
from intake.tickets import ClockKind, Status, Ticket
from store import customers
from store.chats import choose
from store.customers import Said

A_PAGE = 8
SHOWN = 2  # messages that a view of a ticket shows
A_LEAF = 5  # messages on a page of its history
LONGEST = 600  # characters of one message that a view shows
LEAF_LONGEST = 1500
ANSWERS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)


def listed(turn: Turn, *, over: bool = False, page: int = 0) -> Answered:
    """/status: the tickets that go on, or those that are over; a single one is shown at once."""
    statuses = customers.OVER if over else customers.GOING_ON
    found = customers.tickets_within(turn.work, reach(turn), statuses, A_PAGE + 1, page * A_PAGE)
    if len(found) == 1 and not over and not page:
        return view(turn, found[0][0])
    rows = [[_row(turn, number, at)] for number, at in found[:A_PAGE]]
    last = [turn.button("open-ones" if over else "closed-ones", "list", over=not over, page=0)]
    if len(found) > A_PAGE:
        last.insert(0, turn.button("more", "list", over=over, page=page + 1))
    turn.show("chat-list", {"over": over, "count": len(rows)}, [*rows, last])
    return Answered("listed", "They asked how far their tickets are.")


def asked(turn: Turn) -> Answered:
    """/status and /ticket, with a number or without."""
    if not turn.heard.argument:
        return listed(turn)
    number = number_in(turn, turn.heard.argument)
    return view(turn, number) if ticket_seen(turn, number) else not_found(turn, number)


def view(turn: Turn, number: int) -> Answered:
    """One ticket, with what can be done about it."""
    ticket = ticket_seen(turn, number)
    if ticket is None:
        return not_found(turn, number)
    turn.choose_ticket(number)
    said = customers.said_on(turn.work, number, SHOWN)
    facts = {
        "status": turn.status(ticket),
        "due": promised(turn, ticket),
        "said": [_line(turn, one, LONGEST) for one in reversed(said)],
    }
    turn.show("chat-ticket", facts, _acts(turn, ticket), ticket=ticket)
    return Answered("shown", "They asked how far a ticket is.", number)


def history(turn: Turn, number: int, page: int) -> Answered:
    """What was said on a ticket, page by page, the latest first."""
    ticket = ticket_seen(turn, number)
    if ticket is None:
        return not_found(turn, number)
    said = customers.said_on(turn.work, number, A_LEAF + 1, page * A_LEAF)
    turning = []
    if page:
        turning.append(turn.button("newer", "history", number, page=page - 1))
    if len(said) > A_LEAF:
        turning.append(turn.button("older", "history", number, page=page + 1))
    rows = [*([turning] if turning else []), [turn.button("back", "view", number)]]
    lines = [_line(turn, one, LEAF_LONGEST // 2) for one in reversed(said[:A_LEAF])]
    turn.show("chat-history", {"said": lines}, rows, ticket=ticket)
    return Answered("history-shown", "They asked for what was said on a ticket.", number)


def set_updates(turn: Turn, number: int, wanted: str) -> Answered:
    """[Updates on/off] of one ticket."""
    if ticket_seen(turn, number) is None or turn.person is None:
        return not_found(turn, number)
    choose(turn.work, f"person:{turn.person.id}", f"{REMINDERS} {number}", wanted, turn.now)
    return view(turn, number)


def promised(turn: Turn, ticket: Ticket) -> datetime | None:
    """When an answer was promised, if one is owed and the time has not passed."""
    clocks = [one for kind in ANSWERS if (one := ticket.clock(kind)) and one.is_running]
    due = [one.due_at for one in clocks if one.due_at and one.due_at > turn.now]
    return min(due, default=None)


def _acts(turn: Turn, ticket: Ticket) -> Keyboard:
    number = ticket.number
    muted = turn.person and turn.work.preference(f"person:{turn.person.id}", f"{REMINDERS} {number}") == "off"
    updates = turn.button(
        "updates-on" if muted else "updates-off", "updates", number, to="" if muted else "off"
    )
    back = turn.button("back", "list", over=False, page=0)
    past = turn.button("history", "history", number, page=0)
    if ticket.status in (Status.OPEN, Status.WAITING):
        write = [turn.button("reply", "reply", number), turn.button("add-file", "add-file", number)]
        return [write, [past, updates], [turn.button("close", "close", number), back]]
    again = [turn.button("reopen", "reopen", number), turn.button("new-ticket", "open-after", number)]
    return [again, [past, back]]


def _row(turn: Turn, number: int, at: datetime) -> Button:
    ticket = turn.work.ticket(number)
    assert ticket
    words = f"{turn.reference(number)} · {turn.status(ticket)} · {_age(turn.now - at)}"
    return Button(words, "view", number)


def _age(span: timedelta) -> str:
    """How long ago, in the largest unit that fits."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 24 * 60 else f"{minutes // 60 // 24} d"


def _line(turn: Turn, one: Said, longest: int) -> dict[str, object]:
    """A message as a view shows it: who, when, what, cut where it is long."""
    author = f"{one.author}, {turn.setup.desk.name}" if one.is_agent else one.author
    text = one.text if len(one.text) <= longest else f"{one.text[:longest]}…"
    return {"author": author, "at": one.at, "text": text, "files": one.files}
