"""A new ticket that may be the same as one of the days before: the same customer, nearly the same subject.

Somebody who hears nothing for an hour writes again, and a colleague of theirs writes about it, too. It
is a hint for whoever takes the ticket and no more: nothing is merged by itself. Two words at least
must be the same, and every number: "Order 17 is late" and "Order 18 is late" are two requests.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.tickets import Status, Ticket

RECENT = timedelta(days=7)
ENOUGH = 0.6  # of the words that either of the two has
FEWEST = 2
_WORD = re.compile(r"\w{2,}|\d")
_MARKS = re.compile(r"^(?:(?:re|aw|antw|sv|fwd?|wg|tr|rif|res|enc)\s*:\s*)+|\[[^\]]{1,40}\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A ticket of the same customer, as far as it takes to compare."""

    number: int
    subject: str
    status: Status
    team: str
    opened_at: datetime
    merged_into: int = 0


def twin_of(ticket: Ticket, earlier: Iterable[Earlier], protected: frozenset[str], now: datetime) -> int:
    """The number of the first of these that a new ticket may be the same as, 0 for none.

    One that a team keeps to itself is named in nobody else's thread; one that is closed or goes on
    elsewhere takes nothing more, and what follows another ticket says so already.
    """
    for one in earlier:
        is_open = one.status is not Status.CLOSED and not one.merged_into
        is_shown = one.team == ticket.team or one.team not in protected
        is_other = one.number not in (ticket.number, ticket.predecessor)
        is_recent = now - one.opened_at <= RECENT
        if is_open and is_shown and is_other and is_recent and are_alike(ticket.subject, one.subject):
            return one.number
    return 0


def are_alike(subject: str, other: str) -> bool:
    """Whether two subjects say nearly the same.

    >>> are_alike("Calls drop in Trento", "Re: calls drop (Trento)")
    True
    >>> are_alike("Order 7 is late", "Order 8 is late")
    False
    """
    mine, theirs = _words(subject), _words(other)
    same, all_of_them = mine & theirs, mine | theirs
    has_other_numbers = any(any(sign.isdigit() for sign in word) for word in mine ^ theirs)
    return len(same) >= FEWEST and len(same) >= ENOUGH * len(all_of_them) and not has_other_numbers


def _words(subject: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_MARKS.sub(" ", subject.strip()).casefold()))
