"""/new: a ticket by dialogue, asking only for what the policy's form still misses.

The policy is asked first, with what is there: what it would refuse or hold is given to it at once, so that
its own words and links are the answer; what it misses is asked for, one field after the
other; what it would open is shown once more before it is sent.
"""

from collections.abc import Mapping
from typing import Any

from bots.telegram.flows.keeping import Words, body_of, foretold, inbound_of, part_of, receive, words_of
from bots.telegram.identity import ticket_seen
from bots.telegram.saying import Button
from bots.telegram.turn import Answered, Turn
from intake.decisions import Decision, Fate
from intake.policies.form import asked_as, filled_in
from intake.policies.written import FieldFile
from store import accounts

DOING = "new"
OWN_WORDS = ("subject", "message", "attachments")  # of the message itself, whatever the form calls them
MOST_CHOICES = 12
LONGEST_LABEL = 40


def begin(turn: Turn, words: Words, previous: int = 0) -> Answered:
    """Begin a ticket with what is there already."""
    if turn.account is None or turn.account.scope == accounts.TICKETS:
        turn.say("chat-link-first", {"address": turn.person.address.address if turn.person else ""})
        return Answered("link-first", "A link opens its ticket only; for more they prove their address.")
    ticket = ticket_seen(turn, previous) if previous else None
    fields = {"previous": turn.reference(ticket.number)} if ticket else {}
    turn.remember(doing=DOING, fields=fields, parts=[part_of(words)] if words else [], asked=None)
    return _go_on(turn)


def answered(turn: Turn) -> Answered:
    """Words while a ticket is being opened: the field that was asked for, else more of the message."""
    asked, words = turn.state.get("asked"), words_of(turn)
    if asked and asked not in OWN_WORDS:
        return fill(turn, asked, words.text, Words("", words.attachments, words.ids))
    turn.remember(parts=[*turn.state["parts"], part_of(words)], asked=None)
    return _go_on(turn)


def reworded(turn: Turn) -> Answered | None:
    """Show it once more where what was shown has other words now; None where it was not shown yet."""
    return _go_on(turn) if turn.state.get("doing") == DOING and not turn.state.get("asked") else None


def fill(turn: Turn, name: str, value: str, more: Words | None = None) -> Answered:
    """One field of the form, typed or chosen; a choice that is none is asked for again."""
    if turn.state.get("doing") != DOING:
        turn.say("chat-expired")
        return Answered("nothing-begun", "No ticket is being opened any more.")
    changes: dict[str, Any] = {"fields": {**turn.state["fields"], name: value}}
    if more and more.attachments:
        changes["parts"] = [*turn.state["parts"], part_of(more)]
    turn.remember(asked=None, **changes)
    return _go_on(turn, again=name)


def send(turn: Turn) -> Answered:
    """[Send]: the policy decides, in earnest."""
    if turn.state.get("doing") != DOING:
        turn.say("chat-expired")
        return Answered("nothing-begun", "No ticket is being opened any more.")
    return _give(turn, _collected(turn))


def cancel(turn: Turn) -> Answered:
    """/cancel: whatever was begun is forgotten."""
    was_doing = turn.state.get("doing")
    turn.remember(doing=None, fields=None, parts=None, asked=None, ticket=None)
    turn.show("chat-cancelled", {"begun": bool(was_doing)})
    return Answered("cancelled", "They stopped what they had begun.")


def _go_on(turn: Turn, again: str = "") -> Answered:
    words, fields = _collected(turn), turn.state["fields"]
    decision = foretold(turn, inbound_of(turn, words, fields=fields))
    if decision.missing:
        return _ask(turn, _next_of(decision, words), again)
    if decision.fate is not Fate.OPEN:
        return _give(turn, words)
    if not words:
        return _ask(turn, "message", again)
    return _confirm(turn, words, fields)


def _next_of(decision: Decision, words: Words) -> str:
    """What is asked for next; the first line of a message is its subject."""
    return "message" if not words.text else next(one for one in decision.missing)


def _ask(turn: Turn, name: str, again: str) -> Answered:
    turn.remember(asked=name)
    form = turn.setup.policy.file.form
    choices = _choices(turn, name, form.fields.get(name))
    rows = [
        [Button(said[:LONGEST_LABEL], "fill", body={"name": name, "value": value})] for value, said in choices
    ]
    facts = {"field": name, "asks": asked_as(name, form), "again": name == again, "can_choose": bool(rows)}
    turn.say("chat-ask", facts, [*rows, [turn.button("cancel", "cancel")]])
    return Answered("asked-for-field", f"The form needs {name}.")


def _choices(turn: Turn, name: str, field: FieldFile | None) -> list[tuple[str, str]]:
    """What a field may hold, and what is written on its button."""
    kind = field.kind if field else "severity" if name == "severity" else "text"
    if kind == "yes-no":
        return [("yes", turn.label("yes")), ("no", turn.label("no"))]
    if kind == "severity":
        return [(one, one) for one in turn.setup.policy.severities][:MOST_CHOICES]
    if kind == "product":
        organisation = turn.organisation
        theirs = organisation.products if organisation else ()
        names = theirs or tuple(one.name for one in turn.setup.policy.file.product)
        return [(one, one) for one in names[:MOST_CHOICES]]
    return [(one, one) for one in (field.choices if field else ())][:MOST_CHOICES]


def _confirm(turn: Turn, words: Words, fields: Mapping[str, Any]) -> Answered:
    form = turn.setup.policy.file.form
    read = filled_in(fields, turn.setup.policy.file)
    shown = [f"{asked_as(name, form)}: {_said(turn, value)}" for name, value in read.items()]
    facts = {"text": words.text, "fields": shown, "files": len(words.attachments)}
    rows = [[turn.button("send", "send"), turn.button("cancel", "cancel")]]
    turn.say("chat-confirm", facts, rows)
    return Answered("asked-to-confirm", "All is there; they are asked whether to send it.")


def _said(turn: Turn, value: object) -> str:
    return turn.label("yes" if value else "no") if isinstance(value, bool) else str(value)


def _give(turn: Turn, words: Words) -> Answered:
    """Have the policy decide, whatever it says; nothing is begun any more."""
    fields = turn.state["fields"]
    receipt = receive(turn, inbound_of(turn, words, fields=fields), words)
    turn.remember(doing=None, fields=None, parts=None, asked=None)
    if receipt.fate is Fate.OPEN:
        turn.choose_ticket(receipt.ticket)
    if not receipt.reply:
        is_new = receipt.fate is Fate.OPEN
        ticket = turn.work.ticket(receipt.ticket) if receipt.ticket else None
        turn.say("chat-added" if is_new else "chat-kept", {"is_new": True} if is_new else {}, ticket=ticket)
    return Answered(receipt.rule, receipt.because, receipt.ticket, is_kept=True)


def _collected(turn: Turn) -> Words:
    return body_of(turn.state["parts"])
