"""Answering a customer: the modal, the preview of `!reply`, and the seconds in which it can be undone.

Whoever writes sees who will read it before anything goes out. An answer says so in its own
button; nothing that is typed into a thread becomes one by mistake.
"""

from dataclasses import dataclass

from bots.slack.blocks import names
from bots.slack.blocks.elements import (
    actions,
    button,
    confirm,
    context,
    field,
    option,
    rich_quote,
    rich_section,
    rich_text,
    said,
    select,
)
from bots.slack.blocks.modals.frame import modal, ticket_line
from bots.slack.blocks.modals.parts import fields_of, is_for_a_form
from bots.slack.blocks.text import fallback, plain
from bots.slack.blocks.types import Json, Message

LONGEST_SHOWN = 12_000  # of a message's 13,200
MOST_FILES = 10
AND_THEN = (("waiting", "Wait for the customer"), ("keep", "Keep the status"), ("solved", "Solve the ticket"))
CLOSED = "closed"  # of a form that was opened when its ticket was
TOO_LONG = "Too long for a form: to change it, press Cancel and write it into the thread again, or as a file."
REPLY_ACTS = "reply"  # the block of a preview's buttons


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """What an answer would be: whom it reaches and how, and what could go with it."""

    reference: str
    ticket: int
    version: int
    subject: str = ""
    readers: tuple[str, ...] = ()  # each as it is shown: "Ana <ana@acme.example>"
    way: str = "email"  # how they read it, in words
    text: str = ""
    canned: tuple[tuple[str, str], ...] = ()  # id and title of ready answers
    files: tuple[tuple[str, str], ...] = ()  # id and name of recent files in the thread
    enclosed: tuple[str, ...] = ()  # names of files that go with it already
    and_then: str = "waiting"
    warning: str = ""
    draft: int = 0
    is_closed: bool = False  # which the form says, so that nobody needs to be told again

    @property
    def about(self) -> names.Pressed:
        word = CLOSED if self.is_closed else ""
        return names.Pressed(ticket=self.ticket, version=self.version, draft=self.draft, word=word)

    @property
    def goes_to(self) -> str:
        whom = ", ".join(self.readers) or "nobody: there is no way to reach them"
        files = f", with {', '.join(self.enclosed)}" if self.enclosed else ""
        return f"Goes by {self.way} to {whom}{files}"


def reply(facts: ReplyFacts) -> Json:
    """The modal behind the button Reply."""
    blocks = [ticket_line(facts.reference, facts.subject), context(plain(facts.goes_to, 2000))]
    if facts.warning:
        blocks.append(context(plain(f"⚠️ {facts.warning}", 2000)))
    if facts.canned:
        ready = [option(title, one) for one, title in facts.canned]
        menu = select("Begin with a ready answer", names.CANNED, ready)
        blocks.append(field("Ready answers", menu, optional=True) | {"dispatch_action": True})
    blocks += fields_of(facts.text)
    if facts.files:
        boxes = [option(name, one) for one, name in facts.files[:MOST_FILES]]
        offered = {"type": "checkboxes", "action_id": names.FILES, "options": boxes}
        blocks.append(field("Files from the thread", offered, optional=True))
    blocks.append(field("And then", choice(names.AND_THEN, AND_THEN, facts.and_then)))
    return modal(names.VIEW_REPLY, "Reply to the customer", blocks, facts.about, "Send")


def choice(action: str, choices: tuple[tuple[str, str], ...], chosen: str) -> Json:
    """Radio buttons; the first where what is chosen is none of them."""
    options = [option(words, value) for value, words in choices]
    first = next((one for one in options if one["value"] == chosen), options[0])
    return {"type": "radio_buttons", "action_id": action, "options": options, "initial_option": first}


def reply_preview(facts: ReplyFacts) -> Message:
    """What `!reply …` shows to its author alone, before the customer gets it.

    Words that no form can hold are changed where they were written; the button would open nothing.
    """
    here, can_be_edited = facts.about, is_for_a_form(facts.text)
    edit = [button("Edit", names.EDIT, here)] if can_be_edited else []
    buttons = [
        button("Send", names.SEND, here, style="primary"),
        *edit,
        button("Cancel", names.CANCEL, here),
    ]
    blocks = (
        rich_text(rich_section(said("This is what the customer will read:", bold=True)), quoted(facts.text)),
        *([] if can_be_edited else [context(plain(TOO_LONG, 300))]),
        context(plain(facts.goes_to, 2000)),
        actions(buttons, names.of_card(REPLY_ACTS, facts.ticket, facts.version)),
    )
    return Message(fallback(f"{facts.reference}: send this answer?", 300), blocks)


def quoted(text: str) -> Json:
    """The words, or as many of them as a message takes."""
    whole = len(text) <= LONGEST_SHOWN
    return rich_quote(text if whole else f"{text[:LONGEST_SHOWN]} […]")


def undo(facts: ReplyFacts, seconds: int) -> Message:
    """To the author alone, while an answer can still be taken back."""
    words = f"{facts.reference}: your answer goes out in {seconds} seconds. {facts.goes_to}."
    blocks = (
        rich_text(rich_section(said(words))),
        actions([button("Undo", names.UNDO, facts.about, style="danger")]),
    )
    return Message(fallback(words, 1000), blocks)


def undone(reference: str, text: str) -> Message:
    """To the author: it has been taken back, and here are the words again."""
    words = f"{reference}: taken back. The customer has not read it."
    return Message(fallback(words, 300), (rich_text(rich_section(said(words)), quoted(text)),))


def closing(reference: str, ticket: int, draft: int, seconds: int) -> Message:
    """To the author alone, while a close with last words can still be taken back."""
    words = f"{reference}: closes in {seconds} seconds, and the customer reads your last words then."
    here = names.Pressed(ticket=ticket, draft=draft)
    undo = actions([button("Undo", names.UNDO_CLOSE, here, style="danger")])
    return Message(fallback(words, 1000), (rich_text(rich_section(said(words))), undo))


def not_closed(reference: str, ticket: int, draft: int, text: str) -> Message:
    """To the author: the ticket is as it was, and the words come back in the form."""
    words = f"{reference}: taken back. The ticket is as it was, and the customer has read nothing."
    shown = rich_text(rich_section(said(words)), rich_quote(text))
    edit = actions([button("Edit and close…", names.CLOSE_AGAIN, names.Pressed(ticket=ticket, draft=draft))])
    return Message(fallback(words, 300), (shown, edit))


def solve_anyway(reference: str, ticket: int, version: int) -> Message:
    """To whoever marked a ticket as solved while the last word is the customer's."""
    words = f"{reference}: the last word is the customer's, and nobody has answered it."
    sure = confirm("Solve it unanswered?", "The customer is told that it is solved.", "Solve")
    here = names.Pressed(ticket=ticket, version=version)
    buttons = [
        button("Reply", names.REPLY, here, style="primary"),
        button("Solve all the same", names.SOLVE_ANYWAY, here, confirm=sure),
    ]
    return Message(fallback(words, 300), (rich_text(rich_section(said(words))), actions(buttons)))
