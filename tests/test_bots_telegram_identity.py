"""A stranger learns nothing by guessing: not by what is answered, and not by how long that takes."""

import re
import secrets
from collections.abc import Callable

import pytest
from sqlalchemy import event

from bots.telegram.flows import linking
from bots.telegram.heard import Heard, HeardKind
from bots.telegram.identity import known, ticket_seen
from bots.telegram.saying import button_of
from bots.telegram.turn import Limits, Turn
from chat_desk import BOT, ChatDesk, chat_desk, place
from intake.messages import Raw
from store import accounts, codes
from store.inbox import Waiting

pytestmark = pytest.mark.slow

ANA, LEE = "ana@acme.example", "lee@liberty.example"
STRANGER = 666
GUESSES = 10_000


@pytest.fixture
def desk():
    with chat_desk() as one:
        one.linked(1, ANA)
        one.linked(STRANGER, LEE)
        yield one


def a_turn(desk: ChatDesk, work, user: int = STRANGER, **limits: int) -> Turn:
    heard = Heard(1, BOT, user, user, HeardKind.MESSAGE, desk.now, 7)
    raw = Raw("telegram", "bot", b"", desk.now)
    turn = Turn(work, heard, Waiting(1, raw, 1), (), desk.setup, desk.now, Limits(**limits))
    account, person, _ = known(turn)
    return Turn(work, heard, turn.waiting, (), desk.setup, desk.now, Limits(**limits), account, person)


def test_ten_thousand_guesses_of_links_find_none(desk):
    number = desk.opened(ANA)
    real = desk.token(number, ANA)
    guessed = [secrets.token_urlsafe(30)[:39] for _ in range(GUESSES // 2)]
    guessed += [real[:20] + secrets.token_urlsafe(20)[:19] for _ in range(GUESSES // 2)]  # the MAC alone

    assert [] == [one for one in guessed if desk.setup.addresses.start_in(one, desk.now)]


def test_guesses_of_buttons_find_none_of_others(desk):
    desk.opened(ANA)
    desk.say(1, "/status")
    real = desk.data(1, "Close")

    def guess(work):
        guessed = [f"v:{secrets.token_urlsafe(12)}" for _ in range(GUESSES // 5)]
        guessed += [real, real[:-1], "", "v:"]
        return [button_of(work, one, place(STRANGER), desk.now) for one in guessed]

    assert {None} == set(desk.ask(guess))


def test_guesses_of_numbers_find_none_of_others(desk):
    for _ in range(5):
        desk.opened(ANA)
    mine = desk.opened(LEE)

    def guess(work):
        turn = a_turn(desk, work)
        return [number for number in range(900, 900 + GUESSES // 5) if ticket_seen(turn, number)]

    assert [mine] == desk.ask(guess)


def asked(desk, act: Callable[[], object]) -> list[str]:
    """What the store is asked meanwhile, without the values: the same questions take the same time."""
    statements: list[str] = []

    def note(connection, cursor, statement, *_: object) -> None:
        statements.append(re.sub(r"[(][?, ]+[)]", "(?)", statement))

    for engine in (desk.store.engine, desk.store._reader):
        event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        for engine in (desk.store.engine, desk.store._reader):
            event.remove(engine, "before_cursor_execute", note)
    assert statements
    return statements


def test_a_ticket_of_others_costs_the_same_questions_as_none(desk):
    theirs = desk.opened(ANA)

    def look(number):
        with desk.store.reading() as work:
            ticket_seen(a_turn(desk, work), number)

    assert asked(desk, lambda: look(9999)) == asked(desk, lambda: look(theirs))


def test_an_address_that_is_known_costs_the_same_questions_as_one_that_is_not(desk):
    users = iter(range(10_000, 20_000))

    def ask(address):
        with desk.store.begin() as work:
            work.connection.execute(codes.codes.delete())  # the limits are another test's
            linking.address_given(a_turn(desk, work, next(users)), address)

    assert asked(desk, lambda: ask("nobody@acme.example")) == asked(desk, lambda: ask(ANA))


@pytest.mark.slow
def test_a_stranger_who_tries_everything_hears_one_of_three_texts(desk):
    number = desk.opened(ANA)
    links = [f"/start {secrets.token_urlsafe(30)[:39]}" for _ in range(200)]
    numbers = [f"/ticket {one}" for one in range(number - 100, number + 100)]
    for words in (*links, *numbers, *(f"{one:06}" for one in range(200))):
        desk.say(777, words)
    texts = set(desk.said(777))

    assert len(texts) <= 3
    assert not any("Calls drop" in one for one in texts)
    assert desk.ask(lambda work: accounts.account_at(work, "telegram", place(777))) is None


def test_codes_cannot_be_sprayed_from_many_accounts(desk):
    """Fifteen tries of a million an hour for an address, however many ask."""
    for user in range(100, 140):
        desk.say(user, f"/link {ANA}")
    tries = desk.ask(lambda work: codes.sent_in_all(work, desk.now - codes.HOUR)) * codes.MOST_TRIES

    assert 15 == tries


def test_all_codes_together_have_a_limit(desk):
    with desk.store.begin() as work:
        for number in range(30):
            turn = a_turn(desk, work, 500 + number, codes_an_hour=10)
            linking.address_given(turn, f"a{number}@elsewhere.example")

        assert 10 == codes.sent_in_all(work, desk.now - codes.HOUR)
