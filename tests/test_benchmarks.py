"""The benchmark's mails are what it says they are: a benchmark of other mails would claim too much."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.mails import ATTACHMENT_BYTES, AUTHSERV_ID, LARGEST, SMALLEST, Mail, follow_ups
from intake.authentication import Verdict, verdict
from intake.mail import read_mail
from intake.messages import Inbound, Raw

TICKETS = 1000


def inbound_of(mail: Mail) -> Inbound:
    body = mail.data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    return read_mail(Raw("email", "mail", body, datetime(2026, 3, 10, tzinfo=UTC)))


@pytest.fixture(scope="module")
def mails() -> list[Mail]:
    return list(follow_ups(60, TICKETS))


def test_the_same_mails_are_made_every_time(mails):
    assert mails == list(follow_ups(60, TICKETS))


def test_no_two_mails_are_one_message(mails):
    assert len(mails) == len({inbound_of(mail).identity for mail in mails})


def test_each_is_a_proven_follow_up_to_a_ticket_of_its_sender(mails):
    for mail in mails:
        inbound = inbound_of(mail)
        ticket = mail.sender.partition("@")[0].removeprefix("person")

        assert Verdict.TRUE is verdict(inbound, AUTHSERV_ID)
        assert (f"first.{ticket}@firm.example",) == inbound.references
        assert inbound.reply


def test_one_in_ten_has_a_large_attachment_and_the_others_are_as_small_as_said(mails):
    attached = [inbound_of(mail).attachments for mail in mails]
    small = [len(mail.data) for mail, files in zip(mails, attached, strict=True) if not files]

    assert len(mails) / 10 == sum(map(bool, attached))
    assert {ATTACHMENT_BYTES} == {file.size for files in attached for file in files}
    assert SMALLEST <= min(small)
    assert max(small) <= LARGEST * 1.1


def test_follow_ups_reach_every_ticket_before_any_has_a_second(mails):
    assert 60 == len({mail.sender for mail in mails})
