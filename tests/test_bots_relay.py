"""The relay over real sockets: what the other server says decides whether a mail is tried again."""

import asyncio
import shutil
import socket
import ssl
import subprocess

import aiosmtplib
import pytest
from aiosmtpd.smtp import AuthResult

from bots.relay import Relay, failure
from intake.errors import PermanentFailure, TemporaryFailure
from sandbox.relay import DROP, HANG, CatchingRelay, Fault, relay_in_thread

pytestmark = pytest.mark.slow

MAIL = b"From: a@vendor.example\r\nSubject: hello\r\n\r\nHow are you?\r\n.\r\n..\r\n"
SENDER, RECIPIENT = "support@vendor.example", "mario@acme.example"


def running(scenario):
    """Run `scenario(server, relay)` against a relay of its own."""

    async def run():
        async with CatchingRelay() as server:
            relay = Relay(server.host, server.port, timeout=30, hostname="desk.vendor.example")
            try:
                return await asyncio.wait_for(scenario(server, relay), 60)
            finally:
                await relay.close()

    return asyncio.run(run())


async def sent(relay, mail=MAIL, sender=SENDER, recipient=RECIPIENT):
    return await relay.send(mail, sender, recipient)


def test_a_mail_arrives_as_it_was_written_and_the_answer_comes_back():
    async def scenario(server, relay):
        return await sent(relay), server.mails

    answer, mails = running(scenario)

    assert "2.0.0 kept as 1" == answer
    assert [(SENDER, (RECIPIENT,), MAIL)] == [(mail.sender, mail.recipients, mail.body) for mail in mails]


def test_the_empty_return_path_stays_empty():
    async def scenario(server, relay):
        await sent(relay, sender="")
        return server.mails[0].sender

    assert "" == running(scenario)


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault("mail", "451 4.3.0 busy"), TemporaryFailure, "451 4.3.0 busy"),
        (Fault("mail", "552 5.3.4 too big"), PermanentFailure, "552 5.3.4 too big"),
        (Fault("mail", "530 5.7.0 sign in first"), TemporaryFailure, "530 5.7.0 sign in first"),  # our fault
        (Fault("rcpt", "450 4.2.1 greylisted"), TemporaryFailure, "450 4.2.1 greylisted"),
        (Fault("rcpt", "550 5.1.1 nobody here"), PermanentFailure, "550 5.1.1 nobody here"),
        (Fault("data", "452 4.3.1 full"), TemporaryFailure, "452 4.3.1 full"),
        (Fault("data", "554 5.7.1 spam"), PermanentFailure, "554 5.7.1 spam"),
        (Fault("data", "421 4.3.2 closing"), TemporaryFailure, "421 4.3.2 closing"),
        (Fault("mail", DROP), TemporaryFailure, ""),
        (Fault("rcpt", DROP), TemporaryFailure, ""),
        (Fault("data", DROP), TemporaryFailure, ""),
    ],
    ids=str,
)
def test_what_the_server_says_is_temporary_or_permanent_and_the_next_mail_gets_through(fault, error, words):
    async def scenario(server, relay):
        server.expect(fault)
        with pytest.raises(error) as caught:
            await sent(relay)
        return str(caught.value), await sent(relay)

    said, answer = running(scenario)

    assert said.startswith(words)
    assert answer.startswith("2.0.0 kept")


@pytest.mark.parametrize("at", ["mail", "rcpt", "data"])
def test_a_server_that_falls_silent_costs_no_more_than_the_time_allowed(at):
    async def scenario(server, relay):
        server.expect(Fault(at, HANG))
        relay._timeout = 0.3
        with pytest.raises(TemporaryFailure):
            await asyncio.wait_for(sent(relay), 20)

    running(scenario)


def test_a_server_that_never_greets_costs_no_more_than_the_time_allowed():
    async def scenario():
        with socket.create_server(("127.0.0.1", 0)) as silent:
            relay = Relay("127.0.0.1", silent.getsockname()[1], timeout=0.3)
            with pytest.raises(TemporaryFailure):
                await sent(relay)

    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_nobody_listening_is_temporary():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(TemporaryFailure):
        asyncio.run(sent(Relay("127.0.0.1", port, timeout=30)))


def test_one_connection_serves_many_mails():
    async def scenario(server, relay):
        for _ in range(5):
            await sent(relay)
        return server.connections, len(server.mails)

    assert (1, 5) == running(scenario)


def test_a_connection_that_was_cut_while_idle_costs_no_mail():
    async def scenario(server, relay):
        await sent(relay)
        server.cut()
        await sent(relay)
        return server.connections, len(server.mails)

    assert (2, 2) == running(scenario)


def test_a_connection_that_was_idle_too_long_is_not_used_again(monkeypatch):
    monkeypatch.setattr("bots.relay.IDLE_SECONDS", 0.0)

    async def scenario(server, relay):
        await sent(relay)
        await sent(relay)
        return server.connections

    assert 2 == running(scenario)


def test_mails_at_the_same_time_do_not_mix():
    async def scenario(server, relay):
        people = [f"p{number}@acme.example" for number in range(20)]
        await asyncio.gather(
            *(sent(relay, b"To: " + to.encode() + b"\r\n\r\n", recipient=to) for to in people)
        )
        return people, server.mails

    people, mails = running(scenario)

    assert sorted(people) == sorted(mail.recipients[0] for mail in mails)
    assert all(mail.recipients[0].encode() in mail.body for mail in mails)


def test_a_mail_that_was_cancelled_midway_leaves_no_half_finished_connection_behind():
    async def scenario(server, relay):
        server.expect(Fault("rcpt", HANG))
        task = asyncio.create_task(sent(relay))
        async with asyncio.timeout(30):
            while server._faults:  # noqa: ASYNC110  until it is in the middle of the mail
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await sent(relay)
        return server.connections, len(server.mails)

    assert (2, 1) == running(scenario)


def test_an_address_in_other_letters_goes_out_with_smtputf8():
    async def scenario(server, relay):
        await sent(relay, recipient="jürgen@acme.example")
        return server.mails[0].recipients

    assert ("jürgen@acme.example",) == running(scenario)


@pytest.mark.parametrize(
    "recipient",
    [
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "a\x00b@c.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "nobody",
        "",
    ],
)
def test_an_address_that_would_be_two_commands_is_never_said(recipient):
    async def scenario(server, relay):
        with pytest.raises(PermanentFailure):
            await sent(relay, recipient=recipient)
        return server.mails

    assert [] == running(scenario)


def test_a_wrong_password_is_ours_to_mend_and_keeps_the_mail():
    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"right", handled=False)

    async def scenario(password):
        options = {"authenticator": authenticate, "auth_require_tls": False}
        async with CatchingRelay(**options) as server:
            relay = Relay(server.host, server.port, username="desk", password=password, timeout=30)
            try:
                return await sent(relay)
            finally:
                await relay.close()

    assert asyncio.run(scenario("right")).startswith("2.0.0 kept")
    with pytest.raises(TemporaryFailure):
        asyncio.run(scenario("wrong"))


def test_a_server_without_starttls_gets_nothing_where_it_is_asked_for():
    async def scenario(server, relay):
        relay._tls = "starttls"
        with pytest.raises(TemporaryFailure):
            await sent(relay)
        return server.mails

    assert [] == running(scenario)


def test_a_server_that_speaks_no_tls_at_all_is_temporary():
    async def scenario(server, relay):
        relay._tls = "implicit"
        relay._timeout = 0.5
        with pytest.raises(TemporaryFailure):
            await sent(relay)

    running(scenario)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody but these tests trusts."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "key.pem"]
    command = ["openssl", "req", "-x509", "-days", "2", *names, *key, "-out", folder / "cert.pem"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("trusted", [True, False])
def test_mail_goes_over_tls_only_to_a_server_whose_certificate_is_trusted(certificate, tls, trusted):
    ours = ssl.create_default_context(cafile=certificate / "cert.pem" if trusted else None)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    async def scenario():
        options = {"tls": theirs} if tls == "implicit" else {"tls_context": theirs, "require_starttls": True}
        async with CatchingRelay(**options) as server:
            relay = Relay(server.host, server.port, tls, timeout=30, tls_context=ours)
            try:
                return await sent(relay), len(server.mails)
            finally:
                await relay.close()

    if trusted:
        assert ("2.0.0 kept as 1", 1) == asyncio.run(scenario())
    else:
        with pytest.raises(TemporaryFailure):
            asyncio.run(scenario())


def test_every_error_of_the_library_is_one_of_ours():
    errors = [
        aiosmtplib.SMTPException("x"),
        aiosmtplib.SMTPServerDisconnected("x"),
        aiosmtplib.SMTPConnectError("x"),
        aiosmtplib.SMTPConnectTimeoutError("x"),
        aiosmtplib.SMTPReadTimeoutError("x"),
        aiosmtplib.SMTPConnectResponseError(554, "no"),
        aiosmtplib.SMTPHeloError(501, "no"),
        aiosmtplib.SMTPAuthenticationError(535, "no"),
        OSError(113, "no route"),
    ]

    assert {TemporaryFailure} == {type(failure(error)) for error in errors}


def test_the_sandbox_also_runs_in_a_thread():
    async def deliver(server):
        relay = Relay(server.host, server.port, timeout=30)
        await sent(relay)
        await relay.close()

    with relay_in_thread() as server:
        asyncio.run(deliver(server))

        assert MAIL == server.wait(1)[0].body
