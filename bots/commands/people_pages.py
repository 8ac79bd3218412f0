"""What `people show` tells of an organisation, a person or an agent: a record, and the same as lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bots.console import in_words
from bots.wiring import Wired
from intake.duty import next_duty, on_duty
from intake.entitlement import maintenance_ended, seat_holders
from intake.tickets import Agent, Organisation, Person, Role
from store import people_lists
from store.work import SqlWork

Record = dict[str, Any]
MOMENTS = ("next_duty",)


def record_of(work: SqlWork, wired: Wired, thing: Organisation | Person | Agent, now: datetime) -> Record:
    """Everything that is known about one of them."""
    match thing:
        case Organisation():
            return _organisation_record(work, wired, thing, now)
        case Person():
            return _person_record(work, wired, thing)
        case Agent():
            return _agent_record(work, wired, thing, now)


def as_read(record: Record, zone: str) -> Record:
    """The record in words: yes and no, the end of maintenance, moments as people of the zone write them."""
    words = {name: _word(value) for name, value in record.items()}
    words |= {name: in_words(record[name], zone) for name in MOMENTS if name in record}
    if words.pop("maintenance_ended", None) == "yes":
        words["maintenance_until"] = f"{words['maintenance_until']} (ended)"
    words["history"] = [
        f"{in_words(one['at'], zone)}, {one['actor']}: {one['detail']}" for one in record["history"]
    ]
    return words


def called(person: Person) -> str:
    """Name and account of a person, whatever they have."""
    account = person.address.address or person.telegram or person.slack
    return f"{person.name} <{account}>" if person.name and account else person.name or account


def _organisation_record(work: SqlWork, wired: Wired, one: Organisation, now: datetime) -> Record:
    people = work.people_of(one.id)
    policy = wired.setup.policy
    zone = one.timezone or str(policy.calendar_of(one).zone)
    return {
        "kind": "organisation",
        "name": one.name,
        "active": one.active,
        "plan": one.plan,
        "calendar": one.calendar or policy.file.default_calendar,
        "timezone": zone,
        "language": one.language,
        "maintenance_until": one.maintenance_until,
        "maintenance_ended": maintenance_ended(one, _day(now, zone)),
        "seats": one.technical_contact_seats,
        "seat_holders": [called(person) for person in seat_holders(people, one)],
        "primary_contact": one.primary_contact,
        "account_manager": one.account_manager,
        "products": list(one.products),
        "domains": list(one.domains),
        "people": [
            {"name": person.name, "role": person.role, "email": list(person.emails)} for person in people
        ],
        "open_tickets": people_lists.open_tickets_of_organisation(work, one.id),
        "history": people_lists.history_of_entry(work, f"organisation {one.id}"),
    }


def _person_record(work: SqlWork, wired: Wired, one: Person) -> Record:
    organisation = work.organisation(one.organisation_id) if one.organisation_id else None
    holders = seat_holders(work.people_of(organisation.id), organisation) if organisation else ()
    return {
        "kind": "person",
        "name": one.name,
        "organisation": organisation.name if organisation else "",
        "role": one.role,
        "email": list(one.emails),
        "telegram": one.telegram,
        "slack": one.slack,
        "language": one.language,
        "timezone": one.timezone,
        "seat": _seat(one, holders),
        "open_tickets": people_lists.open_tickets_of_person(work, one.id),
        "history": people_lists.history_of_entry(work, f"person {one.id}"),
    }


def _seat(person: Person, holders: tuple[Person, ...]) -> str:
    if person.role in (Role.ADMINISTRATOR, Role.ACCOUNT_HOLDER):
        return f"needs none: {person.role}"
    return "holds one" if any(one.id == person.id for one in holders) else "holds none"


def _agent_record(work: SqlWork, wired: Wired, one: Agent, now: datetime) -> Record:
    zone = one.timezone or wired.desk.timezone
    return {
        "kind": "agent",
        "name": one.name,
        "email": one.email,
        "slack": one.slack,
        "team": one.team,
        "manager": one.manager,
        "active": one.active,
        "timezone": zone,
        "hours": dict(one.hours) or "24x7",
        "on_duty": on_duty(one, now, zone),
        "next_duty": None if on_duty(one, now, zone) else next_duty(one, now, zone),
        "open_tickets": people_lists.open_tickets_of_agent(work, one.id),
        "history": people_lists.history_of_entry(work, f"agent {one.id}"),
    }


def _day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _word(value: object) -> object:
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return "; ".join(f"{day} {' '.join(windows)}" for day, windows in value.items())
    return value
