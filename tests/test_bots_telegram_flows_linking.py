"""Whose an account is: links that work once, codes that cannot be guessed, and the end of both."""

import re
from datetime import timedelta

import pytest

from bots.telegram.flows import Limits
from bots.telegram.upkeep import look_after
from chat_desk import BOT, TUESDAY, chat_desk, place
from intake.people import PersonEntry, read_book
from store import accounts, inbox, people
from store.people_lists import history_of_entry

pytestmark = pytest.mark.slow

ANA, LEE = "ana@acme.example", "lee@liberty.example"
STRANGER = 666


@pytest.fixture
def desk():
    with chat_desk() as one:
        yield one


def code_for(desk, address):
    """The code of the newest mail to an address."""
    bodies = [one.body for one in desk.mails(address) if one.notice == "chat-code"]
    return re.search(r"\b\d{6}\b", bodies[-1])[0]


def linked_by_code(desk, user, address=ANA):
    desk.say(user, f"/link {address}")
    desk.say(user, code_for(desk, address))


def account(desk, user):
    return desk.ask(lambda work: accounts.account_at(work, "telegram", place(user)))


# Links


def test_a_link_is_asked_about_then_opens_its_ticket_only(desk):
    mine, other = desk.opened(ANA), desk.opened(ANA, "Another")
    desk.say(1, f"/start {desk.token(mine, ANA)}")
    asked = desk.last(1)
    desk.press(1, "Yes")
    desk.say(1, f"/ticket {mine}")
    seen = desk.last(1)
    desk.say(1, f"/ticket {other}")

    assert "a…@acme.example" in asked
    assert "ana@" not in asked
    assert "Calls drop" in seen
    assert "I can't find WX-1002" in desk.last(1)
    assert "/link adds all your others" in desk.last(1)


def test_whoever_is_linked_hears_of_it_by_mail_with_what_to_do(desk):
    desk.say(1, f"/start {desk.token(desk.opened(ANA), ANA)}")
    desk.press(1, "Yes")
    (mail,) = desk.mails(ANA)

    assert "chat-linked" == mail.notice
    assert "This wasn't me" in mail.body
    assert mail.headers["reply_to"].startswith("support+")


@pytest.mark.parametrize("budget", [30, 0])  # a stranger who has spent it is not even answered
def test_a_link_is_kept_nowhere_in_what_came(desk, budget):
    desk.limits = Limits(stranger_an_hour=budget)
    desk.say(STRANGER, f"/start {desk.token(desk.opened(ANA), ANA)}")
    (kept,) = desk.kept()

    assert "/start" not in kept.text
    assert desk.ask(lambda work: inbox.raw_of(work, kept.id)) is None


def test_a_code_is_kept_nowhere_in_what_came(desk):
    linked_by_code(desk, 1)
    asked, proved = desk.kept()

    assert b"/link" in desk.ask(lambda work: inbox.raw_of(work, asked.id))
    assert desk.ask(lambda work: inbox.raw_of(work, proved.id)) is None


def test_a_link_that_was_declined_may_still_be_used(desk):
    token = desk.token(desk.opened(ANA), ANA)
    desk.say(STRANGER, f"/start {token}")
    desk.press(STRANGER, "No")
    desk.say(1, f"/start {token}")
    desk.press(1, "Yes")

    assert account(desk, STRANGER) is None
    assert account(desk, 1).scope == "tickets"


def test_a_link_works_once_however_many_have_it_on_their_screen(desk):
    token = desk.token(desk.opened(ANA), ANA)
    for user in (1, 2):
        desk.say(user, f"/start {token}")
    desk.press(1, "Yes")
    desk.press(2, "Yes")

    assert account(desk, 1)
    assert account(desk, 2) is None
    assert "This link does not work" in desk.last(2)


def test_forged_used_and_expired_links_get_one_text(desk):
    number = desk.opened(ANA)
    used, old = desk.token(number, ANA), desk.token(number, ANA)
    desk.say(1, f"/start {used}")
    desk.press(1, "Yes")
    desk.later(minutes=5)
    fresh = desk.token(number, ANA)
    desk.say(2, f"/start {used}")
    desk.say(3, f"/start {fresh[:-1]}{'A' if fresh[-1] != 'A' else 'B'}")
    desk.later(days=7, minutes=1)
    desk.say(4, f"/start {old}")
    desk.say(5, "/start nonsense")

    assert 1 == len({desk.last(user) for user in (2, 3, 4, 5)})


def test_a_link_of_somebody_who_has_left_the_ticket_opens_nothing(desk):
    token = desk.token(desk.opened(LEE), ANA)
    desk.say(1, f"/start {token}")

    assert "This link does not work" in desk.last(1)


def test_neither_links_nor_codes_are_kept_among_the_messages(desk):
    token = desk.token(desk.opened(ANA), ANA)
    desk.say(1, f"/start {token}")
    linked_by_code(desk, 1)
    words = " ".join(row.text for row in desk.kept())

    assert token not in words
    assert code_for(desk, ANA) not in words


# Codes


def test_a_code_opens_every_ticket_of_its_person(desk):
    numbers = [desk.opened(ANA), desk.opened(ANA)]
    linked_by_code(desk, 1)
    desk.say(1, "/status")

    assert account(desk, 1).scope == "own"
    assert {f"WX-{number}" for number in numbers} == {one.split()[0] for one in desk.labels(1)[:2]}


@pytest.mark.parametrize(
    "address",
    [
        ANA,
        "nobody@acme.example",
        "sam@vendor.example",  # an agent
        "support@vendor.example",  # the desk itself
    ],
)
def test_every_address_is_answered_alike_and_only_a_customers_gets_a_code(desk, address):
    desk.say(1, f"/link {address}")

    assert "If we know this address, a code is on its way." in desk.last(1)
    assert (address == ANA) is bool([one for one in desk.mails(address) if one.notice == "chat-code"])


def test_a_code_goes_to_the_address_as_it_is_known_not_as_it_was_typed(desk):
    desk.say(1, "/link ANA@ACME.EXAMPLE")

    assert 1 == len(desk.mails(ANA))


def test_five_wrong_tries_end_a_code(desk):
    desk.say(1, f"/link {ANA}")
    right = code_for(desk, ANA)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    told = []
    for _ in range(5):
        desk.say(1, wrong)
        told.append(desk.last(1))
    desk.say(1, f"/link {LEE}")
    desk.say(1, right)

    assert ["4.", "3.", "2.", "1."] == [one[-2:] for one in told[:4]]
    assert "no code that you could try" in told[4]
    assert account(desk, 1) is None


def test_only_six_digits_are_a_try(desk):
    desk.say(1, f"/link {ANA}")
    for words in ("Where is it?", "12345", "nobody@acme.example"):
        desk.say(1, words)
    desk.say(2, f"/link {ANA}")
    code = code_for(desk, ANA)
    desk.say(2, f"{code[:3]} {code[3:]}")

    assert "chat-code-wrong" not in desk.notices(1)
    assert account(desk, 2)


def test_a_code_is_good_for_ten_minutes_and_for_the_account_that_asked(desk):
    desk.say(1, f"/link {ANA}")
    right = code_for(desk, ANA)
    desk.say(2, "/link nobody@acme.example")
    desk.say(2, right)
    desk.later(minutes=11)
    desk.say(1, right)

    assert account(desk, 1) is None
    assert account(desk, 2) is None


def test_codes_are_sent_three_times_an_hour_to_an_address_whoever_asks(desk):
    for user in range(1, 8):
        desk.say(user, f"/link {ANA}")

    assert 3 == len(desk.mails(ANA))
    assert 1 == len({desk.last(user) for user in range(1, 8)})


def test_codes_are_sent_three_times_an_hour_for_an_account_and_ten_times_a_day(desk):
    many = [f"a{number}@acme.example" for number in range(30)]
    book = "".join(f'[[person]]\nname = "P"\nemail = ["{one}"]\n' for one in many)
    desk.write(lambda work: people.import_people(work, read_book(book, "more.toml")))
    for number, one in enumerate(many):
        desk.say(1, f"/link {one}")
        if number % 5 == 4:
            desk.later(hours=1, minutes=1)

    assert 10 == sum(len(desk.mails(one)) for one in many)


# The end


def test_unlinking_ends_it_and_what_waits_goes_by_mail(desk):
    number = desk.opened(ANA)
    linked_by_code(desk, 1)
    desk.say(1, f"/ticket {number}")
    desk.say(1, "Still so.")
    before = desk.data(1, "Reply")
    desk.say(1, "/unlink")
    desk.press_data(1, before)

    assert "connect your address with" in desk.last(1)
    assert account(desk, 1) is None
    assert desk.ask(lambda work: work.person("1")) is None


@pytest.mark.parametrize(
    ("change", "days"),
    [
        (lambda work, person: people.amend_person(work, person, PersonEntry(email=["new@acme.example"])), 0),
        (lambda work, person: None, 91),
    ],
    ids=["the address changed", "idle"],
)
def test_an_account_ends_with_what_it_stands_on(desk, change, days):
    linked_by_code(desk, 1)
    with desk.store.begin() as work:
        change(work, work.person(ANA))
    desk.later(days=days)
    desk.say(1, "/status")

    assert account(desk, 1) is None
    assert "chat-unlinked" in desk.notices(1)
    assert "chat-list" not in desk.notices(1)


def test_everything_about_an_account_is_on_its_persons_history(desk):
    number = desk.opened(ANA)
    desk.say(1, f"/start {desk.token(number, ANA)}")
    desk.press(1, "Yes")
    linked_by_code(desk, 1)
    desk.say(1, "/unlink")
    person = desk.ask(lambda work: work.person(ANA))
    lines = desk.ask(lambda work: history_of_entry(work, f"person {person.id}"))
    said = [str(one["detail"]) for one in reversed(lines)]

    assert [
        f"linked telegram account {BOT}/1 by {ANA}, for tickets",
        f"linked telegram account {BOT}/1 by {ANA}, for own",
        f"unlinked telegram account {BOT}/1: asked for in the chat",
    ] == said


def test_an_account_that_is_linked_is_not_linked_to_another_person_besides(desk):
    linked_by_code(desk, 1)
    desk.say(1, f"/start {desk.token(desk.opened(LEE), LEE)}")
    desk.say(1, f"/link {LEE}")
    desk.say(1, code_for(desk, LEE))

    assert desk.ask(lambda work: work.person(ANA)).id == account(desk, 1).person
    assert "connected to another address" in desk.last(1)


def test_an_account_that_the_operator_gave_to_somebody_else_is_not_linked():
    book_of_two = (
        '[[person]]\nname = "Ana"\nemail = ["ana@acme.example"]\n[[person]]\nname = "Eve"\ntelegram = "1"\n'
    )
    with chat_desk(book=book_of_two) as desk:
        linked_by_code(desk, 1)

        assert account(desk, 1) is None


# Strangers


def test_a_stranger_is_told_how_to_link_and_nothing_else(desk):
    number = desk.opened(ANA)
    for words in ("/help", "/status", f"/ticket {number}", "/new", f"/close {number}", "/unlink", "Hello?"):
        desk.say(STRANGER, words)

    assert {"chat-welcome"} == set(desk.notices(STRANGER))
    assert {("answer", "not-linked")} == set(desk.fates())


def test_a_stranger_has_a_small_budget_of_answers_an_hour(desk):
    for _ in range(40):
        desk.say(STRANGER, "Hello?")
    at_first = len(desk.said(STRANGER))
    desk.later(hours=1, minutes=1)
    desk.say(STRANGER, "Hello?")

    assert 30 == at_first
    assert 31 == len(desk.said(STRANGER))
    assert 41 == len(desk.kept())


def test_an_idle_account_is_ended_by_the_clock_alone(desk):
    linked_by_code(desk, 1)
    ended = desk.write(lambda work: look_after(work, TUESDAY + timedelta(days=91)))

    assert 1 == ended
    assert account(desk, 1) is None
