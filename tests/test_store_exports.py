"""What commands are told: exports, lists, single records, held messages, clocks, scenarios."""

import json
from datetime import timedelta

import pytest

import stores
from intake.decisions import ChangeClock, Fate, SetStatus
from intake.messages import Address
from intake.scenarios import TicketEntry
from intake.tickets import ClockKind, Status
from intake.work import Hold
from store import clocks, exports, held, outbox, people
from store.scenarios import load_ticket
from stores import NOON, a_clock, an_inbound, an_outbound, keep, open_a_ticket

HOUR = timedelta(hours=1)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


@pytest.fixture
def talked(store):
    """A ticket, opened by mail and acknowledged, with a note, a held mail and a promise not yet kept."""
    with store.begin() as work:
        ticket = open_a_ticket(work, channel="email", clocks=(a_clock(),))
        keep(work, an_inbound(reply="It is down."), ticket, fate=Fate.OPEN, rule="opens")
        sent = work.promise(an_outbound(), ticket, NOON)
        work.promise(an_outbound("r2@vendor.example"), ticket, NOON, held=Hold("no such word"))
        note = an_inbound("note", channel="slack", received_at=NOON + 2 * HOUR, reply="Look at trunk 2.")
        keep(work, note, ticket, public=False)
        keep(work, an_inbound("stranger"), ticket, fate=Fate.HOLD)
    with store.begin() as work:
        outbox.claim(work, "email", "w1", NOON, HOUR, 1)
        outbox.mark_sent(work, sent, "250 ok", NOON + HOUR)
    return store


def test_every_message_accepted_or_sent_is_exported(talked):
    with talked.reading() as work:
        lines = list(exports.exported_messages(work))

    assert [
        ("in", "email", "m1@acme.example", "open", "opens", 1001, NOON.isoformat()),
        ("in", "slack", "note", "append", "a-rule", 1001, (NOON + 2 * HOUR).isoformat()),
        ("in", "email", "stranger", "hold", "a-rule", 1001, NOON.isoformat()),
        ("out", "email", "r1@vendor.example", "sent", "acknowledgement", 1001, (NOON + HOUR).isoformat()),
    ] == [
        tuple(line[key] for key in ("direction", "channel", "message_id", "fate", "rule", "ticket", "at"))
        for line in lines
    ]
    assert json.loads(json.dumps(lines)) == lines


def test_a_ticket_is_exported_with_its_clocks_and_what_was_said(talked):
    with talked.reading() as work:
        (line,) = exports.exported_tickets(work)

    assert (1001, "Calls drop", "open", "standard", "ana@acme.example", []) == tuple(
        line[key] for key in ("number", "subject", "status", "severity", "requester", "participants")
    )
    assert [("resolution", "4h", (NOON + 4 * HOUR).isoformat())] == [
        (clock["kind"], clock["target"], clock["due"]) for clock in line["clocks"]
    ]
    assert [
        ("in", "ana@acme.example", True, "It is down."),
        ("out", "Deskbell", True, "We have it."),
        ("in", "ana@acme.example", False, "Look at trunk 2."),
    ] == [(said["direction"], said["author"], said["public"], said["text"]) for said in line["messages"]]
    assert json.loads(json.dumps(line)) == line


def test_a_customer_in_a_chat_is_named_by_their_name_and_else_by_their_account(store):
    with store.begin() as work:
        ticket = open_a_ticket(work, channel="telegram")
        assert people.link(work, ticket.requester.id, "5000001")
        work.refresh()
        for name, account in (("m1", "5000001"), ("m2", "5000002")):
            keep(work, an_inbound(name, channel="telegram", sender=Address("A nickname", account)), ticket)
    with store.reading() as work:
        (line,) = exports.exported_tickets(work)

    assert [ticket.requester.name, "5000002"] == [said["author"] for said in line["messages"]]


def test_an_export_reads_more_than_one_portion(store, monkeypatch):
    monkeypatch.setattr(exports, "HEARD", exports.HEARD.limit(2))
    monkeypatch.setattr(exports, "NUMBERS", exports.NUMBERS.limit(2))
    with store.begin() as work:
        for number in range(5):
            keep(work, an_inbound(f"{number}@acme.example"), open_a_ticket(work))
    with store.reading() as work:
        messages, tickets = list(exports.exported_messages(work)), list(exports.exported_tickets(work))

    assert [f"{number}@acme.example" for number in range(5)] == [line["message_id"] for line in messages]
    assert [1001, 1002, 1003, 1004, 1005] == [line["number"] for line in tickets]


def test_tickets_and_messages_are_listed_the_newest_first_and_by_what_they_are(talked):
    with talked.begin() as work:
        work.write(SetStatus(Status.SOLVED, "done"), open_a_ticket(work), "sam", NOON)
    with talked.reading() as work:
        everything = [ticket.number for ticket in exports.listed_tickets(work)]
        solved = [ticket.number for ticket in exports.listed_tickets(work, Status.SOLVED)]
        on_hold = [line["id"] for line in exports.listed_messages(work, Fate.HOLD)]
        of_ticket = [line["id"] for line in exports.listed_messages(work, ticket=1001)]

    assert ([1002, 1001], [1002], [3], [3, 2, 1]) == (everything, solved, on_hold, of_ticket)


def test_a_single_message_shows_everything_and_an_absent_one_is_none(talked):
    with talked.reading() as work:
        record = exports.message_record(work, 1)
        absent = exports.message_record(work, 99)

    assert ("open", "opens", "It says so.", "aligned") == tuple(
        record[key] for key in ("fate", "rule", "because", "assurance")
    )
    assert absent is None


# Held messages


def test_a_released_message_belongs_to_its_ticket(talked):
    with talked.begin() as work:
        before = work.ticket(1001).version
        released = held.release(work, 3, 1001, "sam", NOON)
    with talked.begin() as work:
        found = dict(work.tickets_of(["stranger"]))
        fate = work.receipt_for(an_inbound("stranger").identity).fate
        lines = [line["what"] for line in exports.history_of(work, 1001)]
        ticket = work.ticket(1001)

    assert released
    assert {"stranger": 1001} == found
    assert (Fate.APPEND, before + 1, "held message append") == (fate, ticket.version, lines[-1])


@pytest.mark.parametrize(("settle", "fate"), [(held.refuse, Fate.REFUSE), (held.drop, Fate.IGNORE)])
def test_a_held_message_is_settled_once(talked, settle, fate):
    with talked.begin() as work:
        answers = [settle(work, 3, "sam", NOON), settle(work, 3, "mia", NOON)]
    with talked.begin() as work:
        found = work.receipt_for(an_inbound("stranger").identity).fate
        again = held.release(work, 3, 1001, "mia", NOON)
        known = dict(work.tickets_of(["stranger"]))

    assert [True, False] == answers
    assert (fate, False, {}) == (found, again, known)


# Clocks


def test_a_clock_is_due_from_its_next_moment_on_and_no_longer_when_it_has_none(talked):
    with talked.begin() as work:
        before = clocks.due_clocks(work, NOON + 2 * HOUR - timedelta(seconds=1))
        due = clocks.due_clocks(work, NOON + 2 * HOUR)
        change = ChangeClock(ClockKind.RESOLUTION, "met", NOON, NOON + 4 * HOUR, None, "", reason="answered")
        work.write(change, work.ticket(1001), "sam", NOON)
    with talked.begin() as work:
        after, moment = clocks.due_clocks(work, NOON + 9 * HOUR), clocks.next_due(work)
        events = [(event["event"], event["reason"]) for event in clocks.events_of(work, 1001)]

    assert ([], [1001], [], None) == (before, [ticket for ticket, _ in due], after, moment)
    assert [("started", ""), ("met", "answered")] == events


# Scenarios


@pytest.mark.parametrize(
    ("status", "running", "solved", "closed"),
    [
        ("open", True, False, False),
        ("waiting", False, False, False),
        ("solved", False, True, False),
        ("closed", False, True, True),
    ],
)
def test_a_scenario_s_ticket_stands_as_if_it_had_really_happened(store, status, running, solved, closed):
    entry = TicketEntry(
        number=1042,
        subject="Calls drop",
        status=status,
        severity="critical",
        requester="ana@acme.example",
        participants=("bob@acme.example",),
        opened=NOON,
        message_ids=("m1@acme.example",),
        sent_ids=("r1@vendor.example",),
        breached=("resolution",),
    )
    with store.begin() as work:
        written = load_ticket(work, entry, (a_clock(),), NOON + HOUR)
        following = open_a_ticket(work).number
    with store.begin() as work:
        ticket = work.ticket(1042)
        found = work.tickets_of(["m1@acme.example", "r1@vendor.example"])

    assert written == ticket
    assert {"m1@acme.example": 1042, "r1@vendor.example": 1042} == found
    assert (("resolution",), 1043) == (ticket.breached, following)
    assert ["bob@acme.example"] == [person.address.address for person in ticket.participants]
    assert (running, solved, closed) == (
        ticket.clocks[0].is_running,
        ticket.solved_at is not None,
        ticket.closed_at is not None,
    )


def test_scenario_tickets_may_come_in_any_order_of_their_numbers(store):
    with store.begin() as work:
        for number in (1042, 1000, 1041):
            load_ticket(work, TicketEntry(number=number, requester="ana@acme.example"), (), NOON)
    with store.reading() as work:
        assert [1042, 1041, 1000] == [ticket.number for ticket in exports.listed_tickets(work)]
