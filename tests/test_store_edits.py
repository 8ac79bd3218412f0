"""Messages that were changed in a chat say the new words; the old ones are kept, and can be redacted."""

import pytest

import stores
from intake.redaction import Eraser, Wanted
from store import edits, redactions
from store.exports import conversation, history_of
from stores import NOON, an_inbound, keep, open_a_ticket


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


@pytest.fixture
def said(store):
    with store.begin() as work:
        ticket = open_a_ticket(work)
        return ticket.number, keep(work, an_inbound(), ticket)


def test_an_edited_message_says_the_new_words_and_keeps_the_old_ones(store, said):
    ticket, message = said
    with store.begin() as work:
        edit = edits.edit(work, message, "They drop at noon.", "ana", NOON)
    with store.reading() as work:
        told = [one["text"] for one in conversation(work, ticket)]
        versions = edits.versions_of(work, message)
        last = history_of(work, ticket)[-1]

    assert (ticket, "They drop.") == (edit.ticket, edit.before)
    assert ["They drop at noon."] == told
    assert [(NOON, "edited", "They drop.")] == versions
    assert ("ana", "edited", f"message {message}") == (last["actor"], last["what"], last["detail"])


def test_what_was_taken_back_is_not_shown_any_more(store, said):
    ticket, message = said
    with store.begin() as work:
        edits.take_back(work, message, "sam", NOON)
    with store.reading() as work:
        assert [""] == [one["text"] for one in conversation(work, ticket)]


@pytest.mark.parametrize(("message", "text"), [(0, "They drop."), (99, "New.")])
def test_nothing_is_noted_where_nothing_changes(store, said, message, text):
    with store.begin() as work:
        assert edits.edit(work, message or said[1], text, "ana", NOON) is None
        assert edits.versions_of(work, message or said[1]) == []


def test_a_secret_goes_from_the_earlier_versions_too(store, said):
    ticket, message = said
    with store.begin() as work:
        edits.edit(work, message, "my password is Tr0ub4dor", "ana", NOON)
        edits.edit(work, message, "never mind", "ana", NOON)
    with store.reading() as work:
        found = redactions.find(work, ticket, 0, Eraser((Wanted("Tr0ub4dor", "password"),)))

    assert {"earlier version": 1} == found.counts
