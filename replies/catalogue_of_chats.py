"""The notices of a chat with customers: what the bot says in a dialogue, and the mails that go with it.

Their templates lie in LANGUAGE/telegram, since no mail says them; the mails and what agents are told
lie beside all others. The short forms that a chat has of other notices are in LANGUAGE/chat.
"""

from replies.notice_kinds import NoticeKind

TELEGRAM = "telegram/"


def _said(
    name: str, means: str, needs: tuple[str, ...] = (), defaults: dict[str, object] | None = None
) -> NoticeKind:
    return NoticeKind(name, means, needs, defaults or {}, folder=TELEGRAM)


CHAT_KINDS = (
    _said("chat-welcome", "Nobody has linked this account; how to"),
    _said("chat-connect", "Asks whether an account belongs to an address, most of it hidden", ("address",)),
    _said("chat-bad-link", "A link is forged, used or too old: one text for all three"),
    _said("chat-connected", "The account is linked; scope: tickets or own", ("address", "scope")),
    _said("chat-other-address", "The account is linked to another address", ("address",)),
    _said("chat-link-first", "What a link does not open needs a code", defaults={"address": ""}),
    _said("chat-ask-address", "Asks for the address to link"),
    _said("chat-code-asked", "A code is on its way if the address is known; the same if it is not"),
    _said("chat-code-wrong", "The code is wrong; left: tries, 0 when there is none to be tried", ("left",)),
    _said("chat-unlinked", "The account is linked no more", defaults={"by_itself": False}),
    _said("chat-help", "What the bot can do"),
    _said("chat-privacy", "What is kept of a chat, and how it ends"),
    _said("chat-list", "Above the buttons of a list of tickets", ("over", "count")),
    # said: {"author", "at", "text", "files"}, the latest last
    _said(
        "chat-ticket", "One ticket: how far, when an answer comes, what was said", ("status", "due", "said")
    ),
    _said("chat-history", "What was said on a ticket", ("said",)),
    # is_partial: the account was linked by links, and sees their tickets only
    _said(
        "chat-not-found",
        "No such ticket, or not theirs: one text for both",
        defaults={"named": "", "is_partial": False},
    ),
    _said("chat-which", "Asks which ticket a message is for", ("count",)),
    _said("chat-added", "The receipt of a message", defaults={"is_new": False}),
    _said("chat-kept", "A message waits for an agent"),
    _said("chat-write", "Asks for what goes on a ticket: words, file, trouble", ("asks",)),
    _said(
        "chat-ask",
        "Asks for a field of the form",
        ("field", "asks"),
        {"again": False, "can_choose": False},
    ),
    _said("chat-confirm", "Shows a new ticket before it is sent", ("text", "fields", "files")),
    _said("chat-cancelled", "What was begun is forgotten", ("begun",)),
    _said(
        "chat-reminders",
        "What somebody is told in the chat, and when",
        ("reminders", "by_email", "quiet_from", "quiet_to"),
    ),
    _said("chat-language", "Asks for the language, or says which it is", defaults={"chosen": ""}),
    # files: {"name", "why"}: large, budget, kind, gone
    _said("chat-cannot-pass-on", "A sticker, or files that were not taken", defaults={"files": ()}),
    _said(
        "chat-rated", "Thanks for a rating; asks: a sentence about it may follow", defaults={"asks": False}
    ),
    _said("chat-flood", "Many messages at once are read together"),
    _said("chat-expired", "A button is too old"),
    NoticeKind("chat-code", "By mail: the code that proves an address", ("code",), to_ticket=False),
    NoticeKind(
        "chat-linked",
        "By mail: an account was linked, and what to do if it was not them",
        ("scope", "address"),
    ),
    NoticeKind(
        "status-moved",
        "The ticket is worked on, or waits for them: to whoever chose to hear of every status",
        ("status",),
    ),
    NoticeKind("waiting-for-you", "We wait for their answer: to whoever chose to be reminded"),
)
