"""Which ticket is meant: what counts as a reference, and how evidence is weighed."""

import pytest

from builders import TUESDAY, a_desk, an_inbound
from intake.decisions import MatchedBy
from intake.evidence import clues_in, numbers_in, reference_pattern, settle, weigh
from intake.messages import Address, Envelope
from intake.tokens import Addresses, Keys

WX = reference_pattern("WX-{number}")
ADDRESSES = Addresses(a_desk(), Keys(b"0123456789abcdef"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("[WX-1042] news", (1042,)),
        ("Re: wx-1042", (1042,)),
        ("(WX-1042)", (1042,)),
        ("ticket 70", (70,)),
        ("Ticket #70 and case 71", (70, 71)),
        ("ticket no. 70", (70,)),
        ("Ticket: 70", (70,)),
        ("#70", (70,)),
        ("WX-1 WX-1", (1,)),
        ("1042", ()),
        ("WX 1042", ()),
        ("AWX-1042", ()),
        ("WX-1042b", ()),
        ("WX-12345678901", ()),
        ("tickets 70", ()),
        ("suitcase 70", ()),
        ("PR#70", ()),
        ("&#70;", ()),
        ("ISY-70", ()),
        ("", ()),
    ],
)
def test_a_reference_counts_in_full_or_as_ticket_case_or_hash(text, numbers):
    assert numbers == numbers_in(text, WX)


def test_a_reference_pattern_reads_a_long_subject_in_no_time():
    assert () == numbers_in("ticket " * 100_000, WX)


def _evidence(inbound, known=None, visible=(), existing=(1042, 1043)):
    clues = clues_in(inbound, ADDRESSES, WX, TUESDAY)
    return weigh(clues, known or {}, existing.__contains__, visible.__contains__)


def test_the_strongest_kind_decides_and_the_rest_is_shown():
    token = ADDRESSES.reply_address("reply", 1042, 7, TUESDAY)
    inbound = an_inbound(
        envelope=Envelope("ana@acme.example", (token,)), in_reply_to="m3@acme.example", subject="WX-1043"
    )
    evidence = _evidence(inbound, known={"m3@acme.example": 1043}, visible=(1043,))

    assert (MatchedBy.TOKEN, (1042,)) == settle(evidence)
    assert ["token", "thread", "subject"] == [one.kind.value for one in evidence]


def test_a_signed_address_in_to_counts_for_a_mailbox_has_no_envelope():
    token = ADDRESSES.reply_address("reply", 1042, 7, TUESDAY)

    assert (MatchedBy.TOKEN, (1042,)) == settle(_evidence(an_inbound(to=(Address("", token),))))


def test_a_message_id_of_ours_counts_though_nobody_stored_it():
    sent = ADDRESSES.message_id(1042, TUESDAY)

    assert (MatchedBy.THREAD, (1042,)) == settle(_evidence(an_inbound(references=(sent,))))


def test_two_tickets_by_evidence_of_one_strength_are_rivals():
    inbound = an_inbound(subject="WX-1042 and WX-1043")

    assert (MatchedBy.SUBJECT, (1042, 1043)) == settle(_evidence(inbound, visible=(1042, 1043)))


def test_a_number_that_they_may_not_see_and_an_absent_one_count_alike():
    forbidden = _evidence(an_inbound(subject="WX-1042", reply="ticket 1042"), visible=())
    absent = _evidence(an_inbound(subject="WX-9999", reply="ticket 9999"), visible=())

    assert (MatchedBy.NONE, ()) == settle(forbidden) == settle(absent)
    assert [one.counts for one in forbidden] == [one.counts for one in absent]


def test_a_number_deep_in_the_text_is_not_read():
    inbound = an_inbound(reply="One.\n\nTwo.\nThree.\nabout WX-1042")

    assert () == _evidence(inbound, visible=(1042,))


def test_a_number_in_a_quoted_line_is_not_read():
    inbound = an_inbound(reply="How do I order one?\n\n> WX-1042 was about another")

    assert () == _evidence(inbound, visible=(1042,))
