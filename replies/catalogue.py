"""The notices that Deskbell knows how to word, and the facts each one needs.

A row is the contract between whoever decides (`intake`) and whoever words (a template):
`needs` must be among the facts of the notice, `defaults` may be left out. Besides its
facts every template may use:

    desk, ticket (None without one), to (the recipient), name (theirs, "" when it must not
    be repeated), reference ("WX-1042", "" without a ticket), now, language, portal_url,
    follow_url (where this reader may follow the ticket in a chat, "" for nowhere),
    reply_to (the signed address that answers this mail, "" for none),
    thread_subject(otherwise, label="")

and the filters `time` (a moment in the reader's zone), `lines` (text that keeps its line
breaks), `quoted` (the same as a quotation), `link` (an address that may be clicked) and
`mail_link` (words that begin a mail when they are clicked).
A policy may name a notice that is not here, if the operator's folder has a template of
that name; it is then an answer to the sender, and its facts are whatever the rule gives.
"""

from collections.abc import Mapping

from replies.catalogue_of_chats import CHAT_KINDS
from replies.notice_kinds import NoticeKind

__all__ = ["CATALOGUE", "KINDS", "NoticeKind"]

# Why a reminder comes late (snoozed, hours, duty, down; "" for in time), and when it should have come.
SAID_LATE: Mapping[str, object] = {"late_because": "", "was_due": None}
# Whether an agent wrote down a call, who did, and where whoever called is to be called back.
CALLED: Mapping[str, object] = {"is_call": False, "logged_by": "", "phone": ""}

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
    NoticeKind(
        "files-left-out",
        "Their message is here, and files of it are not; what to do about each",
        needs=("files",),  # name, why: large, kind, gone
        answers=True,
    ),
    NoticeKind("reopened", "Their message opened a solved ticket again", answers=True),
    NoticeKind(
        "open-on-portal",
        "Nothing is opened by mail; the portal does it",
        needs=("because",),
        defaults={"knowledge_base": ""},
        answers=True,
    ),
    NoticeKind(
        "ticket-closed",
        "A closed ticket takes nothing more; both ways on",
        needs=("because",),
        defaults={"knowledge_base": ""},
        answers=True,
    ),
    NoticeKind(
        "refused",
        "Turned away, with the reason and a way on",
        needs=("because",),
        defaults={"way_on": "", "knowledge_base": ""},
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
        defaults={"knowledge_base": ""},
        answers=True,
    ),
    NoticeKind(
        "solved-as-asked",
        "Their ticket is solved, as they said; how to go on if it is not",
        answers=True,
    ),
    NoticeKind(
        "escalated",
        "Their ticket is escalated; the phone with the reference",
        defaults={"phone": "", "remarks": ()},
        answers=True,
    ),
    NoticeKind(
        "administrator-told",
        "To the administrators: somebody of theirs wrote who may not open tickets",
        needs=("sender",),
        defaults={"text": "", "about": "", "because": "", "account": ()},
        to_ticket=False,
    ),
    NoticeKind(
        "account-manager-told",
        "To the account manager: a ticket of their customer was escalated",
        needs=("sender",),
        defaults={"text": "", "about": "", "because": "", "account": ()},
        to_ticket=False,
    ),
    NoticeKind(
        "seat-given",
        "A technical contact's seat was handed over: to whoever has it now (yours), and the administrators",
        needs=("organisation", "giver", "by"),
        defaults={"taker": "", "yours": True},
        to_ticket=False,
    ),
    NoticeKind(
        "seat-taken",
        "To a technical contact whose seat was handed to a colleague",
        needs=("organisation", "taker", "by"),
        to_ticket=False,
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
        "An agent solved or closed the ticket; text: their closing words; closes: when it does by itself",
        needs=("status",),
        defaults={"text": "", "closes": None},
    ),
    NoticeKind(
        "survey",
        "Their ticket is closed, as status-changed says it else; how did it go? text: closing words",
        defaults={"text": ""},
        purpose="survey",
    ),
    NoticeKind("merged", "Their ticket goes on in another one; into: its reference", needs=("into",)),
    NoticeKind(
        "out-of-scope",
        "What they ask for is not part of support, and can be quoted for or is handed over",
        needs=("says", "author"),
        defaults={"text": "", "is_handed_over": False, "readers": ()},
        by_person=True,
    ),
    NoticeKind("reminder-customer", "We owe you an answer by then", needs=("due",), defaults=SAID_LATE),
    NoticeKind("breach-customer", "We are late, and say so", needs=("due",), defaults=SAID_LATE),
    NoticeKind(
        "call-back-promised",
        "We call you at that time; phone: the number, where we know it",
        needs=("due",),
        defaults={"phone": ""},
    ),
    NoticeKind(
        "maintenance",
        "To the contacts of organisations: maintenance is announced; services: none named means all",
        needs=("services", "starts", "ends", "text"),
        defaults={"emergency": False, "status_page": ""},
        to_ticket=False,
    ),
    NoticeKind(
        "maintenance-cancelled",
        "To those who were told of maintenance: it does not take place; begun: it had begun already",
        needs=("services", "starts", "ends"),
        defaults={"emergency": False, "begun": False, "status_page": ""},
        to_ticket=False,
    ),
    NoticeKind(
        "agent-new",
        "A new ticket",
        # attachments: how many; missing: recommended fields; warnings: sentences for the agent
        # secrets: what kinds of secrets it seems to hold; what takes them out is said
        # account: words about the customer; around: open tickets, outages, maintenance
        defaults={
            "text": "",
            "sender": "",
            "attachments": 0,
            "missing": (),
            "warnings": (),
            "secrets": (),
            "account": (),
            "around": (),
        },
    ),
    NoticeKind(
        "agent-follow-up",
        "The customer wrote again, or called, which an agent logged; text: what they newly wrote",
        needs=("text", "sender"),
        defaults={"attachments": 0, "warnings": (), "secrets": (), **CALLED},
    ),
    NoticeKind(
        "agent-escalated",
        "A ticket was escalated by the policy; text: what the customer newly wrote",
        needs=("text", "sender"),
        defaults={"attachments": 0, "warnings": (), "secrets": (), **CALLED},
    ),
    NoticeKind(
        "agent-refused",
        "A customer wrote and was turned away, which agents are to know",
        needs=("sender", "because"),
        defaults={"text": "", "about": "", "account": ()},
        to_ticket=False,
    ),
    NoticeKind(
        "agent-held",
        "A message waits for an agent; message: its number for the command line; is_agents: an agent's; "
        "decided: it waits no more",
        needs=("reason", "message"),
        defaults={
            "sender": "",
            "text": "",
            "warnings": (),
            "secrets": (),
            "is_agents": False,
            "decided": False,
        },
        to_ticket=False,  # a reply to it would reach the customer, not the stranger
    ),
    NoticeKind(
        "agent-reminder",
        "A promise falls due soon",
        needs=("clock", "due", "step"),
        defaults=SAID_LATE,
    ),
    NoticeKind("agent-breach", "A promise is broken", needs=("clock", "due"), defaults=SAID_LATE),
    NoticeKind(
        "agent-call-back",
        "A promised call comes up, or is to be made now",
        needs=("due", "who"),
        defaults={"phone": "", **SAID_LATE},
    ),
    NoticeKind(
        "agent-undelivered",
        "A mail of ours came back; text: what the mail system said",
        needs=("address", "status", "text"),
        # who: their name; why: the status in words; is_given_up: nothing more is sent there
        # instead: their other address, which is written to from now on; ways: how else to reach them
        defaults={"who": "", "why": "", "is_given_up": False, "instead": "", "ways": ()},
    ),
    NoticeKind(
        "agent-alarm",
        "More automatic mail than an hour may have; what is more is held until it has passed",
        needs=("limit", "until"),
        to_ticket=False,
    ),
    NoticeKind(
        "agent-gave-up",
        "A message of ours could not be handed over in three days",
        needs=("address", "reason"),
        defaults={"text": ""},
    ),
    NoticeKind(
        "agent-mailbox",
        "The mail server does not let us into a mailbox, so its mail is not read",
        needs=("mailbox", "reason"),
        to_ticket=False,
    ),
    NoticeKind(
        "agent-answered",
        "An agent answered the customer; readers: whom it reaches, and how",
        needs=("author", "text"),
        defaults={"readers": ()},
    ),
    NoticeKind(
        "agent-changed",
        "An agent changed the ticket; changes: each as name: before → after",
        needs=("author", "changes"),
    ),
    NoticeKind(
        "agent-snoozed",
        "An agent put off a ticket's reminders until a moment; is_over: they are heard again",
        needs=("author", "until"),
        defaults={"is_until_reply": False, "is_over": False},
    ),
    NoticeKind(
        "agent-rated",
        "Whoever was asked says how it went, good or bad; text: their words about it",
        needs=("sender", "score"),
        defaults={"text": ""},
    ),
    NoticeKind(
        "agent-decided",
        "An agent decided about a held message: admitted, added, refused, dropped",
        # because: what a refused sender reads, in the chat or by mail, if they can be told
        # text: what they wrote, where the thread has not shown it yet
        needs=("author", "became", "sender"),
        defaults={"because": "", "is_told": False, "chat": "", "text": ""},
    ),
    NoticeKind(
        "agent-edited",
        "A customer changed a message in a chat, or took it back: then text is empty",
        needs=("sender", "text"),
        defaults={"before": "", "warnings": (), "secrets": ()},
    ),
    NoticeKind(
        "agent-elsewhere",
        "The chat bot was invited to a channel that is nothing to the desk",
        # outside: whoever invited it is no colleague; is_outsider: its reader is of another
        # company, and reads nothing of how the desk is set up
        needs=("channel", "inviter"),
        defaults={"outside": False, "is_outsider": False},
        to_ticket=False,
    ),
    NoticeKind(
        "agent-channel-shut",
        "A shared channel takes nothing any more, and its people are written to by mail",
        # tickets: references of the open ones there; unreached: of those whose requester has no address
        needs=("channel", "reason"),
        defaults={"organisation": "", "tickets": (), "unreached": ()},
        to_ticket=False,
    ),
    NoticeKind(
        "ticket-status",
        "How the tickets of whoever asked stand",
        # tickets: reference, subject, state (open, assigned, waiting, solved, closed), due (moment or None)
        # missing: references that are not among theirs; is_known: else nothing of any ticket is said
        # only_here: others than they read it, so it names tickets of that channel only
        needs=("tickets",),
        defaults={"more": 0, "missing": (), "is_known": True, "only_here": False},
        answers=True,
        to_ticket=False,
    ),
    NoticeKind("agent-assigned", "A colleague gave them a ticket, said directly", needs=("author",)),
    NoticeKind(
        "agent-mentioned", "A colleague's note mentions them, said directly", needs=("author", "text")
    ),
    NoticeKind(
        "agent-noted",
        "A note that was not written in the ticket's thread",
        needs=("author", "text"),
    ),
    NoticeKind(
        "agent-digest",
        "An agent's morning: what is theirs and what falls due, said directly",
        # mine: how many; lines: reference, subject, due (moment or None)
        needs=("mine", "unassigned", "late", "lines"),
        to_ticket=False,
    ),
    NoticeKind(
        "agent-chat",
        "A chat cannot be used as it should; what is to be said there waits",
        needs=("chat", "reason", "remedy"),
        to_ticket=False,
    ),
    NoticeKind(
        "agent-chat-blocked",
        "Somebody blocked the bot; address: where they are written to from now on, empty for nowhere",
        needs=("who", "address", "reason"),
        to_ticket=False,
    ),
    NoticeKind(
        "write-privately",
        "In a group: the bot talks in private chats only, and leaves",
        to_ticket=False,
    ),
    *CHAT_KINDS,
)
CATALOGUE: Mapping[str, NoticeKind] = {kind.name: kind for kind in KINDS}
