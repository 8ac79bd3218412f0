"""Delivery reports in the words of many mail systems, one mail a block in tests/mail/reports/."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.mail import read_mail
from intake.mail.statuses import status_in
from intake.messages import Inbound, Raw

REPORTS = Path(__file__).parent / "mail" / "reports"
OURS = "out.1@desk.example"


def read(text: str) -> Inbound:
    return read_mail(Raw("email", "mail", text.encode(), datetime(2026, 3, 2, tzinfo=UTC)))


def in_words() -> list[tuple[str, str, str]]:
    """The mail, whom it is about, and how its status (or action) begins, from the line of ####."""
    blocks = (REPORTS / "in_words.txt").read_text(encoding="utf-8").split("#### ")[1:]
    heads = [block.partition("\n")[0].split(" | ") for block in blocks]
    return [
        pytest.param(block.partition("\n")[2], recipients, status.strip(), id=name)
        for block, (name, recipients, status) in zip(blocks, heads, strict=True)
    ]


def of_people() -> list[str]:
    return (REPORTS / "of_people.txt").read_text(encoding="utf-8").split("####\n")[1:]


@pytest.mark.parametrize(("mail", "recipients", "status"), in_words())
def test_a_report_in_words_says_who_was_not_reached_and_why(mail, recipients, status):
    report = read(mail).report

    assert sorted(recipients.split()) == sorted(row.recipient for row in report.recipients)
    assert any(status in (row.action, row.status[: len(status)]) for row in report.recipients)
    assert report.original_message_id in (OURS, "")
    assert (report.original_message_id == OURS) is (OURS in mail)


@pytest.mark.parametrize("mail", of_people())
def test_a_person_may_write_about_reports_in_their_own_words(mail):
    assert read(mail).report is None


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("550 5.1.1 User unknown, see 5.7.1", "5.1.1"),
        ("host said: 552-#5.2.2 over quota", "5.2.2"),
        ("(#5.1.1)", "5.1.1"),
        ("250 2.0.0 Ok, then 451 4.3.0 queue file write error", "4.3.0"),  # what worked is no failure
        ("running 4.19.0-5.1.1.2 on 10.5.1.1", ""),
        ("550 no such user", "5.1.1"),
        ("no such user", "5.1.1"),
        ("452 mailbox is full", "4.2.2"),
        ("552 mailbox is full", "5.2.2"),
        ("mailbox is full", "5.2.2"),
        ("connection timed out", "4.4.1"),
        ("unknown host", "5.1.2"),
        ("554 rejected", "5.0.0"),
        ("", ""),
    ],
)
def test_words_are_read_as_an_enhanced_status(words, status):
    assert status == status_in(words)


@pytest.mark.parametrize("kind", ["message/feedback-report", "message/disposition-notification"])
def test_a_report_of_another_kind_is_automatic_but_no_bounce(kind):
    mail = read(
        f"From: postmaster@acme.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\nwords\n"
        f"--b\nContent-Type: {kind}\n\nFeedback-Type: abuse\n--b--\n"
    )

    assert (True, None) == (bool(mail.automatic), mail.report)


HEAD_OF_REPORT = """\
From: Mail Delivery System <mailer-daemon@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

It was not delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

"""


@pytest.mark.parametrize(
    ("blocks", "rows"),
    [
        ("Final-Recipient: rfc822; a@b.example\n\nAction: failed\nStatus: 5.1.1", {"a@b.example": "5.1.1"}),
        (
            "Final-Recipient: ;a@b.example\nStatus: 5.1.1\nFinal-Recipient: ;c@d.example\nStatus: 5.2.2",
            {"a@b.example": "5.1.1", "c@d.example": "5.2.2"},
        ),
        ("Action: failed\nStatus: 5.1.1\nFinal-Recipient: RFC822;<a@b.example>", {"a@b.example": "5.1.1"}),
    ],
)
def test_each_recipient_has_their_own_status_wherever_the_blank_lines_are(blocks, rows):
    report = read(f"{HEAD_OF_REPORT}{blocks}\n--b--\n").report

    assert rows == {row.recipient: row.status for row in report.recipients}
