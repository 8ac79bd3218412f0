"""An edited message: a new revision of it where it is on a ticket, new words in a draft where it waits."""

from collections.abc import Sequence
from typing import Any

from bots.telegram.flows import opening
from bots.telegram.flows.adding import DRAFT
from bots.telegram.flows.keeping import inbound_of, words_of
from bots.telegram.identity import ticket_seen
from bots.telegram.saying import MEDIUM
from bots.telegram.turn import Answered, Turn
from intake.decisions import Audience, Decision, Fate, Notice
from intake.handle import Command, carry_out_in
from intake.words import secret_kinds, sender_words
from store import drafts, posts, revisions
from store.posts import Post


def edited(turn: Turn) -> Answered:
    """Find what the message became, and change that."""
    post = posts.post_at(turn.work, MEDIUM, turn.place, str(turn.heard.message_id))
    if post and post.ticket and post.message:
        return _revised(turn, post)
    draft = drafts.newest_draft(turn.work, MEDIUM, turn.heard.account, DRAFT, turn.now)
    if draft and (parts := _changed(turn, draft.body["parts"])):
        drafts.change_draft(turn.work, draft, {"parts": parts})
        return Answered("draft-edited", "The message waits for a choice, with its new words.")
    if parts := _changed(turn, turn.state.get("parts", ())):
        turn.remember(parts=parts)
        because = "The ticket is not opened yet; it has the new words."
        return opening.reworded(turn) or Answered("draft-edited", because)
    return Answered("edited-nothing", "What was edited is on no ticket.")


def _revised(turn: Turn, post: Post) -> Answered:
    """The new words stand on the ticket, and the agents are told."""
    ticket = ticket_seen(turn, post.ticket)
    if ticket is None:
        return Answered("edited-nothing", "What was edited is on no ticket of theirs.")
    words = words_of(turn)
    inbound = inbound_of(turn, words, ticket=ticket.number)
    assert inbound.sender
    revisions.reword(turn.work, post.message, ticket.number, words.text, inbound.sender.address, turn.now)
    told = {
        "text": words.text,
        "sender": sender_words(inbound),
        "secrets": secret_kinds(words.text),
    }
    notice = Notice("agent-edited", Audience.AGENTS, told, "auto-generated")
    because = f"The words of message {post.message} were edited."
    decision = Decision(
        Fate.IGNORE,
        "edited",
        because,
        ticket=ticket,
        assurance=inbound.assurance,
        public=False,
        notices=(notice,),
    )
    turn.work.for_delivery(turn.waiting.id)
    command = Command(decision, inbound, turn.person, turn.waiting.raw)
    carry_out_in(turn.work, lambda work: command, turn.setup, inbound.sender.address, turn.now)
    return Answered("edited", because, ticket.number, is_kept=True)


def _changed(turn: Turn, parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts with the new words in place of the old ones; empty where the message is none of them."""
    number = turn.heard.message_id
    if all(one["id"] != number for one in parts):
        return []
    return [{**one, "text": turn.heard.text.strip()} if one["id"] == number else one for one in parts]
