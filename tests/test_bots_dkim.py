"""What we send is signed so that receivers verify it, over exactly the bytes that go over the wire."""

import asyncio
import base64
import re
import subprocess
from datetime import UTC, datetime

import dkim
import pytest

from bots.authentication import Checks, check_now
from bots.dkim_signing import read_key, signed, signer_of
from bots.relays import relays_of
from bots.settings_of_mail import DkimSettings, RelaySettings
from builders import a_desk
from intake.authentication import Verdict
from intake.errors import ConfigError
from intake.mail import read_mail
from intake.messages import Address, Outbound, Raw
from replies.mime import mail_bytes
from sandbox.relay import CatchingRelay
from servers import require

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC)
RSA = ("rsa", "-pkeyopt", "rsa_keygen_bits:2048")
BODY = (
    "Hello **Ana**,\n\n.\n..\n. Ünïcode, a line of "
    + "many " * 40
    + "words\n\nFrom here on, trailing.  \n\n\n"
)


def openssl(*arguments, given=None):
    return subprocess.run(
        [require("openssl"), *arguments], check=True, capture_output=True, input=given
    ).stdout


def pem(*algorithm):
    return openssl("genpkey", "-algorithm", *algorithm)


def public_key(private):
    return openssl("pkey", "-pubout", "-outform", "DER", given=private)


def an_outbound(**changes):
    given = {
        "channel": "email",
        "recipient": Address("Ana Rossi", "ana@acme.example"),
        "notice": "agent-answer",
        "subject": "Re: Anrufe brechen ab – schon wieder",
        "body": BODY,
        "message_id": "x1@vendor.example",
        "references": ("1@acme.example", "2@acme.example"),
        "in_reply_to": "2@acme.example",
    }
    return Outbound(**(given | changes))


def a_mail(**changes):
    return mail_bytes(an_outbound(**changes), a_desk(), NOW)


def sent(folder, private, mail):
    """What arrives at a relay of a mail that was handed over with a key in a file."""
    (folder / "dkim.key").write_bytes(private)
    (folder / "zone").write_text("")
    key = {"domain": "vendor.example", "selector": "desk1", "key": {"file": "dkim.key"}}

    async def deliver():
        async with CatchingRelay() as server:
            settings = RelaySettings.model_validate({"host": server.host, "port": server.port, "dkim": key})
            relays = relays_of(settings, folder)
            await relays.send(mail, "b@vendor.example", "ana@acme.example")
            await relays.close()
            return server.mails[0].body

    arrived = asyncio.run(deliver())
    record = read_key(private).record
    pieces = " ".join(f'"{record[at : at + 200]}"' for at in range(0, len(record), 200))
    (folder / "zone").write_text(f"desk1._domainkey.vendor.example. 60 IN TXT {pieces}\n")
    return arrived


def verdict(folder, mail):
    raw = Raw("email", "mail", mail, datetime.now(UTC))  # not before it was signed
    return check_now(raw, read_mail(raw), Checks(zone_file=str(folder / "zone")))


@pytest.mark.parametrize("algorithm", [("ed25519",), RSA], ids=["ed25519", "rsa"])
@pytest.mark.parametrize(
    "changes", [{}, {"automatic": "no", "reply_to": "support+x@vendor.example"}, {"body": ""}], ids=str
)
def test_a_mail_that_went_over_the_wire_verifies(tmp_path, algorithm, changes):
    arrived = sent(tmp_path, pem(*algorithm), a_mail(**changes))

    assert Verdict.TRUE is verdict(tmp_path, arrived)
    assert arrived.endswith(a_mail(**changes))


def test_a_mail_with_headers_in_other_letters_verifies(tmp_path):
    mail = a_mail(recipient=Address("", "jürgen@acme.example"))
    arrived = signed(mail, "vendor.example", "desk1", read_key(pem("ed25519")))

    assert dkim.DKIM(arrived).verify(dnsfunc=lambda name, timeout: None) is False
    assert b"j\xc3\xbcrgen" in arrived


@pytest.mark.parametrize(
    "header",
    [
        *("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
        *("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Auto-Submitted"),
    ],
)
def test_nobody_can_add_a_header_that_people_or_programs_go_by(header):
    key = read_key(pem("ed25519"))
    mail = signed(a_mail(), "vendor.example", "desk1", key)
    changed = header.encode() + b": something else\r\n" + mail

    assert True is dkim.DKIM(mail).verify(dnsfunc=lambda name, timeout: key.record)
    assert True is not dkim.DKIM(changed).verify(dnsfunc=lambda name, timeout: key.record)


@pytest.mark.parametrize("algorithm", [("ed25519",), RSA], ids=["ed25519", "rsa"])
def test_the_record_for_the_dns_holds_the_public_key(algorithm):
    private = pem(*algorithm)
    written = base64.b64decode(re.search(r"p=(.+)", read_key(private).record)[1])

    assert public_key(private).endswith(written)


def test_a_key_may_have_the_old_form_windows_line_ends_or_be_bare_base64():
    rsa, edwards = pem(*RSA), pem("ed25519")
    old = openssl("rsa", "-traditional", given=rsa)
    seed = base64.b64encode(public_seed(edwards))

    assert read_key(rsa).record == read_key(old).record
    assert read_key(rsa).record == read_key(rsa.replace(b"\n", b"\r\n")).record
    assert read_key(edwards).record == read_key(seed).record


def public_seed(private):
    return openssl("pkey", "-outform", "DER", given=private)[-32:]


@pytest.mark.parametrize(
    "key",
    ["nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "AAAA", "512", "ec"],
)
def test_a_key_that_cannot_sign_is_told_when_the_desk_starts(tmp_path, key):
    made = {
        "512": ("rsa", "-pkeyopt", "rsa_keygen_bits:512"),
        "ec": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    }
    text = pem(*made[key]).decode() if key in made else key
    settings = DkimSettings(domain="vendor.example", selector="desk1", key=text)

    with pytest.raises(ConfigError, match=r"relay\.dkim\.key: "):
        signer_of(settings, tmp_path)


def test_every_mail_is_signed_for_itself(tmp_path):
    sign = signer_of(
        DkimSettings(domain="vendor.example", selector="d", key=pem("ed25519").decode()), tmp_path
    )
    once, again = sign(a_mail()), sign(a_mail(subject="Another"))

    assert 1 == again.count(b"DKIM-Signature:")
    assert once.partition(b"\r\n b=")[2][:40] != again.partition(b"\r\n b=")[2][:40]
