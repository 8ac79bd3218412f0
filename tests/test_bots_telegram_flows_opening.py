"""/new: the form of the policy, asked for as far as it is missing; a restart in the middle goes on."""

import pytest

from chat_desk import ChatDesk, chat_desk
from intake.messages import File
from intake.tickets import Status
from store.desk import open_store

pytestmark = pytest.mark.slow

ANA, LEE = "ana@acme.example", "lee@liberty.example"
TRACE = File("trace.txt", "text/plain", b"a trace")


@pytest.fixture
def desk():
    with chat_desk() as one:
        one.linked(1, ANA)
        yield one


def asked(desk):
    return desk.last(1).splitlines()[-1]


def test_it_asks_for_what_is_missing_shows_it_and_sends_it(desk):
    desk.say(1, "/new")
    told = [asked(desk)]
    for answer in ("No sound\nin any call", "Technical", "PBX-1"):
        desk.say(1, answer)
        told.append(asked(desk))
    desk.press(1, "Send")
    ticket = desk.ticket(1001)

    assert [
        "What is it about? Describe it in one message; files are welcome.",
        "Please choose, or write: type: technical or non-technical",
        "Please choose, or write: PBX name or product (serial number, product name or PBX name)",
        "Write on to add something.",
    ] == told
    assert ("No sound", "PBX-1", "telegram") == (ticket.subject, ticket.product, ticket.channel)
    assert "acknowledgement" == desk.notices(1)[-1]


def test_a_choice_that_is_none_is_asked_for_again(desk):
    desk.say(1, "/new No sound")
    desk.say(1, "purple")

    assert "That was not one of the choices." in desk.last(1)
    assert ["technical", "non-technical", "Cancel"] == desk.labels(1)


def test_what_is_written_and_sent_on_the_way_is_part_of_it(desk):
    desk.say(1, "/new No sound")
    desk.press(1, "technical")
    desk.say(1, "PBX-2", files=(TRACE,))
    desk.say(1, "It began today.")
    shown = desk.last(1)
    desk.press(1, "Send")
    opened = desk.kept()[-1]

    assert "Files: 1" in shown
    assert "No sound\n\nIt began today." == opened.text


def test_what_was_shown_is_shown_again_when_its_words_are_edited(desk):
    number = desk.say(1, "/new")
    desk.edit(1, number, "/new")
    words = desk.say(1, "No sound")
    desk.edit(1, words, "No sound at all")
    asked_while_missing = len(desk.said(1))
    desk.press(1, "technical")
    desk.press(1, "PBX-1")
    desk.edit(1, words, "No sound in any call")
    shown = desk.last(1)
    desk.press(1, "Send")

    assert 2 == asked_while_missing
    assert "No sound in any call" in shown
    assert "No sound in any call" == desk.ticket(1001).subject


def test_nothing_is_opened_before_it_is_sent_and_nothing_after_it_was_cancelled(desk):
    desk.say(1, "/new No sound")
    desk.press(1, "technical")
    desk.press(1, "PBX-1")
    button = desk.data(1, "Send")
    desk.say(1, "/cancel")
    desk.press_data(1, button)

    assert "open" not in {fate for fate, _ in desk.fates()}
    assert "chat-expired" in desk.notices(1)


def test_it_is_sent_once(desk):
    desk.say(1, "/new No sound")
    desk.press(1, "technical")
    desk.press(1, "PBX-1")
    button = desk.data(1, "Send")
    desk.press_data(1, button)
    desk.press_data(1, button)

    assert 1 == [fate for fate, _ in desk.fates()].count("open")


def test_a_number_in_the_words_of_a_new_ticket_makes_it_no_follow_up(desk):
    desk.opened(ANA)
    desk.say(1, "/new Like WX-1001, but worse")
    desk.press(1, "technical")
    desk.press(1, "PBX-1")
    desk.press(1, "Send")

    assert "open" == desk.fates()[-1][0]


def test_a_new_ticket_after_a_closed_one_names_it(desk):
    desk.set_status(desk.opened(ANA), Status.CLOSED)
    desk.say(1, "/ticket 1001")
    desk.press(1, "New ticket")
    for answer in ("It is back", "technical", "PBX-1"):
        desk.say(1, answer)
    desk.press(1, "Send")

    assert 1001 == desk.ticket(1002).predecessor


def test_words_without_any_open_ticket_begin_one(desk):
    desk.say(1, "No sound")

    assert ["technical", "non-technical", "Cancel"] == desk.labels(1)


def test_a_draft_may_become_a_new_ticket(desk):
    desk.opened(ANA)
    desk.say(1, "No sound")
    desk.press(1, "New ticket")
    desk.press(1, "technical")
    desk.press(1, "PBX-1")
    desk.press(1, "Send")

    assert "No sound" == desk.ticket(1002).subject


@pytest.mark.parametrize("policy", ["isymphony", "intesys"])
def test_where_the_policy_opens_nothing_in_a_chat_it_says_so_at_once(policy):
    with chat_desk(policy) as desk:
        desk.linked(1, LEE)
        desk.say(1, "/new")

        assert "https://portal.vendor.example" in desk.last(1)
        assert "refuse" == desk.fates()[-1][0]


def test_an_account_that_only_opened_a_link_proves_its_address_first(desk):
    desk.opened(ANA)
    desk.say(2, f"/start {desk.token(1001, ANA)}")
    desk.press(2, "Yes")
    desk.say(2, "/new No sound")

    assert "/link" in desk.last(2)
    assert "open" not in {fate for fate, _ in desk.fates()}


def test_a_restart_in_the_middle_goes_on(tmp_path):
    url = f"sqlite:///{tmp_path}/desk.db"
    with chat_desk(url=url) as desk:
        desk.linked(1, ANA)
        desk.say(1, "/new No sound")
        desk.press(1, "technical")
        setup = desk.setup
    again = ChatDesk(open_store(url), setup)
    again._ids = iter(range(1000, 2000))
    again.press(1, "PBX-2")
    again.press(1, "Send")
    ticket = again.ticket(1001)
    again.store.close()

    assert ("No sound", "PBX-2") == (ticket.subject, ticket.product)
