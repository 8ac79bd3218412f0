"""What customers are told in the chat: where they last wrote, as they chose, and not in their sleep."""

from datetime import UTC, datetime, timedelta

import pytest

from bots.delivery import Claimed
from bots.telegram.flows import COMMANDS, keyboard_for
from bots.telegram.unreachable import turn_to_mail
from bots.telegram.upkeep import remind
from chat_desk import TUESDAY, chat_desk
from intake import clocks, commands
from intake.handle import Letter, receive
from intake.messages import Address, Assurance, Inbound
from intake.tickets import Status
from replies.chat_labels import LABELS, LANGUAGES
from store import outbox

pytestmark = pytest.mark.slow

ANA, LEE = "ana@acme.example", "lee@liberty.example"
NIGHT = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)  # half past eleven in Rome
MORNING = datetime(2026, 3, 11, 6, tzinfo=UTC)  # seven


@pytest.fixture
def desk():
    with chat_desk() as one:
        one.linked(1, ANA)
        yield one


def a_ticket(desk):
    """One that she last wrote on here."""
    policy = desk.setup.policy
    started = clocks.clocks_of_a_new_ticket(policy.severity_of("standard"), policy.calendar_of(None), TUESDAY)
    number = desk.opened(ANA, clocks=started)
    desk.say(1, f"/ticket {number}")
    desk.say(1, "Still so.")
    return number


def writes_a_mail(desk, number):
    said = Inbound(
        "email",
        f"mail {desk.now}",
        desk.now,
        Address("Ana", ANA),
        subject=f"[WX-{number}]",
        text="By mail.",
        reply="By mail.",
        assurance=Assurance.ALIGNED,
    )
    receive([Letter(None, said)], desk.store, desk.setup, desk.now)


def breaches(desk, number):
    """The first response is late, which the policy tells the requester."""
    desk.now = desk.ticket(number).clocks[0].due_at + timedelta(minutes=1)
    desk.ring(number)


def test_an_answer_comes_to_where_she_last_wrote_and_back(desk):
    number = a_ticket(desk)
    desk.answer(number, "One.")
    writes_a_mail(desk, number)
    desk.answer(number, "Two.")
    desk.say(1, f"/ticket {number}")
    desk.say(1, "Here again.")
    desk.answer(number, "Three.")

    assert ["WX-1001 · Sam, Vendor support\n\nOne.", "WX-1001 · Sam, Vendor support\n\nThree."] == [
        one for one in desk.said(1) if one.startswith("WX-1001 · Sam")
    ]
    assert ["agent-answer"] == [one.notice for one in desk.mails(ANA) if one.notice == "agent-answer"]


def test_answers_come_by_mail_where_that_was_chosen(desk):
    number = a_ticket(desk)
    desk.say(1, "/reminders")
    desk.press(1, "Answers by email")
    desk.answer(number, "One.")

    assert "Answers come by mail." in desk.last(1)
    assert "agent-answer" in [one.notice for one in desk.mails(ANA)]


def test_a_broken_promise_is_told_in_the_chat(desk):
    number = a_ticket(desk)
    breaches(desk, number)

    assert "We are late with WX-1001." in desk.last(1)


def test_however_much_was_said_in_a_dialogue_what_is_owed_is_said_too(desk):
    number = a_ticket(desk)
    desk.now = desk.ticket(number).clocks[0].due_at
    for _ in range(desk.setup.budget + 1):
        desk.say(1, "/help")
    breaches(desk, number)
    desk.set_status(number, Status.SOLVED)
    desk.say(1, f"WX-{number} Still so.")

    assert ["breach-customer", "status-changed", "reopened"] == desk.notices(1)[-3:]


@pytest.mark.parametrize("chosen", ["Off", "Only when you wait for me", "Updates off"])
def test_what_was_muted_in_the_chat_comes_by_mail(desk, chosen):
    number = a_ticket(desk)
    desk.say(1, f"/ticket {number}" if chosen == "Updates off" else "/reminders")
    desk.press(1, chosen)
    breaches(desk, number)
    desk.answer(number, "Sorry.")

    assert "breach-customer" in [one.notice for one in desk.mails(ANA)]
    assert "breach-customer" not in desk.notices(1)
    assert "agent-answer" == desk.notices(1)[-1]


def test_in_quiet_hours_what_can_wait_waits_for_their_morning(desk):
    number = a_ticket(desk)
    desk.say(1, "/reminders 22-7")
    desk.now = NIGHT
    desk.set_status(number, Status.SOLVED)
    (waiting,) = desk.ask(lambda work: [one for one in outbox.listed(work) if one.held_for == "quiet"])
    too_early = desk.write(lambda work: outbox.release(work, MORNING - timedelta(seconds=1), 1000))
    in_time = desk.write(lambda work: outbox.release(work, MORNING, 1000))

    assert ("status-changed", MORNING) == (waiting.outbound.notice, waiting.next_at)
    assert (0, 1) == (too_early, in_time)


def test_an_answer_and_what_they_asked_for_do_not_wait(desk):
    number = a_ticket(desk)
    desk.say(1, "/reminders 22-7")
    desk.now = NIGHT
    desk.answer(number, "One.")
    desk.say(1, f"/close {number}")

    assert [] == desk.ask(lambda work: [one for one in outbox.listed(work) if one.held_for])


def test_after_unlinking_everything_comes_by_mail_also_what_waited(desk):
    number = a_ticket(desk)
    desk.say(1, "/reminders 22-7")
    desk.now = NIGHT
    desk.set_status(number, Status.SOLVED)
    desk.say(1, "/unlink")
    desk.answer(number, "One.")

    assert {"status-changed", "agent-answer"} <= {one.notice for one in desk.mails(ANA)}


def test_a_chat_that_is_somebody_elses_by_now_hears_nothing_of_it(desk):
    number = a_ticket(desk)
    desk.say(1, "/unlink")
    desk.linked(1, LEE)
    before = len(desk.said(1))
    desk.answer(number, "For Ana only.")

    assert before == len(desk.said(1))
    assert "agent-answer" in [one.notice for one in desk.mails(ANA)]


def test_a_chat_that_opened_a_link_hears_of_that_ticket_only(desk):
    mine, other = desk.opened(LEE), desk.opened(LEE)
    desk.say(2, f"/start {desk.token(mine, LEE)}")
    desk.press(2, "Yes")
    desk.say(2, f"/ticket {mine}")
    desk.say(2, "Still so.")
    desk.answer(mine, "One.")
    desk.answer(other, "Two.")

    assert [1, 0] == [sum(word in one for one in desk.said(2)) for word in ("One.", "Two.")]


def test_the_desk_speaks_the_language_of_the_chat(desk):
    number = a_ticket(desk)
    desk.say(1, "/language de")
    breaches(desk, number)

    assert "im Verzug" in desk.last(1)


def test_beneath_an_answer_are_reply_solved_and_not_solved(desk):
    number = a_ticket(desk)
    desk.answer(number, "One.")
    (promise,) = [one for one in desk.ask(outbox.listed) if one.outbound.notice == "agent-answer"]
    rows = desk.ask(lambda work: keyboard_for(work, promise.outbound, desk.setup, desk.now))

    assert [("Reply", number), ("Solved", number), ("Not solved", number)] == [
        (one.label, one.ticket) for row in rows for one in row
    ]
    assert all(one.body["stays"] for row in rows for one in row)


def test_every_language_has_every_label_and_list_of_commands():
    assert {frozenset(LABELS["en"])} == {frozenset(LABELS[one]) for one in LANGUAGES}
    assert {("default", ""), ("private", ""), ("default", "de"), ("private", "de")} == {
        (one.scope, one.language) for one in COMMANDS
    }
    assert [("start", "Begin"), ("help", "What I can do")] == list(COMMANDS[0].commands)


@pytest.mark.parametrize(("chosen", "told"), [("Status changes", True), ("Off", False), ("", False)])
def test_every_status_is_told_to_whoever_chose_that(desk, chosen, told):
    number = a_ticket(desk)
    desk.say(1, "/reminders")
    if chosen:
        desk.press(1, chosen)
    desk.act(lambda one: commands.set_field(one, "assignee", "sam@vendor.example"), number)
    desk.set_status(number, Status.WAITING)
    moved = [one for one in desk.said(1) if one in ("WX-1001 · In progress", "WX-1001 · Waiting for you")]

    assert (2 if told else 0) == len(moved)
    assert "status-moved" not in [one.notice for one in desk.mails(ANA)]


@pytest.mark.parametrize(
    ("chosen", "told"), [("Only when you wait for me", 1), ("Status changes", 1), ("Off", 0), ("", 0)]
)
def test_whoever_chose_it_is_reminded_once_that_we_wait_for_them(desk, chosen, told):
    number = a_ticket(desk)
    desk.answer(number, "Which version?")
    desk.say(1, "/reminders")
    if chosen:
        desk.press(1, chosen)
    counts = []
    for days in (1, 2, 1):
        desk.later(days=days)
        counts.append(desk.write(lambda work: remind(work, desk.setup, desk.now)))

    assert [0, told, 0] == counts
    assert told == desk.notices(1).count("waiting-for-you")


def test_a_code_is_forgotten_once_it_was_sent(desk):
    desk.say(2, f"/link {LEE}")
    (promise,) = desk.ask(
        lambda work: [one for one in outbox.listed(work) if one.outbound.notice == "chat-code"]
    )
    desk.write(lambda work: outbox.mark_sent(work, promise.id, "250", desk.now))

    assert "(a code, forgotten once it was sent)" == desk.mails(LEE)[0].body


def test_what_the_chat_did_not_take_is_a_mail_of_its_ticket(desk):
    number = a_ticket(desk)
    desk.answer(number, "One.")
    (answer,) = desk.ask(lambda work: [p for p in outbox.listed(work) if p.outbound.notice == "agent-answer"])
    promise = Claimed(answer.id, answer.outbound, 1)
    desk.write(lambda work: turn_to_mail(work, promise, "blocked", desk.setup, desk.now))
    (mail,) = [one for one in desk.mails(ANA) if one.notice == "agent-answer"]

    assert "Re: Calls drop [WX-1001]" == mail.subject
    assert number == mail.ticket
