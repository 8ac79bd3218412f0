"""What an organisation is entitled to: seats for technical contacts, and maintenance up to a day.

As many technical contacts may write as there are seats: those with a place first, by their
place, then those without one in the order in which they were recorded. Administrators and
account holders need no seat. A seat is handed over by an administrator of the organisation, or
by an agent; whoever gave theirs waits behind everybody else. The last day of maintenance
still counts.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from intake.tickets import Agent, Organisation, Person, Role


def seat_holders(people: Sequence[Person], organisation: Organisation) -> tuple[Person, ...]:
    """The technical contacts who hold a seat; people are everybody of the organisation, in its order."""
    return _contacts(people)[: organisation.technical_contact_seats]


def has_seat(person: Person, people: Sequence[Person], organisation: Organisation) -> bool:
    return any(one.id == person.id for one in seat_holders(people, organisation))


def hand_over(people: Sequence[Person], giver: Person, taker: Person) -> tuple[Person, ...]:
    """Those who change: the taker in the giver's place, the giver behind everybody, all others numbered."""
    contacts = [one for one in _contacts(people) if one.id != taker.id]
    order = [taker if one.id == giver.id else one for one in contacts]
    wanted = [replace(one, seat=place) for place, one in enumerate(order, start=1)]
    wanted = [replace(one, role=Role.TECHNICAL_CONTACT) if one.id == taker.id else one for one in wanted]
    before = {one.id: one for one in people}
    return tuple(one for one in (*wanted, replace(giver, seat=0)) if one != before.get(one.id))


def why_not_hand_over(
    people: Sequence[Person], organisation: Organisation, giver: Person, taker: Person
) -> str:
    """Why a seat cannot go from one to the other, "" when it can."""
    firm = organisation.name
    for one in (giver, taker):
        if one.organisation_id != organisation.id:
            return f"{_called(one)} is not of {firm}"
    if not has_seat(giver, people, organisation):
        holders = ", ".join(_called(one) for one in seat_holders(people, organisation))
        return f"{_called(giver)} holds no seat of {firm}; " + (
            f"those who do: {holders}" if holders else "nobody does"
        )
    if has_seat(taker, people, organisation):
        return f"{_called(taker)} holds a seat already"
    if taker.role in (Role.ADMINISTRATOR, Role.ACCOUNT_HOLDER):
        return f"{_called(taker)} needs no seat: an {taker.role} may write without one"
    return ""


def may_hand_over(actor: Person | Agent, organisation: Organisation) -> bool:
    """Agents, and administrators of that very organisation."""
    if isinstance(actor, Agent):
        return actor.active
    return actor.role is Role.ADMINISTRATOR and actor.organisation_id == organisation.id


def maintenance_ended(organisation: Organisation, on: date) -> bool:
    """Whether maintenance is over on a day where the organisation is; without an end it never is."""
    return organisation.maintenance_until is not None and on > organisation.maintenance_until


def _contacts(people: Sequence[Person]) -> tuple[Person, ...]:
    return tuple(one for one in people if one.role is Role.TECHNICAL_CONTACT)


def _called(person: Person) -> str:
    return person.name or person.address.address or person.telegram
