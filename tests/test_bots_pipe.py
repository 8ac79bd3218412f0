"""`deskbell pipe`: the exit code is all that a mail server hears, so each of them has its test."""

import os
import resource
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

import servers
from bots.commands.pipe import raw_from
from bots.wiring import wire
from intake.messages import Envelope
from serving import ANA, DESK, DESKBELL, EVE, a_mail, serving, write_config
from store.exports import listed_messages, message_record
from store.inbox import next_due

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
KEPT, LATER = 0, 75


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path / "desk", 9, 9)


def pipe(config, mail, *words, before=("--config",), **options):
    command = [DESKBELL, *before, *([config] if before == ("--config",) else []), "pipe", *words]
    body = mail if isinstance(mail, bytes) else mail.as_bytes()
    return subprocess.run(command, input=body, capture_output=True, timeout=60, **options)


def kept(config):
    wired = wire(config)
    try:
        with wired.store.reading() as work:
            return [message_record(work, row["id"]) for row in listed_messages(work)]
    finally:
        wired.store.close()


def waiting(config):
    wired = wire(config)
    try:
        with wired.store.reading() as work:
            return next_due(work)
    finally:
        wired.store.close()


def test_a_mail_is_kept_when_the_code_says_so_and_nothing_is_printed(config):
    done = pipe(config, a_mail(ANA, "New phone"))
    (record,) = kept(config)

    assert (KEPT, b"", b"") == (done.returncode, done.stdout, done.stderr)
    assert ("New phone", "email") == (record["subject"], record["channel"])


def test_what_a_session_would_refuse_is_held_for_nobody_listens(config):
    done = pipe(config, a_mail(EVE, proven=False))
    (record,) = kept(config)

    assert (KEPT, "hold", "email-follow-ups-only") == (done.returncode, record["fate"], record["rule"])


def test_the_same_mail_twice_is_one_message(config):
    mail = a_mail(ANA)

    assert [KEPT, KEPT] == [pipe(config, mail).returncode for _ in range(2)]
    assert 1 == len(kept(config))


@pytest.mark.parametrize(("words", "assurance"), [([], "none"), (["--channel", "mail"], "aligned")])
def test_an_authentication_result_counts_only_as_a_channel_says(config, words, assurance):
    pipe(config, a_mail(ANA), *words)

    assert [assurance] == [one["assurance"] for one in kept(config)]


def test_what_cannot_be_read_is_kept_all_the_same(config):
    assert KEPT == pipe(config, b"").returncode
    assert [("hold", "unreadable")] == [(one["fate"], one["rule"]) for one in kept(config)]


def test_heavy_mail_waits_for_the_desk_that_serves(config):
    assert KEPT == pipe(config, a_mail(ANA, text="words " * 400_000)).returncode
    assert [] == kept(config)
    assert waiting(config) is not None


# Whatever is wrong with us is "later"


def no_database(config):
    config.write_text(config.read_text().replace("sqlite:///desk.db", "sqlite:////nowhere/desk.db"))


def no_server(config):
    nobody = f"postgresql://a@127.0.0.1:{servers.free_port()}/x"
    config.write_text(config.read_text().replace("sqlite:///desk.db", nobody))


def no_key(config):
    (config.parent / "desk.key").unlink()


def wrong_setting(config):
    config.write_text(config.read_text() + "\nnosuch = 1\n")


def no_file(config):
    config.unlink()


def damaged_database(config):
    (config.parent / "desk.db").write_bytes(b"no database" * 1000)


def removed(config):
    shutil.rmtree(config.parent)


@pytest.mark.parametrize(
    "breaks", [no_database, no_server, no_key, wrong_setting, no_file, damaged_database, removed]
)
def test_a_desk_that_is_broken_says_later_and_why(config, breaks):
    breaks(config)
    done = pipe(config, a_mail(ANA))

    assert (LATER, b"") == (done.returncode, done.stdout)
    assert b"Traceback" not in done.stderr
    assert b"try again later: " in done.stderr


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (("--config",), ["--nosuch"]),
        (("--config",), ["--sender"]),
        (("--config",), ["one", "word", "more"]),
        (("--config",), ["--channel", "nosuch"]),
        (("--nosuch",), []),
    ],
)
def test_a_wrong_command_line_is_later_too_for_a_mail_server_returns_the_mail_at_anything_else(
    config, before, words
):
    assert LATER == pipe(config, a_mail(ANA), *words, before=before).returncode
    assert [] == kept(config)


def test_a_mail_over_the_limit_stays_with_the_mail_server(config):
    config.write_text(config.read_text() + "max_message_mib = 1\n")
    done = pipe(config, b"Subject: large\n\n" + b"x" * (1 << 20), "--channel", "mail")

    assert LATER == done.returncode
    assert b"larger than the 1 MiB" in done.stderr


def test_a_disk_that_is_full_is_later_and_leaves_nothing_half_kept(config):
    wire(config).store.close()
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (65536, 65536))  # no file may become larger
    text = "".join(map(str, range(40_000)))
    done = pipe(config, a_mail(ANA, text=text), preexec_fn=full)

    assert LATER == done.returncode
    assert [] == kept(config)


@contextmanager
def locked(config: Path) -> Iterator[None]:
    """Somebody else writes to the database, for as long as the block lasts."""
    wire(config).store.close()
    connection = sqlite3.connect(config.parent / "desk.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.close()


@pytest.mark.slow
def test_a_lock_that_is_not_given_up_is_waited_for_and_then_it_is_later(config):
    with locked(config):
        assert LATER == pipe(config, a_mail(ANA)).returncode
    assert [] == kept(config)


def test_killed_before_the_commit_nothing_is_kept_and_the_next_try_keeps_it_once(config):
    mail = a_mail(ANA).as_bytes()
    command = [DESKBELL, "--config", config, "pipe"]
    with locked(config), subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(mail)
        process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2.5)  # it has the mail, and waits for the lock
        process.kill()
    before = kept(config)

    assert [] == before
    assert (KEPT, 1) == (pipe(config, mail).returncode, len(kept(config)))


@pytest.mark.slow
def test_a_desk_that_serves_decides_what_was_heavy_and_is_in_nobodys_way(tmp_path):
    with serving(tmp_path) as desk:
        codes = [pipe(desk.config, a_mail(ANA, f"mail {number}")).returncode for number in range(3)]
        codes.append(pipe(desk.config, a_mail(EVE, "heavy", "words " * 400_000, proven=False)).returncode)
        servers.wait_until(lambda: len(kept(desk.config)) == 4, "the heavy mail is decided")

        assert [KEPT] * 4 == codes
        assert {"hold"} == {one["fate"] for one in kept(desk.config) if one["subject"] == "heavy"}


@pytest.mark.slow
def test_a_signed_address_in_the_envelope_proves_whom_it_was_made_for(tmp_path):
    with serving(tmp_path) as desk:
        number = desk.a_ticket()
        reply_to = desk.letter_to(number, ANA).mail["Reply-To"]
        pipe(desk.config, a_mail(ANA, proven=False), "--sender", ANA.address, "--recipient", reply_to)
        newest = kept(desk.config)[0]

        assert ("append", "token", number) == (newest["fate"], newest["assurance"], newest["ticket"])


# The envelope


MAIL = b"From: ana@acme.example\nTo: support@vendor.example\n\nHello\n"
PATH = b"Return-Path: <ana@acme.example>\n"
TO = b"Delivered-To: support+x@vendor.example\n"
LINE = b"From bob@acme.example Tue Mar 10 09:00:00 2026\n"


@pytest.mark.parametrize(
    ("body", "sender", "recipients", "envelope"),
    [
        (MAIL, None, [], Envelope()),
        (PATH + MAIL, None, [], Envelope("ana@acme.example")),
        (TO + PATH + MAIL, None, [], Envelope("ana@acme.example", ("support+x@vendor.example",))),
        (TO + PATH + MAIL, "bob@b.example", ["s@v.example"], Envelope("bob@b.example", ("s@v.example",))),
        (
            PATH + MAIL,
            None,
            ["a@v.example", "b@v.example"],
            Envelope("ana@acme.example", ("a@v.example", "b@v.example")),
        ),
        (
            b"X-Original-To: a@v.example\n" + TO + PATH + MAIL,
            None,
            [],
            Envelope("ana@acme.example", ("a@v.example", "support+x@vendor.example")),
        ),
        (
            TO + TO.replace(b"+x", b"+y") + PATH + MAIL,
            None,
            [],
            Envelope("ana@acme.example", ("support+x@vendor.example",)),
        ),
        # the null sender, however it is written
        (TO + b"Return-Path: <>\n" + MAIL, None, [], Envelope("", ("support+x@vendor.example",))),
        (MAIL, "<>", ["a@v.example"], Envelope("", ("a@v.example",))),
        (MAIL, "", ["a@v.example"], Envelope("", ("a@v.example",))),
        (MAIL, "MAILER-DAEMON", ["a@v.example"], Envelope("", ("a@v.example",))),
        # a sender that nobody named is not the null one: it would make a machine's of any mail
        (MAIL, None, ["a@v.example"], Envelope()),
        (LINE + TO + MAIL, None, [], Envelope("bob@acme.example", ("support+x@vendor.example",))),
        (LINE + PATH + MAIL, None, [], Envelope("ana@acme.example")),
        # below the head anybody can write anything
        (MAIL + PATH + TO, None, [], Envelope()),
    ],
)
def test_the_envelope_is_what_was_given_else_what_the_mail_server_wrote(body, sender, recipients, envelope):
    assert envelope == raw_from(body, "pipe", sender, recipients, NOW).envelope


@pytest.mark.parametrize("line", [b"", LINE, b">" + LINE, b"From MAILER-DAEMON\r\n"])
def test_the_line_that_a_local_mailer_writes_above_the_mail_is_no_part_of_it(line):
    assert MAIL == raw_from(line + MAIL, "pipe", None, [], NOW).body


# A real mail server

MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {base}/log
maillog_file_prefixes = {base}
myhostname = mx.example.test
mydestination =
local_recipient_maps =
local_transport = error:no local mail
default_transport = error:5.1.2 no outbound mail from this test instance
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = vendor.example
relay_recipient_maps =
relay_transport = desk
desk_destination_recipient_limit = 1
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtp_dns_support_level = disabled
alias_maps =
alias_database =
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""
SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
desk unix - n n - 1 pipe user=nobody null_sender= argv={command}
  --config {config} pipe --sender ${{sender}} --recipient ${{recipient}} --channel mail
"""


def command_for_nobody(folder: Path) -> Path:
    """Postfix runs no command as root; so one that nobody may run, where there is such a Python."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folders = ":".join([str(servers.REPOSITORY), sysconfig.get_path("purelib")])
    script = folder / "deskbell"
    tried = [servers.require("setpriv"), "--reuid=nobody", "--clear-groups", script, "--version"]
    for python in (sys.executable, shutil.which(version, path="/usr/bin:/usr/local/bin")):
        words = f"PYTHONPATH={folders} exec {python} -c 'from bots.cli import main; main()' \"$@\""
        script.write_text(f"#!/bin/sh\n{words}\n")
        script.chmod(0o755)
        if python and subprocess.run(tried, capture_output=True, cwd="/", timeout=60).returncode == 0:
            return script
    return servers.lacking(f"no {version} that nobody may run")


@contextmanager
def postfix(base: Path, command: Path, config: Path) -> Iterator[int]:
    """Postfix that hands every mail for the desk to a command, as nobody."""
    program, port = servers.require("postfix"), servers.free_port()
    for folder in ("etc", "queue", "data"):
        (base / folder).mkdir(parents=True)
    shutil.chown(base / "data", "postfix")
    (base / "etc/main.cf").write_text(MAIN.format(base=base))
    (base / "etc/master.cf").write_text(SERVICES.format(port=port, command=command, config=config))
    subprocess.run([program, "-c", base / "etc", "start"], check=True, capture_output=True, timeout=60)
    try:
        servers.wait_until(lambda: servers.accepts_connections(port), "Postfix listens")
        yield port
    finally:
        subprocess.run([program, "-c", base / "etc", "stop"], capture_output=True, timeout=60)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that nobody may enter too, unlike those of pytest."""
    if os.geteuid() != 0:
        servers.lacking("Postfix starts as root only")
    folder = Path(tempfile.mkdtemp(prefix="deskbell-postfix-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
def test_postfix_keeps_a_mail_while_the_desk_is_broken_and_delivers_it_once_afterwards(open_folder):
    servers.require("postfix")
    config = write_config(open_folder / "desk", 9, 9)
    for path in (config.parent, *config.parent.iterdir()):
        shutil.chown(path, "nobody")
    key = config.parent / "desk.key"
    key.rename(open_folder / "away.key")
    log = open_folder / "mta/log"
    with postfix(open_folder / "mta", command_for_nobody(open_folder), config) as port:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as session:
            session.send_message(a_mail(ANA, "By Postfix"), ANA.address, [DESK, "support+x@vendor.example"])
        servers.wait_until(lambda: log.read_text().count("desk.key: No such file") >= 2, "both wait", 60)
        (open_folder / "away.key").rename(key)
        servers.wait_until(lambda: log.read_text().count("status=sent") == 2, "both are delivered", 60)
    (record,) = kept(config)

    assert ("By Postfix", "aligned") == (record["subject"], record["assurance"])
    assert "status=bounced" not in log.read_text()
