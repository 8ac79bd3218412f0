"""One-line messages in a ticket's thread: what was done elsewhere, and what became of what we sent.

Whoever reads the thread need not look anywhere else: an answer from the shell, a note by mail, a
status that changed, words that a customer took back, each is a line with who and what.
"""

from dataclasses import dataclass
from enum import StrEnum

from bots.slack.blocks import names
from bots.slack.blocks.card import target
from bots.slack.blocks.elements import actions, button, context, rich_section, said, user
from bots.slack.blocks.pages import messages_of
from bots.slack.blocks.text import plain
from bots.slack.blocks.thread import delivery_buttons
from bots.slack.blocks.types import CardFacts, Json, Message
from replies.escaping import quoted
from replies.slack_text import as_rich_text


class Arrival(StrEnum):
    """Where an answer stands on its way."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


SIGNS = {Arrival.WAITING: "📤", Arrival.DELIVERED: "✅", Arrival.FAILED: "⚠️"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: an agent by their Slack id, else a name."""

    name: str
    slack: str = ""

    @property
    def piece(self) -> Json:
        return user(self.slack, self.name)


def answered(
    facts: CardFacts,
    actor: Actor,
    text: str,
    way: str,
    arrival: Arrival = Arrival.WAITING,
    why: str = "",
    promise: int = 0,
) -> list[Message]:
    """An answer that the customer reads: its words, by whom and which way, and whether it arrived."""
    told = f"{arrival}: {why}" if why else arrival.value
    foot = [context(plain(f"{SIGNS[arrival]} by {way}, {told}", 300))]
    if arrival is Arrival.FAILED and (buttons := delivery_buttons(promise, facts)):
        foot.append(actions(buttons))
    lead = rich_section(said("Public reply by ", bold=True), actor.piece)
    return _with_words(facts, lead, text, foot)


def noted(facts: CardFacts, actor: Actor, text: str, where: str) -> list[Message]:
    """A note that was made elsewhere."""
    return _with_words(
        facts, rich_section(said("🔒 Note by ", bold=True), actor.piece, said(f" ({where})")), text
    )


def changed(actor: Actor, what: str) -> Message:
    """A status, a severity, an assignee: one line."""
    return _line(actor.piece, said(f" {what}"))


def edited(facts: CardFacts, who: str, text: str) -> list[Message]:
    """A customer changed what they had written; an empty text: they took it back."""
    who = "Somebody" if facts.withheld_for else who
    if not text.strip():
        return [_line(said(f"✏️ {who} deleted what they had written."))]
    return _with_words(facts, rich_section(said("✏️ "), said(who, bold=True), said(" changed it to:")), text)


def fell_back(who: str, from_way: str, to_way: str) -> Message:
    """A chat that nothing reaches any more: the same words went another way."""
    return _line(said(f"{who} is not reached by {from_way} any more; they get it by {to_way}."))


def possible_duplicate(facts: CardFacts, reference: str, number: int) -> Message:
    """Another ticket that says the same."""
    here = names.Pressed(ticket=facts.number, version=facts.version, word=str(number))
    buttons = [button("Link or merge…", names.MERGE, here)]
    words = rich_section(said(f"This may be the same as {reference}."))
    return messages_of([words], reference, [actions(buttons)])[-1]


def asked_to_confirm(facts: CardFacts, question: str, yes: str, action: str) -> Message:
    """A question to one agent alone, with a button that does it."""
    made = messages_of(
        [rich_section(said(question))], question, [actions([button(yes, action, target(facts))])]
    )
    return made[-1]


def _with_words(facts: CardFacts, lead: Json, text: str, foot: list[Json] | None = None) -> list[Message]:
    """A lead and somebody's words below it; no words where this channel must not read them."""
    if facts.withheld_for:
        return messages_of([lead], facts.reference, foot or [])
    words = as_rich_text(quoted(text)) if text.strip() else []
    return messages_of([lead, *words], facts.reference, foot or [])


def _line(*pieces: Json) -> Message:
    """One message whatever the words: what is longer than that is no line any more."""
    return messages_of([rich_section(*pieces)], "")[0]
