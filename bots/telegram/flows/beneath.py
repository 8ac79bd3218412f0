"""The buttons beneath what the desk says of its own accord: an answer, a reminder, a refusal."""

from collections.abc import Mapping
from datetime import datetime

from bots.telegram.saying import Button
from intake.handle import Setup
from intake.messages import Outbound
from replies.chat_labels import label
from store.work import SqlWork

# By notice: a row of buttons, each by its label and what it does.
BENEATH: Mapping[str, tuple[tuple[str, str], ...]] = {
    "acknowledgement": (("add-file", "add-file"), ("my-tickets", "list")),
    "agent-answer": (("reply", "reply"), ("solved", "close"), ("not-solved", "not-solved")),
    "status-changed": (("not-solved", "not-solved"), ("history", "history")),
    "reminder-customer": (("reply", "reply"), ("updates-off", "updates")),
    "breach-customer": (("reply", "reply"), ("updates-off", "updates")),
    "ticket-closed": (("new-ticket", "open-after"), ("my-tickets", "list")),
    "survey": (("rated-good", "rate"), ("rated-bad", "rate"), ("not-solved", "not-solved")),
    "waiting-for-you": (("reply", "reply"), ("solved", "close"), ("updates-off", "updates")),
}
BODIES: Mapping[str, Mapping[str, object]] = {
    "updates-off": {"to": "off"},
    "history": {"page": 0},
    "rated-good": {"score": "good"},
    "rated-bad": {"score": "bad"},
}
STAYS: Mapping[str, object] = {"stays": True}  # the words above them, whatever is shown next


def keyboard_for(work: SqlWork, outbound: Outbound, setup: Setup, now: datetime) -> list[list[Button]]:
    """The keyboard of a notice about a ticket, none for any other; the carrier adds it."""
    row = BENEATH.get(outbound.notice, ()) if outbound.ticket_number else ()
    made = [
        Button(label(name, outbound.language), act, outbound.ticket_number, {**BODIES.get(name, {}), **STAYS})
        for name, act in row
    ]
    return [made] if made else []
