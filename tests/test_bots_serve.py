"""`deskbell serve` from outside: mail goes in by SMTP, answers arrive in another mail server.

One desk under the preset `wildix` serves the whole module; each test has a ticket of its own.
"""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import servers
from bots.door import letter_from
from intake.handle import receive
from intake.messages import Address, Envelope, Raw
from intake.tickets import Status
from serving import (
    AGENTS,
    ANA,
    BOB,
    DESK,
    EVE,
    OUR_MTA,
    PORTAL,
    TIM,
    Desk,
    a_mail,
    a_report,
    passed,
    serving,
)
from store import outbox

pytestmark = pytest.mark.slow  # a real desk, step by step

NEWCOMER = Address("Nia New", "nia@acme.example")  # of a listed domain, never recorded
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with serving(folder, desk='notices_an_hour = 1000\naliases = ["help@vendor.example"]') as desk:
        yield desk


def reply_address(desk: Desk, number: int, reader: Address = ANA) -> str:
    return str(desk.letter_to(number, reader).mail["Reply-To"])


def thread(desk: Desk, number: int, reader: Address = ANA) -> str:
    return str(desk.letter_to(number, reader).mail["Message-ID"])


def fate(outcome) -> tuple[str, str, int]:
    return outcome.record["fate"], outcome.record["rule"], outcome.record["ticket"]


# New requests


def test_a_new_request_by_unproven_mail_is_refused_in_the_session_with_the_reason_and_the_way_on(desk):
    outcome = desk.mail(a_mail(ANA, proven=False))

    assert outcome.answer.startswith("550 5.7.1 Email is only for follow-up")
    assert outcome.answer.endswith(PORTAL)
    assert set() == outcome.notices


def test_a_new_request_by_proven_mail_is_taken_and_turned_away_with_courtesy(desk):
    outcome = desk.mail(a_mail(ANA))

    assert outcome.answer.startswith("250 2.0.0")
    assert {("open-on-portal", ANA.address)} == outcome.notices
    assert PORTAL in outcome.sent[0].text
    assert "auto-replied" == outcome.sent[0].mail["Auto-Submitted"]


def test_a_refusal_is_a_message_that_is_kept_with_its_reason(desk):
    outcome = desk.mail(a_mail(ANA, proven=False))

    assert ("refuse", "email-follow-ups-only", 0) == fate(outcome)


# Follow-ups


def test_a_call_that_is_logged_is_acknowledged_by_mail_with_a_signed_reply_address(desk):
    number = desk.a_ticket()
    acknowledged = desk.letter_to(number, ANA)

    assert "acknowledgement" == acknowledged.notice
    assert f"WX-{number}" in str(acknowledged.mail["Subject"])
    assert str(acknowledged.mail["Reply-To"]).startswith("support+")


def test_a_reply_to_the_signed_address_needs_no_other_proof(desk):
    number = desk.a_ticket()
    outcome = desk.mail(a_mail(ANA, "no number here", proven=False), reply_address(desk, number))

    assert ("append", "follow-up", number) == fate(outcome)
    assert ("token", "token") == (outcome.record["matched_by"], outcome.record["assurance"])
    assert {("agent-follow-up", AGENTS)} == outcome.notices


@pytest.mark.parametrize("subject", ["Re: Calls drop", "something else", ""])
def test_a_threaded_reply_is_found_whatever_its_subject(desk, subject):
    number = desk.a_ticket()
    outcome = desk.mail(a_mail(ANA, subject, answers=thread(desk, number)))

    assert ("append", "follow-up", number) == fate(outcome)
    assert ("thread", "aligned") == (outcome.record["matched_by"], outcome.record["assurance"])


def test_a_number_in_the_subject_is_enough_for_somebody_on_the_ticket(desk):
    number = desk.a_ticket()
    outcome = desk.mail(a_mail(ANA, f"WX-{number}"))

    assert ("append", "follow-up", number) == fate(outcome)


def test_a_proven_colleague_follows_up_and_takes_part_from_then_on(desk):
    number = desk.a_ticket()
    desk.mail(a_mail(BOB, f"[WX-{number}] me too"))

    assert [BOB.address] == [one.address.address for one in desk.ticket(number).participants]


def test_a_colleague_whom_nobody_has_recorded_is_recorded_when_first_accepted(desk):
    number = desk.a_ticket()
    desk.mail(a_mail(NEWCOMER, f"[WX-{number}] me too"))

    assert [NEWCOMER.address] == [one.address.address for one in desk.ticket(number).participants]


FORGERIES = {
    "without any result": [],
    "of another server": [passed("acme.example", "mx.elsewhere.example")],
    "below the one of our own server": [
        f"{OUR_MTA}; dmarc=fail header.from=acme.example",
        passed("acme.example"),
    ],
    "for another domain": [passed("elsewhere.example")],
    "by SPF of another sender": [f"{OUR_MTA}; spf=pass smtp.mailfrom=eve@elsewhere.example"],
}


@pytest.mark.parametrize("results", FORGERIES.values(), ids=FORGERIES)
def test_a_threaded_reply_that_only_claims_to_be_proven_is_held_and_nobody_outside_hears_of_it(desk, results):
    number = desk.a_ticket()
    mail = a_mail(ANA, proven=False, answers=thread(desk, number))
    for value in results:
        mail["Authentication-Results"] = value
    outcome = desk.mail(mail)

    assert outcome.answer.startswith("250 2.0.0")
    assert ("hold", "unproven-sender", number) == fate(outcome)
    assert {("agent-held", AGENTS)} == outcome.notices


@pytest.mark.parametrize("way", ["token", "thread"])
def test_a_stranger_who_knows_a_secret_is_held_for_an_agent_and_told_nothing(desk, way):
    number = desk.a_ticket()
    to = reply_address(desk, number) if way == "token" else DESK
    outcome = desk.mail(a_mail(EVE, answers=thread(desk, number) if way == "thread" else ""), to)

    assert ("hold", "pending-participant", number) == fate(outcome)
    assert {("agent-held", AGENTS)} == outcome.notices


def test_what_a_stranger_is_told_of_a_number_is_what_an_absent_number_gets(desk):
    number = desk.a_ticket()
    there = desk.mail(a_mail(EVE, f"WX-{number}"))
    absent = desk.mail(a_mail(EVE, "WX-999999"))

    assert there.answer.split()[:2] == absent.answer.split()[:2]
    assert fate(there) == fate(absent)
    assert there.notices == absent.notices
    assert there.sent[0].text == absent.sent[0].text


def test_a_follow_up_on_a_closed_ticket_is_refused_with_both_ways_on(desk):
    number = desk.a_ticket()
    desk.change(number, "status", "closed")
    outcome = desk.mail(a_mail(ANA, answers=thread(desk, number)))

    assert ("refuse", "closed-stays-closed", number) == fate(outcome)
    assert {("ticket-closed", ANA.address)} == outcome.notices
    assert Status.CLOSED is desk.ticket(number).status


def test_a_follow_up_on_a_solved_ticket_opens_it_again(desk):
    number = desk.a_ticket()
    desk.change(number, "status", "solved")
    outcome = desk.mail(a_mail(ANA, answers=thread(desk, number)))

    assert ("append", "follow-up-reopens", number) == fate(outcome)
    assert Status.OPEN is desk.ticket(number).status
    assert {("reopened", ANA.address), ("agent-follow-up", AGENTS)} == outcome.notices


# The same message twice


@pytest.mark.parametrize("again", ["same bytes", "other recipient", "other trace"])
def test_a_message_that_comes_again_is_one_message(desk, again):
    number = desk.a_ticket()
    mail = a_mail(ANA, answers=thread(desk, number)).as_bytes()
    first = desk.mail(mail)
    later = b"Received: from relay.example by mx2; Tue, 1 Sep 2026 09:00:00 +0000\r\n" + mail
    second = desk.mail(
        later if again == "other trace" else mail,
        "help@vendor.example" if again == "other recipient" else DESK,
    )

    assert first.answer == second.answer
    assert ({}, set()) == (second.record, second.notices)


def test_the_same_message_id_with_other_words_is_another_message_and_flagged(desk):
    number = desk.a_ticket()
    mail = a_mail(ANA, answers=thread(desk, number)).as_bytes()
    first = desk.mail(mail)
    second = desk.mail(mail.replace(b"They drop again.", b"Something else."))

    assert first.record["message_id"] == second.record["message_id"]
    assert "" == first.record["flagged"]
    assert "another message has the same Message-ID" in second.record["flagged"]


# Machines


def test_an_out_of_office_reply_is_kept_on_its_ticket_and_changes_nothing(desk):
    number = desk.a_ticket()
    before = desk.ticket(number)
    outcome = desk.mail(
        a_mail(ANA, "Away", answers=thread(desk, number), Auto_Submitted="auto-replied"), sender=""
    )

    assert ("ignore", "automatic-mail", number) == fate(outcome)
    assert set() == outcome.notices
    assert (before.status, before.clocks) == (desk.ticket(number).status, desk.ticket(number).clocks)


def test_our_own_mail_that_comes_back_is_ignored(desk):
    number = desk.a_ticket()
    outcome = desk.mail(desk.letter_to(number, ANA).caught.body, sender=DESK)

    assert ("ignore", "our-own-mail") == fate(outcome)[:2]
    assert set() == outcome.notices


@pytest.mark.parametrize("way", ["verp", "message-id"])
def test_a_delivery_report_marks_the_mail_that_it_is_about_and_agents_are_told(desk, way):
    desk.mail(a_mail(ANA))  # her address takes mail
    number = desk.a_ticket()
    sent = desk.letter_to(number, ANA)
    returned = "lost@elsewhere.example" if way == "verp" else ""
    report = a_report(sent.caught.body, ANA.address, returned)
    outcome = desk.mail(report, sent.caught.sender if way == "verp" else DESK, sender="")

    assert ("bounce", "delivery-report", number) == fate(outcome)
    assert {("agent-undelivered", AGENTS)} == outcome.notices
    promise = next(
        one
        for one in desk.read(outbox.listed)
        if one.outbound.message_id == str(sent.mail["Message-ID"]).strip("<>")
    )
    assert "5.1.1" in promise.error


def test_a_forged_report_about_a_mail_that_is_not_ours_marks_nothing_and_tells_nobody(desk):
    number = desk.a_ticket()
    before = desk.read(outbox.listed)
    sent = desk.letter_to(number, ANA)
    outcome = desk.mail(a_report(sent.caught.body, ANA.address, "guess@vendor.example"), sender="")

    assert ("bounce", "delivery-report", 0) == fate(outcome)
    assert set() == outcome.notices
    assert [one.error for one in before] == [one.error for one in desk.read(outbox.listed)]


# What is hard to read


def heavy(mail_text: str = "They drop.", **headers: str):
    mail = a_mail(ANA, text=mail_text, **headers)
    mail.add_attachment(
        b"\x00\x01" * MIB, maintype="application", subtype="octet-stream", filename="trace.bin"
    )
    return mail


@pytest.mark.parametrize(
    ("proven", "expected"),
    [
        (True, ("append", "follow-up")),
        (False, ("hold", "unproven-sender")),
    ],
)
def test_a_heavy_mail_is_taken_at_once_and_decided_in_its_own_time(desk, proven, expected):
    number = desk.a_ticket()
    outcome = desk.heavy_mail(heavy(proven=proven, answers=thread(desk, number)))

    assert (*expected, number) == fate(outcome)


def test_a_heavy_mail_that_would_have_been_refused_in_the_session_is_held(desk):
    outcome = desk.heavy_mail(heavy(proven=False))

    assert ("hold", "email-follow-ups-only", 0) == fate(outcome)
    assert "would have been refused" in outcome.record["because"]


def test_a_mail_that_cannot_be_read_is_held_with_the_reason_and_agents_are_told(desk):
    raw = Raw("email", "mail", b"", datetime.now(UTC), Envelope(ANA.address, (DESK,)))
    letter = letter_from(raw)
    (receipt,) = receive([letter], desk.wired.store, desk.wired.setup, datetime.now(UTC))

    assert ("hold", "It cannot be read: there is nothing in it") == (receipt.fate, receipt.because)
    assert {("agent-held", AGENTS)} == {(one.notice, one.to) for one in desk.settle()}


@pytest.mark.parametrize("body", [b"\x00\xff\xfe" * 400, b"\r\n\r\n", b"Subject: nobody\r\n\r\nwrote it"])
def test_bytes_without_a_sender_are_refused_with_the_reason(desk, body):
    outcome = desk.mail(body + b"\r\n", sender="eve@elsewhere.example")

    assert outcome.answer.startswith("550 5.7.1 A message needs exactly one sender")
    assert ("refuse", "no-single-sender", 0) == fate(outcome)


# The session


def test_only_the_desks_own_addresses_are_taken(desk):
    assert desk.post(a_mail(ANA), "sales@vendor.example").startswith("550 5.1.1")
    assert desk.post(a_mail(ANA), "support+notatoken@vendor.example").startswith("550 5.1.1")


def test_swaks_delivers_a_follow_up(desk):
    swaks = servers.require("swaks")
    number = desk.a_ticket()
    done = subprocess.run(
        [
            swaks,
            "--server",
            f"127.0.0.1:{desk.port}",
            "--from",
            ANA.address,
            "--to",
            reply_address(desk, number),
            "--header",
            "Subject: by swaks",
            "--body",
            "It drops.",
        ],
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert "250 2.0.0" in done.stdout
    assert {("agent-follow-up", AGENTS)} <= {(one.notice, one.to) for one in desk.settle()}


# Agents behind one address


@pytest.mark.parametrize(
    ("author", "expected"), [(TIM, ("append", "agent-answer")), (EVE, ("hold", "agent-not-proven"))]
)
def test_the_token_of_the_agents_address_is_good_for_any_listed_agent(desk, author, expected):
    number = desk.a_ticket()
    to = reply_address(desk, number, Address("", AGENTS))
    outcome = desk.mail(a_mail(author, "Re: it", "Please restart it."), to)

    assert (*expected, number) == fate(outcome)
