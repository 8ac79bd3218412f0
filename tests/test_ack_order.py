"""Commit, then acknowledge: what the system is asked for, in its order, as strace sees it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import servers
import serving
from sandbox.relay import relay_in_thread
from serving import ANA, DESK, OUR_MTA, a_mail

CALLS = "fsync,fdatasync,write,writev,sendto,sendmsg"
SYNC = re.compile(r"\bf(?:data)?sync(?:\(\d+| resumed>).*= 0$")
SAID = re.compile(r'\b(?:write|writev|sendto|sendmsg)\(\d+, .*?"(354 |250 2\.0\.0 \d+ kept)')
MAILS = 8


def order(trace: Iterable[str]) -> str:
    """The trace in letters: d when mail is asked for, s when the disk has something, k when mail is kept."""
    letters = []
    for line in trace:
        if SYNC.search(line.strip()):
            letters.append("s")
        elif said := SAID.search(line):
            letters.append("d" if said[1].startswith("354") else "k")
    return "".join(letters)


@contextmanager
def traced(config: Path, port: int, trace: Path) -> Iterator[None]:
    """A desk under strace that only takes mail, so that no other part of it writes meanwhile."""
    strace = [servers.require("strace"), "-D", "-f", "-s", "64", "-e", f"trace={CALLS}", "-o", str(trace)]
    command = [*strace, str(serving.DESKBELL), "serve", "--only", "smtp", "--config", str(config)]
    with servers.running(command, config.parent / "serve.log", limit=30):
        servers.wait_until(lambda: servers.accepts_connections(port), "the desk listens", limit=60)
        yield


@pytest.mark.slow
def test_every_mail_is_on_disk_before_it_is_acknowledged(tmp_path: Path):
    port, trace = servers.free_port(), tmp_path / "trace"
    with relay_in_thread() as relay:
        config = serving.write_config(tmp_path, relay.port, port)
        with traced(config, port, trace):
            answers = [_posted(port, f"Mail {number}") for number in range(MAILS)]
    seen = order(trace.read_text(errors="replace").splitlines())
    sessions = seen.split("d")[1:]

    assert all(answer.startswith("250 ") for answer in answers)
    assert MAILS == len(sessions)
    assert [] == [session for session in sessions if not re.match(r"s+k", session)]


def _posted(port: int, subject: str) -> str:
    """A new ticket by proven mail; what the desk answered."""
    with serving.smtplib.SMTP("127.0.0.1", port, OUR_MTA, timeout=30) as smtp:
        smtp.ehlo()
        smtp.mail(ANA.address)
        smtp.rcpt(DESK)
        code, words = smtp.data(a_mail(ANA, subject).as_bytes())
    return f"{code} {words.decode()}"


@pytest.mark.parametrize(
    ("lines", "letters"),
    [
        (['7 sendto(14, "354 End data", 11, 0, NULL, 0) = 11'], "d"),
        (["7 fdatasync(9) = 0"], "s"),
        (["7 fdatasync(9 <unfinished ...>", '8 write(1, "x", 1) = 1', "7 <... fdatasync resumed>) = 0"], "s"),
        (["7 fsync(9) = -1 EIO (Input/output error)"], ""),
        (['7 writev(14, [{iov_base="250 2.0.0 12 kept\\r\\n", iov_len=19}], 1) = 19'], "k"),
        (['7 write(14, "250 2.1.0 OK\\r\\n", 14) = 14'], ""),
    ],
)
def test_a_trace_is_read_for_what_matters(lines, letters):
    assert letters == order(lines)
