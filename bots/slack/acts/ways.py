"""How else somebody can be reached: their addresses, their linked chats, the shared thread they wrote in.

Whose the words were is found by where they went, never by a name alone; only somebody who is on the
ticket still, and each chat only while its owner may read the ticket there. What was given up, what is
blocked and what was tried with these very words is no way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bots.slack.workspaces import MEDIUM
from intake.handle import Setup
from intake.lookup import is_given_up
from intake.messages import Outbound
from intake.tickets import Person, Ticket
from store import accounts, chat_places, chats, outbox, telegram_accounts
from store.outbox import Promise
from store.work import SqlWork

EMAIL, TELEGRAM = "email", telegram_accounts.MEDIUM


@dataclass(frozen=True, slots=True)
class Way:
    """A channel and a place of it; `words` are for agents."""

    channel: str
    place: str
    words: str

    @property
    def value(self) -> str:
        return self.place if self.channel == EMAIL else f"{self.channel} {self.place}"


def ways_for(work: SqlWork, setup: Setup, promise: Promise, ticket: Ticket) -> tuple[Way, ...]:
    """Every other way to whom the words were for, none where that cannot be told."""
    person = whose(work, promise.outbound, ticket)
    if person is None:
        return ()
    tried = {(one.outbound.channel, one.outbound.recipient.address) for one in attempts_at(work, promise)}
    known = (*_by_mail(work, person), *_in_chats(work, setup, person, ticket.number))
    return tuple(one for one in known if (one.channel, one.place) not in tried)


def tried_so_far(work: SqlWork, promise: Promise) -> tuple[str, ...]:
    """Each way that these words went, and why they did not arrive."""
    return tuple(
        f"{_words(work, one.outbound.channel, one.outbound.recipient.address)}: {one.error or 'not sent'}"
        for one in attempts_at(work, promise)
    )


def attempts_at(work: SqlWork, promise: Promise) -> list[Promise]:
    """The promises of the same words to the same person, the first one first."""
    same = (promise.outbound.notice, promise.outbound.body, promise.outbound.recipient.name)
    known = outbox.of_ticket(work, promise.outbound.ticket_number)
    found = [
        one for one in known if (one.outbound.notice, one.outbound.body, one.outbound.recipient.name) == same
    ]
    return [one for one in found if one.state in outbox.UNSETTLED or one.error or one.id == promise.id]


def whose(work: SqlWork, outbound: Outbound, ticket: Ticket) -> Person | None:
    """The one person of the ticket whose place it is; None where it is nobody's, or of several."""
    channel, to = outbound.channel, outbound.recipient
    people = (ticket.requester, *ticket.participants)
    if channel == EMAIL:
        return next((one for one in people if to.address in one.emails), None)
    if channel == TELEGRAM and (owner := telegram_accounts.owner_of(work, to.address)):
        return next((one for one in people if one.id == owner.id), None)
    wrote = {
        person for person, *where in chats.wrote_at(work, ticket.number) if where == [channel, to.address]
    }
    found = [one for one in people if one.id in wrote]
    named = found if len(found) == 1 else [one for one in found if one.name == to.name]
    return named[0] if len(named) == 1 else None


def _by_mail(work: SqlWork, person: Person) -> Iterator[Way]:
    for one in person.emails:
        if not is_given_up(work, one):
            yield Way(EMAIL, one, _words(work, EMAIL, one))


def _in_chats(work: SqlWork, setup: Setup, person: Person, number: int) -> Iterator[Way]:
    """Chats that the desk has, where this person reads about the ticket."""
    wrote = ((channel, place) for who, channel, place in chats.wrote_at(work, number) if who == person.id)
    linked = ((one.medium, one.name) for one in accounts.accounts_of(work, person.id))
    for channel, place in dict.fromkeys((*linked, *wrote)):
        if channel in setup.desk.chats and place and work.is_open(channel, place, person.id, number):
            yield Way(channel, place, _words(work, channel, place))


def _words(work: SqlWork, channel: str, place: str) -> str:
    if channel == EMAIL:
        return f"Email to {place}"
    if channel != MEDIUM:
        return f"{channel.title()}, their linked chat"
    known = chat_places.place_at(work, MEDIUM, "/".join(place.split("/")[:2]))
    return f"Slack, the thread in #{known.name if known and known.name else 'their channel'}"
