"""How it went, in the chat: two buttons for whoever was asked, and a sentence if they like."""

import pytest

from bots import acting
from bots.commands import acts
from bots.delivery import Claimed
from bots.telegram.flows import keyboard_for
from bots.telegram.saying import keyboard_of
from bots.telegram.unreachable import turn_to_mail
from chat_desk import SAM, chat_desk, place
from intake import commands, handle
from intake.handle import Command
from intake.messages import Address
from intake.tickets import Score, Status
from intake.tokens import Purpose
from store import outbox
from store.exports import history_of
from store.telegram_posts import record_posted
from telegram_world import in_world
from test_bots_telegram_flows import opened_by_phone

pytestmark = pytest.mark.slow
ANA, BOB = "ana@acme.example", "bob@acme.example"


@pytest.fixture
def desk():
    with chat_desk() as one:
        one.linked(1, ANA)
        yield one


def closed(desk):
    """A ticket that she last wrote on here, closed by an agent who wants to know how it went."""
    number = written_on(desk)
    ask_about(desk, number)
    return number


def written_on(desk):
    number = desk.opened(ANA)
    desk.say(1, f"/ticket {number}")
    desk.say(1, "Still so.")
    return number


def ask_about(desk, number):
    def decide(work):
        ticket = work.ticket(number)
        done = Command(commands.set_status(ticket, Status.CLOSED, desk.setup.policy, "done", desk.now))
        return acting.with_survey(work, desk.setup, done, desk.now)

    handle.carry_out(decide, desk.store, desk.setup, SAM, desk.now)


def question(desk, number=0):
    found = [p for p in desk.ask(outbox.listed) if p.outbound.notice == "survey"]
    (one,) = [p for p in found if number in (0, p.outbound.ticket_number)]
    return one


def posted(desk, number=0, post=500):
    """The carrier has said the question."""
    asked = question(desk, number)
    desk.write(lambda work: record_posted(work, asked.id, asked.outbound, place(1), [post], desk.now))


def pressed(desk, label, user=1):
    """The button of the question, which the carrier makes for whoever reads it."""

    asked = question(desk).outbound

    def made(work):
        rows = keyboard_for(work, asked, desk.setup, desk.now)
        return keyboard_of(work, place(user), place(user), rows, desk.now)

    (row,) = desk.write(made)
    desk.press_data(user, next(one["data"] for one in row if label in one["text"]))


def kept(desk, number):
    survey = desk.ask(lambda work: work.survey(number))
    return survey.score, survey.comment


def times_rated(desk, number):
    lines = desk.ask(lambda work: history_of(work, number))
    return sum(one["what"] == "survey" for one in lines) - 1  # the first says that they were asked


def test_the_question_comes_to_the_chat_where_they_read(desk):
    closed(desk)

    assert "WX-1001 is closed. How did it go?" == desk.last(1)


def test_a_button_is_kept_at_once_and_opens_nothing(desk):
    number = closed(desk)
    before = desk.ticket(number)
    pressed(desk, "Good")

    assert (Score.GOOD, "") == kept(desk, number)
    assert ("answer", "survey-answer") == desk.fates()[-1]
    assert (before.status, before.version) == (desk.ticket(number).status, desk.ticket(number).version)
    assert desk.last(1).startswith("Thank you.")


def test_who_is_not_helped_yet_can_say_so_beneath_the_question_as_beneath_any_end(desk):
    number = closed(desk)
    pressed(desk, "Not solved")
    desk.say(1, "It is down again.")

    assert (None, "") == kept(desk, number)
    assert ("refuse", "closed-stays-closed") == desk.fates()[-1]


def test_a_sentence_may_follow_and_is_the_comment(desk):
    number = closed(desk)
    pressed(desk, "Bad")
    desk.say(1, "It took a week.")
    after = desk.fates()[-1]
    desk.say(1, "How do I export?")

    assert (Score.BAD, "It took a week.") == kept(desk, number)
    assert ("answer", "survey-answer") == after
    assert ("answer", "survey-answer") != desk.fates()[-1]  # one sentence, not all that follow


def test_another_button_replaces_the_first_and_the_same_one_is_said_once(desk):
    number = closed(desk)
    for label in ("Good", "Good", "Bad"):
        pressed(desk, label)

    assert (Score.BAD, "") == kept(desk, number)
    assert 2 == times_rated(desk, number)


@pytest.mark.parametrize(
    ("minutes", "words", "fields"),
    [
        (11, "It is down again", {}),  # too late for a sentence about it
        (1, "It is down again", {"reply_to": 100}),  # answers something else
        (1, "/status", {}),
    ],
)
def test_what_is_no_sentence_about_it_goes_its_own_way(desk, minutes, words, fields):
    number = closed(desk)
    pressed(desk, "Good")
    desk.later(minutes=minutes)
    desk.say(1, words, **fields)

    assert (Score.GOOD, "") == kept(desk, number)
    assert "survey-answer" != desk.fates()[-1][1]


def test_a_colleague_who_sees_the_ticket_was_not_asked(desk):
    number = closed(desk)
    desk.linked(2, BOB)
    pressed(desk, "Bad", user=2)

    assert (None, "") == kept(desk, number)
    assert "I can't find" in desk.last(2)


@pytest.mark.parametrize(("words", "score"), [("good", Score.GOOD), ("👎", Score.BAD), ("gut", Score.GOOD)])
def test_the_bare_word_in_place_of_the_button_counts_as_well(desk, words, score):
    number = closed(desk)
    posted(desk)
    desk.say(1, words)

    assert (score, "") == kept(desk, number)
    assert ("answer", "survey-answer") == desk.fates()[-1]
    assert Status.CLOSED is desk.ticket(number).status


@pytest.mark.parametrize("words", ["good, but it is down again", "It is down again", "good?"])
def test_anything_longer_than_the_word_is_a_message_like_any_other(desk, words):
    number = closed(desk)
    posted(desk)
    desk.say(1, words)

    assert (None, "") == kept(desk, number)
    assert "survey-answer" != desk.fates()[-1][1]


@pytest.mark.parametrize(("minutes", "fields"), [(1, {}), (11, {}), (1, {"reply_to": 501})])
def test_a_bare_word_below_the_next_question_is_about_that_ticket(desk, minutes, fields):
    first, second = written_on(desk), written_on(desk)
    ask_about(desk, first)
    posted(desk, first)
    desk.say(1, "good")
    desk.later(minutes=minutes)
    ask_about(desk, second)
    posted(desk, second, 501)
    desk.say(1, "bad", **fields)

    assert [(Score.GOOD, ""), (Score.BAD, "")] == [kept(desk, first), kept(desk, second)]


def test_who_blocked_the_bot_is_asked_by_mail_and_answers_at_the_same_sort_of_address(desk):
    closed(desk)
    asked = question(desk)
    desk.write(
        lambda work: turn_to_mail(work, Claimed(asked.id, asked.outbound, 1), "no", desk.setup, desk.now)
    )
    (mail,) = [p.outbound for p in desk.ask(outbox.listed) if p.outbound.recipient == Address("Ana", ANA)]
    token = desk.setup.addresses.token_in_address(mail.reply_to, desk.now)

    assert Purpose.SURVEY is token.purpose


def test_the_question_its_button_and_the_sentence_over_real_sockets(tmp_path):
    async def scenario(world):
        number = opened_by_phone(world)
        world.link(world.anna)
        await world.telegram.send(world.anna, f"/ticket {number}")
        await world.settled()
        await world.telegram.send(world.anna, "Noch immer.")
        await world.settled()
        acts.close(world.wired, number, "", True)
        world.service._wake()
        await world.settled()
        asked = world.bot_said(world.anna)[-1]
        await world.telegram.click(world.anna, asked.id, "👎 Schlecht")
        await world.settled()
        await world.telegram.send(world.anna, "Es hat eine Woche gedauert.")
        await world.settled()
        return asked.text, world.read(lambda work: work.survey(number)), world.said(world.anna)[-1]

    asked, survey, thanks = in_world(tmp_path, scenario)

    assert "WX-1001 ist geschlossen. Wie ist es gelaufen?" in asked
    assert (Score.BAD, "Es hat eine Woche gedauert.") == (survey.score, survey.comment)
    assert "Vielen Dank" in thanks
