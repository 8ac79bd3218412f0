"""Answers that wait to be undone: whose they are, when they are due, and that each is taken once."""

from datetime import timedelta

import pytest

import stores
from store import undoable
from store.chat_tables import drafts
from store.undoable import ANSWER, CLOSING, PREVIEW, UNDONE, Waiting
from stores import NOON, open_a_ticket

SOON = NOON + timedelta(seconds=10)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def kept(work, kind=ANSWER, due_at=SOON):
    number = open_a_ticket(work).number
    work.flush()
    return undoable.keep(work, Waiting("U1", "T/C/1", number, kind, {"text": "Hello"}, due_at), NOON)


@pytest.mark.parametrize(
    ("kind", "account", "is_theirs"),
    [
        (ANSWER, "U1", True),
        (ANSWER, "U2", False),  # another's answer
        (PREVIEW, "U1", False),  # what is on its way is no preview any more
    ],
)
def test_an_answer_is_taken_by_its_author_and_as_what_it_is(store, kind, account, is_theirs):
    with store.begin() as work:
        taken = undoable.take(work, kept(work), kind, account)

    assert is_theirs is (taken is not None)


@pytest.mark.parametrize(
    ("account", "place", "source", "is_found"),
    [
        ("U1", "T/C/1", "1.2", True),
        ("U2", "T/C/1", "1.2", False),
        ("U1", "T/C/2", "1.2", False),
        ("U1", "T/C/1", "1.3", False),
    ],
)
def test_what_waits_is_found_by_the_message_it_was_written_in(store, account, place, source, is_found):
    with store.begin() as work:
        body = {"text": "Hello", "source": "1.2"}
        ticket = open_a_ticket(work).number
        work.flush()
        number = undoable.keep(work, Waiting("U1", "T/C/1", ticket, PREVIEW, body), NOON)
        found = undoable.of_source(work, account, place, source)

    assert (number if is_found else 0) == (found.id if found else 0)


def test_what_was_taken_is_taken_once(store):
    with store.begin() as work:
        number = kept(work)
        first = undoable.take(work, number, ANSWER, "U1")
        second = undoable.take(work, number, ANSWER, "U1")

    assert ({"text": "Hello"}, None) == (first and first.body, second)


def test_the_number_of_what_was_taken_is_given_to_no_other_answer(store):
    with store.begin() as work:
        first = kept(work)
        undoable.take(work, first, ANSWER, "U1")
        second = kept(work)
        late = undoable.take(work, first, ANSWER, "U1")  # Undo, pressed long after it went out
        left = undoable.look(work, second, ANSWER, "U1")

    assert (None, True) == (late, left is not None)


def test_what_was_taken_meanwhile_is_not_put_off_and_due_again(store):
    with store.begin() as work:
        number = kept(work)
        undoable.take(work, number, ANSWER, "U1")
        undoable.postpone(work, number, SOON)

        assert [] == undoable.due(work, SOON)


def test_what_is_left_of_what_was_taken_holds_no_words_and_is_forgotten_after_a_day(store):
    with store.begin() as work:
        undoable.take(work, kept(work), ANSWER, "U1")
        words = [row.body for row in work.connection.execute(drafts.select())]
        gone = undoable.forget_old(work, NOON + timedelta(hours=25))

    assert ([{}], 1) == (words, gone)


@pytest.mark.parametrize(
    ("due_at", "seconds", "is_due"), [(SOON, 9, False), (SOON, 10, True), (None, 100, False)]
)
def test_an_answer_is_due_when_it_cannot_be_undone_any_more(store, due_at, seconds, is_due):
    with store.begin() as work:
        kept(work, due_at=due_at)
        found = undoable.due(work, NOON + timedelta(seconds=seconds))

    assert is_due is bool(found)


def test_an_answer_that_is_postponed_is_due_later(store):
    with store.begin() as work:
        undoable.postpone(work, kept(work), SOON + timedelta(minutes=1))
        found = undoable.due(work, SOON)

    assert [] == found


def test_a_try_that_a_fault_ended_is_counted_and_the_next_one_is_later(store):
    with store.begin() as work:
        number = kept(work)
        for minute in (1, 2):
            (one,) = undoable.due(work, SOON + timedelta(minutes=minute))
            undoable.failed(work, one, SOON + timedelta(minutes=minute + 1), "KeyError")
        found = undoable.look(work, number, ANSWER, "U1")

    assert found
    assert (2, "KeyError", SOON + timedelta(minutes=3)) == (found.tries, found.fault, found.due_at)


def test_what_is_stopped_is_kept_and_said_again_where_somebody_wants_that(store):
    with store.begin() as work:
        number = kept(work)
        (one,) = undoable.due(work, SOON)
        undoable.failed(work, one, SOON, "KeyError")
        stopped = [undoable.stop(work, one) for _ in range(2)]
        left = undoable.due(work, SOON)
        wanted = [undoable.again(work, number, ticket, SOON) for ticket in (one.ticket + 1, one.ticket)]
        (back,) = undoable.due(work, SOON)

    assert ([True, False], [], [False, True]) == (stopped, left, wanted)
    assert (0, "", {"text": "Hello"}) == (back.tries, back.fault, back.body)


def test_what_was_said_or_taken_back_is_not_said_again(store):
    with store.begin() as work:
        number = kept(work)
        (one,) = undoable.due(work, SOON)
        undoable.take(work, number, ANSWER, "U1")

        assert not undoable.stop(work, one)
        assert not undoable.again(work, number, one.ticket, SOON)


def test_previews_and_what_was_taken_back_are_forgotten_after_a_day_and_what_goes_out_never(store):
    with store.begin() as work:
        for kind in (ANSWER, CLOSING):
            kept(work, kind)
        for kind in (PREVIEW, UNDONE):
            kept(work, kind, None)
        gone = undoable.forget_old(work, NOON + timedelta(hours=25))
        left = undoable.due(work, SOON)

    assert (2, [ANSWER, CLOSING]) == (gone, [one.kind for one in left])


def test_what_is_due_is_put_off_by_one_process_only(store):
    later = SOON + timedelta(minutes=1)
    with store.begin() as work:
        kept(work)
        (one,) = undoable.due(work, SOON)
        taken = [undoable.lease(work, one, later) for _ in range(2)]
        left = undoable.due(work, SOON)

    assert [True, False] == taken
    assert [] == left
