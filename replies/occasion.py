"""One wording's occasion: to whom, about what, below which message.

What somebody chose who has not proved who they are (their name, their subject) is not said
back to them, so that nobody can make us carry their words to a forged address.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from intake.decisions import Notice, Recipient
from intake.messages import Inbound
from intake.tickets import Ticket
from replies.catalogue import NoticeKind
from replies.escaping import one_line

SUBJECT_LENGTH = 150
NAME_LENGTH = 80

_PREFIXES = re.compile(r"(?:(?:re|aw|antw|sv|fwd?|wg)(?:\[\d{1,3}\])?:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Everything that one wording is about."""

    notice: Notice
    kind: NoticeKind
    to: Recipient
    ticket: Ticket | None
    inbound: Inbound | None
    now: datetime

    @property
    def number(self) -> int:
        return self.ticket.number if self.ticket else 0

    @property
    def repeats(self) -> bool:
        """Whether words that the reader chose may be said back to them."""
        return self.inbound is not None or not self.kind.answers

    @property
    def name(self) -> str:
        """How to address the reader, "" when that would repeat what is not proved."""
        return one_line(self.to.address.name)[:NAME_LENGTH] if self.repeats else ""

    @property
    def thread(self) -> tuple[str, tuple[str, ...]]:
        """In-Reply-To and References: of the mail that is answered, else of the ticket."""
        ticket, inbound = self.ticket, self.inbound
        if inbound and inbound.message_id and (self.kind.answers or not ticket):
            return _below(inbound.message_id, inbound.references)
        return _below(ticket.last_message_id, ticket.references) if ticket else ("", ())

    def subject_maker(self, reference: str) -> Callable[..., str]:
        """`thread_subject` for templates: the conversation's subject, else the template's own words."""
        topic = self._topic(reference)
        ending = f" [{reference}]" if reference else ""

        def thread_subject(otherwise: str, label: str = "") -> str:
            beginning = label or ("Re" if topic else "")
            return (f"{beginning}: " if beginning else "") + (topic or otherwise) + ending

        return thread_subject

    def _topic(self, reference: str) -> str:
        """The bare subject, without answer marks and without our own reference."""
        about = self.ticket or self.inbound
        if not about or not self.repeats:
            return ""
        bare = about.subject.replace(f"[{reference}]", "") if reference else about.subject
        return _PREFIXES.sub("", one_line(bare), count=1)[:SUBJECT_LENGTH].strip()


def _below(parent: str, references: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return parent, tuple(dict.fromkeys(filter(None, (*references, parent))))
