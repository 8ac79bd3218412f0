"""One transaction's work: what it reads, it remembers; what it writes, it knows at once.

Rows are gathered and written together at the end, and a ticket's row is made from its
snapshot as it then is, however often it changed on the way. So a group of messages in
one transaction behaves as if each had been committed before the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from intake.alike import Earlier
from intake.budgets import OVERALL, Spent, of_sender, of_ticket
from intake.decisions import Change, Decision, Fate, Receipt
from intake.maintenance import Announced
from intake.messages import Assurance, File, Inbound, Outbound, Raw, clean
from intake.tickets import Agent, Organisation, Person, Returned, Survey, Ticket, Unreachable
from intake.uptime import Outage
from intake.work import Hold
from store import announcements, chats, latest, outages, surveys
from store.budgets import Spending
from store.buffer import Buffer
from store.driver import Query
from store.lookups import KEYS, Known, Lookups
from store.raws import delivery_row, forget_bytes, raw_row
from store.rows import message_row, outbox_row, ticket_row
from store.side_tables import revisions
from store.tables import (
    Delivery,
    attachments,
    history,
    inbox,
    messages,
    organisation_domains,
    outbox,
    raws,
    thread_keys,
    tickets,
)
from store.types import address_key, digest, is_key
from store.undeliverable import UNREACHABLE, returned, unreachable_in
from store.writes import write_change

FILED = frozenset({Fate.APPEND, Fate.OPEN})
REFERENCES_KEPT = 10  # at either end of a thread: the first say where it began, the last what it answers
HEARD_OF = Query(select(thread_keys.c.key).where(thread_keys.c.key.in_(KEYS)))
SAME_MESSAGE_ID = "another message has the same Message-ID"


class SqlWork:
    """`intake.handle.Work` on a connection; what its methods promise is said there."""

    def __init__(
        self, connection: Connection, *, first_number: int = 1001, policy_digest: str = "", locks: bool = True
    ) -> None:
        self.connection = connection
        self._first_number = first_number
        self._locks = locks
        self.buffer = Buffer(connection, first_number)
        self.known = Lookups(connection, locks=locks)
        self.spending = Spending(connection)
        self.came_back = Known[bytes, Unreachable](
            lambda keys: unreachable_in(UNREACHABLE.rows(connection, tuple(keys)))
        )
        self._policy_digest = policy_digest
        self._opened: set[int] = set()
        self._touched: dict[int, datetime] = {}
        self._delivery = 0
        self._announced: list[Announced] | None = None
        self._outages: dict[datetime, list[Outage]] = {}
        self._redrawn: dict[int, datetime] = {}
        self.last_raw: tuple[int, bytes | None] | None = None

    def look_ahead(
        self,
        identities: Iterable[str],
        addresses: Iterable[str],
        thread_keys: Iterable[str],
        numbers: Iterable[int],
    ) -> None:
        wrote = tuple(addresses)
        self.known.ahead(identities, wrote, thread_keys, numbers)
        purses = (of_sender(one, shown) for one in wrote for shown in (Assurance.NONE, Assurance.ALIGNED))
        self.spending.ahead((OVERALL, *purses, *map(of_ticket, self.known.tickets.things)))

    def receipt_for(self, identity: str) -> Receipt | None:
        return self.known.receipts.of(identity)

    def tickets_of(self, thread_keys: Sequence[str]) -> Mapping[str, int]:
        return self.known.tickets_of(thread_keys)

    def ticket(self, number: int) -> Ticket | None:
        return self.known.tickets.of(number) if is_key(number) else None

    def person(self, address: str) -> Person | None:
        return self.known.person_at(address)

    def person_by_id(self, person_id: int) -> Person | None:
        return self.known.people.of(person_id) if is_key(person_id) else None

    def agent(self, address: str) -> Agent | None:
        agent = self.known.agents.of(address_key(address))
        return agent if agent and agent.active else None

    def agents(self) -> tuple[Agent, ...]:
        return self.known.active_agents()

    def organisation(self, organisation_id: int) -> Organisation | None:
        return self.known.organisations.of(organisation_id) if is_key(organisation_id) else None

    def organisation_of(self, domain: str) -> Organisation | None:
        return self.known.organisation_of(domain)

    def people_of(self, organisation_id: int) -> tuple[Person, ...]:
        return self.known.people_of(organisation_id) if is_key(organisation_id) else ()

    def open_tickets_of(self, organisation_id: int, besides: int = 0) -> int:
        return latest.open_of(self.connection, organisation_id, besides)

    def latest_of(self, ticket: Ticket) -> tuple[Earlier, ...]:
        new = [self.known.tickets.things[one] for one in sorted(self._opened, reverse=True)]
        return latest.latest_of(self.connection, ticket, filter(None, new))

    def announced(self, service: str, now: datetime) -> tuple[Announced, ...]:
        if self._announced is None:
            self._announced = announcements.current(self.connection, now)
        return tuple(one for one in self._announced if one.concerns(service))

    def outages(self, service: str, since: datetime) -> tuple[Outage, ...]:
        if since not in self._outages:
            self._outages[since] = outages.since(self.connection, since)
        return tuple(one for one in self._outages[since] if one.service == service)

    def domains(self) -> tuple[str, ...]:
        return tuple(self.connection.execute(select(organisation_domains.c.domain)).scalars())

    def promised_since(self, recipient: str, since: datetime) -> int:
        key = address_key(recipient)
        waiting = sum(
            1
            for row in self.buffer.rows(outbox)
            if row["recipient_key"] == key and row["created_at"] >= since and row["automatic"] != "no"
        )
        return waiting + self.known.promised_since(key, since)

    def spent(self, name: str, now: datetime) -> Spent:
        return self.spending.of(name, now)

    def spend(self, name: str, now: datetime, *, is_told: bool = False) -> None:
        self.spending.add(name, now, is_told=is_told)

    def redraw(self, number: int, now: datetime) -> None:
        self._redrawn.setdefault(number, now)

    def last_place(self, person: int, number: int) -> tuple[str, str] | None:
        return chats.last_place(self, person, number)

    def preference(self, owner: str, name: str) -> str:
        return chats.preference(self, owner, name)

    def is_open(self, channel: str, place: str, person: int, number: int) -> bool:
        return chats.is_open(self, channel, place, person, number)

    def survey(self, number: int) -> Survey | None:
        return surveys.survey_of(self, number) if is_key(number) else None

    def keep_file(self, file: File, now: datetime) -> None:
        self.buffer.add(raws, raw_row(Raw("", "", file.data, now)))

    def unreachable(self, address: str) -> Unreachable | None:
        key = address_key(address)
        if key not in self.came_back.things:
            self.came_back.fill({key, *self.known.owners.things})
        return self.came_back.of(key)

    def returned(self, message_id: str, outbox_id: int) -> Returned | None:
        return returned(self, message_id, outbox_id)

    def write(self, change: Change, ticket: Ticket | None, actor: str, now: datetime) -> Ticket | None:
        current = self.known.tickets.of(ticket.number) if ticket else None
        return write_change(self, change, current, actor, now)

    def keep(
        self, raw: Raw | None, inbound: Inbound, decision: Decision, ticket: Ticket | None, now: datetime
    ) -> int:
        number = self.buffer.key_for(messages)
        person, agent = self._writer(inbound, decision)
        self.buffer.add(
            messages,
            message_row(inbound, decision, ticket)
            | {
                "id": number,
                "person": person.id if person else None,
                "agent": agent.id if agent else None,
                "policy_digest": self._policy_digest,
                "flagged": "",
                "raw": self._receive(raw, number),
                "at": now,
            },
        )
        self._keep_attachments(inbound, number)
        self.known.receipts.learn(inbound.identity, _receipt(number, decision, ticket))
        filed = ticket if decision.fate in FILED else None
        if filed and decision.public:
            self.file(inbound.message_id, inbound.references, filed.number, now)
        elif inbound.message_id:  # a note is found by its id, which is no part of what customers are sent
            self._thread(inbound.message_id, filed.number if filed else None)
        return number

    def add_receipt(self, raw: Raw, identity: str, message: int) -> None:
        """What was redacted must not come back with another copy of the same mail."""
        if not self._is_redacted(message):
            self._receive(raw, message)
            return
        waited = self._receive(replace(raw, body=b""), message)
        if waited and sha256(raw.body).digest() == waited:
            forget_bytes(self.connection, waited, message, raw.received_at)

    def _is_redacted(self, message: int) -> bool:
        done = (revisions.c.message == message, revisions.c.what == "redacted")
        return self.connection.execute(select(revisions.c.id).where(*done).limit(1)).first() is not None

    def promise(
        self, outbound: Outbound, ticket: Ticket | None, now: datetime, held: Hold | None = None
    ) -> int:
        number = self.buffer.key_for(outbox)
        belongs = ticket.number if ticket else outbound.ticket_number or None
        row = outbox_row(outbound, now, held)
        self.buffer.add(outbox, row | {"id": number, "ticket": belongs})
        self._thread(outbound.message_id, belongs, number)
        if belongs:
            self._begin_thread(outbound, belongs, now)
        return number

    def keep_pending(self, raw: Raw, delivery_key: str = "") -> int:
        """Keep a delivery that is decided later; its place in the inbox."""
        row = self.buffer.add(raws, raw_row(raw))
        number = self.buffer.key_for(inbox)
        self.buffer.add(inbox, delivery_row(raw, row["digest"], None, delivery_key) | {"id": number})
        return number

    def for_delivery(self, delivery: int) -> None:
        """What is kept next came by this row of the inbox, which is done with it."""
        self._delivery = delivery

    def save(self, ticket: Ticket, now: datetime) -> Ticket:
        """Take this snapshot for the ticket from now on; its row is written at the end."""
        self.known.tickets.learn(ticket.number, ticket)
        self._touched[ticket.number] = now
        return ticket

    def add_ticket(self, ticket: Ticket, now: datetime) -> Ticket:
        """The same for a ticket that has no row yet."""
        self._opened.add(ticket.number)
        return self.save(ticket, now)

    def file(self, message_id: str, references: Sequence[str], number: int, now: datetime) -> Ticket:
        """This message is the ticket's last now, and whoever answers it means this ticket."""
        ticket = self.known.tickets.of(number)
        assert ticket
        if not message_id:
            return self.save(replace(ticket, version=ticket.version + 1), now)
        self._thread(message_id, number)
        return self.save(_answering(ticket, message_id, references), now)

    def note(
        self,
        ticket: int | None,
        now: datetime,
        actor: str,
        what: str,
        detail: str = "",
        message: int | None = None,
    ) -> None:
        """Write a line on the history."""
        self.buffer.add(
            history,
            {
                "ticket": ticket,
                "message": message,
                "at": now,
                "actor": actor,
                "what": what,
                "detail": detail,
            },
        )

    def refresh(self) -> None:
        """Write what was gathered and forget what was read: rows were changed past this object."""
        self.flush()
        self.buffer = Buffer(self.connection, self._first_number)
        self.known = Lookups(self.connection, locks=self._locks)

    def flush(self) -> None:
        """Write what was gathered; the transaction's owner commits."""
        self._flag_same_message_ids()
        for number, now in self._touched.items():
            ticket = self.known.tickets.things[number]
            assert ticket
            row = ticket_row(ticket, now)
            if number in self._opened:
                self.buffer.add(tickets, {"number": number, **row})
            else:
                self.buffer.change(tickets, number, row)
        self._touched.clear()
        self._opened.clear()
        self.buffer.flush()
        self.spending.flush()
        chats.want_cards(self, self._redrawn)
        self._redrawn.clear()

    def _writer(self, inbound: Inbound, decision: Decision) -> tuple[Person | None, Agent | None]:
        """Whom a message is known to be from: nobody, while nothing proves it."""
        if not inbound.sender or decision.assurance is Assurance.NONE:
            return None, None
        return self.person(inbound.sender.address), self.agent(inbound.sender.address)

    def _receive(self, raw: Raw | None, message: int) -> bytes | None:
        """Keep the bytes and the delivery that brought them; the digest of the bytes.

        Those of a delivery that waited are kept already.
        """
        if self._delivery:
            return self._settle_delivery(message)
        key: bytes | None = self.buffer.add(raws, raw_row(raw))["digest"] if raw else None
        if raw and key:
            self.buffer.add(inbox, delivery_row(raw, key, message) | {"id": self.buffer.key_for(inbox)})
        return key

    def _settle_delivery(self, message: int) -> bytes | None:
        waited = select(inbox.c.raw).where(inbox.c.id == self._delivery)
        key: bytes | None = self.connection.execute(waited).scalar()
        settled = {"state": Delivery.DONE, "message": message, "claimed_by": "", "error": ""}
        self.buffer.change(inbox, self._delivery, settled)
        self._delivery = 0
        return key

    def _keep_attachments(self, inbound: Inbound, message: int) -> None:
        for position, each in enumerate(inbound.attachments):
            self.buffer.add(
                attachments,
                {
                    "message": message,
                    "position": position,
                    "part": each.position,
                    "filename": each.filename,
                    "content_type": each.content_type,
                    "size": each.size,
                    "sha256": each.sha256,
                    "inline": each.inline,
                },
            )

    def _begin_thread(self, outbound: Outbound, number: int, now: datetime) -> None:
        """Our first mail on a ticket that did not come by mail is what the next ones hang on."""
        ticket = self.known.tickets.of(number)
        if not ticket or ticket.last_message_id or outbound.channel != "email":
            return
        if outbound.recipient.address in ticket.requester.emails:
            self.save(_answering(ticket, outbound.message_id, ()), now)

    def _thread(self, message_id: str, ticket: int | None, promise: int | None = None) -> None:
        key = digest(message_id)
        self.buffer.add(thread_keys, {"key": key, "ticket": ticket, "outbox": promise})
        if ticket:
            self.known.learn_thread(key, ticket)

    def _flag_same_message_ids(self) -> None:
        rows = {digest(row["message_id"]): row for row in self.buffer.rows(messages) if row["message_id"]}
        for (key,) in HEARD_OF.rows(self.connection, tuple(rows)) if rows else ():
            rows[key]["flagged"] = SAME_MESSAGE_ID


def _receipt(message: int, decision: Decision, ticket: Ticket | None) -> Receipt:
    return Receipt(
        message=message,
        fate=decision.fate,
        rule=decision.rule,
        because=decision.because,
        reply=decision.reply,
        ticket=ticket.number if ticket else 0,
        authenticated=decision.assurance is not Assurance.NONE,
        duplicate=True,
    )


def _answering(ticket: Ticket, message_id: str, references: Sequence[str]) -> Ticket:
    """The ticket, its thread going on from this message."""
    message_id = clean(message_id)
    chain = dict.fromkeys((*ticket.references, *map(clean, references)))
    chain.pop(message_id, None)
    thread = (*chain, message_id)
    if len(thread) > 2 * REFERENCES_KEPT:
        thread = thread[:REFERENCES_KEPT] + thread[-REFERENCES_KEPT:]
    return replace(ticket, version=ticket.version + 1, last_message_id=message_id, references=thread)
