"""Seats and maintenance: who may write, and how a seat goes from one to another."""

from dataclasses import replace
from datetime import date

import pytest

from intake.entitlement import (
    hand_over,
    has_seat,
    maintenance_ended,
    may_hand_over,
    seat_holders,
    why_not_hand_over,
)
from intake.tickets import Agent, Organisation, Person, Role

ACME = Organisation(1, "Acme", technical_contact_seats=2)
CONTACT = Role.TECHNICAL_CONTACT


def a_person(number, role=CONTACT, seat=0, firm=1):
    return Person(number, "ABCDEF"[number], (f"{number}@acme.example",), firm, role, seat=seat)


def everybody(*people):
    """In the order of `Work.people_of`."""
    return tuple(sorted(people, key=lambda one: (one.seat == 0, one.seat, one.id)))


def names(people):
    return "".join(one.name for one in people)


def after(people, changed):
    new = {one.id: one for one in changed}
    return everybody(*(new.get(one.id, one) for one in people))


@pytest.mark.parametrize(
    ("seats", "people", "holders"),
    [
        (2, [a_person(0), a_person(1), a_person(2)], "AB"),
        (2, [a_person(0), a_person(1), a_person(2, seat=1)], "CA"),  # a place goes before an older record
        (2, [a_person(0, seat=2), a_person(1, seat=1)], "BA"),
        (2, [a_person(0, Role.ADMINISTRATOR), a_person(1, Role.END_USER, seat=1), a_person(2)], "C"),
        (0, [a_person(0)], ""),
        (5, [a_person(0)], "A"),
        (1, [], ""),
    ],
)
def test_as_many_technical_contacts_hold_a_seat_as_there_are_by_their_place(seats, people, holders):
    organisation = replace(ACME, technical_contact_seats=seats)
    people = everybody(*people)

    assert holders == names(seat_holders(people, organisation))
    assert holders == "".join(
        sorted((one.name for one in people if has_seat(one, people, organisation)), key=holders.index)
    )


@pytest.mark.parametrize(
    ("people", "giver", "taker", "queue"),
    [
        ([a_person(0), a_person(1), a_person(2)], 0, 2, "CBA"),
        ([a_person(0), a_person(1), a_person(2), a_person(3)], 1, 3, "ADCB"),  # C was next and still is
        ([a_person(0), a_person(1), a_person(2, Role.END_USER)], 1, 2, "ACB"),
        ([a_person(0, seat=7), a_person(1, seat=9), a_person(2)], 0, 2, "CBA"),
        ([a_person(0), a_person(1, Role.END_USER)], 0, 1, "BA"),
    ],
)
def test_the_taker_has_the_givers_place_and_the_giver_waits_behind_everybody(people, giver, taker, queue):
    people = everybody(*people)
    by_id = {one.id: one for one in people}
    changed = hand_over(people, by_id[giver], by_id[taker])
    everyone = replace(ACME, technical_contact_seats=99)

    assert queue == names(seat_holders(after(people, changed), everyone))
    assert all(one != by_id[one.id] for one in changed)


def test_a_seat_that_goes_there_and_back_leaves_the_holders_as_they_were():
    people = everybody(*(a_person(number) for number in range(4)))
    there = after(people, hand_over(people, people[1], people[3]))
    by_name = {one.name: one for one in there}
    back = after(there, hand_over(there, by_name["D"], by_name["B"]))

    assert "AD" == names(seat_holders(there, ACME))
    assert "AB" == names(seat_holders(back, ACME))


@pytest.mark.parametrize(
    ("giver", "taker", "said"),
    [
        (a_person(0), a_person(2), ""),
        (a_person(0), a_person(3, Role.END_USER), ""),
        (a_person(2), a_person(3, Role.END_USER), "C holds no seat of Acme; those who do: A, B"),
        (a_person(0), a_person(1), "B holds a seat already"),
        (a_person(0), a_person(0), "A holds a seat already"),
        (a_person(0), a_person(4, Role.ADMINISTRATOR), "E needs no seat: an administrator may"),
        (a_person(0), a_person(5, firm=2), "F is not of Acme"),
        (a_person(5, firm=2), a_person(2), "F is not of Acme"),
    ],
)
def test_a_seat_goes_from_a_holder_to_a_colleague_who_needs_one(giver, taker, said):
    roles = {3: Role.END_USER, 4: Role.ADMINISTRATOR}
    people = everybody(*(a_person(number, roles.get(number, CONTACT)) for number in range(5)))
    why_not = why_not_hand_over(people, ACME, giver, taker)

    assert bool(said) == bool(why_not)
    assert why_not.startswith(said)


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (a_person(0, Role.ADMINISTRATOR), True),
        (a_person(0, Role.ADMINISTRATOR, firm=2), False),
        (a_person(0, Role.ACCOUNT_HOLDER), False),
        (a_person(0), False),
        (Agent(1, "Sam", "sam@vendor.example"), True),
        (Agent(1, "Sam", "sam@vendor.example", active=False), False),
    ],
)
def test_only_its_administrators_and_agents_hand_a_seat_of_an_organisation_over(actor, may):
    assert may is may_hand_over(actor, ACME)


@pytest.mark.parametrize(
    ("until", "on", "ended"),
    [
        (None, date(2099, 1, 1), False),
        (date(2026, 3, 1), date(2026, 2, 28), False),
        (date(2026, 3, 1), date(2026, 3, 1), False),  # the last day counts
        (date(2026, 3, 1), date(2026, 3, 2), True),
    ],
)
def test_maintenance_is_over_from_the_day_after_its_last(until, on, ended):
    assert ended is maintenance_ended(replace(ACME, maintenance_until=until), on)
