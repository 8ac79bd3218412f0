"""What the settings of `deskbell serve` change, and how it starts, reloads and stops."""

import signal
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Iterator

import pytest

import servers
from intake.messages import Address
from intake.policy import preset_text
from sandbox.relay import relay_in_thread
from serving import (
    ANA,
    BOB,
    DESK,
    EVE,
    OUR_MTA,
    PATIENCE,
    Desk,
    a_mail,
    serving,
    started,
    write_config,
)
from smtp_door import certificate
from store import exports

pytestmark = pytest.mark.slow

BUDGET = 3
OPENS_BY_MAIL = """\
title = "Whoever writes is helped"
default_severity = "usual"
default_calendar = "always"

[calendars.always]
timezone = "UTC"
hours = "24x7"

[[severity]]
name = "usual"
first_response = "4h"

[[rule]]
name = "help"
when = { ticket = "none" }
then = "open"
reply = "acknowledgement"
because = "Everybody is helped."
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Behind a mail server that has already said yes: no refusals in the session, STARTTLS, LMTP too."""
    folder = tmp_path_factory.mktemp("desk")
    servers.require("openssl")
    certificate(folder, lambda words: subprocess.run(words, check=True, capture_output=True))
    (folder / "policy.toml").write_text(preset_text("wildix"), encoding="utf-8")
    channel = f"""\
refuse_in_session = false
tls_cert = "mx.pem"
tls_key = "mx.key"

[channel.local]
kind = "smtp"
protocol = "lmtp"
listen = "unix:{folder}/lmtp.sock"
trust_authentication_results = "{OUR_MTA}"
"""
    with serving(folder, policy="policy.toml", desk=f"notices_an_hour = {BUDGET}", channel=channel) as desk:
        yield desk


def fate(outcome) -> tuple[str, str, int]:
    return outcome.record["fate"], outcome.record["rule"], outcome.record["ticket"]


# Settings


def test_behind_a_relay_a_refusal_of_unproven_mail_becomes_a_held_message(desk):
    outcome = desk.mail(a_mail(EVE, proven=False))

    assert outcome.answer.startswith("250 2.0.0")
    assert ("hold", "email-follow-ups-only", 0) == fate(outcome)
    assert not any(to == EVE.address for _, to in outcome.notices)


def test_starttls_is_offered_with_the_configured_certificate(desk):
    trusted = ssl.create_default_context(cafile=str(desk.folder / "mx.pem"))
    with smtplib.SMTP("127.0.0.1", desk.port, OUR_MTA, timeout=PATIENCE) as smtp:
        smtp._host = "mx.example.com"  # the name that the certificate is for
        smtp.starttls(context=trusted)
        refused = smtp.sendmail(ANA.address, [DESK], a_mail(EVE).as_bytes())

    assert {} == refused


def test_lmtp_answers_once_for_each_recipient(desk):
    with smtplib.LMTP(str(desk.folder / "lmtp.sock"), timeout=PATIENCE) as lmtp:
        lmtp.ehlo()
        lmtp.mail(EVE.address)
        for to in (DESK, DESK.upper()):
            assert 250 == lmtp.rcpt(to)[0]
        lmtp.putcmd("data")
        assert 354 == lmtp.getreply()[0]
        lmtp.send(a_mail(EVE).as_bytes() + b"\r\n.\r\n")
        answers = [lmtp.getreply()[0] for _ in range(2)]

    assert [250, 250] == answers


def test_a_flood_is_answered_only_as_often_as_an_address_may_be_in_an_hour(desk):
    outcomes = [desk.mail(a_mail(BOB, f"Hello {number}")) for number in range(BUDGET + 2)]
    answered = [one for outcome in outcomes for one in outcome.notices]

    assert ["refuse"] * (BUDGET + 2) == [one.record["fate"] for one in outcomes]
    assert [("open-on-portal", BOB.address)] * BUDGET == answered
    assert "budget" in [step["name"] for step in outcomes[-1].record["trace"]]


# Reload


def test_on_sighup_the_policy_is_read_again_and_one_with_mistakes_changes_nothing(desk):
    policy = desk.folder / "policy.toml"
    good = preset_text("wildix")
    policy.write_text(good.replace("ticket =", "tiket ="), encoding="utf-8")
    desk.process.send_signal(signal.SIGHUP)
    servers.wait_until(lambda: "the old ones stay" in desk.log, "the mistake is logged")
    before = desk.mail(a_mail(EVE, "one"))
    policy.write_text(good.replace('"email-follow-ups-only"', '"portal-please"'), encoding="utf-8")
    desk.process.send_signal(signal.SIGHUP)
    servers.wait_until(lambda: "policy read again" in desk.log, "the policy is read")
    after = desk.mail(a_mail(EVE, "two"))

    assert "did you mean" in desk.log
    assert ("email-follow-ups-only", "portal-please") == (before.record["rule"], after.record["rule"])


# Stop


@pytest.mark.slow
def test_on_sigterm_a_mail_that_is_under_way_is_taken_and_kept_and_nobody_else_gets_in(tmp_path):
    with serving(tmp_path) as desk, socket.create_connection(("127.0.0.1", desk.port), 10) as session:
        answers = session.makefile("rb")
        for line in (f"HELO {OUR_MTA}", f"MAIL FROM:<{ANA.address}>", f"RCPT TO:<{DESK}>", "DATA"):
            answers.readline()
            session.sendall(line.encode() + b"\r\n")
        assert answers.readline().startswith(b"354")
        session.sendall(b"From: ana@acme.example\r\n")
        desk.process.terminate()
        servers.wait_until(lambda: not servers.accepts_connections(desk.port), "it listens no more")
        session.sendall(b"Authentication-Results: nobody\r\nSubject: late\r\n\r\nHello\r\n.\r\n")
        answer = answers.readline()

        assert answer.startswith(b"550 5.7.1 Email is only")
        assert 0 == desk.process.wait(PATIENCE)
        assert ["late"] == [row["subject"] for row in desk.read(exports.listed_messages)]


# Two desks


@pytest.mark.slow
def test_two_desks_that_write_to_each_other_exchange_two_mails_at_the_most(tmp_path):
    ours, theirs = servers.free_port(), servers.free_port()
    with relay_in_thread() as relay:
        for name, port, other in (("ours", ours, theirs), ("theirs", theirs, ours)):
            config = write_config(
                tmp_path / name,
                other,
                port,
                policy="policy.toml",
                address=f"support@{name}.example",
                agents="",
            )
            config.with_name("policy.toml").write_text(OPENS_BY_MAIL, encoding="utf-8")
            config.with_name("people.toml").write_text("", encoding="utf-8")
        with (
            started(tmp_path / "ours" / "config.toml", ours, relay) as one,
            started(tmp_path / "theirs" / "config.toml", theirs, relay) as two,
        ):
            beginning = a_mail(Address("Their desk", "support@theirs.example"))
            assert one.post(beginning, "support@ours.example").startswith("250")
            servers.wait_until(lambda: two.read(exports.listed_messages), "the other desk gets the answer")
            for each in (one, two, one):
                servers.wait_until(lambda each=each: not each.is_sending(), "nothing waits to be sent")
            heard = [row["rule"] for each in (one, two) for row in each.read(exports.listed_messages)]

    assert ["help", "automatic-mail"] == heard


@pytest.mark.slow
def test_a_desk_that_is_its_own_relay_does_not_talk_to_itself(tmp_path):
    port = servers.free_port()
    with relay_in_thread() as relay, started(write_config(tmp_path, port, port), port, relay) as desk:
        assert desk.post(a_mail(Address("Ourselves", DESK))).startswith("250")
        servers.wait_until(lambda: not desk.is_sending(), "nothing waits to be sent")
        rules = [row["rule"] for row in desk.read(exports.listed_messages)]

    assert ["email-follow-ups-only"] == rules  # and no word of it to ourselves
