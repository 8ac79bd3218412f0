"""A real IMAP server for tests: Dovecot in a folder of its own, on free ports of the loopback.

Every user name is a mailbox, made when it is first used; the password of all is PASSWORD. Mail
comes in by LMTP, as a mail server delivers it, or by APPEND with a date of its own. Tokens for
XOAUTH2 and OAUTHBEARER are JWTs that Dovecot checks by itself with the key that is here.
"""

import base64
import hashlib
import hmac
import json
import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

import servers

LMTP = Path("/usr/lib/dovecot/lmtp")
PASSWORD = "pw"
TOKEN_KEY = b"a key that only this test and its Dovecot know"
CONFIGURATION = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
mail_location = maildir:{base}/mail/%u
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
verbose_proctitle = yes
mail_max_userip_connections = 100
lmtp_add_received_header = yes
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf.ext
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""
OAUTH = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={base}/keys/
username_attribute = sub
"""


@dataclass(slots=True)
class Dovecot:
    """A server that may be stopped and started again; its ports and its mail stay."""

    base: Path
    imap: int
    imaps: int
    lmtp: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def ca_file(self) -> Path:
        return self.base / "cert.pem"

    def doveadm(self, *arguments: str) -> str:
        """What an administrator does; the words that come back."""
        command = [servers.require("doveadm"), "-c", str(self.base / "dovecot.conf"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    def deliver(self, user: str, mail: bytes, sender: str = "ana@acme.example", to: str = "") -> None:
        """One LMTP session, as the mail server in front does it."""
        with smtplib.LMTP("127.0.0.1", self.lmtp, timeout=60) as lmtp:
            lmtp.sendmail(sender, [to or user], mail)

    @contextmanager
    def entered(self, user: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """A person's mail program."""
        with IMAPClient("127.0.0.1", self.imap, ssl=False, timeout=60) as client:
            client.login(user, PASSWORD)
            if folder:
                client.select_folder(folder)
            yield client

    def append(self, user: str, mail: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        """Put a mail there as if it had come at that time."""
        with self.entered(user) as client:
            client.append(folder, mail, msg_time=at)

    def flags(self, user: str, folder: str = "INBOX") -> list[tuple[str, ...]]:
        """The flags of each mail in a folder, the oldest mail first."""
        with self.entered(user, folder) as client:
            found = client.fetch(client.search(), ["FLAGS"]) if client.search() else {}
            return [tuple(sorted(flag.decode() for flag in found[uid][b"FLAGS"])) for uid in sorted(found)]

    def sessions(self, user: str = "*") -> list[int]:
        """The processes that serve this user, or anybody, at the moment."""
        rows = self.doveadm("who", user).splitlines()[1:]  # u1  1 imap  (19693 19694) (127.0.0.1)
        return [int(one) for row in rows for one in row.partition("(")[2].partition(")")[0].split()]

    def freeze(self, user: str) -> list[int]:
        """Stop the processes that serve this user while they wait; in mid-work they would keep a lock."""
        frozen: list[int] = []

        def is_done() -> bool:
            self.thaw(frozen)
            frozen[:] = self.sessions(user)
            with suppress(OSError):  # one has ended meanwhile
                for one in frozen:
                    os.kill(one, signal.SIGSTOP)
                titles = [Path(f"/proc/{one}/cmdline").read_bytes() for one in frozen]
                return bool(titles) and all(b" IDLE]" in title for title in titles)
            return False

        try:
            servers.wait_until(is_done, "all sessions wait")
        except BaseException:
            self.thaw(frozen)
            raise
        return frozen

    def thaw(self, frozen: list[int]) -> None:
        """Let frozen processes go on."""
        for one in frozen:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGCONT)

    def kick(self, user: str) -> None:
        self.doveadm("kick", user)

    def stop(self) -> None:
        """End the server and every session, which would go on without it."""
        assert self.process is not None
        sessions = self.sessions()
        self.process.terminate()
        self.process.wait(60)
        for one in sessions:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGTERM)

    def start(self) -> None:
        servers._hand_over(self.base)
        command = [
            *servers._unprivileged(),
            servers.require("dovecot"),
            "-F",
            "-c",
            str(self.base / "dovecot.conf"),
        ]
        with (self.base / "words").open("ab") as words:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        process = self.process
        servers.wait_until(
            lambda: process.poll() is not None or servers.accepts_connections(self.imap), "Dovecot answers"
        )
        assert process.poll() is None, (self.base / "words").read_text(errors="replace")


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot that ends with the block."""
    _look_for_it()
    base = Path(tempfile.mkdtemp(prefix="deskbell-dovecot-"))
    server = Dovecot(base, servers.free_port(), servers.free_port(), servers.free_port())
    try:
        _write(server)
        server.start()
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            servers._end(server.process, signal.SIGTERM, 60)
        shutil.rmtree(base, ignore_errors=True)


def _look_for_it() -> None:
    """The configuration below is written for 2.3; Debian has LMTP in a package of its own."""
    program = servers.require("dovecot")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout
    if not version.startswith("2.3."):
        servers.lacking(f"Dovecot 2.3 is needed, {version.strip()} is installed")
    if not LMTP.exists():
        servers.lacking("dovecot's lmtp is not installed (dovecot-lmtpd)")


def token(user: str, seconds: int = 3600) -> str:
    """An access token (RFC 7519, HS256) that this Dovecot takes for that user."""
    now = int(time.time())
    head = {"alg": "HS256", "typ": "JWT", "kid": "default"}
    claims = {"sub": user, "iat": now - 10, "exp": now + seconds}
    signed = f"{_part(json.dumps(head).encode())}.{_part(json.dumps(claims).encode())}"
    return f"{signed}.{_part(hmac.new(TOKEN_KEY, signed.encode(), hashlib.sha256).digest())}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _write(server: Dovecot) -> None:
    base = server.base
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    group = subprocess.run(["id", "-gn", owner.pw_name], capture_output=True, text=True).stdout.strip()
    base.chmod(0o755)
    _make_certificate(base)
    keys = base / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(base64.b64encode(TOKEN_KEY))
    (base / "mail").mkdir()
    (base / "oauth2.conf.ext").write_text(OAUTH.format(base=base))
    (base / "dovecot.conf").write_text(
        CONFIGURATION.format(
            base=base,
            user=owner.pw_name,
            group=group,
            password=PASSWORD,
            imap=server.imap,
            imaps=server.imaps,
            lmtp=server.lmtp,
        )
    )
    for path in base.rglob("*"):
        servers._hand_over(path)


def _make_certificate(base: Path) -> None:
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    out = ["-keyout", str(base / "key.pem"), "-out", str(base / "cert.pem")]
    command = [
        servers.require("openssl"),
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        *out,
    ]
    done = subprocess.run(
        [*command, "-subj", "/CN=localhost", "-addext", names], capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def channel(user: str, port: int, name: str = "mailbox", **settings: object) -> str:
    """The lines of a configuration that read a user's mailbox; a keyword adds a setting or replaces one."""
    given: dict[str, object] = {
        "kind": "imap",
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "username": user,
        "password": PASSWORD,
        "trust_authentication_results": "mx.vendor.example",
        "poll_seconds": 5,
        "timeout_seconds": 5,
    } | settings
    lines = (f"{key} = {json.dumps(value)}" for key, value in given.items())
    return "\n".join(["", f"[channel.{name}]", *lines, ""])
