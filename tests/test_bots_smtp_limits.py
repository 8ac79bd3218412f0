"""Who is let in, and how much may be under way."""

import pytest

from bots.smtp.limits import Budget, Guests, Limits


@pytest.mark.parametrize(
    ("guests", "admitted"),
    [
        (["192.0.2.1", "192.0.2.1", "192.0.2.1"], [True, True, False]),
        (["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"], [True] * 4 + [False]),
        (["", "", "", "", ""], [True] * 4 + [False]),  # Unix sockets have no address to be limited by
        (["2001:db8::1", "2001:db8::2", "2001:db8::3"], [True, True, False]),  # one network, one site
        (["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1"], [True, True, True]),
    ],
)
def test_so_many_guests_are_admitted_in_all_and_from_one_site(guests, admitted):
    door = Guests(Limits(connections=4, connections_per_address=2))

    assert admitted == [door.admit(guest) for guest in guests]


def test_a_guest_who_has_left_makes_room():
    door = Guests(Limits(connections=1))
    door.admit("192.0.2.1")
    door.forget("192.0.2.1")

    assert door.admit("192.0.2.2")
    assert ["192.0.2.2"] == list(door._by_site)


def test_a_budget_is_never_overdrawn():
    budget = Budget(10)

    assert [True, False, True, False] == [budget.take(size) for size in (6, 6, 4, 1)]
    assert budget.has(0)
    budget.give_back(4)
    assert [True, False] == [budget.has(4), budget.has(5)]
