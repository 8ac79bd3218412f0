"""The rows of the chats on both databases: cards out of date, posts, workspaces, channels, what was seen."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from store import cards, chat_places, chats, installations, outbox, posts, seen
from store.chat_places import ChatPlace, PlaceKind
from store.installations import Installation
from store.posts import Post
from store.tables import Sending
from stores import ANA, DATABASES, NOON, an_outbound, open_a_ticket, opened

pytestmark = pytest.mark.slow

LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=DATABASES)
def store(request, tmp_path):
    yield from opened(request, tmp_path)


@pytest.fixture
def numbers(store):
    """Two tickets whose cards are to be drawn."""
    with store.begin() as work:
        found = [open_a_ticket(work).number for _ in range(2)]
        for number in found:
            work.redraw(number, NOON)
    return found


def wanted(store, at):
    with store.reading() as work:
        return [one.ticket for one in cards.wanted(work, at, 10)]


def claim(store, number, at):
    with store.begin() as work:
        return cards.claim(work, number, "me", at, LEASE)


def test_the_newest_ticket_is_drawn_first(store, numbers):
    assert sorted(numbers, reverse=True) == wanted(store, NOON)


def test_a_change_of_an_old_card_waits_for_no_storm_of_new_ones(store, numbers):
    with store.begin() as work:
        cards.posted(work, numbers[0], "T1/C1", "1.0")
        newer = [open_a_ticket(work).number for _ in range(3)]
        for number in newer:
            work.redraw(number, NOON)
    with store.reading() as work:
        found = [(one.ticket, one.is_posted) for one in cards.wanted(work, NOON, 2)]

    assert [(newer[2], False), (newer[1], False), (numbers[0], True)] == found


def test_a_claimed_card_is_nobody_elses_until_its_lease_is_over(store, numbers):
    first, second = claim(store, numbers[1], NOON), claim(store, numbers[1], NOON + SECOND)

    assert (1, None) == (first.attempts, second)
    assert [numbers[0]] == wanted(store, NOON + SECOND)
    assert numbers[1] in wanted(store, NOON + LEASE)


def test_a_card_may_stand_in_slack_while_it_is_claimed_and_after_its_first_try_failed(store, numbers):
    def is_on_its_way():
        with store.reading() as work:
            return cards.is_any_on_its_way(work)

    seen = [is_on_its_way()]
    card = claim(store, numbers[0], NOON)
    seen.append(is_on_its_way())
    with store.begin() as work:
        cards.failed(work, card, "lost", NOON + SECOND)
    seen.append(is_on_its_way())
    card = claim(store, numbers[0], NOON + SECOND)
    with store.begin() as work:
        cards.posted(work, card.ticket, "T1/C1", "1.0")
        cards.drawn(work, card, "all", NOON)
    seen.append(is_on_its_way())

    assert [False, True, True, False] == seen


def test_a_card_that_shows_all_is_drawn_no_more(store, numbers):
    card = claim(store, numbers[1], NOON)
    with store.begin() as work:
        cards.posted(work, card.ticket, "T1/C1", "1.1")
        cards.drawn(work, card, "digest", NOON)
        known = cards.card_of(work, card.ticket)

    assert ("T1/C1", "1.1", "digest", 0) == (known.place, known.external, known.shown, known.attempts)
    assert [numbers[0]] == wanted(store, NOON + LEASE * 2)


def test_what_changes_while_a_card_is_drawn_is_drawn_a_moment_later(store, numbers):
    card = claim(store, numbers[1], NOON)
    with store.begin() as work:
        work.redraw(numbers[1], NOON)
    with store.begin() as work:
        cards.drawn(work, card, "digest", NOON)

    assert [numbers[0]] == wanted(store, NOON)
    assert numbers[1] in wanted(store, NOON + SECOND)


def test_what_changes_again_within_a_second_is_drawn_once(store, numbers):
    card = claim(store, numbers[1], NOON)
    with store.begin() as work:
        cards.drawn(work, card, "digest", NOON)
    for half in (0, 1):
        with store.begin() as work:
            work.redraw(numbers[1], NOON + half * SECOND / 2)

    assert [numbers[0]] == wanted(store, NOON + SECOND / 2)
    assert numbers[1] in wanted(store, NOON + SECOND)


def test_a_card_that_failed_waits_and_counts_its_tries(store, numbers):
    card = claim(store, numbers[1], NOON)
    with store.begin() as work:
        cards.failed(work, card, "no", NOON + LEASE)

    assert [numbers[0]] == wanted(store, NOON + LEASE - SECOND)
    assert 2 == claim(store, numbers[1], NOON + LEASE).attempts


def test_what_a_dead_worker_had_claimed_is_free_at_once(store, numbers):
    claim(store, numbers[1], NOON)
    with store.begin() as work:
        freed = cards.let_go(work, lambda name: name == "me", NOON)

    assert (1, True) == (freed, numbers[1] in wanted(store, NOON))


POST = Post("slack", "T1/C1", "1.1", "card", NOON)


def test_a_post_is_found_in_its_own_place_only(store, numbers):
    with store.begin() as work:
        posts.record(work, replace(POST, ticket=numbers[0]))
        posts.record(work, replace(POST, ticket=numbers[1], role="note"))  # known already: replaced
        found = [
            posts.post_at(work, *where) for where in (("slack", "T1/C1", "1.1"), ("slack", "T2/C1", "1.1"))
        ]
        listed = posts.posts_of(work, numbers[1], "slack", "note")

    assert [(numbers[1], "note"), None] == [one and (one.ticket, one.role) for one in found]
    assert [found[0]] == listed


def test_an_installation_that_ended_has_no_tokens_any_more_and_may_come_again(store):
    one = Installation("slack", "T1", "Vendor", "U0BOT", b"sealed", NOON)
    with store.begin() as work:
        installations.install(work, one)
        ended = installations.end(work, "slack", "T1", "app_uninstalled", NOON)
        again = installations.end(work, "slack", "T1", "app_uninstalled", NOON)
        gone = installations.installation_in(work, "slack", "T1")
        none = installations.installed(work, "slack")
        installations.install(work, one)

        assert [one] == installations.installed(work, "slack")
    assert (True, False, b"", []) == (ended, again, gone.sealed, none)


def test_a_channel_keeps_what_it_is_for_when_its_id_changes(store):
    one = ChatPlace("slack", "T1/C1", PlaceKind.CUSTOMERS, "acme")
    with store.begin() as work:
        chat_places.register(work, one, NOON)
        moved = chat_places.move(work, "slack", "T1/C1", "T1/C2")
        nothing = chat_places.move(work, "slack", "T1/C1", "T1/C3")
        found = chat_places.place_at(work, "slack", "T1/C2")
        forgotten = chat_places.forget(work, "slack", "T1/C2"), chat_places.forget(work, "slack", "T1/C2")

    assert (True, False, (True, False)) == (moved, nothing, forgotten)
    assert replace(one, place="T1/C2") == found


def test_of_two_that_find_a_channel_shut_the_second_learns_that_it_is_known(store):
    one = ChatPlace("slack", "T1/C1", PlaceKind.CUSTOMERS)
    with store.begin() as work:
        chat_places.register(work, one, NOON)
        marked = [chat_places.shut(work, "slack", "T1/C1", why) for why in ("archived", "not in it")]
        found = chat_places.place_at(work, "slack", "T1/C1")

    assert ([True, False], "archived") == (marked, found and found.broken)


def test_an_interaction_is_the_first_of_its_kind_once_and_forgotten_after_a_day(store):
    with store.begin() as work:
        first = [seen.is_first(work, "slack", key, NOON) for key in ("a", "a", "b")]
        forgotten = seen.forget_old(work, NOON + timedelta(days=2))

    assert ([True, False, True], 2) == (first, forgotten)


def test_what_waits_on_a_channel_that_works_again_is_due_at_once(store):
    with store.begin() as work:
        slack = work.promise(an_outbound("a@v.example", channel="slack"), None, NOON)
        mail = work.promise(an_outbound("b@v.example"), None, NOON)
        work.flush()
        for one in (slack, mail):
            outbox.claim(work, "slack" if one == slack else "email", "me", NOON, LEASE, 1)
            outbox.mark_retry(work, one, "down", NOON + LEASE)
        hastened = outbox.hasten(work, "slack", NOON)
        due = [outbox.one(work, one).next_at for one in (slack, mail)]

    assert (1, [NOON, NOON + LEASE]) == (hastened, due)


def test_what_was_said_by_hand_is_not_said_again(store):
    with store.begin() as work:
        number = open_a_ticket(work).number
        ticket = work.ticket(number)
        for place in ("T1/C1/1.1", "T1/C2/2.2"):
            to = replace(ANA, address=place)
            work.promise(
                an_outbound(place, channel="slack", recipient=to, ticket_number=number), ticket, NOON
            )
        work.flush()
        outbox.mark_said(work, "slack", "T1/C1/1.1", number, "1.2", NOON)
        states = {one.outbound.recipient.address: (one.state, one.answer) for one in outbox.listed(work)}

    assert {"T1/C1/1.1": (Sending.SENT, "1.2"), "T1/C2/2.2": (Sending.PENDING, "")} == states


def test_a_choice_is_replaced_by_the_next_one(store):
    with store.begin() as work:
        for value in ("one", "two"):
            chats.choose(work, "agent:1", "direct", value, NOON)

        assert "two" == work.preference("agent:1", "direct")


def posted(store, number):
    """A card that is there, and is being drawn again since noon."""
    card = claim(store, number, NOON)
    with store.begin() as work:
        cards.posted(work, number, "T1/C1", "1.1")
        return cards.card_of(work, card.ticket)


@pytest.mark.parametrize(("waited", "is_late"), [(9 * SECOND, False), (10 * SECOND, True)])
def test_a_card_is_late_when_it_has_been_drawn_for_so_long(store, numbers, waited, is_late):
    posted(store, numbers[1])
    with store.reading() as work:
        late = cards.late(work, NOON + waited - 10 * SECOND, LEASE, 5)

    assert [numbers[1]] * is_late == [one.ticket for one in late]


def test_a_card_that_nobody_posted_yet_is_not_late(store, numbers):
    with store.reading() as work:
        assert [] == cards.late(work, NOON + LEASE, LEASE, 5)


def test_a_badge_is_put_on_once_and_has_to_go_before_the_card_counts_as_drawn(store, numbers):
    card = posted(store, numbers[1])
    with store.begin() as work:
        worn = [cards.wear_badge(work, card) for _ in range(2)]
        late = cards.late(work, NOON + LEASE, LEASE, 5)
        too_early = cards.drawn(work, card, "digest", NOON)
        cards.lose_badge(work, card.ticket)
        then = cards.drawn(work, card, "digest", NOON)
        shown = cards.card_of(work, card.ticket).shown

    assert ([True, False], [], False, True, "digest") == (worn, late, too_early, then, shown)


def test_a_card_that_is_to_be_sent_anew_keeps_its_badge(store, numbers):
    card = posted(store, numbers[1])
    with store.begin() as work:
        cards.wear_badge(work, card)
        cards.draw_anew(work, card.ticket, NOON)
        kept = cards.has_badge(work, card.ticket)

    assert kept


def test_a_card_that_was_drawn_meanwhile_gets_no_badge(store, numbers):
    card = posted(store, numbers[1])
    with store.begin() as work:
        cards.drawn(work, card, "digest", NOON)

        assert not cards.wear_badge(work, card)


def test_two_processes_that_enrol_somebody_at_once_find_one_agent(store):
    begun = threading.Event()

    def enrol(work):
        return chats.enrol_agent(work, "New", "new@vendor.example", "U0NEW", "vendor.example", NOON)

    def second():
        begun.set()
        with store.begin() as work:
            return enrol(work)

    with ThreadPoolExecutor(1) as pool:
        with store.begin() as work:
            first = enrol(work)
            other = pool.submit(second)
            begun.wait(30)
            threading.Event().wait(0.3)  # until it waits for the row
        found = other.result(60)
    with store.reading() as work:
        listed = [one.email for one in work.agents()]

    assert (first, 1) == (found, listed.count("new@vendor.example"))
