"""`deskbell check`: what is wrong with how mail comes and goes is said before it does harm."""

import re
import socket
import subprocess
import threading
from contextlib import contextmanager, nullcontext, suppress

import pytest

import serving
from bots.commands.check import check_desk
from bots.commands.findings import Level
from bots.commands.probe import forged_mail
from bots.dkim_signing import in_strings, read_key
from sandbox.relay import relay_in_thread
from servers import free_port, require

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
    thread.join(60)


@pytest.mark.parametrize(
    ("changed", "is_fault", "words"),
    [
        (lambda mail: mail, True, "would be believed"),
        (lambda mail: TRUE_RESULT + mail, True, "left in below your server's own"),
        (lambda mail: FORGED.sub(b"", mail), False, "removes a forged Authentication-Results"),
        (lambda mail: TRUE_RESULT + FORGED.sub(b"", mail), False, "removes a forged Authentication-Results"),
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
        ((level, text),) = forged_mail(desk.wired, 60)

    assert is_fault is (level is Level.MEND)
    assert words in text


def test_the_mail_that_checks_is_kept_and_answered_by_nobody(desk):
    before = len(desk.relay.mails)
    with a_mail_server_that_hands_on(desk, lambda mail: mail):
        list(forged_mail(desk.wired, 60))
    record = desk.record(desk.read(serving.newest_message))

    assert ("ignore", "our-own-mail") == (record["fate"], record["rule"])
    assert (before + 1, False) == (len(desk.relay.mails), desk.is_sending())


def test_a_mail_that_does_not_come_back_is_told(desk):
    ((level, text),) = forged_mail(desk.wired, 0.6)

    assert level is Level.MEND
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
    "agents": f'agents_address = "{serving.AGENTS}"',
    "people": 'people = "people.toml"',
    "listen": 'listen = "127.0.0.1:0"',
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
    assert words is not None or ["ok"] == [
        line.split()[0] for line in printed.splitlines() if "channel.mail" in line
    ]


def test_every_server_that_does_not_answer_is_named(tmp_path, capsys):
    fallback = "[[relay.fallback]]\nport = 2\ntimeout = 2\n\n[channel.mail]"
    printed = checked(tmp_path, capsys, at_the_end=fallback)

    assert "MEND     relay 127.0.0.1:1: no answer" in printed
    assert "MEND     relay 127.0.0.1:2: no answer" in printed


def test_a_relay_that_works_is_told_with_what_it_said(tmp_path, capsys):
    with relay_in_thread() as relay:
        printed = checked(tmp_path, capsys, relay=relay.port)

    assert f"ok       relay 127.0.0.1:{relay.port}: answers as " in printed
    assert "nothing is encrypted" in printed
    assert not relay.mails


@contextmanager
def somebody_who_says(greeting):
    """A listener that is no mail server."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            with suppress(OSError):
                line, _ = server.accept()
                with line:
                    line.sendall(greeting)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join(60)


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (
            b"220 desk.example ESMTP\r\n",
            "ok       channel.mail.listen {}: somebody listens and says '220 desk.ex",
        ),
        (
            b"SSH-2.0-OpenSSH\r\n",
            "MEND     channel.mail.listen {}: something else listens there; it says 'SSH-",
        ),
        (None, "ok       channel.mail.listen {}: nobody listens, and it is free for `deskbell serve` (smtp)"),
    ],
)
def test_what_is_at_a_listeners_address_is_told(tmp_path, capsys, greeting, words):
    with somebody_who_says(greeting) if greeting else nullcontext(free_port()) as port:
        printed = checked(tmp_path, capsys, listen=f'listen = "127.0.0.1:{port}"')

    assert words.format(f"127.0.0.1:{port}") in printed


def test_an_address_that_cannot_be_listened_at_is_told(tmp_path, capsys):
    printed = checked(tmp_path, capsys, listen='listen = "192.0.2.1:25"')
    nowhere = checked(tmp_path, capsys, listen=f'listen = "unix:{tmp_path}/nowhere/lmtp"')

    assert "MEND     channel.mail.listen 192.0.2.1:25: cannot be used" in printed
    assert "is no folder that we may write to" in nowhere


def test_a_mailbox_that_cannot_be_entered_is_told(tmp_path, capsys):
    section = '[channel.box]\nkind = "imap"\nhost = "127.0.0.1"\nport = 1\ntls = "none"\nusername = "u"\n'
    printed = checked(tmp_path, capsys, at_the_end=f"{section}password = 'p'\n\n[channel.mail]")

    assert "MEND     channel.box: 127.0.0.1:1: " in printed


def test_agents_who_are_told_at_the_desks_own_address_are_told_nothing(tmp_path, capsys):
    printed = checked(tmp_path, capsys, agents=f'agents_address = "{serving.DESK}"')

    assert "MEND     desk.agents_address support@vendor.example is the desk's own" in printed


def test_a_desk_whose_agents_come_from_slack_needs_none_on_its_list(tmp_path, capsys):
    slack = '[channel.slack]\nkind = "slack"\nbot_token = { file = "slack.bot" }\napp_token = "xapp-1"\n'
    slack += 'triage_channel = "C0123"\n\n[channel.mail]'
    printed = checked(tmp_path, capsys, agents="", people="", at_the_end=slack)

    assert "ok       people: no agent is listed; the agents in Slack" in printed
    assert "slack.bot: No such file or directory; put the secret there" in printed


def test_a_signature_in_anothers_name_is_told(tmp_path, capsys):
    (tmp_path / "zone").write_text("")
    section = '[relay.dkim]\ndomain = "other.example"\nselector = "d1"\nkey = "nonsense"\n'
    printed = checked(tmp_path, capsys, at_the_end=f'{section}[dns]\nzone_file = "zone"\n\n[channel.mail]')

    assert "MEND     relay.dkim.domain other.example does not speak for support@vendor.example" in printed
    assert "MEND     relay.dkim.key: is no private key in PEM" in printed


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ("v=DKIM1; k=ed25519; p=AAAA", '"v=DKIM1; k=ed25519; p=AAAA"'),
        ("x" * 255, f'"{"x" * 255}"'),
        ("x" * 400, f'"{"x" * 255}" "{"x" * 145}"'),  # an RSA key of 2048 bits
    ],
)
def test_a_record_is_shown_in_strings_as_long_as_the_dns_takes_them(record, shown):
    assert shown == in_strings(record)


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
