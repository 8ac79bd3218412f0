"""The triage cards that show something old: claimed by whoever draws them, newest ticket first.

A claim is a lease, as in the outbox. A decision that changes a ticket while its card is drawn adds
a wish, and the card is drawn again; so the last state wins and none is lost. The first try that
is not the first of its card may have been posted by one that died: `attempts` says so. A card that
is late wears a badge, which is written down before it is put on and until it has been taken off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select, update

from store.chat_tables import cards
from store.chats import REST
from store.tables import tickets
from store.work import SqlWork

IS_WANTED = cards.c.wanted_at.is_not(None)
BADGE = " badge"  # behind what a card shows: it shows the badge, too
HAS_BADGE = cards.c.shown.endswith(BADGE, autoescape=True)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A card that is out of date, and whose triage channel it belongs into."""

    ticket: int
    team: str  # of the ticket
    is_posted: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A ticket's card as it was claimed; `attempts` counts this try, `place` is "" before it is posted."""

    ticket: int
    place: str
    external: str
    shown: str
    wishes: int
    attempts: int


def wanted(work: SqlWork, now: datetime, limit: int) -> list[Wanted]:
    """Cards that are out of date by now, the newest ticket first.

    At most `limit` of those that are posted and as many of those that are not: a change to an old card
    must not wait until a storm of new ones is over.
    """
    query = (
        select(cards.c.ticket, tickets.c.team, cards.c.external)
        .join(tickets, tickets.c.number == cards.c.ticket)
        .where(IS_WANTED, cards.c.wanted_at <= now)
        .order_by(cards.c.ticket.desc())
        .limit(limit)
    )
    rows = [
        row
        for some in (cards.c.external != "", cards.c.external == "")
        for row in work.connection.execute(query.where(some))
    ]
    found = [Wanted(row.ticket, row.team, bool(row.external)) for row in rows]
    return sorted(found, key=lambda one: one.ticket, reverse=True)


def next_due(work: SqlWork) -> datetime | None:
    """When the next card wants to be drawn, None when all are up to date."""
    return work.connection.execute(select(func.min(cards.c.wanted_at)).where(IS_WANTED)).scalar()


def claim(work: SqlWork, ticket: int, worker: str, now: datetime, lease: timedelta) -> Card | None:
    """Take a card to draw it, until now + lease; None where somebody else was faster."""
    due = update(cards).where(cards.c.ticket == ticket, cards.c.wanted_at <= now)
    taken = due.values(wanted_at=now + lease, claimed_by=worker, attempts=cards.c.attempts + 1)
    return card_of(work, ticket) if work.connection.execute(taken).rowcount else None


def is_any_on_its_way(work: SqlWork) -> bool:
    """Whether a card may stand in Slack whose place is not known here: one is drawn, or failed once."""
    is_lost = and_(cards.c.external == "", cards.c.attempts > 0)
    query = select(cards.c.ticket).where(IS_WANTED, or_(cards.c.claimed_by != "", is_lost))
    return work.connection.execute(query.limit(1)).first() is not None


def card_of(work: SqlWork, ticket: int) -> Card | None:
    row = work.connection.execute(select(cards).where(cards.c.ticket == ticket)).first()
    if row is None:
        return None
    return Card(row.ticket, row.place, row.external, row.shown, row.wishes, row.attempts)


def posted(work: SqlWork, ticket: int, place: str, external: str) -> None:
    """It is there now: written down before anything else is done, so that it is posted once."""
    there = update(cards).where(cards.c.ticket == ticket)
    work.connection.execute(there.values(place=place, external=external, shown=""))


def drawn(work: SqlWork, card: Card, shown: str, now: datetime) -> bool:
    """It shows what it should; what was wished for meanwhile is drawn in a moment.

    False, and nothing is written, where it wears the badge: that has to go first.
    """
    mine = update(cards).where(cards.c.ticket == card.ticket, ~HAS_BADGE)
    values = {"shown": shown, "claimed_by": "", "attempts": 0, "error": ""}
    is_last = mine.where(cards.c.wishes == card.wishes).values(**values, wanted_at=None)
    if work.connection.execute(is_last).rowcount:
        return True
    return work.connection.execute(mine.values(**values, wanted_at=now + REST)).rowcount == 1


def late(work: SqlWork, since: datetime, lease: timedelta, limit: int) -> list[Card]:
    """Posted cards without the badge that have been out of date since then or longer, or fail to be drawn."""
    waits = and_(cards.c.claimed_by == "", cards.c.wanted_at <= since)
    is_stuck = and_(cards.c.claimed_by != "", cards.c.wanted_at <= since + lease)
    fails = and_(cards.c.error != "", cards.c.attempts > 1)
    query = select(cards.c.ticket).where(IS_WANTED, or_(waits, is_stuck, fails))
    query = query.where(cards.c.external != "", ~HAS_BADGE).order_by(cards.c.ticket.desc()).limit(limit)
    numbers = work.connection.execute(query).scalars()
    return [card for one in numbers if (card := card_of(work, one))]


def wear_badge(work: SqlWork, card: Card) -> bool:
    """The badge is about to be put on; False where it is on already, or the card has been drawn meanwhile."""
    mine = update(cards).where(cards.c.ticket == card.ticket, cards.c.external == card.external)
    worn = mine.where(IS_WANTED, ~HAS_BADGE).values(shown=cards.c.shown + BADGE)
    return work.connection.execute(worn).rowcount == 1


def has_badge(work: SqlWork, ticket: int) -> bool:
    query = select(cards.c.ticket).where(cards.c.ticket == ticket, HAS_BADGE)
    return work.connection.execute(query).first() is not None


def lose_badge(work: SqlWork, ticket: int) -> None:
    """The badge is off."""
    mine = update(cards).where(cards.c.ticket == ticket, HAS_BADGE)
    work.connection.execute(mine.values(shown=func.replace(cards.c.shown, BADGE, "")))


def failed(work: SqlWork, card: Card, error: str, next_at: datetime) -> None:
    """It could not be drawn, and is to be tried again not before `next_at`."""
    again = update(cards).where(cards.c.ticket == card.ticket)
    work.connection.execute(again.values(wanted_at=next_at, claimed_by="", error=error))


def let_go(work: SqlWork, is_dead: Callable[[str], bool], now: datetime) -> int:
    """What workers had claimed who are known to be dead is anybody's at once; how much."""
    held = work.connection.execute(
        select(cards.c.claimed_by).where(cards.c.claimed_by != "").distinct()
    ).scalars()
    dead = [one for one in held if is_dead(one)]
    again = update(cards).where(cards.c.claimed_by.in_(dead)).values(claimed_by="", wanted_at=now)
    return work.connection.execute(again).rowcount if dead else 0


def draw_anew(work: SqlWork, ticket: int, now: datetime) -> None:
    """A card is to be sent again even if it shows what it should."""
    unknown = case((HAS_BADGE, BADGE), else_="")
    work.connection.execute(update(cards).where(cards.c.ticket == ticket).values(shown=unknown))
    work.redraw(ticket, now)


def hasten(work: SqlWork, now: datetime) -> None:
    """What could not be drawn is to be tried at once."""
    again = update(cards).where(IS_WANTED, cards.c.claimed_by == "")
    work.connection.execute(again.values(wanted_at=now))
