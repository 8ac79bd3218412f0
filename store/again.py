"""What was posted about a ticket in a chat is to be shown again, because its words were redacted.

It is promised like words, in the transaction that took the secret out: a desk that dies meanwhile
does it when it is there again.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from intake.messages import Address, Outbound
from store.outbox import SHOWN_AGAIN, of_ticket, one
from store.posts import posts_of, posts_of_promises
from store.redactions import Redaction
from store.tables import outbox
from store.work import SqlWork

AGAIN = "again"  # the first word of the address of such a promise
NOTICE, MEDIUM, TELEGRAM = SHOWN_AGAIN, "slack", "telegram"


def show_again(work: SqlWork, redaction: Redaction, message_id: Callable[[], str], now: datetime) -> None:
    """Owe a ticket's card and posts the look that they have without what was taken out."""
    if redaction.is_empty:
        return
    work.redraw(redaction.ticket, now)
    for words in (*_in_slack(work, redaction, message_id), *_in_telegram(work, redaction, message_id)):
        work.promise(words, None, now)


def ticket_in(outbound: Outbound) -> int:
    """The ticket that such a promise is about, 0 for any other promise."""
    number = outbound.extra.get("ticket") if outbound.notice == NOTICE else 0
    return number if isinstance(number, int) else 0


def _in_slack(work: SqlWork, redaction: Redaction, message_id: Callable[[], str]) -> Iterator[Outbound]:
    changed = _promises_in(redaction)
    shown = (*posts_of(work, redaction.ticket, MEDIUM), *posts_of_promises(work, changed, MEDIUM))
    if any(one.outbox for one in shown):
        address = Address("", f"{AGAIN} {redaction.ticket}")
        extra = {"promises": changed, "files": _files_in(redaction), "ticket": redaction.ticket}
        yield Outbound(MEDIUM, address, NOTICE, NOTICE, "", message_id(), extra=extra)


def _in_telegram(work: SqlWork, redaction: Redaction, message_id: Callable[[], str]) -> Iterator[Outbound]:
    """One promise a chat, behind what waits to be said there."""
    files, forgotten = _files_in(redaction), {brought.message for brought in redaction.bytes}
    said = of_ticket(work, redaction.ticket)
    sent = [(promise.id, [*file]) for promise in said for file in promise.outbound.attachments]
    taken = [(number, file) for number, file in sent if file in files or file[0] in forgotten]
    meant = list(dict.fromkeys((*_promises_in(redaction), *(number for number, _ in taken))))
    shown: dict[str, set[int]] = {}
    for post in posts_of_promises(work, meant, TELEGRAM):
        shown.setdefault(post.place, set()).add(post.outbox)
    for promise in filter(None, (one(work, number) for number in redaction.under_way)):
        if promise.outbound.channel == TELEGRAM:  # it is said as it was, and not yet posted
            shown.setdefault(promise.outbound.recipient.address, set()).add(promise.id)
    for place, numbers in shown.items():
        extra = {"again": sorted(numbers), "files": [file for _, file in taken], "ticket": redaction.ticket}
        extra["dialogue"] = True  # it is said in this chat or not at all
        words = Outbound(TELEGRAM, Address("", place), NOTICE, NOTICE, "", message_id(), extra=extra)
        yield replace(words, lane=place)


def _promises_in(redaction: Redaction) -> list[int]:
    """Whose words were changed."""
    return [one.key for one in redaction.lines if one.place.table is outbox]


def _files_in(redaction: Redaction) -> list[list[int]]:
    """Which files are gone, by their message and their position in it."""
    return [[message, position] for message, position, _ in redaction.files]
