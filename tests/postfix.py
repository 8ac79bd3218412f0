"""A real Postfix for tests: a mail server in front of the desk, or behind it, on a port of the loopback.

It takes mail for one domain and hands it to whoever listens on a port, over SMTP or LMTP. It needs root,
as Postfix does; a test without it is skipped with the reason (tests/servers.py).
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers import accepts_connections, free_port, lacking, require, wait_until

MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {base}/log
maillog_file_prefixes = {base}
myhostname = {name}
mydestination =
local_recipient_maps =
local_transport = error:no local mail
default_transport = error:5.1.2 nothing leaves this machine
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = {domain}
relay_recipient_maps =
relay_transport = {by}:{next_host}:{next_port}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtp_dns_support_level = disabled
smtp_host_lookup = native
lmtp_host_lookup = native
alias_maps =
alias_database =
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 2s
"""
SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A mail server that takes mail on a port, and what it says of it."""

    port: int
    base: Path

    @property
    def log(self) -> str:
        return (self.base / "log").read_text(errors="replace")


@contextmanager
def postfix(
    domain: str, next_port: int, name: str = "mx.vendor.example", more: str = "", by: str = "smtp"
) -> Iterator[Postfix]:
    """A Postfix that hands the domain's mail on. `more` are further lines of main.cf."""
    binary = require("postfix")
    if os.geteuid() != 0:
        lacking("Postfix needs root")
    base = Path(tempfile.mkdtemp(prefix="deskbell-postfix-"))
    try:
        base.chmod(0o755)
        port = _write(base, domain, next_port, name, more, by)
        _run(binary, base, "start")
        try:
            wait_until(lambda: accepts_connections(port), "Postfix listens", 60)
            yield Postfix(port, base)
        finally:
            _run(binary, base, "stop")
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _write(base: Path, domain: str, next_port: int, name: str, more: str, by: str) -> int:
    port = free_port()
    for folder in ("etc", "queue", "data"):
        (base / folder).mkdir()
    shutil.chown(base / "data", "postfix")
    host = "inet:127.0.0.1" if by == "lmtp" else "[127.0.0.1]"
    main = MAIN.format(base=base, domain=domain, by=by, next_host=host, next_port=next_port, name=name)
    (base / "etc" / "main.cf").write_text(main + more)
    (base / "etc" / "master.cf").write_text(SERVICES.format(port=port))
    return port


def _run(binary: str, base: Path, what: str) -> None:
    log = base / "started"
    with log.open("ab") as words:  # a pipe would stay open as long as its daemons live
        done = subprocess.run(
            [binary, "-c", base / "etc", what],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            timeout=60,
        )
    assert done.returncode == 0, log.read_text()
