"""The listener as the other side meets it: every conversation here goes over a real socket."""

import asyncio
import logging
import smtplib
import socket
import ssl
import subprocess
import threading
import time

import pytest

import servers
from bots.smtp import SmtpChannel, host_and_port, tls_context
from bots.smtp.limits import MIB, Limits
from intake.decisions import Fate, Receipt
from intake.errors import ConfigError, TemporaryFailure
from smtp_door import MAIL, certificate, listening

pytestmark = pytest.mark.slow


@pytest.fixture(params=["asyncio", "uvloop"])
def loops(request):
    return pytest.importorskip(request.param)


@pytest.fixture
def door(loops):
    with listening(loops=loops) as door:
        yield door


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory):
    servers.require("openssl")
    folder = tmp_path_factory.mktemp("tls")
    return certificate(folder, lambda command: subprocess.run(command, check=True, capture_output=True))


def said_by(raw):
    """The mail as it was sent: without what the listener wrote in front."""
    return raw.body[raw.body.index(b"From:") :]


# A mail


def test_a_mail_is_handed_over_with_its_envelope_and_answered_with_its_number(door):
    client = door.greeted()
    answer = client.deliver()
    [raw] = door.kept

    assert "250 2.0.0 1 kept" == answer
    assert ("email", "mail") == (raw.channel, raw.source)
    assert ("anna@example.org", ("support@example.com",)) == (raw.envelope.sender, raw.envelope.recipients)
    assert ("127.0.0.1", "mail.example.org") == (raw.envelope.peer, raw.envelope.helo)
    assert said_by(raw) == MAIL
    assert raw.received_at.tzinfo is not None


def test_the_trace_is_written_in_front(door):
    door.greeted().deliver()
    head = door.kept[0].body.decode().split("From:")[0]

    assert head.startswith(
        "Return-Path: <anna@example.org>\r\nReceived: from mail.example.org ([127.0.0.1])\r\n"
    )
    assert "by mx.example.com with ESMTP id " in head
    assert head.endswith("+0000\r\n")


def test_the_null_sender_is_empty(door):
    client = door.greeted()
    client.ask("MAIL FROM:<>")
    client.ask("RCPT TO:<support@example.com>")
    client.ask("DATA")
    client.ask(MAIL + b".\r\n")

    assert "" == door.kept[0].envelope.sender
    assert door.kept[0].body.startswith(b"Return-Path: <>\r\n")


def test_many_mails_go_over_one_connection(door):
    client = door.greeted()

    assert [f"250 2.0.0 {number} kept" for number in (1, 2, 3)] == [client.deliver() for _ in range(3)]


def test_the_offer_names_what_is_kept(door):
    client = door.connect()
    offer = client.greet()

    assert [
        "250-mx.example.com",
        f"250-SIZE {40 * MIB}",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-PIPELINING",
        "250-ENHANCEDSTATUSCODES",
        "250 HELP",
    ] == offer.split("\r\n")


def test_octets_and_utf8_addresses_arrive_as_they_were_sent(door):
    client = door.greeted()
    client.ask("MAIL FROM:<grüße@example.org> BODY=8BITMIME SMTPUTF8")
    client.ask("RCPT TO:<büro@example.com>")
    client.ask("DATA")
    client.ask(b"From: x\r\n\r\n" + bytes(range(128, 256)) + b"\r\n.\r\n")
    [raw] = door.kept

    assert ("grüße@example.org", ("büro@example.com",)) == (raw.envelope.sender, raw.envelope.recipients)
    assert said_by(raw).endswith(bytes(range(128, 256)) + b"\r\n")
    assert b"with UTF8SMTP id" in raw.body


@pytest.mark.parametrize("at", range(1, 8))
def test_the_end_is_found_wherever_the_network_cuts_it(door, at):
    client = door.greeted()
    client.begin()
    end = b"a\r\n.\r\nNOOP\r\n"
    client.say(MAIL + end[:at])
    time.sleep(0.02)
    client.say(end[at:])

    assert ["250 2.0.0 1 kept", "250 2.0.0 OK"] == client.answers(2)
    assert said_by(door.kept[0]) == MAIL + b"a\r\n"


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n\x00.\r\n"],
)
def test_nothing_but_crlf_dot_crlf_ends_a_mail(door, end):
    client = door.greeted()
    client.begin()
    client.say(
        MAIL.removesuffix(b"\r\n") + end + b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<a@example.com>\r\n"
    )
    answer = client.ask(b"DATA\r\nFrom: evil\r\n.\r\n")

    assert ("250 2.0.0 1 kept", 1) == (answer, len(door.kept))
    assert b"MAIL FROM:<evil@example.org>" in door.kept[0].body


def test_commands_in_one_go_get_their_answers_in_one_go(door):
    client = door.greeted()
    client.say(
        "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<no@elsewhere.example>\r\nDATA"
    )
    before = client.answers(4)
    client.say(MAIL + b".\r\nMAIL FROM:<c@example.org>\r\nRCPT TO:<d@example.com>\r\nDATA\r\n")
    behind = client.answers(4)
    client.say(MAIL + b".\r\nQUIT\r\nNOOP\r\n")

    assert ["250", "250", "550", "354"] == [answer[:3] for answer in before]
    assert ["250", "250", "250", "354"] == [answer[:3] for answer in behind]
    assert ["250 2.0.0 2 kept", "221 2.0.0 Bye", ""] == client.answers(3)
    assert ("a@example.org", "c@example.org") == tuple(raw.envelope.sender for raw in door.kept)


def test_a_whole_session_in_one_packet_from_a_client_that_half_closes_is_answered(door):
    client = door.connect()
    client.say(
        b"EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
        + MAIL
        + b".\r\nQUIT\r\n"
    )
    client.socket.shutdown(socket.SHUT_WR)

    assert client.rest().endswith(b"250 2.0.0 1 kept\r\n221 2.0.0 Bye\r\n")
    assert 1 == len(door.kept)


# What is said of a mail


@pytest.mark.parametrize(
    ("receipt", "answer"),
    [
        (
            Receipt(5, Fate.REFUSE, because="Email is only for follow-up."),
            "550 5.7.1 Email is only for follow-up.",
        ),
        (Receipt(5, Fate.REFUSE, because="Known.", authenticated=True), "250 2.0.0 5 kept"),
        (Receipt(5, None), "250 2.0.0 5 kept"),
        (TemporaryFailure("store away"), "451 4.3.0 try again later"),
        (RuntimeError("secret words"), "451 4.3.0 try again later"),
    ],
)
def test_the_answer_tells_what_became_of_the_mail(receipt, answer):
    async def accept(raw):
        if isinstance(receipt, Exception):
            raise receipt
        return receipt

    with listening(accept) as door:
        client = door.greeted()

        assert [answer, answer] == [client.deliver(), client.deliver()]


def test_a_fault_of_ours_in_a_command_means_later():
    def takes(address):
        raise RuntimeError(address)

    with listening(takes=takes) as door:
        client = door.greeted()
        client.ask("MAIL FROM:<a@example.org>")

        assert "451 4.3.0 try again later" == client.ask("RCPT TO:<b@example.com>")
        assert "250 2.0.0 OK" == client.ask("NOOP")


# A commit that takes its time


class SlowDesk:
    """Commits only when it is let; `done` counts commits."""

    def __init__(self):
        self.has_begun = threading.Event()
        self.may_end = threading.Event()
        self.done = 0

    async def accept(self, raw):
        self.has_begun.set()
        await asyncio.to_thread(self.may_end.wait, 60)
        self.done += 1
        return Receipt(1, Fate.OPEN)


@pytest.fixture
def desk():
    desk = SlowDesk()
    yield desk
    desk.may_end.set()


def test_a_half_close_in_mid_commit_loses_neither_mail_nor_answer(desk, loops):
    with listening(desk.accept, loops=loops) as door:
        client = door.greeted()
        client.begin()
        client.say(MAIL + b".\r\n")
        assert desk.has_begun.wait(30)
        client.socket.shutdown(socket.SHUT_WR)
        time.sleep(0.1)
        desk.may_end.set()

        assert (b"250 2.0.0 1 kept\r\n", 1) == (client.rest(), desk.done)


def test_a_client_that_vanishes_in_mid_commit_has_its_mail_kept(desk, loops):
    with listening(desk.accept, loops=loops) as door:
        client = door.greeted()
        client.begin()
        client.say(MAIL + b".\r\n")
        assert desk.has_begun.wait(30)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset, not close
        client.close()
        time.sleep(0.1)
        desk.may_end.set()
        door.run(door.channel.drain(30))

        assert 1 == desk.done


@pytest.mark.slow
def test_no_patience_runs_out_during_a_commit(desk):
    limits = Limits(idle_seconds=5, data_seconds=5, session_seconds=6)
    with listening(desk.accept, limits=limits) as door:
        client = door.greeted()
        client.begin()
        client.say(MAIL + b".\r\n")
        time.sleep(7)
        desk.may_end.set()

        assert ["250 2.0.0 1 kept", "421 4.4.2 this session has lasted too long", ""] == client.answers(3)


def test_draining_waits_for_commits_and_says_goodbye_to_the_idle(desk, loops):
    with listening(desk.accept, loops=loops) as door:
        idle, busy = door.greeted(), door.greeted()
        busy.begin()
        busy.say(MAIL + b".\r\n")
        assert desk.has_begun.wait(30)
        end = asyncio.run_coroutine_threadsafe(door.channel.drain(30), door.loop)

        assert ["421 4.3.2 this service is being stopped, try again later", ""] == idle.answers(2)
        assert not end.done()
        with pytest.raises(OSError):  # noqa: PT011  (nobody listens any more; each system words it in its way)
            door.connect().socket.recv(1)
        desk.may_end.set()
        assert [
            "250 2.0.0 1 kept",
            "421 4.3.2 this service is being stopped, try again later",
        ] == busy.answers(2)
        end.result(30)


def test_draining_has_an_end(desk):
    with listening(desk.accept) as door:
        client = door.greeted()
        client.begin()
        client.say(MAIL + b".\r\n")
        assert desk.has_begun.wait(30)
        begun = time.monotonic()
        door.run(door.channel.drain(0.2))

        assert 0.2 <= time.monotonic() - begun < 20  # the commit would last for longer
        assert b"" == client.rest()


# Limits


def test_a_mail_too_large_is_refused_at_mail_or_behind_its_end(loops):
    with listening(limits=Limits(message_bytes=100_000), loops=loops) as door:
        client = door.greeted()

        assert "552 5.3.4" == client.ask("MAIL FROM:<a@example.org> SIZE=100001")[:9]
        assert "552 5.3.4" == client.deliver(b"a\r\n" * 70_000)[:9]
        assert "250 2.0.0 1 kept" == client.deliver()
        assert 1 == len(door.kept)


def test_long_lines_of_real_mail_are_taken_and_endless_ones_are_not(door):
    client = door.greeted()

    assert "250 2.0.0 1 kept" == client.deliver(MAIL + b"a" * 60_000 + b"\r\n")
    assert "500 5.6.0" == client.deliver(MAIL + b"a" * 70_000 + b"\r\n")[:9]


@pytest.mark.parametrize(("headers", "answer"), [(50, "250 2.0.0"), (51, "554 5.4.6")])
def test_a_mail_that_goes_round_in_circles_is_stopped(door, headers, answer):
    assert answer == door.greeted().deliver(b"Received: x\r\n" * headers + MAIL)[:9]


def test_too_much_mail_at_once_is_to_come_later(loops):
    with listening(limits=Limits(bytes_in_flight=100_000), loops=loops) as door:
        slow, other = door.greeted(), door.greeted()
        slow.begin()
        slow.say(b"From: a\r\n" * 8_000)
        servers.wait_until(lambda: door.channel._listener.budget.used > 50_000, "most of it is there")

        assert "452 4.3.1" == other.ask("MAIL FROM:<a@example.org> SIZE=50000")[:9]
        assert "452 4.3.1" == other.deliver(b"From: a\r\n" * 8_000)[:9]
        assert "250 2.0.0" == slow.ask(b".\r\n")[:9]
        assert "250 2.0.0" == other.deliver(b"From: a\r\n" * 8_000)[:9]


def test_connections_are_limited_for_each_address_and_in_all():
    with listening(limits=Limits(connections=2, connections_per_address=5)) as door:
        first, second, third = (door.connect() for _ in range(3))
        greetings = [client.answer()[:3] for client in (first, second, third)]
        first.ask("QUIT")
        assert "" == first.answer()

        assert ["220", "220", "421"] == greetings
        assert "220" == door.connect().answer()[:3]
    with listening(limits=Limits(connections_per_address=1)) as door:
        assert ["220", "421"] == [door.connect().answer()[:3] for _ in range(2)]
    with listening(limits=Limits(connections_per_address=1), protocol="lmtp") as door:
        assert ["220", "220"] == [door.connect().answer()[:3] for _ in range(2)]


def test_a_mail_has_so_many_recipients_and_no_more():
    with listening(limits=Limits(recipients=3)) as door:
        client = door.greeted()
        client.ask("MAIL FROM:<a@example.org>")
        answers = [client.ask(f"RCPT TO:<b{number}@example.com>")[:9] for number in range(4)]

        assert ["250 2.1.5"] * 3 + ["452 4.5.3"] == answers
        assert "354" == client.ask("DATA")[:3]
        assert "250 2.0.0" == client.ask(MAIL + b".\r\n")[:9]


def test_guessing_recipients_becomes_slow_and_then_ends():
    with listening(limits=Limits(unknown_recipients=7, slow_seconds=0.1)) as door:
        client = door.greeted()
        client.ask("MAIL FROM:<a@example.org>")
        begun = time.monotonic()
        answers = [client.ask(f"RCPT TO:<b{number}@elsewhere.example>")[:9] for number in range(7)]

        assert ["550 5.1.1"] * 7 == answers
        assert 0.2 <= time.monotonic() - begun
        assert ["421 4.7.0 too many unknown recipients", ""] == client.answers(2)


def test_a_mail_that_is_kept_forgives_the_guesses_before_it():
    with listening(limits=Limits(unknown_recipients=3)) as door:
        client = door.greeted()
        for _ in range(3):
            client.ask("MAIL FROM:<a@example.org>")
            client.ask("RCPT TO:<a@elsewhere.example>")
            client.ask("RCPT TO:<b@elsewhere.example>")
            client.ask("RCPT TO:<c@example.com>")
            client.ask("DATA")

            assert "250 2.0.0" == client.ask(MAIL + b".\r\n")[:9]


def test_idle_commands_do_not_hold_a_connection_for_ever():
    with listening(limits=Limits(idle_commands=5)) as door:
        client = door.greeted()

        assert ["250 2.0.0 OK"] * 4 == [client.ask("NOOP") for _ in range(4)]
        assert "421 4.7.0 too many commands without a mail" == client.ask("NOOP")
        assert b"" == client.rest()


@pytest.mark.parametrize(
    "line", [b"\r\n", b"RCPT TO:<a@example.com>\r\n", b"x" * 600 + b"\r\n", b"\xff\r\n", b"MAIL\r\n"]
)
def test_a_flood_of_anything_ends_the_session(line):
    with listening(limits=Limits(idle_commands=20, recipients=20)) as door:
        client = door.greeted()
        client.say(line * 100)
        lines = client.rest().split(b"\r\n")

        assert lines[-2] in (
            b"421 4.7.0 too many commands without a mail",
            b"502 5.5.1 Too many unrecognized commands, goodbye.",
        )
        assert len(lines) < 50


@pytest.mark.parametrize(
    ("limits", "farewell"),
    [
        (Limits(idle_seconds=0.2), "421 4.4.2 waited too long"),
        (Limits(session_seconds=0.2), "421 4.4.2 this session has lasted too long"),
    ],
)
def test_silence_and_long_sessions_end(limits, farewell, loops):
    with listening(limits=limits, loops=loops) as door:
        client = door.connect()

        assert [farewell, ""] == client.answers(3)[1:]


@pytest.mark.slow
def test_a_command_renews_the_patience_but_not_that_with_the_session():
    with listening(limits=Limits(idle_seconds=4, session_seconds=6)) as door:
        client = door.greeted()
        while (answer := client.ask("NOOP")) == "250 2.0.0 OK":
            time.sleep(0.2)

        assert "421 4.4.2 this session has lasted too long" == answer


@pytest.mark.slow
def test_data_has_a_time_limit_of_its_own():
    with listening(limits=Limits(idle_seconds=3, data_seconds=5)) as door:
        client = door.greeted()
        begun = time.monotonic()
        client.begin()
        for _ in range(20):
            client.say(b"a\r\n")
            time.sleep(0.02)

        assert "421 4.4.2 waited too long" == client.answer()
        assert 4.5 <= time.monotonic() - begun
        assert [] == door.kept


@pytest.mark.slow
def test_a_client_that_never_reads_is_cut_off(loops):
    with listening(limits=Limits(idle_seconds=0.3, idle_commands=10**9), loops=loops) as door:
        client = door.greeted()
        client.socket.settimeout(1)
        with pytest.raises(OSError):  # noqa: PT011  (no room to send, or a reset: nobody reads any more)
            client.say(b"NOOP\r\n" * 5_000_000)

        servers.wait_until(lambda: not door.channel._listener.farewells, "the session is over")


# Addresses


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"MAIL FROM:<\xff@example.org>", "501 5.1.7"),
        (b"MAIL FROM:<a\x00b@example.org>", "5"),
        (b"MAIL FROM:<a\x7f@example.org>", "501 5.1.7"),
        (b"MAIL FROM:<", "553 5.1.3"),
        (b"MAIL FROM:<a@example.org> SIZE=x", "501 5.5.4"),
        (b"MAIL FROM:<a@example.org> BODY=BINARYMIME", "501 5.5.4"),
        (b"MAIL FROM:<a@example.org> FOO=1", "555 5.5.4"),
        (b"MAIL FROM:<=?utf-8?q?a?=@example.org>", "250 2.1.0"),  # taken as it stands, never decoded
        (b"MAIL FROM:< =?utf-8?q?a?=@example.org>", "553 5.1.3"),
        (b"MAIL", "501 5.5.4"),
        (b'MAIL FROM:<"a b"@example.org>', "250 2.1.0"),
        (b"mail from:<a@example.org> size=10 body=8bitmime", "250 2.1.0"),
    ],
)
def test_senders_are_judged(door, command, answer):
    assert door.greeted().ask(command + b"\r\n").startswith(answer)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"RCPT TO:<\xff@example.com>", "501 5.1.3"),
        (b"RCPT TO:<a@elsewhere.example>", "550 5.1.1"),
        (b"RCPT TO:<a@example.com>", "250 2.1.5"),
        (b"RCPT TO:<a@example.com> NOTIFY=NEVER", "555 5.5.4"),
        (b"rcpt to: <a@example.com>", "250 2.1.5"),
        (b"RCPT TO:<postmaster>", "550 5.1.1"),  # asked of `takes`, like any other
    ],
)
def test_recipients_are_judged(door, command, answer):
    client = door.greeted()
    client.ask("MAIL FROM:<>")

    assert answer == client.ask(command + b"\r\n")[:9]


def test_a_hostile_greeting_ends_neither_header_nor_envelope(door):
    client = door.connect()
    client.answer()
    client.ask(b"EHLO x)\xff\x00(y\r\n")
    client.deliver()

    assert "x????y" == door.kept[0].envelope.helo
    assert b"from x?" in door.kept[0].body


# TLS, LMTP, Unix sockets


def trusting(tls_files):
    return ssl.create_default_context(cafile=str(tls_files[0]))


def trusting_anybody():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_starttls_begins_anew(tls_files, loops):
    with listening(tls=tls_context(*tls_files), loops=loops) as door:
        client = door.connect()
        offer = client.greet()
        ready = client.ask("STARTTLS")
        client.secure(trusting(tls_files))

        assert "250-STARTTLS" in offer
        assert "220 2.0.0 Ready to start TLS" == ready
        assert "503 5.5.1 Error: send HELO first" == client.ask("MAIL FROM:<a@example.org>")
        secured = client.ask("EHLO mail.example.org")
        assert "STARTTLS" not in secured
        assert "AUTH" not in secured
        assert "503 5.5.1 Error: TLS is on already" == client.ask("STARTTLS")
        assert "250 2.0.0 1 kept" == client.deliver(MAIL + b"a" * 300 + b"\r\n" + b"b\r\n" * 100_000)
        assert b"with ESMTPS id" in door.kept[0].body
        assert "221 2.0.0 Bye" == client.ask("QUIT")


def test_what_is_sent_along_behind_starttls_does_not_count(tls_files, loops):
    with listening(tls=tls_context(*tls_files), loops=loops) as door:
        client = door.greeted()
        ready = client.ask(b"STARTTLS\r\nEHLO evil.example.org\r\nMAIL FROM:<evil@example.org>\r\n")
        client.secure(trusting(tls_files))

        assert "220" == ready[:3]
        assert "503 5.5.1 Error: send HELO first" == client.ask("RCPT TO:<a@example.com>")


def test_a_failed_handshake_ends_the_session_and_nothing_else(tls_files, loops):
    with listening(tls=tls_context(*tls_files), loops=loops) as door:
        client = door.greeted()
        client.ask("STARTTLS")
        client.say(b"this is not TLS\r\n" * 20)
        client.rest()

        assert "250 2.0.0 1 kept" == door.greeted().deliver()


def test_a_client_that_goes_away_in_mid_handshake_is_no_fault_of_ours(tls_files, loops, caplog):
    with listening(tls=tls_context(*tls_files), loops=loops) as door:
        for pause in (0, 0.05):
            client = door.greeted()
            client.say("STARTTLS")
            time.sleep(pause)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()

        assert "250 2.0.0 1 kept" == door.greeted().deliver()
    assert [] == [record.message for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_secured_client_that_hangs_up_in_mid_commit_has_its_mail_kept(tls_files, desk, loops):
    with listening(desk.accept, tls=tls_context(*tls_files), loops=loops) as door:
        client = door.greeted()
        client.ask("STARTTLS")
        client.secure(trusting(tls_files))
        client.ask("EHLO mail.example.org")
        client.begin()
        client.say(MAIL + b".\r\n")
        assert desk.has_begun.wait(30)
        client.close()
        time.sleep(0.1)
        desk.may_end.set()
        door.run(door.channel.drain(30))

        assert 1 == desk.done


def test_old_tls_is_refused(tls_files):
    assert ssl.TLSVersion.TLSv1_2 == tls_context(*tls_files).minimum_version


def test_without_a_certificate_there_is_no_starttls_and_never_a_login(door):
    client = door.greeted()

    assert "454 4.7.0 TLS not available" == client.ask("STARTTLS")
    assert '500 5.5.1 Error: command "AUTH" not recognized' == client.ask("AUTH PLAIN AGEAYg==")
    assert "AUTH" not in client.ask("HELP")


@pytest.mark.parametrize(
    ("mail", "receipt", "answer"),
    [
        (MAIL, Receipt(9, Fate.APPEND), "250 2.0.0 9 kept"),
        (MAIL, Receipt(9, Fate.REFUSE, because="No."), "550 5.7.1 No."),
        (MAIL, RuntimeError("store away"), "451 4.3.0 try again later"),
        (b"a" * 70_000 + b"\r\n", Receipt(9, Fate.APPEND), "500 5.6.0"),
        (b"a\r\n" * 40_000, Receipt(9, Fate.APPEND), "552 5.3.4"),
        (b"Received: x\r\n" * 60 + MAIL, Receipt(9, Fate.APPEND), "554 5.4.6"),
    ],
)
def test_lmtp_answers_once_for_each_recipient_that_was_taken(mail, receipt, answer):
    async def accept(raw):
        if isinstance(receipt, Exception):
            raise receipt
        return receipt

    with listening(accept, protocol="lmtp", limits=Limits(message_bytes=100_000)) as door:
        client = door.greeted("LHLO")
        client.begin("a@example.com", "b@example.com", "no@elsewhere.example", "c@example.com")
        client.say(mail + b".\r\nNOOP\r\n")
        answers = client.answers(4)

        assert [True] * 3 + [False] == [said.startswith(answer) for said in answers]
        assert "250 2.0.0 OK" == answers[-1]


def test_lmtp_greets_in_its_own_way(door):
    with listening(protocol="lmtp") as lmtp:
        client = lmtp.connect()
        assert "220 mx.example.com LMTP Deskbell" == client.answer()
        assert '500 5.5.1 Error: command "EHLO" not recognized' == client.ask("EHLO x")
        assert "503 5.5.1 Error: send LHLO first" == client.ask("MAIL FROM:<>")
        assert client.ask("LHLO x").startswith("250-mx.example.com")
        assert "503 5.5.1 Error: need RCPT command" == client.ask("DATA")
    assert '500 5.5.1 Error: command "LHLO" not recognized' == door.greeted().ask("LHLO x")


def test_the_standard_library_finds_nothing_odd_about_us(tls_files):
    with (
        listening(tls=tls_context(*tls_files)) as door,
        smtplib.SMTP(*door.channel.address, timeout=30) as client,
    ):
        client.starttls(context=trusting_anybody())
        refused = client.sendmail("a@example.org", ["b@example.com", "c@elsewhere.example"], MAIL)

        assert {"c@elsewhere.example": (550, b"5.1.1 nobody here has this address")} == refused
    with listening(protocol="lmtp") as door, smtplib.LMTP(*door.channel.address) as client:
        assert {} == client.sendmail("a@example.org", ["b@example.com"], MAIL)


def test_a_unix_socket_serves_too_and_is_gone_afterwards(tmp_path, loops):
    path = tmp_path / "lmtp.sock"
    with listening(
        protocol="lmtp", listen=f"unix:{path}", limits=Limits(connections_per_address=1), loops=loops
    ) as door:
        first, second = door.greeted("LHLO"), door.greeted("LHLO")

        assert (str(path), 0) == door.channel.address
        assert ["250 2.0.0 1 kept", "250 2.0.0 2 kept"] == [first.deliver(), second.deliver()]
        assert ("", b"with LMTP id" in door.kept[0].body) == (door.kept[0].envelope.peer, True)
    assert not path.exists()


def test_a_socket_that_was_left_behind_is_taken_over(tmp_path, loops):
    path = tmp_path / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with listening(protocol="lmtp", listen=f"unix:{path}", loops=loops) as door:
        assert "250 2.0.0 1 kept" == door.greeted("LHLO").deliver()


def test_a_socket_where_somebody_listens_is_not_taken_away(tmp_path, loops):
    path = tmp_path / "lmtp.sock"
    with listening(protocol="lmtp", listen=f"unix:{path}", loops=loops) as door:
        second = SmtpChannel("support", f"unix:{path}", "lmtp", None, bool, "mx.example.com")
        with pytest.raises(ConfigError, match="Address already in use"):
            asyncio.run(second.start())

        assert "250 2.0.0 1 kept" == door.greeted("LHLO").deliver()


def test_a_listener_that_ends_leaves_the_socket_of_its_successor(tmp_path, loops):
    path = tmp_path / "lmtp.sock"
    with listening(protocol="lmtp", listen=f"unix:{path}", loops=loops):
        path.unlink()  # by hand, for the desk is being replaced
        with socket.socket(socket.AF_UNIX) as successor:
            successor.bind(str(path))
            inode = path.stat().st_ino
    assert inode == path.stat().st_ino


@pytest.mark.parametrize("listen", ["nowhere", "127.0.0.1:x", "unix:/nonexistent/lmtp.sock", "192.0.2.1:25"])
def test_a_place_where_nobody_can_listen_is_named(listen):
    channel = SmtpChannel("support", listen, "smtp", None, bool, "mx.example.com")
    with pytest.raises(ConfigError) as caught:
        asyncio.run(channel.start())

    assert caught.value.mistakes[0].startswith(f"channel.support.listen: cannot listen on {listen!r}: ")


@pytest.mark.parametrize(
    ("listen", "place"),
    [
        ("127.0.0.1:25", ("127.0.0.1", 25)),
        ("[::1]:0", ("::1", 0)),
        (":25", ("", 25)),
        ("mx.example:2525", ("mx.example", 2525)),
    ],
)
def test_host_and_port_are_taken_apart(listen, place):
    assert place == host_and_port(listen)


# What it costs


def test_a_mail_of_empty_lines_costs_neither_time_nor_memory():
    limits = Limits(message_bytes=64 * MIB, message_lines=10**9)
    with listening(limits=limits) as door:
        client = door.greeted()
        client.begin()
        begun = time.process_time()
        for _ in range(32):
            client.say(b"\r\n" * (MIB // 2))

        assert "250 2.0.0 1 kept" == client.ask(b".\r\n")
        assert time.process_time() - begun < 30
        assert 32 * MIB < len(door.kept[0].body) < 33 * MIB
