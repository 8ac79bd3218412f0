"""What was posted about a held message, and that it shows what became of it once that is decided.

Whoever decides, and with whatever tool, owes each notice in a chat another look, promised like words:
it goes out behind the notice itself, and a desk that dies meanwhile does it when it is there again.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from intake.messages import Address, Outbound
from intake.readers import TRIAGE
from store import outbox as promises
from store.chat_tables import posts
from store.outbox import Promise, promise_in
from store.tables import messages, outbox
from store.types import address_key
from store.work import SqlWork

REDRAW = "redraw"  # the first word of the address of such a promise
SKEW = timedelta(days=1)  # a mailbox's clock, by which a message came, may be ahead of ours
NOTICE, HELD, MEDIUM = "agent-redraw", "agent-held", "slack"


@dataclass(frozen=True, slots=True)
class Settled:
    """What an agent made of a held message; `ticket` is the reference of the one that it is on now."""

    became: str  # admitted, added, refused, dropped
    by: str
    at: str  # ISO
    ticket: str = ""
    because: str = ""


def redraw(
    work: SqlWork, message: int, settled: Settled, message_id: Callable[[], str], now: datetime
) -> None:
    """Owe every notice of a held message its new look."""
    for one in _notices(work, message):
        address = Address("", f"{REDRAW} {one.id}")
        told = Outbound(MEDIUM, address, NOTICE, NOTICE, settled.became, message_id())
        work.promise(replace(told, lane=one.outbound.lane, extra=asdict(settled)), None, now)


def settled_by(work: SqlWork, notice: int) -> Settled | None:
    """What became of the message that a notice is about, None while nobody has said so."""
    found = promises.sent_to(work, f"{REDRAW} {notice}", 1)
    return Settled(**found[0].outbound.extra) if found else None  # type: ignore[arg-type]


def posts_of_notice(work: SqlWork, notice: Promise) -> list[tuple[str, str]]:
    """Place and id of each message of a notice, none before it is posted; the last has its buttons."""
    ticket = notice.outbound.ticket_number or None
    query = select(posts.c.place, posts.c.external).where(
        posts.c.ticket == ticket, posts.c.outbox == notice.id, posts.c.medium == MEDIUM
    )
    rows = work.connection.execute(query.order_by(posts.c.at, posts.c.external))
    return [(row.place, row.external) for row in rows]


def _notices(work: SqlWork, message: int) -> list[Promise]:
    """Those that were promised to agents in the chat since it came, found by whom they are for."""
    came = select(messages.c.ticket, messages.c.at).where(messages.c.id == message)
    row = work.connection.execute(came).one()
    theirs = or_(outbox.c.recipient_key == address_key(TRIAGE), outbox.c.ticket == row.ticket)
    query = select(*outbox.c).where(theirs, outbox.c.notice == HELD, outbox.c.channel == MEDIUM)
    query = query.where(outbox.c.created_at >= row.at - SKEW)
    found = map(promise_in, work.connection.execute(query.order_by(outbox.c.id)))
    return [one for one in found if one.outbound.extra.get("message") == message]
