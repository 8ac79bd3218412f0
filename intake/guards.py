"""Guards: messages that must never be answered, whatever the policy says.

The first row that catches a message settles its fate, and the row's name is written on
the decision. The order matters. A delivery report comes before all, because it quotes
our own mail and often has no From; our own mail carries the marks of automatic mail too;
and only a message that no machine sent is asked for its single From.
"""

from collections.abc import Callable
from dataclasses import dataclass

from intake.decisions import Fate
from intake.messages import Inbound
from intake.tickets import Desk

MARK = "x-deskbell"


@dataclass(frozen=True, slots=True)
class Guard:
    name: str
    catches: Callable[[Inbound, Desk], bool]
    fate: Fate
    because: str


def is_delivery_report(inbound: Inbound, desk: Desk) -> bool:
    """A report about a mail that was sent before (RFC 3464)."""
    return inbound.report is not None


def is_our_own(inbound: Inbound, desk: Desk) -> bool:
    """Sent by this very desk: a mark that all desks share would make two of them drop each other's mail."""
    return desk.mark in inbound.headers.get(MARK, ())


def is_automatic(inbound: Inbound, desk: Desk) -> bool:
    """Out-of-office and robot mail (RFC 3834 §5 and the usual headers)."""
    return bool(inbound.automatic)


def is_bulk(inbound: Inbound, desk: Desk) -> bool:
    return bool(inbound.bulk)


def is_without_single_sender(inbound: Inbound, desk: Desk) -> bool:
    """No From or more than one: nobody can be answered for it (RFC 5322 §3.6.2 allows what we do not)."""
    return inbound.channel == "email" and (inbound.sender is None or inbound.sender_count != 1)


GUARDS = (
    Guard("delivery-report", is_delivery_report, Fate.BOUNCE, "It reports on the delivery of a mail."),
    Guard("our-own-mail", is_our_own, Fate.IGNORE, "This desk sent it itself."),
    Guard("automatic-mail", is_automatic, Fate.IGNORE, "A machine wrote it, and machines are not answered."),
    Guard("bulk-mail", is_bulk, Fate.IGNORE, "It was sent to many, and lists are not answered."),
    Guard(
        "no-single-sender",
        is_without_single_sender,
        Fate.REFUSE,
        "A message needs exactly one sender in its From line.",
    ),
)


def screen(inbound: Inbound, desk: Desk) -> Guard | None:
    """Return the first guard that catches the message, or None to let it by."""
    return next((guard for guard in GUARDS if guard.catches(inbound, desk)), None)
