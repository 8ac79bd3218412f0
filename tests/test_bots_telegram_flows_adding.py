"""Where words without an address go: which ticket they are for, or whom the bot asks."""

import pytest

from bots.telegram.heard import Missed
from chat_desk import TUESDAY, chat_desk, limited
from intake.messages import File
from intake.tickets import Status
from store import posts
from store.customers import said_on
from store.files import file_of
from store.posts import Post

pytestmark = pytest.mark.slow

ANA, BOB, LEE = "ana@acme.example", "bob@acme.example", "lee@liberty.example"
PHOTO = File("photo.jpg", "image/jpeg", b"\xff\xd8 a photo")


@pytest.fixture
def desk():
    with chat_desk() as one:
        one.linked(1, ANA)
        yield one


def texts(desk, number):
    return [one.text for one in reversed(desk.ask(lambda work: said_on(work, number, 10)))]


def posted(desk, user, number):
    """The bot's message 5000 in the chat belongs to a ticket."""
    at = f"1000/{user}"
    desk.write(lambda work: posts.record(work, Post("telegram", at, "5000", "answer", TUESDAY, number)))


def test_an_answer_to_a_message_of_a_ticket_goes_there(desk):
    numbers = [desk.opened(ANA), desk.opened(ANA)]
    posted(desk, 1, numbers[0])
    desk.say(1, f"/ticket {numbers[1]}")
    desk.say(1, "Still so.", reply_to=5000)

    assert ["Still so."] == texts(desk, numbers[0])
    assert "Added to WX-1001." == desk.last(1)


def test_a_reference_in_the_first_words_says_which_ticket(desk):
    numbers = [desk.opened(ANA), desk.opened(ANA)]
    desk.say(1, "WX-1002: still so.")

    assert [[], ["WX-1002: still so."]] == [texts(desk, one) for one in numbers]


def test_words_go_to_the_ticket_that_was_looked_at_for_half_an_hour(desk):
    numbers = [desk.opened(ANA), desk.opened(ANA)]
    desk.say(1, f"/ticket {numbers[0]}")
    desk.later(minutes=29)
    desk.say(1, "Still so.")
    desk.later(minutes=31)
    desk.say(1, "And now?")

    assert ["Still so."] == texts(desk, numbers[0])
    assert "chat-which" == desk.notices(1)[-1]


def test_with_one_open_ticket_the_choice_is_that_or_a_new_one(desk):
    number = desk.opened(ANA)
    desk.say(1, "Still so.")
    asked = desk.labels(1)
    desk.press(1, "Add to")

    assert ["Add to WX-1001", "New ticket", "Cancel"] == asked
    assert ["Still so."] == texts(desk, number)


def test_words_wait_for_a_day_and_no_longer(desk):
    number = desk.opened(ANA)
    desk.say(1, "Still so.")
    button = desk.data(1, "Add to")
    desk.later(hours=25)
    desk.press_data(1, button)

    assert [] == texts(desk, number)
    assert "chat-expired" in desk.notices(1)


def test_what_follows_before_the_choice_joins_the_words_that_wait(desk):
    number = desk.opened(ANA)
    desk.say(1, "Still so.")
    desk.say(1, "", files=(PHOTO,))
    desk.press(1, "Add to")
    message = desk.kept()[-1].id

    assert ["Still so."] == texts(desk, number)
    assert PHOTO == desk.ask(lambda work: file_of(work, message, 0))


def test_a_draft_is_added_once(desk):
    number = desk.opened(ANA)
    desk.say(1, "Still so.")
    button = desk.data(1, "Add to")
    desk.press_data(1, button)
    desk.press_data(1, button)

    assert ["Still so."] == texts(desk, number)


def test_files_of_an_album_are_one_message(desk):
    number = desk.opened(ANA)
    desk.say(1, f"/ticket {number}")
    desk.say(1, "Two pictures", files=(PHOTO, PHOTO), album=(7, 8))

    assert ["Two pictures"] == texts(desk, number)
    assert 2 == desk.ask(lambda work: said_on(work, number, 1))[0].files


def test_reply_asks_for_words_and_adds_them_there(desk):
    numbers = [desk.opened(ANA), desk.opened(ANA)]
    desk.say(1, f"/ticket {numbers[0]}")
    desk.press(1, "Reply")
    desk.later(hours=1)
    desk.say(1, "Here is more.")

    assert "Write your message for WX-1001." in desk.said(1)
    assert ["Here is more."] == texts(desk, numbers[0])


def test_an_edited_message_is_a_revision_and_agents_are_told(desk):
    number = desk.opened(ANA)
    desk.say(1, f"/ticket {number}")
    message = desk.say(1, "It stops at row 12.")
    desk.edit(1, message, "It stops at row 21.")
    told = desk.mails("sam@vendor.example")[-1]

    assert ["It stops at row 21."] == texts(desk, number)
    assert "agent-edited" == told.notice
    assert "row 21" in told.body
    assert ("ignore", "edited") == desk.fates()[-1]


def test_an_edited_draft_has_its_new_words(desk):
    number = desk.opened(ANA)
    message = desk.say(1, "Still sow.")
    desk.edit(1, message, "Still so.")
    desk.press(1, "Add to")

    assert ["Still so."] == texts(desk, number)


# The policy decides


def test_a_follow_up_reopens_what_was_solved(desk):
    number = desk.opened(ANA)
    desk.set_status(number, Status.SOLVED)
    desk.say(1, f"/ticket {number}")
    desk.press(1, "Reopen")
    desk.say(1, "It is back.")

    assert Status.OPEN is desk.ticket(number).status
    assert "reopened" == desk.notices(1)[-1]


def test_a_closed_ticket_is_refused_in_the_policys_words_with_both_ways_on(desk):
    number = desk.opened(ANA)
    desk.set_status(number, Status.CLOSED)
    desk.say(1, f"/ticket {number}")
    ways = desk.labels(1)
    desk.press(1, "Reopen")
    desk.say(1, "It is back.")

    assert ["Reopen", "New ticket"] == ways[:2]
    assert "WX-1001 is closed, and your message was not added to it" in desk.last(1)
    assert ("refuse", "closed-stays-closed") == desk.fates()[-1]
    assert [] == texts(desk, number)


@pytest.mark.parametrize("way", ["/close 1001", "/close", "button"])
def test_a_customers_own_close_makes_it_solved(desk, way):
    number = desk.opened(ANA)
    desk.say(1, way if way != "button" else f"/ticket {number}")
    if way == "button":
        desk.press(1, "Close")

    assert Status.SOLVED is desk.ticket(number).status
    assert "WX-1001 is solved, as you said." in desk.last(1)


@pytest.mark.parametrize("policy", ["isymphony", "intesys"])
def test_where_chats_open_nothing_new_words_are_refused_with_the_portal(policy):
    with chat_desk(policy) as desk:
        desk.linked(1, LEE)
        desk.say(1, "My queue is stuck.")

        assert "https://portal.vendor.example" in desk.last(1)
        assert "refuse" == desk.kept()[-1].fate.value


# Others


@pytest.mark.parametrize("number", [1001, 9999, 999999999])
def test_tickets_of_others_are_as_absent_ones_in_every_way(desk, number):
    desk.opened(LEE, "Secret of Liberty")
    for words in (f"/ticket {number}", f"/status WX-{number}", f"/close {number}"):
        desk.say(1, words)

    assert {f"I can't find WX-{number} among your tickets. /status shows them."} == set(desk.said(1))


def test_a_reference_to_a_ticket_of_others_is_no_evidence(desk):
    desk.opened(ANA)
    desk.opened(LEE, "Secret of Liberty")
    desk.say(1, "WX-1002: still so.")
    there = desk.said(1)
    desk.say(1, "WX-9999: still so.")

    assert there[-1] == desk.last(1)
    assert [] == texts(desk, 1002)


def test_an_administrator_sees_the_organisations_tickets_and_a_colleague_does_not(desk):
    number = desk.opened(BOB)
    desk.linked(2, "ada@acme.example")
    desk.say(1, f"/ticket {number}")
    desk.say(2, f"/ticket {number}")

    assert "I can't find" in desk.last(1)
    assert "Calls drop" in desk.last(2)


def test_a_button_of_somebody_else_does_nothing(desk):
    number = desk.opened(ANA)
    desk.linked(2, LEE)
    desk.say(1, "Still so.")
    desk.press(2, "Add to", of=1)

    assert [] == texts(desk, number)
    assert ["chat-expired", "chat-list"] == desk.notices(2)


# Many at once


def test_a_flood_is_read_together_and_loses_nothing(desk):
    number = desk.opened(ANA)
    desk.say(1, f"/ticket {number}")
    desk = limited(desk, flood_a_minute=5)
    for count in range(10):
        desk.say(1, f"Line {count}")

    assert [f"Line {count}" for count in range(10)] == texts(desk, number)
    assert 1 == desk.said(1).count("Got it, I'll read these together.")
    assert 4 == desk.said(1).count("Added to WX-1001.")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"refused": "sticker"}, "I can't pass this on."),
        (
            {"text": "See", "files": (File("a.exe", "application/x-msdownload", b"MZ"),)},
            "programs are not taken",
        ),
        ({"text": "See", "missed": (("trace.zip", Missed.LARGE),)}, "trace.zip: too large for me"),
        ({"text": "See", "missed": (("trace.zip", Missed.BUDGET),)}, "more than you may send in a day"),
    ],
)
def test_what_cannot_be_passed_on_is_said(desk, fields, said):
    desk.say(1, **fields)

    assert any(said in one for one in desk.said(1))


def test_what_no_channel_takes_is_asked_for_on_none(desk):
    """A program is refused in mail too."""
    program = File("a.exe", "application/x-msdownload", b"MZ")
    desk.say(1, files=(program,))
    alone = desk.last(1)
    desk.say(1, files=(program,), missed=(("trace.zip", Missed.LARGE),))

    assert "by mail" not in alone
    assert any("Please send it by mail to" in one for one in desk.said(1))


def test_a_message_may_be_edited_again_wherever_it_is(desk):
    number = desk.opened(ANA)
    on_ticket, waiting = desk.say(1, f"WX-{number} One"), desk.say(2, "To nobody")
    for text in ("Two", "Three"):
        desk.edit(1, on_ticket, text)
        desk.edit(2, waiting, text)
        desk.edit(666, 1, text)

    assert "Three" == texts(desk, number)[0]
