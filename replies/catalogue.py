"""The notices that Deskbell knows how to word, and the facts each one needs.

A row is the contract between whoever decides (`intake`) and whoever words (a template):
`needs` must be among the facts of the notice, `defaults` may be left out. Besides its
facts every template may use:

    desk, ticket (None without one), to (the recipient), name (theirs, "" when it must not
    be repeated), reference ("WX-1042", "" without a ticket), now, language, portal_url,
    thread_subject(otherwise, label="")

and the filters `time` (a moment in the reader's zone), `lines` (text that keeps its line
breaks), `quoted` (the same as a quotation) and `link` (an address that may be clicked).
A policy may name a notice that is not here, if the operator's folder has a template of
that name; it is then an answer to the sender, and its facts are whatever the rule gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One notice: what it is for, what it needs, and how its mail behaves.

    `answers`: goes to whoever wrote, so nothing they chose is repeated unless they proved who they are.
    `by_person`: a person's own words, so not marked as automatic mail.
    `to_ticket`: a reply to it belongs to the ticket, so it carries a signed reply address.
    """

    name: str
    means: str
    needs: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    answers: bool = False
    by_person: bool = False
    to_ticket: bool = True


KINDS = (
    NoticeKind(
        "acknowledgement",
        "We have the request, and this is when an answer comes",
        needs=("severity",),
        # due: moment or None; missing: field names; phone: outside support hours only; remarks: sentences
        defaults={"due": None, "missing": (), "phone": "", "remarks": ()},
        answers=True,
    ),
    NoticeKind("added", "Their message is on the ticket", defaults={"remarks": ()}, answers=True),
    NoticeKind("reopened", "Their message opened a solved ticket again", answers=True),
    NoticeKind(
        "open-on-portal",
        "Nothing is opened by mail; the portal does it",
        needs=("because",),
        answers=True,
    ),
    NoticeKind(
        "ticket-closed",
        "A closed ticket takes nothing more; both ways on",
        needs=("because",),
        answers=True,
    ),
    NoticeKind(
        "refused",
        "Turned away, with the reason and a way on",
        needs=("because",),
        defaults={"way_on": ""},
        answers=True,
    ),
    NoticeKind(
        "form-incomplete",
        "Nothing is opened until the fields that are missing are filled in",
        needs=("missing",),
        answers=True,
    ),
    NoticeKind(
        "sign-in-first",
        "Nothing is opened for somebody who has not signed in",
        needs=("because",),
        answers=True,
    ),
    NoticeKind(
        "agent-answer",
        "An agent's words to the customer; readers: who else gets them",
        needs=("text", "author"),
        defaults={"readers": ()},
        by_person=True,
    ),
    NoticeKind(
        "status-changed",
        "An agent solved or closed the ticket; text: their closing words",
        needs=("status",),
        defaults={"text": ""},
    ),
    NoticeKind("reminder-customer", "We owe you an answer by then", needs=("due",)),
    NoticeKind("breach-customer", "We are late, and say so", needs=("due",)),
    NoticeKind(
        "agent-new",
        "A new ticket",
        # attachments: how many; missing: recommended fields; warnings: sentences for the agent
        defaults={"text": "", "sender": "", "attachments": 0, "missing": (), "warnings": ()},
    ),
    NoticeKind(
        "agent-follow-up",
        "The customer wrote again; text: what they newly wrote",
        needs=("text", "sender"),
        defaults={"attachments": 0, "warnings": ()},
    ),
    NoticeKind(
        "agent-held",
        "A message waits for an agent; message: its number for the command line",
        needs=("reason", "message"),
        defaults={"sender": "", "text": ""},
        to_ticket=False,  # a reply to it would reach the customer, not the stranger
    ),
    NoticeKind("agent-reminder", "A promise falls due soon", needs=("clock", "due", "step")),
    NoticeKind("agent-breach", "A promise is broken", needs=("clock", "due")),
    NoticeKind(
        "agent-undelivered",
        "A mail of ours came back; text: what the mail system said",
        needs=("address", "status", "text"),
    ),
    NoticeKind(
        "agent-gave-up",
        "A message of ours could not be handed over in three days",
        needs=("address", "reason"),
        defaults={"text": ""},
    ),
)
CATALOGUE: Mapping[str, NoticeKind] = {kind.name: kind for kind in KINDS}
