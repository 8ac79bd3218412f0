"""A desk in memory that lives through another one's past: for `policy replay`, which changes nothing.

It begins with the people, and is then told, in order, what happened besides the messages that
it decides itself. Tickets and people keep their numbers, because signed addresses name them.
Organisations and agents are those of today: the history does not say what they were.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, Table, or_, select, update

from intake.decisions import AddParticipant, AskSurvey, ChangeClock, SetSeverity, SetStatus
from intake.tickets import ClockKind, Person, Status
from store.desk import SqlStore
from store.past import Event, Kind, Stored
from store.rows import person_row
from store.tables import (
    agents,
    clocks,
    identities,
    messages,
    metadata,
    organisation_domains,
    organisations,
    people,
    thread_keys,
    tickets,
)
from store.types import digest
from store.work import SqlWork

ACTOR = "replay"
FIRST_MADE_UP = 1 << 30  # ids of people whom only a replay records
AS_STARTED: Mapping[str, Any] = {
    "next_at": None,
    "met_at": None,
    "breached_at": None,
    "paused_at": None,
    "stopped_at": None,
    "pauses": [],
}
COPIED: tuple[Table[Any], ...] = (organisations, organisation_domains, people, identities, agents)


class Replica:
    """Tells a desk's past to a store in memory; the desk is asked a little at a time."""

    def __init__(self, source: SqlStore, past: Iterable[Event], replayed: Iterable[Stored] = ()) -> None:
        self._source = source
        self._later = frozenset(one.number for one in past if one.kind in (Kind.WRITER, Kind.PERSON))
        self._own_keys = frozenset(digest(one.message_id) for one in replayed if one.message_id)

    def begin(self, work: SqlWork) -> None:
        """Copy everybody who was there from the start; new people get numbers of their own."""
        for table in COPIED:
            _insert(work, table, (row for row in self._rows(select(table)) if self._is_first(table, row)))
        _insert(work, people, [person_row(Person(FIRST_MADE_UP, ""))])

    def tell(self, work: SqlWork, event: Event) -> None:
        """Let one thing happen, if there is what it happened to."""
        match event.kind:
            case Kind.WRITER if self._wrote(work, event.number):
                self._record(work, event.number)
            case Kind.PERSON:
                self._record(work, event.number)
            case Kind.TICKET:
                self._put_ticket(work, event)
            case Kind.WRITER:
                return  # nobody, here: the policy took nothing from them
            case _ if work.ticket(event.number) is not None:
                self._change(work, event)

    def _change(self, work: SqlWork, event: Event) -> None:
        ticket = work.ticket(event.number)
        match event.kind:
            case Kind.STATUS:
                work.write(SetStatus(Status(event.value), ACTOR), ticket, ACTOR, event.at)
            case Kind.SEVERITY:
                work.write(SetSeverity(event.value, ACTOR), ticket, ACTOR, event.at)
            case Kind.THREAD:
                _remember(work, [digest(event.value)], event.number)
            case Kind.BREACH:
                self._breach(work, event)
            case Kind.SURVEY if work.survey(event.number) is None:
                self._record(work, int(event.value))
                ticket = work.ticket(event.number)
                work.write(AskSurvey(int(event.value), 0), ticket, ACTOR, event.at)
            case Kind.PARTICIPANT:
                self._record(work, int(event.value))
                if person := work.person_by_id(int(event.value)):
                    work.write(AddParticipant(person, person.organisation_id, ACTOR), ticket, ACTOR, event.at)

    def _breach(self, work: SqlWork, event: Event) -> None:
        ticket = work.ticket(event.number)
        clock = ticket.clock(ClockKind(event.value)) if ticket else None
        if clock and not clock.breached_at:
            late = ChangeClock(clock.kind, "breached", event.at, clock.due_at, None, "")
            work.write(late, ticket, ACTOR, event.at)

    def _put_ticket(self, work: SqlWork, event: Event) -> None:
        """A ticket as it was when it was opened."""
        (row,) = self._rows(select(tickets).where(tickets.c.number == event.number))
        if work.ticket(event.number) is not None:
            return
        self._record(work, row["requester"])
        opened = {"status": Status.OPEN, "severity": event.value, "solved_at": None, "closed_at": None}
        _insert(work, tickets, [{**row, **opened, "version": 1}])
        running = self._rows(select(clocks).where(clocks.c.ticket == event.number))
        _insert(work, clocks, [_as_started(row) for row in running])
        work.refresh()
        found = self._rows(select(thread_keys.c.key).where(thread_keys.c.ticket == event.number))
        _remember(work, [row["key"] for row in found if row["key"] not in self._own_keys], event.number)

    def _record(self, work: SqlWork, person: int) -> None:
        """Somebody is there from now on, under the number that they really have."""
        if work.connection.execute(select(people.c.id).where(people.c.id == person)).first():
            return
        work.flush()
        _insert(work, people, self._rows(select(people).where(people.c.id == person)))
        theirs = self._rows(select(identities).where(identities.c.person == person))
        for row in theirs:
            owner = work.connection.execute(
                select(identities.c.person).where(identities.c.key == row["key"])
            ).scalar()
            if owner is None:
                _insert(work, identities, [row])
            elif owner != person:
                _rename(work, owner, person)
        work.refresh()

    def _wrote(self, work: SqlWork, person: int) -> bool:
        theirs = self._rows(select(identities.c.key).where(identities.c.person == person))
        known = select(identities.c.key).where(identities.c.key.in_([row["key"] for row in theirs]))
        return work.connection.execute(known).first() is not None

    def _rows(self, query: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
        with self._source.looking() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def _is_first(self, table: Table[Any], row: Mapping[str, Any]) -> bool:
        whose = {people.name: "id", identities.name: "person"}.get(table.name)
        return whose is None or row[whose] not in self._later


def forget_words(work: SqlWork) -> None:
    """Let go of what was said, which nothing that is decided later asks for."""
    blank = {"text": "", "reply": "", "trace": [], "because": ""}
    said = or_(messages.c.text != "", messages.c.reply != "")
    work.connection.execute(update(messages).where(said).values(blank))


def _as_started(clock: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a clock that nothing has happened to, under whatever id is free."""
    return {name: value for name, value in clock.items() if name != "id"} | dict(AS_STARTED)


def _insert(work: SqlWork, table: Table[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    if found := list(rows):
        work.connection.execute(table.insert(), found)


def _remember(work: SqlWork, keys: Iterable[bytes], number: int) -> None:
    for key in keys:
        work.buffer.add(thread_keys, {"key": key, "ticket": number, "outbox": None})
        work.known.learn_thread(key, number)


def _rename(work: SqlWork, before: int, after: int) -> None:
    """Whatever belongs to one person belongs to the other, and the first is no more."""
    for table in metadata.tables.values():
        for column in table.columns:
            if any(key.column is people.c.id for key in column.foreign_keys):
                work.connection.execute(update(table).where(column == before).values({column.name: after}))
    work.connection.execute(people.delete().where(people.c.id == before))
