"""What the listener says, and what it writes in front of a mail."""

from datetime import UTC, datetime

import pytest

from bots.smtp.answers import answer, enhanced, hops, refusal, trace
from intake.decisions import Fate, Receipt

NOW = datetime(2026, 11, 21, 9, 5, 7, 123456, tzinfo=UTC)


def a_trace(**changes):
    given = {"sender": "a@b.example", "recipients": ["s@c.example"], "peer": "192.0.2.7", "helo": "b.example"}
    rest = {"by": "mx.c.example", "protocol": "ESMTP", "mark": "ab12", "now": NOW}
    return trace(**{**given, **rest, **changes}).decode()


@pytest.mark.parametrize(
    ("receipt", "said"),
    [
        (Receipt(7, Fate.APPEND), "250 2.0.0 7 kept"),
        (Receipt(7, None), "250 2.0.0 7 kept"),
        (Receipt(7, Fate.HOLD, because="secret"), "250 2.0.0 7 kept"),
        (Receipt(7, Fate.REFUSE, because="Use the portal.", authenticated=True), "250 2.0.0 7 kept"),
        (Receipt(7, Fate.REFUSE, because="Use the portal."), "550 5.7.1 Use the portal."),
        (Receipt(7, Fate.REFUSE), "550 5.7.1 refused by the policy of this desk"),
    ],
)
def test_only_a_refusal_of_nobody_known_is_said_in_the_session(receipt, said):
    assert said == answer(receipt)


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("one\r\n250 two\x00", "550 5.7.1 one 250 two?"),
        ("Bitte öffnen Sie “hier” – später…", '550 5.7.1 Bitte offnen Sie "hier" - spater...'),
        ("日本", "550 5.7.1 ??"),
    ],
)
def test_a_refusal_is_plain_ascii_without_line_ends_of_its_own(because, said):
    assert said == refusal(because)


def test_a_long_refusal_has_the_code_on_each_line():
    lines = refusal("words " * 190).split("\r\n")

    assert ["550-5.7.1", "550-5.7.1", "550 5.7.1"] == [line[:9] for line in lines]
    assert max(map(len, lines)) <= 410


@pytest.mark.parametrize(
    ("stock", "ours"),
    [
        ("250 OK", "250 2.0.0 OK"),
        ("503 Error: send HELO first", "503 5.5.1 Error: send HELO first"),
        ("553 5.1.3 Error: malformed address", "553 5.1.3 Error: malformed address"),
        ("354 End data", "354 End data"),
    ],
)
def test_every_reply_gets_an_enhanced_code_once(stock, ours):
    assert ours == enhanced(stock)


def test_the_trace_says_who_brought_the_mail_and_when():
    assert (
        "Return-Path: <a@b.example>\r\n"
        "Received: from b.example ([192.0.2.7])\r\n"
        "\tby mx.c.example with ESMTP id ab12\r\n"
        "\tfor <s@c.example>;\r\n"
        "\tSat, 21 Nov 2026 09:05:07 +0000"
    ) == a_trace()


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"sender": ""}, "Return-Path: <>\r\n"),
        ({"peer": "2001:db8::1"}, "([IPv6:2001:db8::1])"),
        ({"peer": ""}, "([local])"),
        ({"recipients": ["a@c.example", "b@c.example"]}, "id ab12;\r\n"),  # the others are nobody's business
        ({"helo": "x) \r\nEvil: (\udcff"}, "from x????Evil:??? (["),
    ],
)
def test_the_trace_holds_nothing_that_was_not_meant(changes, part):
    assert part in a_trace(**changes)


@pytest.mark.parametrize(
    ("mail", "count"),
    [
        (b"Return-Path: <>\r\nReceived: a\r\nRECEIVED: b\r\n\r\nReceived: in the body\r\n", 2),
        (b"Subject: Received: a\r\n\tReceived: folded\r\n\r\n", 0),
    ],
)
def test_hops_are_the_received_headers(mail, count):
    assert count == hops(mail)
