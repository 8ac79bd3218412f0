"""Delivery reports: whom they are about, how it ended, and which of our mails it was."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.mail import read_mail
from intake.mail.parsed import as_contract
from intake.messages import Envelope, Raw, Report, ReportedRecipient

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MAILS = Path(__file__).parent / "mail"


FORWARDED = """From: anna@acme.example
Subject: Fwd: Undelivered
Content-Type: multipart/mixed; boundary=b

--b

What is this?
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; x@y.example
Action: failed
--b--
"""


def report_in(text: str | bytes) -> Report | None:
    return read_mail(Raw("email", "mail", text if isinstance(text, bytes) else text.encode(), NOW)).report


def test_a_machine_readable_report_names_each_recipient_and_our_mail():
    report = report_in((MAILS / "postfix_report_of_two.eml").read_bytes())
    gone = ReportedRecipient("Gone@acme.example", "5.1.1", "failed")
    slow = ReportedRecipient("slow@acme.example", "4.4.1", "delayed")

    assert Report((gone, slow), "out.77@vendor.example") == report


def test_the_contract_shows_the_failed_recipient_first():
    mail = read_mail(Raw("email", "mail", (MAILS / "postfix_report_of_two.eml").read_bytes(), NOW))
    bounce = as_contract(mail)["bounce"]

    assert (True, "Gone@acme.example", "5.1.1", "failed") == tuple(bounce.values())[:4]
    assert 2 == len(bounce["recipients"])


@pytest.mark.parametrize(
    ("text", "recipient", "action"),
    [
        (
            "Your message to\n  gone@acme.example\ncould not be delivered: 550 5.1.1 unknown",
            "gone@acme.example",
            "failed",
        ),
        ("Warning: message still delayed for slow@acme.example 4.4.1", "slow@acme.example", "delayed"),
    ],
)
def test_a_report_in_words_is_read_when_a_mail_system_sends_it(text, recipient, action):
    head = "From: MAILER-DAEMON@acme.example\nSubject: Undeliverable: hello\n\n"
    report = report_in(head + text)

    assert [(recipient, action)] == [(row.recipient, row.action) for row in report.recipients]


def test_a_report_without_from_and_with_bytes_in_its_headers_is_read_too():
    assert report_in(
        b"Return-Path: <>\nSubject: Undelivered \xe9\nX-Failed-Recipients: gone@acme.example\n\nx"
    ) == Report((ReportedRecipient("gone@acme.example", "", "failed"),))


def test_the_null_reverse_path_marks_a_report_of_a_system_with_a_name_of_its_own():
    body = b"From: robot@acme.example\nSubject: Delivery failure\n\ngone@acme.example: 550 5.1.1 unknown"
    by_smtp = Envelope("", ("support@vendor.example",))

    assert read_mail(Raw("email", "mail", body, NOW, by_smtp)).report is not None
    assert read_mail(Raw("email", "mail", body, NOW)).report is None


@pytest.mark.parametrize(
    "text",
    [
        "From: anna@acme.example\nSubject: Undelivered mail\n\nI got: 550 5.1.1 unknown user x@y.example",
        FORWARDED,
        "From: postmaster@acme.example\nSubject: Our new server\n\nPlease allow it.",
        "From: anna@acme.example\nSubject: Fwd: failure notice\nContent-Type: message/rfc822\n\nTo: x\n\nx",
    ],
)
def test_a_person_who_writes_about_a_report_sends_none(text):
    assert report_in(text) is None
