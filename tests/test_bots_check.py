"""`deskbell check`: what is wrong with how mail comes and goes is said before it does harm."""

import re
import subprocess
import threading
from contextlib import contextmanager

import pytest

import serving
from bots.commands.check import check_desk
from bots.commands.probe import forged_mail
from bots.dkim_signing import read_key
from sandbox.relay import relay_in_thread
from servers import require

pytestmark = pytest.mark.slow

TRUE_RESULT = f"Authentication-Results: {serving.OUR_MTA}; dkim=none\r\n".encode()
FORGED = re.compile(rb"Authentication-Results: [^\r]*reason=[^\r]*\r\n")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with serving.serving(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@contextmanager
def a_mail_server_that_hands_on(desk, changed):
    """The vendor's mail server: the next mail that it gets for the desk goes there, as `changed` makes it."""
    before = len(desk.relay.mails)

    def hand_on():
        mail = desk.relay.wait(before + 1)[before]
        desk.post(changed(mail.body), sender="")

    thread = threading.Thread(target=hand_on)
    thread.start()
    yield
    thread.join(20)


@pytest.mark.parametrize(
    ("changed", "is_fault", "words"),
    [
        (lambda mail: mail, True, "would be believed"),
        (lambda mail: TRUE_RESULT + mail, True, "left in below your server's own"),
        (lambda mail: FORGED.sub(b"", mail), False, "removes what is forged"),
        (lambda mail: TRUE_RESULT + FORGED.sub(b"", mail), False, "removes what is forged"),
        (
            lambda mail: mail.replace(b"\nAuthentication-Results", b"\nX-Old-Results"),
            True,
            "would be believed",
        ),
    ],
    ids=["left in", "below the true one", "removed", "removed and a true one", "the first line stays"],
)
def test_what_the_mail_server_does_with_a_forged_header_is_said(desk, changed, is_fault, words):
    with a_mail_server_that_hands_on(desk, changed):
        ((mends, text),) = forged_mail(desk.wired, 15)

    assert is_fault is mends
    assert words in text


def test_the_mail_that_checks_is_kept_and_answered_by_nobody(desk):
    before = len(desk.relay.mails)
    with a_mail_server_that_hands_on(desk, lambda mail: mail):
        list(forged_mail(desk.wired, 15))
    record = desk.record(desk.read(serving.newest_message))

    assert ("ignore", "our-own-mail") == (record["fate"], record["rule"])
    assert (before + 1, False) == (len(desk.relay.mails), desk.is_sending())


def test_a_mail_that_does_not_come_back_is_told(desk):
    ((mends, text),) = forged_mail(desk.wired, 0.6)

    assert mends
    assert "did not come back to support@vendor.example within 0.6 s" in text


def checked(folder, capsys, **changes):
    """What `check` prints of a configuration in which some lines are others."""
    config = serving.write_config(folder, changes.pop("relay", 1), 0)
    text = config.read_text()
    for old, new in changes.items():
        text = text.replace(OTHER[old], new)
    config.write_text(text)
    check_desk(config)
    return capsys.readouterr().out


OTHER = {
    "proofs": f'trust_authentication_results = "{serving.OUR_MTA}"',
    "at_the_end": "[channel.mail]",
}


@pytest.mark.parametrize(
    ("proofs", "words"),
    [
        ("", "note     channel.mail.trust_authentication_results is empty"),
        ("check_authentication = true\ncheck_spf = true", None),
        ("check_spf = true", "MEND     channel.mail.check_spf does nothing without check_authentication"),
        (
            f"{OTHER['proofs']}\ncheck_authentication = true",
            "note     channel.mail.check_authentication is not used",
        ),
    ],
)
def test_how_senders_are_proved_is_looked_over(tmp_path, capsys, proofs, words):
    printed = checked(tmp_path, capsys, proofs=proofs)

    assert words is None or words in printed
    assert words is not None or "channel.mail" not in printed


def test_every_server_that_does_not_answer_is_named(tmp_path, capsys):
    fallback = "[[relay.fallback]]\nport = 2\ntimeout = 2\n\n[channel.mail]"
    printed = checked(tmp_path, capsys, at_the_end=fallback)

    assert "MEND     relay 127.0.0.1:1: no answer" in printed
    assert "MEND     relay 127.0.0.1:2: no answer" in printed


def test_a_signature_in_anothers_name_is_told(tmp_path, capsys):
    (tmp_path / "zone").write_text("")
    section = '[relay.dkim]\ndomain = "other.example"\nselector = "d1"\nkey = "nonsense"\n'
    printed = checked(tmp_path, capsys, at_the_end=f'{section}[dns]\nzone_file = "zone"\n\n[channel.mail]')

    assert "MEND     relay.dkim.domain other.example does not speak for support@vendor.example" in printed
    assert "MEND     relay.dkim.key: is no private key in PEM" in printed


@pytest.mark.parametrize("is_published", [True, False])
def test_a_key_that_the_dns_does_not_hold_is_told_with_what_to_publish(tmp_path, capsys, is_published):
    private = subprocess.run(
        [require("openssl"), "genpkey", "-algorithm", "ed25519"], check=True, capture_output=True
    ).stdout
    (tmp_path / "dkim.pem").write_bytes(private)
    record = read_key(private).record
    row = f'd1._domainkey.vendor.example. 60 IN TXT "{record}"\n' if is_published else ""
    (tmp_path / "zone").write_text(row)
    sections = '[relay.dkim]\ndomain = "vendor.example"\nselector = "d1"\nkey = { file = "dkim.pem" }\n'
    sections += '[dns]\nzone_file = "zone"\n\n[channel.mail]'
    with relay_in_thread() as relay:
        printed = checked(tmp_path, capsys, relay=relay.port, at_the_end=sections)

    assert is_published is ("MEND" not in printed)
    assert is_published or f'publish d1._domainkey.vendor.example TXT "{record}"' in printed
