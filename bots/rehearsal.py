"""Plays scenarios: each case in a fresh world in memory, through the very lines of `serve`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bots.door import letter_from
from bots.files import text_of
from bots.wiring import load_policy, set_up, template_names
from intake.clocks import clocks_of_a_new_ticket
from intake.decisions import Receipt, StartClock, is_for_customers
from intake.handle import Letter, Setup, receive
from intake.messages import Raw
from intake.policy import Policy
from intake.scenarios import CaseEntry, Scenario, TicketEntry, compared, mail_of, read_scenario, spoken
from intake.tickets import ClockKind, Desk, Ticket
from intake.tokens import Keys
from store import outbox
from store.desk import SqlStore, open_store
from store.exports import message_record
from store.people import import_people
from store.scenarios import load_ticket
from store.work import SqlWork

KEY = Keys(b"the key of a world that is not real")
MARK = "rehearsal"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case; `got` holds every key that can be expected."""

    case: str
    passed: bool
    expected: Mapping[str, object]
    got: Mapping[str, object]

    def as_contract(self) -> dict[str, object]:
        return {"case": self.case, "passed": self.passed, "expected": self.expected, "got": self.got}

    def in_words(self) -> str:
        if self.passed:
            return f"ok      {self.case}"
        wrong = [
            f"{key}: expected {_plain(value)}, got {_plain(self.got.get(key))}"
            for key, value in self.expected.items()
            if value != self.got.get(key)
        ]
        return "\n".join([f"FAILED  {self.case}", *(f"          {line}" for line in wrong)])


def play(path: Path, policy: str | None = None) -> Iterator[Outcome]:
    """Play every case of a scenario file."""
    scenario = load_scenario(path)
    rules = load_policy(policy or policy_named(scenario, path), template_names())
    worlds: dict[datetime, tuple[SqlStore, Setup]] = {}
    try:
        for case in scenario.case:
            now = case.at or scenario.now
            if now not in worlds:
                worlds[now] = build_world(scenario, rules, now)
            yield _played(scenario, case, now, *worlds[now])
    finally:
        for store, _ in worlds.values():
            store.close()


def load_scenario(path: Path) -> Scenario:
    return read_scenario(text_of(path), path.name)


def policy_named(scenario: Scenario, path: Path) -> str:
    """A policy file is named relative to the scenario that names it."""
    named = scenario.policy
    return str(path.parent / named) if named.endswith(".toml") else named


def build_world(scenario: Scenario, policy: Policy, now: datetime) -> tuple[SqlStore, Setup]:
    """The scenario's people and tickets in a store in memory, as they stand at `now`."""
    store = open_store("sqlite://")
    store.policy_digest = policy.digest
    with store.begin() as work:
        import_people(work, scenario.book)
    for entry in scenario.ticket:
        with store.begin() as work:
            load_ticket(work, entry, _clocks(work, entry, policy, now), now)
    return store, set_up(Desk(mark=MARK, **scenario.desk.model_dump()), policy, KEY)


def _clocks(work: SqlWork, entry: TicketEntry, policy: Policy, now: datetime) -> tuple[StartClock, ...]:
    requester = work.person(entry.requester)
    organisation_id = requester.organisation_id if requester else None
    calendar = policy.calendar_of(work.organisation(organisation_id) if organisation_id else None)
    severity = policy.severity_of(entry.severity)
    return clocks_of_a_new_ticket(severity, calendar, entry.opened or now)


class Undone:
    """A store whose transactions are parts of one that is never committed, so that a world serves again."""

    def __init__(self, work: SqlWork) -> None:
        self._work = work

    @contextmanager
    def begin(self) -> Iterator[SqlWork]:
        yield self._work
        self._work.refresh()


def _played(scenario: Scenario, case: CaseEntry, now: datetime, store: SqlStore, setup: Setup) -> Outcome:
    letter = letter_of(case, scenario, now)
    with store.reading() as work:
        receipt = receive([letter], Undone(work), setup, now)[0]
        got = _got(work, letter, receipt, setup.desk)
    passed, expected = compared(case.expect, got)
    return Outcome(case.name, passed, expected, got)


def letter_of(case: CaseEntry, scenario: Scenario, now: datetime) -> Letter:
    """The case's message, mail read like any other; what it is worth is what the case says."""
    message = case.message
    eml, channel = case.eml or message.eml, case.channel if case.eml else message.channel
    if channel != "email":
        return Letter(None, spoken(message, now, case.name))
    body = eml.encode() if eml else mail_of(message, scenario.desk, now)
    letter = letter_from(Raw("email", "scenario", body, now))
    assurance = case.assurance if case.eml else message.assurance
    fields = message.fields or letter.inbound.fields
    return replace(letter, inbound=replace(letter.inbound, assurance=assurance, fields=fields))


def _got(work: SqlWork, letter: Letter, receipt: Receipt, desk: Desk) -> dict[str, object]:
    """Everything that a case may expect, from what was written."""
    record = message_record(work, receipt.message) or {}
    ticket = work.ticket(receipt.ticket) if receipt.ticket else None
    return {
        "fate": receipt.fate,
        "ticket": receipt.ticket,
        "matched_by": record.get("matched_by", "none"),
        "rule": receipt.rule,
        "reply": receipt.reply,
        "severity": ticket.severity if ticket else "",
        "status": ticket.status if ticket else "",
        "team": ticket.team if ticket else "",
        "linked_to": ticket.predecessor if ticket else 0,
        "escalated": receipt.escalated,
        "notifies": _notified(work, letter),
        "missing": list(receipt.missing),
        "first_response_due": _due(ticket, ClockKind.FIRST_RESPONSE),
        "resolution_due": _due(ticket, ClockKind.RESOLUTION),
    }


def _notified(work: SqlWork, letter: Letter) -> list[str]:
    """Who was told besides the sender: customers' people and account managers, not agents."""
    sender = letter.inbound.sender.address.lower() if letter.inbound.sender else ""
    told = [promise.outbound for promise in outbox.listed(work)]
    people = {one.recipient.address for one in told if is_for_customers(one.notice)}
    return sorted(address for address in people if address.lower() != sender)


def _due(ticket: Ticket | None, kind: ClockKind) -> str | None:
    clock = ticket.clock(kind) if ticket else None
    return clock.due_at.isoformat() if clock and clock.due_at else None


def _plain(value: object) -> str:
    """A value as a scenario writes it."""
    return repr(str(value)) if isinstance(value, str) else str(value)
