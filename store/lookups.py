"""What one transaction has read: each thing once, many of them in one query.

`Known` is a memory in front of a query by key. It remembers absence too, so that a group
of messages that was looked ahead for asks nothing twice, and what the transaction itself
writes is learned here before it is a row. Tickets are read with their rows locked, in
the order of their numbers, because whatever is decided stands on what was read.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from sqlalchemy import BindParameter, Connection, bindparam, select, text

from intake.decisions import Receipt
from intake.tickets import Agent, Organisation, Person, Ticket
from store import snapshots
from store.driver import Query
from store.tables import (
    agents,
    clocks,
    identities,
    messages,
    organisation_domains,
    organisations,
    outbox,
    participants,
    people,
    thread_keys,
    tickets,
)
from store.types import EPOCH, Moment, address_key, digest, is_key

Key = TypeVar("Key")
Thing = TypeVar("Thing")

SINCE = Moment()
NOBODY = 0  # a key that no row has
CHUNK = 1000  # keys in one query: both databases limit the parameters of a statement
KEYS: BindParameter[Any] = bindparam("keys", expanding=True)

RECEIPTS = Query(select(*snapshots.RECEIPT).where(messages.c.identity.in_(KEYS)))
THREADS = Query(
    select(thread_keys.c.key, thread_keys.c.ticket).where(
        thread_keys.c.key.in_(KEYS), thread_keys.c.ticket.is_not(None)
    )
)
_TICKETS = select(*snapshots.TICKET).where(tickets.c.number.in_(KEYS)).order_by(tickets.c.number)
TICKETS = Query(_TICKETS)
LOCKED_TICKETS = Query(_TICKETS.with_for_update())
CLOCKS = Query(select(*snapshots.CLOCK).where(clocks.c.ticket.in_(KEYS)).order_by(clocks.c.id))
PARTICIPANTS = Query(
    select(participants.c.ticket, participants.c.person)
    .where(participants.c.ticket.in_(KEYS))
    .order_by(participants.c.ticket, participants.c.position, participants.c.person)
)
OWNERS = Query(select(identities.c.key, identities.c.person).where(identities.c.key.in_(KEYS)))
PEOPLE = Query(
    select(*snapshots.PERSON)
    .select_from(people.outerjoin(identities, identities.c.person == people.c.id))
    .where(people.c.id.in_(KEYS))
    .order_by(people.c.id, identities.c.position, identities.c.value)
)
PEOPLE_OF = select(people.c.id).where(people.c.organisation == bindparam("organisation"))
AGENTS = Query(select(*snapshots.AGENT).where(agents.c.key.in_(KEYS)))
AGENTS_BY_ID = Query(select(*snapshots.AGENT).where(agents.c.id.in_(KEYS)))
ACTIVE_AGENTS = select(*snapshots.AGENT).where(agents.c.active.is_(True)).order_by(agents.c.name, agents.c.id)
DOMAINS = Query(
    select(organisation_domains.c.domain, organisation_domains.c.organisation).where(
        organisation_domains.c.domain.in_(KEYS)
    )
)
ORGANISATIONS = Query(
    select(*snapshots.ORGANISATION)
    .select_from(organisations.outerjoin(organisation_domains))
    .where(organisations.c.id.in_(KEYS))
    .order_by(organisations.c.id, organisation_domains.c.position)
)
PROMISED = Query(
    select(outbox.c.recipient_key, outbox.c.created_at)
    .where(outbox.c.recipient_key.in_(KEYS), outbox.c.created_at >= bindparam("since"))
    .where(outbox.c.automatic != text("'no'")),
    "since",
)


class Known(Generic[Key, Thing]):
    """Things by key, read when first asked for; None stands for one that is not there."""

    def __init__(self, read: Callable[[Collection[Key]], Iterable[tuple[Key, Thing]]]) -> None:
        self.things: dict[Key, Thing | None] = {}
        self._read = read

    def fill(self, keys: Iterable[Key]) -> None:
        """Read those that have not been read, in as few queries as the database takes."""
        missing = iter(dict.fromkeys(key for key in keys if key not in self.things))
        while chunk := tuple(islice(missing, CHUNK)):
            self.things.update(dict.fromkeys(chunk))
            self.things.update(self._read(chunk))

    def of(self, key: Key) -> Thing | None:
        if key not in self.things:
            self.fill((key,))
        return self.things[key]

    def learn(self, key: Key, thing: Thing) -> None:
        """Know from now on what this transaction has written."""
        self.things[key] = thing


class Lookups:
    """The memories of one transaction, over its connection."""

    def __init__(self, connection: Connection, *, locks: bool) -> None:
        self._connection = connection
        self._tickets_query = LOCKED_TICKETS if locks else TICKETS
        self._promised: dict[bytes, list[datetime]] = {}
        self._promised_from = EPOCH
        self._active_agents: tuple[Agent, ...] | None = None
        self.receipts = Known[str, Receipt](self._read_receipts)
        self.threads = Known[bytes, int](self._read_threads)
        self._new_threads: dict[bytes, int] = {}
        self.tickets = Known[int, Ticket](self._read_tickets)
        self.owners = Known[bytes, int](lambda keys: self._rows(OWNERS, keys))
        self.people = Known[int, Person](lambda keys: snapshots.people_in(self._rows(PEOPLE, keys)))
        self.agents = Known[bytes, Agent](self._read_agents)
        self.agents_by_id = Known[int, Agent](self._read_agents_by_id)
        self.domains = Known[str, int](lambda keys: self._rows(DOMAINS, keys))
        self.organisations = Known[int, Organisation](
            lambda keys: snapshots.organisations_in(self._rows(ORGANISATIONS, keys))
        )

    def ahead(
        self,
        identities: Iterable[str],
        addresses: Iterable[str],
        keys: Iterable[str],
        numbers: Iterable[int],
    ) -> None:
        """Read in a handful of queries whatever a group of messages may ask for."""
        self.receipts.fill(identities)
        digests = [digest(key) for key in keys]
        self.threads.fill(digests)
        named = {number for key in digests if (number := self.threads.things[key])}
        self._fill_addresses(tuple(addresses))
        self.tickets.fill(sorted(named.union(filter(is_key, numbers))))

    def tickets_of(self, keys: Sequence[str]) -> Mapping[str, int]:
        digests = {key: digest(key) for key in keys}
        self.threads.fill(digests.values())
        found = ((key, self.threads.things[short]) for key, short in digests.items())
        return {key: number for key, number in found if number}

    def learn_thread(self, key: bytes, ticket: int) -> None:
        """Know a new thread key, unless another ticket has had it before."""
        self._new_threads.setdefault(key, ticket)
        if key in self.threads.things and self.threads.things[key] is None:
            self.threads.learn(key, ticket)

    def person_at(self, address: str) -> Person | None:
        owner = self.owners.of(address_key(address))
        return self.people.of(owner) if owner else None

    def organisation_of(self, domain: str) -> Organisation | None:
        found = self.domains.of(domain.lower())
        return self.organisations.of(found) if found else None

    def people_of(self, organisation: int) -> tuple[Person, ...]:
        """Everybody of an organisation; those whom this transaction records now among them."""
        rows = self._connection.execute(PEOPLE_OF, {"organisation": organisation})
        self.people.fill(row.id for row in rows)
        theirs = (one for one in self.people.things.values() if one and one.organisation_id == organisation)
        return tuple(sorted(theirs, key=lambda one: (one.seat == 0, one.seat, one.id)))

    def active_agents(self) -> tuple[Agent, ...]:
        if self._active_agents is None:
            self._active_agents = tuple(map(snapshots.agent_in, self._connection.execute(ACTIVE_AGENTS)))
        return self._active_agents

    def promised_since(self, recipient: bytes, since: datetime) -> int:
        """How many automatic messages there are to a recipient; read for all known addresses at once."""
        if recipient not in self._promised or since < self._promised_from:
            self._read_promised({recipient, *self.owners.things}, since)
        return sum(1 for at in self._promised[recipient] if at >= since)

    def _fill_addresses(self, addresses: Sequence[str]) -> None:
        keys = [address_key(address) for address in addresses]
        self.owners.fill(keys)
        self.agents.fill(keys)
        self.domains.fill({address.rpartition("@")[2].lower() for address in addresses})
        self.people.fill(owner for key in keys if (owner := self.owners.things[key]))
        self.organisations.fill(found for found in self.domains.things.values() if found)

    def _rows(self, query: Query, keys: Collection[Any]) -> Any:
        return query.rows(self._connection, tuple(keys))

    def _read_promised(self, recipients: Collection[bytes], since: datetime) -> None:
        self._promised = {recipient: [] for recipient in recipients}
        self._promised_from = since
        moment = SINCE.process_bind_param(since, self._connection.dialect)
        for recipient, at in PROMISED.rows(self._connection, tuple(recipients), since=moment):
            self._promised[recipient].append(at)

    def _read_threads(self, keys: Collection[bytes]) -> Iterable[tuple[bytes, int]]:
        new = {key: self._new_threads[key] for key in keys if key in self._new_threads}
        return (new | dict(self._rows(THREADS, keys))).items()

    def _read_receipts(self, keys: Collection[str]) -> Iterable[tuple[str, Receipt]]:
        return map(snapshots.receipt_in, self._rows(RECEIPTS, keys))

    def _read_agents(self, keys: Collection[bytes]) -> Iterable[tuple[bytes, Agent]]:
        return ((row.key, snapshots.agent_in(row)) for row in self._rows(AGENTS, keys))

    def _read_agents_by_id(self, keys: Collection[int]) -> Iterable[tuple[int, Agent]]:
        return ((row.id, snapshots.agent_in(row)) for row in self._rows(AGENTS_BY_ID, keys))

    def _read_tickets(self, numbers: Collection[int]) -> Iterable[tuple[int, Ticket]]:
        """Where there is none the same is asked, or the time would tell which tickets there are."""
        rows = self._rows(self._tickets_query, sorted(numbers))
        found = [row.number for row in rows] or sorted(numbers)
        running = snapshots.clocks_in(self._rows(CLOCKS, found))
        joined: dict[int, list[int]] = {}
        for number, person in self._rows(PARTICIPANTS, found):
            joined.setdefault(number, []).append(person)
        concerned = [row.requester for row in rows] + [person for many in joined.values() for person in many]
        self.people.fill(concerned or (NOBODY,))
        self.organisations.fill([row.organisation for row in rows if row.organisation] or (NOBODY,))
        self.agents_by_id.fill(row.assignee for row in rows if row.assignee)
        return [(row.number, self._ticket(row, running, joined)) for row in rows]

    def _ticket(self, row: Any, running: snapshots.ClocksByTicket, joined: dict[int, list[int]]) -> Ticket:
        return snapshots.ticket_in(
            row,
            requester=self.people.things[row.requester],
            organisation=self.organisations.of(row.organisation) if row.organisation else None,
            participants=tuple(
                person for one in joined.get(row.number, ()) if (person := self.people.things[one])
            ),
            assignee=self.agents_by_id.of(row.assignee) if row.assignee else None,
            clocks=tuple(running.get(row.number, ())),
        )
