"""Chat accounts and what goes with them, on both databases: links, codes, drafts, states."""

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.tickets import Status
from intake.tokens import Start
from store import accounts, chats, codes, customers, dialogues, drafts, links, outbox
from store.customers import Reach
from stores import ANA, BOB, DATABASES, NOON, an_inbound, an_outbound, keep, open_a_ticket, opened

pytestmark = pytest.mark.slow

T, PLACE = "telegram", "1000/42"


@pytest.fixture(params=DATABASES)
def store(request, tmp_path):
    yield from opened(request, tmp_path)


def linked(work, scope=accounts.OWN, place=PLACE, person=ANA):
    """The account of whoever opened a ticket."""
    ticket = open_a_ticket(work, requester=person)
    work.flush()
    assert accounts.link(work, T, place, ticket.requester.id, scope, person.address, NOON)
    found = accounts.account_at(work, T, place)
    assert found
    return found, ticket


def test_an_account_is_linked_found_and_ended(store):
    with store.begin() as work:
        account, _ = linked(work)
        person = work.person("42")
        accounts.end(work, account, "enough", "ana", NOON)

        assert (account.person, "own", ANA.address) == (person.id, account.scope, account.proved_by)
        assert accounts.account_at(work, T, PLACE) is None
        assert work.person("42") is None


def test_an_account_that_was_ended_may_be_linked_again_by_somebody_else(store):
    with store.begin() as work:
        account, _ = linked(work)
        accounts.end(work, account, "enough", "ana", NOON)
        again, ticket = linked(work, person=BOB)

        assert ticket.requester.id == again.person != account.person


def test_an_account_of_somebody_is_not_given_to_another(store):
    with store.begin() as work:
        linked(work)
        bob = open_a_ticket(work, requester=BOB).requester
        work.flush()

        assert not accounts.link(work, T, "2000/42", bob.id, accounts.OWN, BOB.address, NOON)


def test_unlinking_at_one_bot_leaves_the_other(store):
    with store.begin() as work:
        first, ticket = linked(work)
        assert accounts.link(work, T, "2000/42", first.person, accounts.OWN, ANA.address, NOON)
        accounts.end(work, first, "enough", "ana", NOON)

        assert not work.is_open(T, PLACE, first.person, ticket.number)
        assert work.is_open(T, "2000/42", first.person, ticket.number)


@pytest.mark.parametrize(
    ("scope", "is_granted", "is_open"),
    [(accounts.OWN, False, True), (accounts.TICKETS, False, False), (accounts.TICKETS, True, True)],
)
def test_a_place_is_open_for_the_tickets_that_its_account_reaches(store, scope, is_granted, is_open):
    with store.begin() as work:
        account, ticket = linked(work, scope)
        if is_granted:
            accounts.grant(work, account, ticket.number, NOON)
            accounts.grant(work, account, ticket.number, NOON)

        assert is_open is work.is_open(T, PLACE, account.person, ticket.number)
        assert not work.is_open(T, PLACE, account.person + 1, ticket.number)


def test_silent_accounts_are_found_and_seen_ones_are_not(store):
    with store.begin() as work:
        account, _ = linked(work)
        later = NOON + accounts.IDLE + timedelta(days=1)
        silent = accounts.silent_since(work, later - accounts.IDLE)
        accounts.seen(work, account, later)

        assert [account] == silent
        assert [] == accounts.silent_since(work, later - accounts.IDLE)


def test_what_waits_for_a_chat_goes_by_mail_and_dialogues_are_dropped(store):
    with store.begin() as work:
        account, ticket = linked(work)
        said = {"channel": T, "recipient": type(ANA)("", PLACE), "lane": PLACE}
        work.promise(an_outbound("1@v", **said), ticket, NOON)
        work.promise(an_outbound("2@v", notice="chat-ticket", **said), ticket, NOON)
        work.promise(an_outbound("3@v", notice="chat-help", **said), None, NOON)
        accounts.end(work, account, "enough", "ana", NOON)
        states = {
            one.outbound.message_id: (one.outbound.channel, str(one.state)) for one in outbox.listed(work)
        }

        assert {"1@v": ("email", "pending"), "2@v": (T, "dropped"), "3@v": (T, "dropped")} == states


def test_a_link_is_used_once(store):
    with store.begin() as work:
        _, ticket = linked(work)
        start = Start(ticket.number, ticket.requester.id, NOON)
        key = links.link_key(T, "token")
        uses = [links.use(work, T, key, start, ANA.address, PLACE, NOON) for _ in range(2)]

        assert [True, False] == uses
        assert links.is_used(work, key)


def test_a_code_is_tried_five_times_and_the_next_one_ends_it(store):
    with store.begin() as work:
        for digest in (b"one", b"two"):
            codes.keep_code(work, T, PLACE, ANA.address, 0, digest, NOON)
        left = []
        while code := codes.current(work, T, PLACE, NOON):
            left.append((code.digest, code.tries_left))
            codes.tried(work, code)

        assert [(b"two", 5), (b"two", 4), (b"two", 3), (b"two", 2), (b"two", 1)] == left
        assert codes.current(work, T, "1000/43", NOON) is None


def test_a_code_expires_and_is_used_once(store):
    with store.begin() as work:
        codes.keep_code(work, T, PLACE, ANA.address, 0, b"one", NOON)
        too_late = codes.current(work, T, PLACE, NOON + codes.LIFETIME)
        code = codes.current(work, T, PLACE, NOON)
        codes.use(work, code, NOON)

        assert too_late is None
        assert codes.current(work, T, PLACE, NOON) is None
        assert 1 == codes.forget_codes(work, NOON + timedelta(days=2))


def test_a_state_is_kept_in_place_of_the_one_before_until_it_is_too_old(store):
    with store.begin() as work:
        for step in ("address", "code"):
            dialogues.keep_state(work, T, PLACE, {"doing": step}, NOON, NOON + timedelta(hours=1))

        assert {"doing": "code"} == dialogues.state_of(work, T, PLACE, NOON)
        assert {} == dialogues.state_of(work, T, PLACE, NOON + timedelta(hours=1))
        assert {} == dialogues.state_of(work, T, "1000/43", NOON)
        assert 1 == dialogues.forget_states(work, NOON + timedelta(hours=2))


def test_a_draft_is_its_accounts_and_lasts_a_day(store):
    with store.begin() as work:
        number = drafts.keep_draft(work, T, PLACE, "message", {"parts": [1]}, NOON)
        draft = drafts.newest_draft(work, T, PLACE, "message", NOON)
        drafts.change_draft(work, draft, {"parts": [1, 2]})

        assert [1, 2] == drafts.draft_of(work, T, PLACE, number, NOON).body["parts"]
        assert drafts.draft_of(work, T, "1000/43", number, NOON) is None
        assert drafts.draft_of(work, T, PLACE, number, NOON + drafts.LIFETIME) is None
        assert 1 == drafts.forget_drafts(work, T, NOON + drafts.LIFETIME)


def test_a_customer_is_shown_public_messages_and_tickets_within_reach_only(store):
    with store.begin() as work:
        mine, other = open_a_ticket(work), open_a_ticket(work, requester=BOB)
        keep(work, an_inbound("1@a", reply="Public."), mine)
        keep(work, an_inbound("2@a", reply="A note."), mine, public=False)
        work.flush()
        reach = Reach(mine.requester.id)

        assert ["Public."] == [one.text for one in customers.said_on(work, mine.number, 5)]
        assert [mine.number] == [
            one for one, _ in customers.tickets_within(work, reach, customers.GOING_ON, 8)
        ]
        assert not customers.is_within(work, reach, other.number)
        assert customers.is_within(work, Reach(0, only=(other.number,)), other.number)


def test_a_preference_is_read_back(store):
    with store.begin() as work:
        chats.choose(work, "person:1", "reminders", "off", NOON)

        assert "off" == work.preference("person:1", "reminders")


@pytest.mark.parametrize(("choice", "found"), [("changes", 1), ("waiting", 1), ("off", 0), ("", 0)])
def test_tickets_that_wait_for_long_are_found_for_those_who_chose_it(store, choice, found):
    with store.begin() as work:
        ticket = open_a_ticket(work)
        work.save(replace(ticket, status=Status.WAITING), NOON)
        work.flush()
        owner, later = f"person:{ticket.requester.id}", NOON + timedelta(days=1)
        chats.choose(work, owner, "reminders", choice, NOON)
        first = customers.waiting_for_long(work, later, ("changes", "waiting"))
        chats.choose(work, owner, f"reminded {ticket.number}", "x", later)

        assert found == len(first)
        assert [] == customers.waiting_for_long(work, later, ("changes", "waiting"))
        assert [] == customers.waiting_for_long(work, NOON, ("changes", "waiting"))
