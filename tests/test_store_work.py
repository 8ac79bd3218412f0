"""One transaction: what it keeps, what it knows, and what becomes of it when it fails."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

import stores
from intake.decisions import (
    AddParticipant,
    ChangeClock,
    Fate,
    SetField,
    SetSeverity,
    SetStatus,
    Step,
)
from intake.errors import StoreConflict
from intake.messages import Address, Assurance, Attachment, Envelope
from intake.tickets import ClockKind, Role, Status
from store import exports, inbox
from store.desk import SqlStore
from store.engine import retrying
from store.tables import metadata
from stores import (
    ANA,
    BOB,
    NOON,
    a_clock,
    a_decision,
    a_raw,
    an_inbound,
    an_outbound,
    keep,
    open_a_ticket,
)

HOUR = timedelta(hours=1)


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def count(store, table):
    with store.looking() as connection:
        return connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar()


def a_filed_ticket(store, **fields):
    with store.begin() as work:
        ticket = open_a_ticket(work, **fields)
        keep(work, an_inbound(), ticket, fate=Fate.OPEN)
    return ticket.number


# Numbers and marks


def test_tickets_are_numbered_without_gaps_from_the_first_number(store):
    with store.begin() as work:
        numbers = [open_a_ticket(work).number for _ in range(3)]
    with store.begin() as work:
        numbers.append(open_a_ticket(work).number)

    assert [1001, 1002, 1003, 1004] == numbers


def test_a_number_of_a_transaction_that_failed_is_given_again(store):
    with pytest.raises(ZeroDivisionError), store.begin() as work:
        _ = open_a_ticket(work).number / 0
    with store.begin() as work:
        number = open_a_ticket(work).number

    assert number == 1001


def test_the_mark_of_an_installation_is_made_once(store):
    again = SqlStore(store.engine)

    assert len(store.mark) == 16
    assert store.mark == again.mark


# The same message twice


def test_a_message_that_was_kept_gives_its_first_receipt(store):
    inbound = an_inbound()
    with store.begin() as work:
        number = keep(work, inbound, open_a_ticket(work), rule="follow-up", reply="added")
    with store.begin() as work:
        receipt = work.receipt_for(inbound.identity)

    assert (number, Fate.APPEND, "follow-up", "added", 1001) == (
        receipt.message,
        receipt.fate,
        receipt.rule,
        receipt.reply,
        receipt.ticket,
    )
    assert receipt.authenticated
    assert receipt.duplicate


def test_a_group_knows_the_message_that_it_has_just_kept(store):
    inbound = an_inbound()
    with store.begin() as work:
        work.look_ahead([inbound.identity], [], [], [])
        assert work.receipt_for(inbound.identity) is None
        number = keep(work, inbound, open_a_ticket(work))
        receipt = work.receipt_for(inbound.identity)

    assert number == receipt.message


def test_a_second_delivery_is_one_more_receipt_and_no_message(store):
    inbound, raw = an_inbound(), a_raw()
    with store.begin() as work:
        number = work.keep(raw, inbound, a_decision(Fate.HOLD), None, NOON)
        work.add_receipt(replace(raw, source="another mailbox"), inbound.identity, number)
    with store.begin() as work:
        work.add_receipt(raw, inbound.identity, number)
    with store.reading() as work:
        sources = [each.source for each in inbox.deliveries_of(work, number)]

    assert ["mail", "another mailbox", "mail"] == sources
    assert (1, 1, 3) == (count(store, "messages"), count(store, "raws"), count(store, "inbox"))


def test_two_who_keep_the_same_message_at_once_are_told_that_they_met(store):
    """The last resort across processes: the database refuses the second one."""
    inbound = an_inbound()
    with store.begin() as work:
        keep(work, inbound)
    with pytest.raises(StoreConflict), store.begin() as work:
        keep(work, inbound)  # having asked before the other's commit, it knows no better

    assert count(store, "messages") == 1


def test_another_message_with_the_same_message_id_is_flagged(store):
    with store.begin() as work:
        first = keep(work, an_inbound("same@acme.example"))
        second = keep(work, an_inbound("other@acme.example"))
    with store.begin() as work:
        third = keep(work, an_inbound("same@acme.example", text="Something else."))
    with store.reading() as work:
        flags = [exports.message_record(work, one)["flagged"] for one in (first, second, third)]

    assert ["", "", "another message has the same Message-ID"] == flags


def test_the_bytes_of_a_message_come_back_as_they_were(store):
    raw = a_raw(b"\x00\xff" * 5000, envelope=Envelope("ana@acme.example", ("support@vendor.example",), "::1"))
    with store.begin() as work:
        number = work.keep(raw, an_inbound(), a_decision(Fate.HOLD), None, NOON)
    with store.reading() as work:
        body, deliveries = inbox.raw_of(work, number), inbox.deliveries_of(work, number)

    assert raw.body == body
    assert [raw] == deliveries


# Threads


@pytest.mark.parametrize(
    ("fate", "found"),
    [
        (Fate.OPEN, {"m1@acme.example": 1001}),
        (Fate.APPEND, {"m1@acme.example": 1001}),
        (Fate.HOLD, {}),  # a stranger's mail must not become a way in
        (Fate.IGNORE, {}),
        (Fate.REFUSE, {}),
    ],
)
def test_a_filed_message_is_a_way_to_its_ticket_and_no_other_is(store, fate, found):
    with store.begin() as work:
        keep(work, an_inbound(), open_a_ticket(work), fate=fate)
        within = dict(work.tickets_of(["m1@acme.example", "unknown@acme.example"]))
    with store.begin() as work:
        after = dict(work.tickets_of(["m1@acme.example", "unknown@acme.example"]))

    assert (found, found) == (within, after)


def test_what_we_say_on_a_ticket_is_a_way_to_it(store):
    with store.begin() as work:
        work.look_ahead([], [], ["r1@vendor.example"], [])
        work.promise(an_outbound(), open_a_ticket(work), NOON)
        within = dict(work.tickets_of(["r1@vendor.example"]))
    with store.begin() as work:
        after = dict(work.tickets_of(["r1@vendor.example"]))

    assert ({"r1@vendor.example": 1001},) * 2 == (within, after)


def test_a_message_id_stays_with_the_ticket_that_had_it_first(store):
    with store.begin() as work:
        keep(work, an_inbound(), open_a_ticket(work), fate=Fate.OPEN)
    with store.begin() as work:
        keep(work, an_inbound(text="forged"), open_a_ticket(work), fate=Fate.OPEN)
        within = dict(work.tickets_of(["m1@acme.example"]))
    with store.begin() as work:
        after = dict(work.tickets_of(["m1@acme.example"]))

    assert ({"m1@acme.example": 1001},) * 2 == (within, after)


def test_a_held_message_that_used_a_message_id_before_does_not_keep_it_from_a_ticket(store):
    with store.begin() as work:
        keep(work, an_inbound(text="forged"))
    with store.begin() as work:
        keep(work, an_inbound(), open_a_ticket(work), fate=Fate.OPEN)
    with store.begin() as work:
        found = dict(work.tickets_of(["m1@acme.example"]))

    assert {"m1@acme.example": 1001} == found


def test_the_next_mail_answers_the_last_one_that_was_filed(store):
    with store.begin() as work:
        ticket = open_a_ticket(work)
        keep(work, an_inbound("a@acme.example"), ticket, fate=Fate.OPEN)
        keep(work, an_inbound("b@acme.example", references=("a@acme.example", "x@acme.example")), ticket)
        keep(work, an_inbound("held@acme.example"), ticket, fate=Fate.HOLD)
    with store.begin() as work:
        ticket = work.ticket(1001)

    assert ticket.last_message_id == "b@acme.example"
    assert ("a@acme.example", "x@acme.example", "b@acme.example") == ticket.references


def test_a_long_thread_keeps_its_first_and_last_ten(store):
    ids = [f"{number}@acme.example" for number in range(40)]
    with store.begin() as work:
        ticket = open_a_ticket(work)
        for one in ids:
            keep(work, an_inbound(one), ticket)
    with store.begin() as work:
        references = work.ticket(1001).references

    assert tuple(ids[:10] + ids[-10:]) == references


def test_a_ticket_from_the_portal_hangs_its_thread_on_our_first_mail_to_the_requester(store):
    with store.begin() as work:
        ticket = open_a_ticket(work)
        work.promise(an_outbound("agents@vendor.example", recipient=BOB), ticket, NOON)
        work.promise(an_outbound("first@vendor.example"), ticket, NOON)
        work.promise(an_outbound("second@vendor.example"), ticket, NOON)
    with store.begin() as work:
        ticket = work.ticket(1001)

    assert ticket.last_message_id == "first@vendor.example"


def test_ids_of_any_length_are_looked_up(store):
    long = "x" * 200_000 + "@acme.example"
    with store.begin() as work:
        keep(work, an_inbound(long), open_a_ticket(work))
    with store.begin() as work:
        found = dict(work.tickets_of([long]))

    assert {long: 1001} == found


def test_more_keys_than_a_statement_takes_are_looked_up_in_portions(store):
    with store.begin() as work:
        keep(work, an_inbound(), open_a_ticket(work))
    with store.begin() as work:
        work.look_ahead([], [], [*(f"{n}@x" for n in range(2500)), "m1@acme.example"], [])

        assert {"m1@acme.example": 1001} == work.tickets_of(["m1@acme.example"])


# Changes


def test_an_opened_ticket_is_read_as_it_was_written(store):
    with store.begin() as work:
        earlier = open_a_ticket(work).number
        written = open_a_ticket(
            work,
            team="voice",
            product="PBX",
            release="3.1",
            predecessor=earlier,
            fields={"kind": "incident"},
            clocks=(a_clock(), a_clock(ClockKind.FIRST_RESPONSE, 1)),
        )
    with store.begin() as work:
        read = work.ticket(written.number)

    assert written == read
    assert ("Ana", ("ana@acme.example",), Role.END_USER) == (
        read.requester.name,
        read.requester.emails,
        read.requester.role,
    )


def test_somebody_who_is_recorded_already_is_not_recorded_again(store):
    with store.begin() as work:
        open_a_ticket(work)
        open_a_ticket(work, requester=Address("", "ANA@acme.example"))
    with store.reading() as work:
        same = work.person("Ana@Acme.example")

    assert count(store, "people") == 1
    assert same.name == "Ana"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (SetStatus(Status.SOLVED, "done"), {"status": Status.SOLVED, "solved_at": NOON}),
        (SetStatus(Status.CLOSED, "done"), {"status": Status.CLOSED, "closed_at": NOON}),
        (SetStatus(Status.OPEN, "again"), {"status": Status.OPEN, "solved_at": None}),
        (SetSeverity("critical", "calls drop"), {"severity": "critical"}),
        (SetField("team", "voice"), {"team": "voice"}),
        (SetField("subject", "Calls\x00 drop"), {"subject": "Calls drop"}),
        (SetField("assignee", ""), {"assignee": None}),
    ],
)
def test_a_change_is_in_the_snapshot_and_in_the_row_and_moves_the_version(store, change, expected):
    number = a_filed_ticket(store)
    with store.begin() as work:
        before = work.ticket(number)
        written = work.write(change, before, "sam", NOON)
    with store.begin() as work:
        read = work.ticket(number)

    assert expected == {name: getattr(read, name) for name in expected}
    assert written == read
    assert before.version + 1 == read.version


def test_every_change_leaves_a_line_on_the_history(store):
    number = a_filed_ticket(store)
    with store.begin() as work:
        ticket = work.write(SetStatus(Status.WAITING, "asked back"), work.ticket(number), "sam", NOON)
        work.write(SetField("team", "voice"), ticket, "sam", NOON)
    with store.reading() as work:
        lines = [(line["actor"], line["what"], line["detail"]) for line in exports.history_of(work, number)]

    assert [
        ("ana@acme.example", "opened", "by portal, severity standard"),
        ("sam", "status", "open -> waiting: asked back"),
        ("sam", "team", "voice"),
    ] == lines


def test_a_participant_joins_once(store):
    number = a_filed_ticket(store)
    with store.begin() as work:
        for who in (BOB, BOB, ANA):
            work.write(AddParticipant(who, None, "asked"), work.ticket(number), "sam", NOON)
    with store.begin() as work:
        ticket = work.ticket(number)

    assert ["bob@acme.example"] == [person.address.address for person in ticket.participants]


def test_a_clock_is_paused_resumed_and_met(store):
    with store.begin() as work:
        ticket = open_a_ticket(work, clocks=(a_clock(),))
        for event, hours in (("paused", 1), ("resumed", 2), ("met", 3), ("resumed", 4)):
            at = NOON + hours * HOUR
            change = ChangeClock(ClockKind.RESOLUTION, event, at, NOON + 5 * HOUR, at + HOUR, "80%")
            ticket = work.write(change, ticket, "sam", at)
    with store.begin() as work:
        clock = work.ticket(1001).clock(ClockKind.RESOLUTION)

    assert ticket.clocks == (clock,)
    assert ((NOON + HOUR, NOON + 2 * HOUR), (NOON + 3 * HOUR, NOON + 4 * HOUR)) == clock.pauses
    assert clock.is_running
    assert NOON + 5 * HOUR == clock.next_at


def test_a_change_stands_on_the_one_before_it_though_the_caller_holds_an_old_snapshot(store):
    with store.begin() as work:
        old = open_a_ticket(work)
        work.write(SetField("team", "voice"), old, "sam", NOON)
        new = work.write(SetField("product", "PBX"), old, "sam", NOON)

    assert ("voice", "PBX", 3) == (new.team, new.product, new.version)


def test_the_budget_counts_what_was_promised_automatically_in_this_group_too(store):
    with store.begin() as work:
        work.promise(an_outbound("1@v"), None, NOON - HOUR)
        work.promise(an_outbound("2@v"), None, NOON)
    with store.begin() as work:
        work.promise(an_outbound("3@v"), None, NOON)
        work.promise(an_outbound("4@v", automatic="no"), None, NOON)  # a person's own words
        work.promise(an_outbound("5@v", recipient=BOB), None, NOON)
        counts = [
            work.promised_since("Ana@acme.example", NOON),
            work.promised_since("ana@acme.example", NOON - HOUR),
            work.promised_since("bob@acme.example", NOON),
            work.promised_since("eve@acme.example", NOON),
        ]

    assert [2, 3, 1, 0] == counts


@pytest.mark.parametrize("number", [-1, 0, 2**31, 2**63, 10**40])
def test_a_number_that_no_ticket_can_have_is_nobody_s(store, number):
    with store.begin() as work:
        work.look_ahead([], [], [], [number])
        found = work.ticket(number), work.person_by_id(number), work.organisation(number)
        ticket = open_a_ticket(work, predecessor=number)

    assert (None, None, None) == found
    assert ticket.predecessor == 0


def test_looking_for_what_a_database_refuses_finds_nothing(store):
    nasty = "\x00\ud800"
    with store.begin() as work:
        work.look_ahead([nasty], [f"a@{nasty}"], [nasty], [])
        found = work.receipt_for(nasty), work.person(nasty), work.agent(nasty), work.organisation_of(nasty)

    assert (None, None, None, None) == found


def test_attachments_of_one_part_are_each_kept(store):
    files = tuple(
        Attachment(f"{n}.txt", "text/plain", 3, "00", inline=False, position=1 - n) for n in (0, 1, 1)
    )
    with store.begin() as work:
        number = keep(work, an_inbound(attachments=files))
    with store.reading() as work:
        kept = [
            (each["filename"], each["part"]) for each in exports.message_record(work, number)["attachments"]
        ]

    assert [("0.txt", 1), ("1.txt", 0), ("1.txt", 0)] == kept


# What a database refuses


def test_text_without_what_a_database_refuses_is_kept_the_same_on_both(store):
    nasty = "nul\x00 lone\ud800 emoji\U0001f600"
    inbound = an_inbound(
        subject=nasty,
        text=nasty,
        sender=Address(nasty, "ana@acme.example"),
        attachments=(Attachment(nasty, "text/plain", 3, "00", inline=False),),
    )
    with store.begin() as work:
        ticket = open_a_ticket(work, subject=nasty, fields={"kind": nasty})
        number = keep(
            work, inbound, ticket, because=nasty, trace=(Step("a\x00guard", holds=True, saw=nasty),)
        )
        work.promise(an_outbound(nasty, body=nasty, references=(nasty,)), ticket, NOON)
    with store.reading() as work:
        record, read = exports.message_record(work, number), work.ticket(1001)

    kept = "nul lone? emoji\U0001f600"
    assert [kept] * 5 == [
        record["subject"],
        record["text"],
        record["because"],
        record["trace"][0]["saw"],
        record["attachments"][0]["filename"],
    ]
    assert (kept, kept) == (read.subject, read.fields["kind"])


# Many at once, and failure


def test_a_transaction_that_fails_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store)

    assert {0} == {count(store, table) for table in metadata.tables if table != "meta"}


def write_and_fail(store):
    with store.begin() as work:
        ticket = open_a_ticket(work, clocks=(a_clock(),))
        keep(work, an_inbound(), ticket)
        work.promise(an_outbound(), ticket, NOON)
        work.flush()
        _ = 1 / 0


def test_what_is_written_while_reading_is_known_and_then_forgotten(store):
    with store.reading() as work:
        keep(work, an_inbound(), open_a_ticket(work))

        assert work.ticket(1001).last_message_id == "m1@acme.example"
        assert work.tickets_of(["m1@acme.example"])
    assert count(store, "tickets") == 0


def test_of_many_who_write_on_one_ticket_at_once_none_is_lost(store):
    number = a_filed_ticket(store)

    def raise_the_version(times):
        for _ in range(times):
            retrying(lambda: one_change(store, number))

    threads = [threading.Thread(target=raise_the_version, args=(20,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.begin() as work:
        ticket = work.ticket(number)

    assert 2 + 60 == ticket.version
    assert str(2 + 60) == ticket.release


def one_change(store, number):
    with store.begin() as work:
        ticket = work.ticket(number)
        work.write(SetField("release", str(ticket.version + 1)), ticket, "sam", NOON)


def test_those_who_open_tickets_at_once_get_numbers_without_gaps(store):
    def open_some():
        for _ in range(10):
            with store.begin() as work:
                open_a_ticket(work, requester=Address("", f"{threading.get_ident()}@acme.example"))

    threads = [threading.Thread(target=open_some) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.reading() as work:
        numbers = [ticket.number for ticket in exports.listed_tickets(work)]

    assert list(range(1030, 1000, -1)) == numbers


@pytest.mark.parametrize(("assurance", "known"), [(Assurance.ALIGNED, True), (Assurance.NONE, False)])
def test_a_message_is_somebody_s_only_if_they_proved_it(store, assurance, known):
    with store.begin() as work:
        ticket = open_a_ticket(work)
        number = keep(work, an_inbound(), ticket, assurance=assurance)
    with store.looking() as connection:
        messages = metadata.tables["messages"]
        person = connection.execute(select(messages.c.person).where(messages.c.id == number)).scalar()

    assert known == (person is not None)
