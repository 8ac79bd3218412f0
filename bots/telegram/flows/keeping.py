"""What a person says in a chat, as a message for the policy; and what became of it.

The policy decides as on any other channel (`intake.handle`): here it is only said which ticket was
meant, by a button, an answer or a choice, so that no word in the text names another one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bots.telegram.heard import HeardKind
from bots.telegram.saying import MEDIUM
from bots.telegram.turn import Turn
from intake.decisions import Decision, Fate, Receipt
from intake.evidence import Clues
from intake.handle import Letter, receive_in
from intake.lookup import context_for
from intake.messages import ALONE, Address, Assurance, Attachment, File, Inbound
from intake.router import route
from store import posts
from store.posts import Post

SUBJECT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote for a ticket: in one message or several, `ids` of the chat, and its files."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    ids: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.attachments)


def attachment_of(file: File) -> Attachment:
    """A file that came in a chat; its bytes are kept by their digest."""
    sha256 = hashlib.sha256(file.data).hexdigest()
    return Attachment(file.name, file.content_type, len(file.data), sha256, False, ALONE)


def words_of(turn: Turn) -> Words:
    """What was written just now; the bytes of its files are kept from now on."""
    for one in turn.files:
        turn.work.keep_file(one, turn.now)
    return Words(
        turn.heard.text.strip(),
        tuple(map(attachment_of, turn.files)),
        turn.heard.album or ((turn.heard.message_id,) if turn.heard.message_id else ()),
    )


def body_of(parts: Sequence[Mapping[str, Any]]) -> Words:
    """Parts of a draft, together."""
    text = "\n\n".join(one["text"] for one in parts if one["text"])
    files = tuple(Attachment(**file) for one in parts for file in one["files"])
    return Words(text, files, tuple(one["id"] for one in parts if one["id"]))


def part_of(words: Words) -> dict[str, Any]:
    """Words as they wait in a draft or a dialogue."""
    files = [{name: getattr(one, name) for name in Attachment.__slots__} for one in words.attachments]
    return {"id": words.ids[0] if words.ids else 0, "text": words.text, "files": files}


def inbound_of(turn: Turn, words: Words, *, ticket: int = 0, fields: Mapping[str, object] = {}) -> Inbound:
    """The message that the policy is asked about."""
    heard, account = turn.heard, turn.account
    of_several = heard.update_id if heard.kind is HeardKind.EDIT else 0  # a message may be edited many times
    said = heard.callback_id or of_several or heard.message_id
    named = f"{heard.place} {said} {heard.kind} {ticket}"
    name = (turn.person.name if turn.person else "") or heard.name
    about = turn.work.ticket(ticket) if ticket else None
    first = next(iter(words.text.splitlines()), "") or ", ".join(one.filename for one in words.attachments)
    return Inbound(
        channel=MEDIUM,
        identity=hashlib.sha256(f"{MEDIUM} {named}".encode()).hexdigest(),
        received_at=turn.waiting.raw.received_at,
        sender=Address(name, str(heard.user)),
        subject=about.subject if about else str(fields.get("subject", "")) or first[:SUBJECT_LENGTH],
        text=words.text,
        reply=words.text,
        attachments=words.attachments,
        assurance=Assurance.LINKED if account else Assurance.NONE,
        ticket_number=ticket,
        place=turn.place,
        is_form=True,
        fields={name: value for name, value in fields.items() if name != "subject"},
    )


def foretold(turn: Turn, inbound: Inbound) -> Decision:
    """What the policy would decide; nothing is written."""
    context = context_for(turn.work, inbound, Clues(), turn.setup)
    return route(inbound, context, turn.setup.policy, turn.now)


def receive(turn: Turn, inbound: Inbound, words: Words) -> Receipt:
    """Have the policy decide, and keep the message; what it says is promised with it."""
    is_now = bool(turn.heard.message_id) and not turn.heard.button
    raw, delivery = (turn.waiting.raw, turn.waiting.id) if is_now else (None, 0)
    letter = Letter(raw, inbound, delivery=delivery, files=(), refuse_in_session=False)
    receipt = receive_in(turn.work, letter, turn.setup, turn.now)
    for number in words.ids:
        _post(turn, number, receipt)
    return receipt


def keep_answered(turn: Turn, rule: str, because: str, ticket: int, text: str) -> None:
    """Keep a message that was a question or a command, and has been answered."""
    words = replace(words_of(turn), text=text)
    about = turn.work.ticket(ticket) if ticket else None
    inbound = replace(inbound_of(turn, words), subject="")
    turn.work.for_delivery(turn.waiting.id)
    decision = Decision(Fate.ANSWER, rule, because, ticket=about, assurance=inbound.assurance, public=False)
    turn.work.keep(turn.waiting.raw, inbound, decision, about, turn.now)


def _post(turn: Turn, number: int, receipt: Receipt) -> None:
    """Whoever answers this message of theirs, or edits it, means its ticket."""
    is_filed = receipt.fate in (Fate.APPEND, Fate.OPEN)
    ticket = receipt.ticket if is_filed else 0
    post = Post(MEDIUM, turn.place, str(number), "customer", turn.now, ticket, message=receipt.message)
    posts.record(turn.work, post)
