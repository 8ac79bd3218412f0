"""One mail by many ways, and files with an agent's answer: a real desk, real sessions, a real relay."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import servers
from bots.door import letter_from
from intake import handle
from intake.messages import Envelope, Raw
from serving import (
    ANA,
    DESK,
    EVE,
    OUR_MTA,
    PATIENCE,
    SAM,
    Desk,
    a_mail,
    a_report,
    newest_message,
    read,
    serving,
)
from store import inbox, outbox
from store.tables import Sending

pytestmark = pytest.mark.slow  # a real desk, step by step

ALIASES = ("help@vendor.example", "emergency@vendor.example")
PATCH = bytes(range(256)) * 200


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    further = f"notices_an_hour = 1000\naliases = {list(ALIASES)}"
    with serving(tmp_path_factory.mktemp("desk"), agents="", desk=further) as desk:
        yield desk


def deliveries(desk: Desk, message: int) -> list[tuple[str, tuple[str, ...]]]:
    """By which way, and for whom, each copy of a message came."""
    found = desk.read(lambda work: inbox.deliveries_of(work, message))
    return [(one.source, one.envelope.recipients) for one in found]


def from_a_mailbox(desk: Desk, body: bytes):
    raw = Raw("email", "mailbox", body, datetime.now(UTC), Envelope())
    letter = letter_from(raw, OUR_MTA)
    return handle.receive([letter], desk.wired.store, desk.wired.setup, datetime.now(UTC))[0]


def test_a_mail_for_three_addresses_and_its_copy_in_a_mailbox_are_one_message_with_four_receipts(desk):
    mail = a_mail(ANA, f"WX-{desk.a_ticket()}").as_bytes()
    outcomes = [desk.mail(mail, to, sender=ANA.address) for to in (DESK, *ALIASES)]
    message = desk.read(newest_message)
    receipt = from_a_mailbox(desk, b"Received: from mx by imap\r\n" + mail)

    assert (message, True) == (receipt.message, receipt.duplicate)
    assert ["250"] * 3 == [one.answer[:3] for one in outcomes]
    assert [0, 0] == [len(one.sent) for one in outcomes[1:]]
    assert [("mail", (to,)) for to in (DESK, *ALIASES)] + [("mailbox", ())] == deliveries(desk, message)


def test_three_addresses_in_one_session_are_one_receipt_that_names_them_all(desk):
    mail = a_mail(ANA, f"WX-{desk.a_ticket()}").as_bytes()
    with smtplib.SMTP("127.0.0.1", desk.port, OUR_MTA, timeout=PATIENCE) as smtp:
        smtp.sendmail(ANA.address, [DESK, *ALIASES], mail)

    assert [("mail", (DESK, *ALIASES))] == deliveries(desk, desk.read(newest_message))


# Files


def answers(desk: Desk, number: int, name: str, data: bytes):
    told = desk.letter_to(number, SAM).mail
    mail = a_mail(SAM, f"Re: {told['Subject']}", "Here is the patch.", answers=str(told["Message-ID"]))
    mail.add_attachment(data, maintype="application", subtype="zip", filename=name)
    return mail, str(told["Reply-To"])


def answer_on(desk: Desk, number: int) -> bool:
    promises = [one for one in desk.read(outbox.listed) if one.outbound.notice == "agent-answer"]
    return any(one.outbound.ticket_number == number and one.state is Sending.SENT for one in promises)


@pytest.mark.parametrize("size", [len(PATCH), 3_000_000], ids=["on the spot", "heavy"])
def test_a_file_of_an_agents_answer_arrives_at_the_customer_byte_for_byte(desk, size):
    number = desk.a_ticket()
    data = (PATCH * (size // len(PATCH) + 1))[:size]
    mail, to = answers(desk, number, "Flicken für Ana.zip", data)
    desk.post(mail, to)
    servers.wait_until(lambda: answer_on(desk, number), "the answer is out")
    caught = desk.letter_to(number, ANA).caught
    (file,) = read(caught.body).iter_attachments()

    assert ("Flicken für Ana.zip", "application/zip") == (file.get_filename(), file.get_content_type())
    assert data == file.get_content()
    assert max(map(len, caught.body.split(b"\r\n"))) <= 998


def test_a_program_is_not_sent_and_its_sender_hears_why(desk):
    number = desk.a_ticket()
    outcome = desk.mail(*answers(desk, number, "fix.exe", PATCH))

    assert ("hold", "agent-sent-program") == (outcome.record["fate"], outcome.record["rule"])
    assert "fix.exe" in outcome.to(SAM.address).text


# An address that was given up


def test_an_address_that_was_given_up_is_written_to_again_when_an_agent_says_so(desk):
    number = desk.open_ticket(EVE)
    sent = desk.letter_to(number, EVE)
    desk.mail(a_report(sent.caught.body, EVE.address), sent.caught.sender, sender="")
    said = desk.run("ticket", "reply", str(number), "Please restart it.", "--by", SAM.address)
    held = [one for one in desk.read(outbox.listed) if one.state is Sending.HELD]
    listed = desk.run("outbox", "list", "--state", "held")
    done = desk.run("people", "reachable", EVE.address, "--by", SAM.address)
    again = desk.run("people", "reachable", EVE.address)
    desk.settle()

    assert [("agent-answer", EVE.address)] == [
        (one.outbound.notice, one.outbound.recipient.address) for one in held
    ]
    assert "no such mailbox" in " ".join(listed.stdout.split())
    assert (0, 0, 1) == (said.returncode, done.returncode, again.returncode)
    assert "is written to again" in done.stdout
    assert "not marked as unreachable" in again.stderr
    assert "Please restart it." in desk.letter_to(number, EVE).text
