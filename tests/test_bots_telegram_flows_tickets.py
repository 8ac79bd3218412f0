"""What a customer sees of their tickets: in their words, and nothing that is not for them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chat_desk import TUESDAY, chat_desk
from intake import clocks
from intake.commands import set_field
from intake.tickets import Status

pytestmark = pytest.mark.slow

ANA, LEE = "ana@acme.example", "lee@liberty.example"


@pytest.fixture
def desk():
    with chat_desk() as one:
        one.linked(1, ANA)
        yield one


def test_no_open_ticket_is_said_and_new_ones_are_offered(desk):
    desk.say(1, "/status")

    assert "No open tickets. /new opens one." == desk.last(1)


def test_a_single_ticket_is_shown_at_once(desk):
    desk.opened(ANA)
    desk.say(1, "/status")

    assert desk.last(1).startswith("WX-1001 · Calls drop")
    assert ["Reply", "Add file", "History", "Updates off", "Close", "Back"] == desk.labels(1)


def test_a_list_has_eight_tickets_a_page_with_status_and_age(desk):
    for _ in range(11):
        desk.opened(ANA)
    desk.later(hours=2)
    desk.say(1, "/status")
    first = desk.labels(1)
    desk.press(1, "More")

    assert ["WX-1011 · Received · 2 h", "More", "Closed ones"] == [first[0], *first[8:]]
    assert ["WX-1003", "WX-1002", "WX-1001", "Closed"] == [one.split()[0] for one in desk.labels(1)]


def test_closed_ones_are_a_list_of_their_own(desk):
    desk.opened(ANA)
    desk.set_status(desk.opened(ANA), Status.CLOSED)
    desk.say(1, "/status")
    desk.press(1, "Back")
    desk.say(1, "/status")
    desk.press(1, "Back")
    desk.set_status(1001, Status.SOLVED)
    desk.say(1, "/status")
    desk.press(1, "Closed ones")

    assert {"WX-1002 · Closed · 0 min", "WX-1001 · Solved · 0 min"} == set(desk.labels(1)[:2])


def test_a_view_takes_the_place_of_the_message_whose_button_was_pressed(desk):
    for _ in range(2):
        desk.opened(ANA)
    desk.say(1, "/status")
    desk.press(1, "WX-1001")

    assert [None, 1] == [one.extra.get("edit") for one in desk.promises(1)]


@pytest.mark.parametrize(
    ("happens", "word"),
    [
        (lambda desk: None, "Received"),
        (lambda desk: desk.act(_taken, 1001), "In progress"),
        (lambda desk: desk.answer(1001, "Please try again."), "Waiting for you"),
        (lambda desk: desk.set_status(1001, Status.SOLVED), "Solved"),
        (lambda desk: desk.set_status(1001, Status.CLOSED), "Closed"),
    ],
)
def test_the_status_is_said_in_the_customers_words(desk, happens, word):
    desk.opened(ANA)
    happens(desk)
    desk.say(1, "/ticket 1001")

    assert desk.last(1).splitlines()[2].startswith(word)


def _taken(ticket):
    return set_field(ticket, "assignee", "sam@vendor.example")


def test_the_promise_is_told_in_their_zone_and_no_other_clock(desk):
    policy = desk.setup.policy
    severity, calendar = policy.severity_of("standard"), policy.calendar_of(None)
    started = clocks.clocks_of_a_new_ticket(severity, calendar, TUESDAY)
    desk.opened(ANA, clocks=started)
    desk.say(1, "/ticket 1001")
    owed = desk.last(1)
    desk.now = TUESDAY + timedelta(days=2)
    desk.say(1, "/ticket 1001")

    assert "We answer by Tuesday 10 March 2026, 18:00 CET." in owed
    assert "We answer" not in desk.last(1)


def test_notes_and_what_agents_quote_are_never_shown(desk):
    number = desk.opened(ANA)
    desk.note(number, "They have not paid.")
    desk.answer(number, "Please try again.")
    desk.say(1, f"/ticket {number}")
    view = desk.last(1)
    desk.press(1, "History")

    assert "Sam, Vendor support" in view
    assert "paid" not in view + desk.last(1)


def test_the_history_is_paged_the_latest_last(desk):
    number = desk.opened(ANA)
    desk.say(1, f"/ticket {number}")
    for count in range(7):
        desk.say(1, f"Line {count}")
    desk.say(1, f"/ticket {number}")
    desk.press(1, "History")
    newest = desk.last(1)
    desk.press(1, "Older")

    assert newest.index("Line 2") < newest.index("Line 6")
    assert "Line 1" in desk.last(1)
    assert ["Newer", "Back"] == desk.labels(1)


def test_a_ticket_that_is_no_longer_theirs_is_gone_from_every_button(desk):
    number = desk.opened(ANA)
    desk.say(1, "/status")
    shown = [desk.data(1, one) for one in ("Reply", "History", "Updates off", "Close")]
    with desk.store.begin() as work:
        ticket = work.ticket(number)
        work.save(replace(ticket, requester=work.person(LEE)), desk.now)
    for one in shown:
        desk.press_data(1, one)

    assert 4 == desk.notices(1).count("chat-not-found")


@pytest.mark.parametrize(
    ("spoken", "chosen", "word"),
    [
        ("de", "", "Eingegangen"),
        ("de-AT", "", "Eingegangen"),
        ("pt", "", "Received"),
        ("en", "de", "Eingegangen"),
    ],
)
def test_it_speaks_their_telegrams_language_or_the_one_they_chose(desk, spoken, chosen, word):
    desk.opened(ANA)
    if chosen:
        desk.say(1, f"/language {chosen}", language=spoken)
    desk.say(1, "/status", language=spoken)

    assert word in desk.last(1)
