"""Which new ticket may be the same as an earlier one: by subject, customer, time and who may see it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attack_world import ANA, BOB, EVE, World
from builders import TUESDAY, a_ticket
from intake.alike import RECENT, Earlier, are_alike, twin_of
from intake.tickets import Status
from replies.plain import as_text

OTHER = Earlier(1001, "Calls drop in Trento", Status.OPEN, "", TUESDAY - timedelta(hours=1))
NEW = a_ticket(number=1042, subject="Calls drop in Trento")


@pytest.mark.parametrize(
    ("subject", "other", "alike"),
    [
        ("Calls drop in Trento", "calls drop in trento", True),
        ("Calls drop in Trento", "AW: Re: Calls drop (Trento) [WX-1001]", True),
        ("Calls drop", "Calls drop often", True),  # two of three
        ("Calls drop", "Calls are late and nobody answers", False),
        ("Help", "Help", False),  # one word says nothing
        ("", "", False),
        ("Order 17 is late", "Order 18 is late", False),
        ("Router rb1 is down", "Router rb2 is down", False),
        ("Der Drucker druckt nicht", "Drucker druckt nicht", True),
        ("Связь пропадает снова", "связь пропадает", True),
    ],
)
def test_subjects_are_alike_where_most_words_and_every_number_are_the_same(subject, other, alike):
    assert [alike, alike] == [are_alike(subject, other), are_alike(other, subject)]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, 1001),
        ({"status": Status.SOLVED}, 1001),
        ({"status": Status.CLOSED}, 0),  # takes nothing more
        ({"merged_into": 1000}, 0),
        ({"opened_at": TUESDAY - RECENT - timedelta(seconds=1)}, 0),
        ({"number": 1042}, 0),  # itself
        ({"team": "security"}, 0),  # keeps its tickets to itself
        ({"team": "network"}, 1001),
    ],
)
def test_only_what_is_open_recent_and_to_be_seen_is_named(change, found):
    assert found == twin_of(NEW, [replace(OTHER, **change)], frozenset({"security"}), TUESDAY)


def test_a_team_that_keeps_its_tickets_to_itself_sees_them():
    ticket = replace(NEW, team="security")

    assert 1001 == twin_of(ticket, [replace(OTHER, team="security")], frozenset({"security"}), TUESDAY)


def test_what_follows_another_ticket_is_not_said_to_be_the_same():
    assert 0 == twin_of(replace(NEW, predecessor=1001), [OTHER], frozenset(), TUESDAY)


@pytest.mark.parametrize(("sender", "is_told"), [(ANA, True), (EVE, False)])  # of Acme; of nobody's
def test_agents_are_told_of_a_new_ticket_that_says_what_an_earlier_one_of_the_customer_said(sender, is_told):
    world = World()  # WX-1001 is Ana's "Calls drop"
    world.opens(sender, "Re: calls drop")

    assert is_told == ("it may be the same as WX-1001" in as_text(world.last("agent-new").body))


def test_a_colleagues_ticket_is_one_of_the_customers_and_a_strangers_is_not():
    world = World()
    with world.store.reading() as work:
        bobs = replace(work.ticket(1001), number=1042, requester=work.person(BOB))
        found = [one.number for one in work.latest_of(bobs)]

    assert [1001] == found


def test_two_that_come_at_once_are_seen_as_one():
    world = World()
    with world.store.begin() as work:
        first = replace(work.ticket(1001), number=1042)
        work.add_ticket(first, world.now)
        found = [one.number for one in work.latest_of(replace(first, number=1043))]

    assert [1042, 1001] == found
