"""Several outgoing servers: the first that takes the mail, and never two of them."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading

import pytest
from aiosmtpd.smtp import AuthResult
from structlog.testing import capture_logs

from bots.relay import Relay
from bots.relays import Relays, relays_of
from bots.settings_of_mail import RelaySettings
from intake.errors import ConfigError, PermanentFailure, TemporaryFailure
from intake.mistakes import checked
from sandbox.relay import DROP, HANG, CatchingRelay, Fault

pytestmark = pytest.mark.slow

MAIL = b"From: a@vendor.example\r\nSubject: hello\r\n\r\nHow are you?\r\n"
SENDER, RECIPIENT = "support@vendor.example", "ana@acme.example"


def running(scenario, timeout=30.0):
    """Run `scenario(relays, first, second)` with two servers, the first preferred."""

    async def run():
        async with CatchingRelay() as first, CatchingRelay() as second:
            relays = Relays([Relay(one.host, one.port, timeout=timeout) for one in (first, second)])
            try:
                return await scenario(relays, first, second)
            finally:
                await relays.close()

    return asyncio.run(run())


async def send(relays, times=1):
    return [await relays.send(MAIL, SENDER, RECIPIENT) for _ in range(times)]


def caught(*servers):
    return tuple(len(server.mails) for server in servers)


def test_the_first_server_gets_the_mail_while_it_takes_it():
    async def scenario(relays, first, second):
        await send(relays, 3)
        return caught(first, second)

    assert (3, 0) == running(scenario)


def test_a_server_that_fails_and_comes_back_is_in_the_log_once_each(monkeypatch):
    monkeypatch.setattr("bots.relays.REST_SECONDS", 0.001)

    async def scenario(relays, first, second):
        first.expect(*[Fault("mail", "451 4.3.0 busy")] * 2)
        for _ in range(4):
            await send(relays)
            await asyncio.sleep(0.01)
        return caught(first, second)

    with capture_logs() as logs:
        assert (2, 2) == running(scenario)
    assert ["the relay cannot be used", "the relay is used again"] == [one["event"] for one in logs]


def test_a_server_that_is_down_is_passed_over():
    async def scenario(relays, first, second):
        await first.stop()
        await send(relays, 2)
        return caught(second)

    assert (2,) == running(scenario)


@pytest.mark.parametrize("answer", ["451 4.3.0 busy", "421 4.3.2 closing", "530 5.7.0 sign in first", DROP])
def test_a_server_that_takes_no_mail_at_all_is_passed_over(answer):
    async def scenario(relays, first, second):
        first.expect(Fault("mail", answer))
        try:
            await send(relays)
        except TemporaryFailure:  # a connection that was cut says nothing about what was heard
            return answer == DROP
        return caught(first, second) == (0, 1)

    assert running(scenario)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("mail", "552 5.3.4 too big"), PermanentFailure),
        (Fault("rcpt", "450 4.2.1 greylisted"), TemporaryFailure),
        (Fault("rcpt", "550 5.1.1 nobody here"), PermanentFailure),
        (Fault("data", "452 4.3.1 full"), TemporaryFailure),
        (Fault("data", DROP), TemporaryFailure),  # it may have the mail
        (Fault("data", HANG), TemporaryFailure),
    ],
    ids=str,
)
def test_once_a_server_has_heard_the_recipient_nobody_else_is_asked(fault, error):
    async def scenario(relays, first, second):
        first.expect(fault)
        with pytest.raises(error):
            await send(relays)
        return caught(second)

    assert (0,) == running(scenario, timeout=3.0 if fault.what == HANG else 30.0)


def test_a_server_that_is_down_is_not_tried_again_for_a_minute(monkeypatch):
    async def scenario(relays, first, second):
        first.expect(Fault("mail", "451 4.3.0 busy"))
        await send(relays, 3)
        resting = caught(first, second)
        now = asyncio.get_running_loop().time()
        monkeypatch.setattr("bots.relays._now", lambda: now + 61)
        await send(relays)
        return resting, caught(first, second)

    assert ((0, 3), (1, 3)) == running(scenario)


def test_a_server_that_never_greets_holds_up_one_mail_and_not_the_next():
    async def scenario():
        with socket.create_server(("127.0.0.1", 0)) as silent:
            async with CatchingRelay() as server:
                slow = Relay("127.0.0.1", silent.getsockname()[1], timeout=0.5)
                relays = Relays([slow, Relay(server.host, server.port)])
                await send(relays)
                slow._timeout = 60.0
                await asyncio.wait_for(send(relays, 3), 30)
                await relays.close()
                return caught(server)

    assert (4,) == asyncio.run(scenario())


def test_while_all_of_them_rest_all_are_tried_and_named():
    async def scenario(relays, first, second):
        for server in (first, second):
            server.expect(*[Fault("mail", "451 4.3.0 busy")] * 2)
        said = []
        for _ in range(2):
            with pytest.raises(TemporaryFailure) as failure:
                await send(relays)
            said.append(str(failure.value))
        await send(relays)
        names = [f"127.0.0.1:{server.port}: 451 4.3.0 busy" for server in (first, second)]
        return said == ["; ".join(names)] * 2, caught(first, second)

    assert (True, (1, 0)) == running(scenario)


def test_while_a_mail_is_signed_the_others_go_on():
    """An RSA signature takes milliseconds of computing, in which the listener must hear."""
    may_end = threading.Event()

    def sign(mail):
        assert may_end.wait(30)
        return b"DKIM-Signature: v=1\r\n" + mail

    async def scenario():
        async with CatchingRelay() as server:
            relays = Relays([Relay(server.host, server.port)], sign)
            sending = asyncio.create_task(relays.send(MAIL, SENDER, RECIPIENT))
            await asyncio.sleep(0)
            may_end.set()  # on the loop: it would wait for ever if signing held it up
            await sending
            await relays.close()
            return server.mails[0].body

    assert asyncio.run(scenario()).startswith(b"DKIM-Signature:")


def test_one_mail_never_outlasts_its_lease(monkeypatch):
    monkeypatch.setattr("bots.relays.SECONDS_A_MAIL", 0.3)

    async def scenario(relays, first, second):
        first.expect(Fault("rcpt", HANG))
        with pytest.raises(TemporaryFailure):
            await asyncio.wait_for(send(relays), 20)

    running(scenario, timeout=60)


# By the settings


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


def options_of(tls, certificate, password="right"):
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == password.encode(), handled=False)

    signing_in = {"authenticator": authenticate, "auth_required": True}
    secured = {"tls": theirs, "auth_require_tls": False} if tls == "implicit" else {"tls_context": theirs}
    return signing_in | secured


# aiosmtpd warns of AUTH without STARTTLS; it does not see that the connection is TLS from its start.
AUTH_OVER_TLS = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@AUTH_OVER_TLS
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize(
    ("changes", "arrives"),
    [
        ({}, True),
        ({"password": "wrong"}, False),
        ({"ca_file": ""}, False),  # the system knows no such authority
        ({"username": "", "password": ""}, False),
    ],
)
def test_a_password_is_said_over_tls_to_a_server_that_is_who_it_says(certificate, tls, changes, arrives):
    given = {
        "username": "desk",
        "password": "right",
        "ca_file": "cert.pem",
        "tls": tls,
        "timeout": 30,
    } | changes

    async def scenario():
        async with CatchingRelay(**options_of(tls, certificate)) as server:
            settings = checked(RelaySettings, {"host": server.host, "port": server.port} | given)
            relays = relays_of(settings, certificate)
            try:
                await send(relays)
            except TemporaryFailure:
                return len(server.mails)
            finally:
                await relays.close()
            return len(server.mails)

    assert int(arrives) == asyncio.run(scenario())


@AUTH_OVER_TLS
def test_a_fallback_has_its_own_tls_and_password(certificate):
    async def scenario():
        async with CatchingRelay(**options_of("implicit", certificate)) as server:
            fallback = {"host": server.host, "port": server.port, "tls": "implicit", "ca_file": "cert.pem"}
            table = {
                "port": 1,
                "timeout": 30,
                "fallback": [fallback | {"username": "desk", "password": "right"}],
            }
            relays = relays_of(checked(RelaySettings, table), certificate)
            await send(relays)
            await relays.close()
            return caught(server)

    assert (1,) == asyncio.run(scenario())


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"host": "mx.example", "username": "desk"}, "relay.username: would send the password in clear"),
        ({"fallback": [{"host": "mx.example", "username": "d"}]}, "relay.fallback[1].username: would send"),
        (
            {"fallback": [{"hots": "mx.example"}]},
            'relay.fallback[1].hots: no such setting; did you mean "host"',
        ),
        ({"dkim": {"domain": "here", "selector": "s", "key": "k"}}, "relay.dkim.domain: expected a domain"),
    ],
)
def test_a_mistake_in_the_settings_is_told_with_its_place(table, words):
    with pytest.raises(ConfigError) as failure:
        checked(RelaySettings, table, "relay")

    assert words in str(failure.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_the_same_machine_a_password_needs_no_tls(host):
    assert "desk" == checked(RelaySettings, {"host": host, "username": "desk"}).username


def test_a_ca_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")

    with pytest.raises(ConfigError, match=r"relay\.ca_file: "):
        relays_of(checked(RelaySettings, {"tls": "implicit", "ca_file": "ca.pem"}), tmp_path)
