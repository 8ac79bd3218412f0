"""What was posted about a ticket in a chat is to be shown again, because its words were redacted.

It is promised like words, in the transaction that took the secret out: a desk that dies meanwhile
does it when it is there again.
"""

from collections.abc import Callable
from datetime import datetime

from intake.messages import Address, Outbound
from store.posts import posts_of, posts_of_promises
from store.redactions import Redaction
from store.tables import outbox
from store.work import SqlWork

AGAIN = "again"  # the first word of the address of such a promise
NOTICE, MEDIUM = "agent-again", "slack"


def show_again(work: SqlWork, redaction: Redaction, message_id: Callable[[], str], now: datetime) -> None:
    """Owe a ticket's card and posts the look that they have without what was taken out."""
    if redaction.is_empty:
        return
    work.redraw(redaction.ticket, now)
    changed = [one.key for one in redaction.lines if one.place.table is outbox]
    shown = (*posts_of(work, redaction.ticket, MEDIUM), *posts_of_promises(work, changed, MEDIUM))
    if not any(one.outbox for one in shown):
        return
    address = Address("", f"{AGAIN} {redaction.ticket}")
    files = [[message, position] for message, position, _ in redaction.files]
    extra = {"promises": changed, "files": files}
    work.promise(Outbound(MEDIUM, address, NOTICE, NOTICE, "", message_id(), extra=extra), None, now)
