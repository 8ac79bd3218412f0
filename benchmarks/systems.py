"""The four systems under test, each in a process of its own, and what is asked of it from outside.

What a server has used is read from /proc: its CPU (all threads, user and system) and the
most memory that it ever had. Whether Deskbell has kept every mail is asked of its store.
"""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.mails import AUTHSERV_ID, DESK
from benchmarks.store_follow_ups import fill
from store.desk import open_store
from tests.servers import fresh_database

HERE = Path(__file__).resolve().parent
START_SECONDS = 60
CONFIG = """\
[desk]
name = "Vendor support"
address = "{desk}"
policy = "{policy}"
agents_address = "agents@vendor.example"
first_number = 1

[store]
url = "{url}"

[secrets]
key = "a key for nothing but this benchmark"

[channel.mail]
kind = "smtp"
listen = "127.0.0.1:{port}"
trust_authentication_results = "{authserv_id}"
max_connections_per_address = 100
"""
CHECKS = (
    ("kept as a follow-up", "SELECT count(*) FROM messages WHERE fate = 'append' AND matched_by = 'thread'"),
    ("filed on a ticket", "SELECT count(*) FROM messages WHERE ticket IS NOT NULL"),
    ("promised to the agents", "SELECT count(*) FROM outbox WHERE notice = 'agent-follow-up'"),
    ("promised in all", "SELECT count(*) FROM outbox"),
)


@dataclass(frozen=True, slots=True)
class Server:
    """A running system: where it listens, and how its store is asked for one number."""

    pid: int
    port: int
    asked: Callable[[str], int] | None = None

    @property
    def cpu(self) -> float:
        """Seconds so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def peak_mib(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def check(self, mails: int) -> None:
        """Every mail is in the store as it should be; SystemExit when one is not."""
        for what, query in CHECKS if self.asked else ():
            assert self.asked
            if (found := self.asked(query)) != mails:
                sys.exit(f"{what}: {found} mails, not {mails}; this run counts for nothing")


class Worlds:
    """Stores with so many tickets: made once, copied for each run."""

    def __init__(self, folder: Path, cluster: str) -> None:
        self._folder = folder
        self._cluster = cluster
        self._made: dict[tuple[str, int], str] = {}

    @contextmanager
    def sqlite(self, tickets: int) -> Iterator[tuple[str, Callable[[str], int]]]:
        """The URL of a fresh copy, and a way to ask it."""
        if ("sqlite", tickets) not in self._made:
            self._made["sqlite", tickets] = _filled(f"sqlite:///{self._folder}/{tickets}.db", tickets)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            file = shutil.copy(self._folder / f"{tickets}.db", folder)

            def asked(query: str) -> int:
                with sqlite3.connect(file, timeout=30) as connection:
                    return int(connection.execute(query).fetchone()[0])

            yield f"sqlite:///{file}", asked

    @contextmanager
    def postgresql(self, tickets: int) -> Iterator[tuple[str, Callable[[str], int]]]:
        if ("postgresql", tickets) not in self._made:
            self._made["postgresql", tickets] = _filled(fresh_database(self._cluster), tickets)
        template = self._made["postgresql", tickets].rpartition("/")[2]
        name = f"{template}_copy"
        with psycopg.connect(self._cluster, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            url = f"{self._cluster.rpartition('/')[0]}/{name}"

            def asked(query: str) -> int:
                with psycopg.connect(url) as connection:
                    row = connection.execute(query).fetchone()
                    return int(row[0]) if row else 0

            try:
                yield url, asked
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _filled(url: str, tickets: int) -> str:
    store = open_store(url, first_number=1)
    fill(store, tickets)
    store.close()
    return url


@contextmanager
def listener(name: str) -> Iterator[Server]:
    """One of the two whose handler does nothing."""
    port = free_port()
    command = [sys.executable, str(HERE / "listeners.py"), name, str(port)]
    with tempfile.TemporaryDirectory() as folder, _started(command, port, Path(folder)) as pid:
        yield Server(pid, port)


@contextmanager
def deskbell(
    url: str, asked: Callable[[str], int], *, policy: str = "wildix", more: str = "", only: str = "smtp"
) -> Iterator[Server]:
    """`deskbell serve` as it is installed, with `more` sections; the mails it promises stay in the outbox."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        words = CONFIG.format(desk=DESK, url=url, port=port, authserv_id=AUTHSERV_ID, policy=policy)
        config.write_text(words + more)
        program = str(Path(sys.executable).with_name("deskbell"))
        command = [program, "serve", "--config", str(config), "--only", only]
        with _started(command, port, Path(folder)) as pid:
            yield Server(pid, port, asked)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _started(command: list[str], port: int, folder: Path) -> Iterator[int]:
    log = folder / "log"
    with log.open("wb") as words:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
    try:
        end = time.monotonic() + START_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{command} did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
