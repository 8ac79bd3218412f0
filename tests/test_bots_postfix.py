"""With a real Postfix: our mail goes through it as we signed it, and its care for forged headers is seen."""

import asyncio
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

import serving
from bots.authentication import Checks, check_now
from bots.commands.findings import Level
from bots.commands.probe import forged_mail
from bots.dkim_signing import read_key
from bots.relays import relays_of
from bots.settings_of_mail import RelaySettings
from intake.authentication import Verdict
from intake.errors import PermanentFailure, TemporaryFailure
from intake.mail import read_mail
from intake.messages import Raw
from postfix import postfix
from sandbox.relay import relay_in_thread
from servers import free_port, require
from test_bots_dkim import a_mail

pytestmark = pytest.mark.slow
SENDER, RECIPIENT = "support@vendor.example", "ana@acme.example"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Keys and a certificate."""
    folder = tmp_path_factory.mktemp("keys")
    openssl = require("openssl")
    key = [openssl, "genpkey", "-algorithm", "ed25519", "-out", folder / "dkim.pem"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    newkey = ["-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    for command in (key, [openssl, "req", "-x509", "-days", "2", *names, *newkey]):
        subprocess.run(command, check=True, capture_output=True)
    record = read_key((folder / "dkim.pem").read_bytes()).record
    (folder / "zone").write_text(f'd1._domainkey.vendor.example. 60 IN TXT "{record}"\n')
    return folder


@contextmanager
def outgoing(folder, **changes):
    """The relays by some settings, the first a Postfix that wants STARTTLS, and where its mail ends."""
    tls = f"smtpd_tls_cert_file = {folder}/cert.pem\nsmtpd_tls_key_file = {folder}/key.pem\n"
    tls += "smtpd_tls_security_level = encrypt\n"
    with relay_in_thread() as end, postfix("acme.example", end.port, more=tls) as first:
        dkim = {"domain": "vendor.example", "selector": "d1", "key": {"file": "dkim.pem"}}
        given = {"port": first.port, "tls": "starttls", "ca_file": "cert.pem", "timeout": 60, "dkim": dkim}
        yield relays_of(RelaySettings.model_validate(given | changes), folder), end


def send(relays, recipient=RECIPIENT):
    async def deliver():
        try:
            return await relays.send(a_mail(), SENDER, recipient)
        finally:
            await relays.close()
            await all_lines_are_gone()

    return asyncio.run(deliver())


async def all_lines_are_gone():
    """TLS that was cut takes a moment to go: until the other side has taken leave, too."""
    watched = asyncio.get_running_loop()._selector.get_map()
    async with asyncio.timeout(60):
        while len(watched) > 1:  # noqa: ASYNC110  the loop's own line to itself stays
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.01)


def test_a_signed_mail_goes_through_postfix_over_tls_and_still_verifies(folder):
    with outgoing(folder) as (relays, end):
        send(relays)
        arrived = end.wait(1, 60)[0]
    raw = Raw("email", "mail", arrived.body, datetime.now(UTC))

    assert (SENDER, (RECIPIENT,)) == (arrived.sender, arrived.recipients)
    assert Verdict.TRUE is check_now(raw, read_mail(raw), Checks(zone_file=str(folder / "zone")))


@pytest.mark.parametrize(
    ("changes", "recipient", "error"),
    [
        ({"ca_file": ""}, RECIPIENT, TemporaryFailure),  # a certificate that nobody vouches for
        ({"tls": "implicit"}, RECIPIENT, TemporaryFailure),
        ({"tls": "none"}, RECIPIENT, TemporaryFailure),  # it wants TLS: our settings are wrong, not the mail
        ({"username": "desk", "password": "x"}, RECIPIENT, TemporaryFailure),  # it offers no AUTH
    ],
)
def test_what_postfix_does_not_agree_to_keeps_the_mail_for_later(folder, changes, recipient, error):
    with outgoing(folder, **changes) as (relays, end):
        with pytest.raises(error):
            send(relays, recipient)

        assert [] == end.mails


def test_what_postfix_refuses_for_good_is_not_tried_again(folder):
    with outgoing(folder) as (relays, _), pytest.raises(PermanentFailure, match="5"):
        send(relays, "ana@elsewhere.example")


REMOVES = "/^Authentication-Results:\\s*mx\\.vendor\\.example/ IGNORE\n"


@pytest.mark.parametrize("cleans", [True, False])
def test_whether_postfix_removes_a_forged_header_is_said(tmp_path, tmp_path_factory, cleans):
    port = free_port()
    checks = tmp_path_factory.mktemp("checks") / "header_checks"
    checks.write_text(REMOVES)
    more = f"header_checks = regexp:{checks}\n" if cleans else ""
    with postfix("vendor.example", port, more=more) as front, relay_in_thread() as unused:
        config = serving.write_config(tmp_path, front.port, port)
        with serving.started(config, port, unused) as desk:
            ((level, text),) = forged_mail(desk.wired, 60)

    assert (Level.OK if cleans else Level.MEND) is level
    assert cleans is ("removes a forged" in text)
