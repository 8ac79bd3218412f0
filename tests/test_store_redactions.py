"""A secret that was sent is nowhere any more, and the history says that it was taken out."""

import pytest
from sqlalchemy import LargeBinary, select

import stores
from intake.decisions import Fate, NoteOnHistory, Step
from store import exports, inbox
from store.redactions import redact
from store.tables import metadata
from stores import NOON, an_inbound, an_outbound, keep, open_a_ticket

SECRET = "hunter2"


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def everything_in(store):
    with store.looking() as connection:
        return " ".join(
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(
                select(*(column for column in table.c if not isinstance(column.type, LargeBinary)))
            )
        )


def test_a_secret_is_taken_out_everywhere_and_the_rest_stays(store):
    with store.begin() as work:
        ticket = open_a_ticket(work, subject=f"Login {SECRET}", fields={"version": SECRET})
        trace = (Step("secret", holds=True, saw=f"it saw {SECRET}"),)
        inbound = an_inbound(text=f"The password is {SECRET}.", reply=SECRET, subject=SECRET)
        number = keep(work, inbound, ticket, trace=trace)
        quoting = keep(work, an_inbound("quotes", text=f"> {SECRET}"), ticket)
        work.promise(an_outbound(body=f"You wrote {SECRET}."), ticket, NOON)
        work.write(NoteOnHistory("seen", SECRET), ticket, "router", NOON)
    with store.begin() as work:
        redacted = redact(work, number, [SECRET, ""], "sam", NOON)
        record, line = exports.message_record(work, number), exports.history_of(work, 1001)[-1]
        bodies = [inbox.raw_of(work, one) for one in (number, quoting)]

    assert SECRET not in everything_in(store)
    assert redacted == 5
    assert "The password is [redacted]." == record["text"]
    assert ("sam", "redacted") == (line["actor"], line["what"])
    assert [None, None] == bodies


def test_a_message_without_a_ticket_is_redacted_alone(store):
    with store.begin() as work:
        number = keep(work, an_inbound(text=SECRET), fate=Fate.HOLD)
        other = keep(work, an_inbound("other", text=SECRET), fate=Fate.HOLD)
    with store.begin() as work:
        redacted = redact(work, number, [SECRET], "sam", NOON)
        texts = [exports.message_record(work, one)["text"] for one in (number, other)]
        kept = inbox.raw_of(work, other)

    assert (1, ["[redacted]", SECRET]) == (redacted, texts)
    assert kept


def test_nothing_to_redact_changes_nothing(store):
    with store.begin() as work:
        number = keep(work, an_inbound(), fate=Fate.HOLD)
    with store.begin() as work:
        answers = [redact(work, number, [""], "sam", NOON), redact(work, 99, [SECRET], "sam", NOON)]
        kept = inbox.raw_of(work, number)

    assert [0, 0] == answers
    assert kept
