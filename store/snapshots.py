"""Rows into snapshots: the columns each needs, and the few lines that put them together.

Nothing outside this module knows in which order columns were selected.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from intake.decisions import Receipt
from intake.messages import Assurance
from intake.tickets import Agent, Clock, Organisation, Person, Ticket
from store.tables import (
    IdentityKind,
    agents,
    clocks,
    identities,
    messages,
    organisation_domains,
    organisations,
    people,
    tickets,
)

ClocksByTicket = dict[int, list[Clock]]

RECEIPT = (
    messages.c.identity,
    messages.c.id,
    messages.c.fate,
    messages.c.rule,
    messages.c.because,
    messages.c.notice,
    messages.c.ticket,
    messages.c.assurance,
)
TICKET = tuple(tickets.c)
CLOCK = (
    clocks.c.ticket,
    clocks.c.id,
    clocks.c.kind,
    clocks.c.target,
    clocks.c.started_at,
    clocks.c.due_at,
    clocks.c.next_at,
    clocks.c.next_step,
    clocks.c.met_at,
    clocks.c.breached_at,
    clocks.c.paused_at,
    clocks.c.stopped_at,
    clocks.c.snoozed_until,
    clocks.c.told_until,
    clocks.c.pauses,
    clocks.c.legs,
)
PERSON = (*people.c, identities.c.kind, identities.c.value)
AGENT = tuple(agents.c)
ORGANISATION = (*organisations.c, organisation_domains.c.domain)


def receipt_in(row: Any) -> tuple[str, Receipt]:
    """The receipt of a message that has been kept: whoever asks has it for the second time."""
    identity, message, fate, rule, because, notice, ticket, assurance = row
    authenticated = assurance is not Assurance.NONE
    return identity, Receipt(message, fate, rule, because, notice, ticket or 0, authenticated, duplicate=True)


def people_in(rows: Iterable[Any]) -> list[tuple[int, Person]]:
    """People from rows of person and identity, those of one person next to each other."""
    return [_person(list(many)) for _, many in groupby(rows, key=lambda row: row[0])]


def organisations_in(rows: Iterable[Any]) -> list[tuple[int, Organisation]]:
    """Organisations from rows of organisation and domain, those of one next to each other."""
    return [_organisation(list(many)) for _, many in groupby(rows, key=lambda row: row[0])]


def clocks_in(rows: Iterable[Any]) -> ClocksByTicket:
    found: ClocksByTicket = {}
    for row in rows:
        ticket, *fields, snoozed, told, pauses, legs = row
        spans = tuple((datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in pauses)
        since = tuple((datetime.fromisoformat(at), severity) for at, severity in legs)
        found.setdefault(ticket, []).append(Clock(*fields, spans, since, snoozed, told))  # type: ignore[call-arg]
    return found


def agent_in(row: Any) -> Agent:
    return Agent(
        row.id,
        row.name,
        row.email,
        row.slack,
        row.team,
        row.active,
        row.timezone,
        row.hours,
        row.manager,
    )


def ticket_in(
    row: Any,
    requester: Person | None,
    organisation: Organisation | None,
    participants: tuple[Person, ...],
    assignee: Agent | None,
    clocks: tuple[Clock, ...],
) -> Ticket:
    assert requester  # the foreign key promises it
    return Ticket(
        id=row.number,
        number=row.number,
        subject=row.subject,
        status=row.status,
        severity=row.severity,
        requester=requester,
        channel=row.channel,
        opened_at=row.opened_at,
        organisation=organisation,
        participants=participants,
        assignee=assignee,
        team=row.team,
        product=row.product,
        release=row.release,
        solved_at=row.solved_at,
        closed_at=row.closed_at,
        escalated_at=row.escalated_at,
        version=row.version,
        predecessor=row.predecessor,
        merged_into=row.merged_into,
        clocks=clocks,
        last_message_id=row.last_message_id,
        references=tuple(row.references),
        fields=row.fields,
    )


def _person(rows: Sequence[Any]) -> tuple[int, Person]:
    number, name, organisation, role, language, timezone, seat, _, _ = rows[0]
    values: dict[IdentityKind, list[str]] = {}
    for *_, kind, value in rows:
        values.setdefault(kind, []).append(value)
    emails = tuple(values.get(IdentityKind.EMAIL, ()))
    telegram = values.get(IdentityKind.TELEGRAM, [""])[0]
    slack = values.get(IdentityKind.SLACK, [""])[0]
    person = Person(number, name, emails, organisation, role, telegram, language, timezone, slack, seat)
    return number, person


def _organisation(rows: Sequence[Any]) -> tuple[int, Organisation]:
    row = rows[0]
    return row.id, Organisation(
        id=row.id,
        name=row.name,
        domains=tuple(each.domain for each in rows if each.domain),
        calendar=row.calendar,
        plan=row.plan,
        active=row.active,
        timezone=row.timezone,
        language=row.language,
        products=tuple(row.products),
        maintenance_until=row.maintenance_until,
        technical_contact_seats=row.technical_contact_seats,
        primary_contact=row.primary_contact,
        account_manager=row.account_manager,
    )
