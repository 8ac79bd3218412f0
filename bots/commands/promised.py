"""What agents do about promised times from a shell: snooze, call back, compute again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bots import acting
from bots.acting import known_ticket
from bots.commands.acts import acted, actor
from bots.console import in_words
from bots.progress import advancing
from bots.wiring import Wired
from intake import commands, handle
from intake.calendars.amounts import length_in
from intake.clocks.explained import Why, why
from intake.decisions import ChangeClock, Decision
from intake.errors import ConfigError
from intake.handle import Command, Work
from intake.tickets import Clock, Ticket
from store.clocks import clock_events_of, tickets_that_owe
from store.engine import retrying
from store.work import SqlWork


@dataclass(frozen=True, slots=True)
class Moved:
    """One clock that is due at another time, or rings at another, than before."""

    reference: str
    before: Clock
    after: ChangeClock

    def as_record(self, number: int) -> dict[str, object]:
        return {
            "ticket": number,
            "kind": self.before.kind.value,
            "old": self.before.due_at,
            "new": self.after.due_at,
            "next": self.after.next_at,
            "breached": self.before.breached_at,
            "late_now": self.is_late_now,
        }

    @property
    def is_late_now(self) -> bool:
        """Due in the past, so that the ticker writes a breach at its next look."""
        is_past = self.after.due_at is not None and self.after.due_at <= self.after.at
        return is_past and self.before.breached_at is None and self.before.paused_at is None

    def in_words(self, zone: str) -> str:
        old, new = in_words(self.before.due_at, zone), in_words(self.after.due_at, zone)
        moved = f"{old} -> {new}" if old != new else f"{new} as before, reminders move"
        if self.before.breached_at:
            moved += f"; the breach of {in_words(self.before.breached_at, zone)} stays recorded"
        elif self.is_late_now:
            moved += "; that is past, so it is late now"
        return f"{self.reference} {self.before.kind.value.replace('_', ' ')}: {moved}"


def snooze(wired: Wired, number: int, until: str, by: str) -> str:
    """Keep a ticket's reminders quiet; `until` is a moment or a length of time from now."""
    moment = _until(until, datetime.now(UTC), wired.desk.timezone)

    def decide(work: SqlWork, now: datetime) -> Command:
        agent, ticket = actor(work, by), known_ticket(work, number)
        return acting.snooze(work, wired.setup, agent, ticket, moment, now)

    reference = wired.setup.policy.reference_of(_done(wired, decide, by))
    return f"{reference}: reminders are quiet until {in_words(moment, wired.desk.timezone)}"


def call_back(wired: Wired, number: int, at: str, phone: str, by: str) -> str:
    """Promise a call; the requester is told by mail."""
    moment = moment_in(at, "--at", wired.desk.timezone)

    def decide(work: SqlWork, now: datetime) -> Command:
        agent, ticket = actor(work, by), known_ticket(work, number)
        return acting.call_back(work, wired.setup, agent, ticket, moment, phone, now)

    ticket = _done(wired, decide, by)
    reference, words = wired.setup.policy.reference_of(ticket), in_words(moment, wired.desk.timezone)
    return f"{reference}: a call is promised for {words}, and {ticket.requester.name} is told"


def called_back(wired: Wired, number: int, by: str) -> str:
    """The promised call was made."""

    def decide(work: SqlWork, now: datetime) -> Command:
        agent, ticket = actor(work, by), known_ticket(work, number)
        return acting.called_back(work, wired.setup, agent, ticket, now)

    return f"{wired.setup.policy.reference_of(_done(wired, decide, by))}: the call was made"


def recomputed(wired: Wired, dry_run: bool) -> Iterator[tuple[int, Moved]]:
    """Compute every unfinished clock again, a transaction a ticket; which moved, by ticket."""
    with wired.store.reading() as work:
        numbers = tickets_that_owe(work)
    compute = _would_move if dry_run else _move
    for number in advancing(numbers, len(numbers), "tickets"):
        for moved in compute(wired, number):
            yield number, moved


def explained(wired: Wired, work: SqlWork, ticket: Ticket) -> list[Why]:
    """Why each clock of a ticket is due when it is due, in the desk's zone."""
    events, zone = clock_events_of(work, ticket.number), ZoneInfo(wired.desk.timezone)
    return [why(clock, events, ticket, wired.setup.policy, zone) for clock in ticket.clocks]


def moment_in(written: str, place: str, zone: str) -> datetime:
    """A moment as ISO 8601; one without an offset is meant in the desk's zone."""
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the last days of the year 9999 are not there in UTC
        wrong = f"{place}: {written!r} is no moment; write 2026-03-10T15:00, in the desk's zone ({zone})"
        raise ConfigError([wrong]) from error


def _until(written: str, now: datetime, zone: str) -> datetime:
    seconds = length_in(written.strip().lower())
    return now + timedelta(seconds=seconds) if seconds is not None else moment_in(written, "--until", zone)


def _move(wired: Wired, number: int) -> list[Moved]:
    now, policy = datetime.now(UTC), wired.setup.policy

    def decide(work: Work) -> Command:
        return Command(commands.recompute(known_ticket(work, number), policy, now))

    done = retrying(lambda: handle.carry_out(decide, wired.store, wired.setup, "sla recompute", now))
    return _moved(wired, done)


def _would_move(wired: Wired, number: int) -> list[Moved]:
    with wired.store.reading() as work:
        ticket = known_ticket(work, number)
    return _moved(wired, commands.recompute(ticket, wired.setup.policy, datetime.now(UTC)))


def _moved(wired: Wired, decision: Decision) -> list[Moved]:
    ticket = decision.ticket
    assert ticket is not None
    reference = wired.setup.policy.reference_of(ticket)
    return [
        Moved(reference, clock, change)
        for change in decision.changes
        if isinstance(change, ChangeClock) and (clock := ticket.clock(change.kind))
    ]


def _done(wired: Wired, decide: Callable[[SqlWork, datetime], Command], by: str) -> Ticket:
    decision = acted(wired, by, decide)
    assert decision.ticket is not None
    return decision.ticket
