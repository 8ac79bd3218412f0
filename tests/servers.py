"""Real servers for tests: found on this machine, started in a folder of their own, ended by their pid.

A test that needs a program which is not installed is skipped with the reason. Where
DESKBELL_REQUIRE_SERVERS=1 (CI) it fails instead, so that nothing is left out unseen.
Each server listens on a free port of the loopback only, and every wait has a limit.
"""

import atexit
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")
SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"))
PORTS = range(20_000, 32_000)
RESERVED = 200  # the newest; whoever was given an older one listens on it by now
POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "synchronous_commit": "on",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "timezone": "Europe/Rome",  # not UTC: code that forgets a time zone is to fail
}


_reserved: deque[socket.socket] = deque()


def lacking(what: str) -> NoReturn:
    """Skip the test for want of something; fail it where everything is required."""
    if os.environ.get("DESKBELL_REQUIRE_SERVERS") == "1":
        pytest.fail(f"{what} (DESKBELL_REQUIRE_SERVERS=1)")
    pytest.skip(what)


def require(binary: str) -> str:
    """The full path of an installed program."""
    return shutil.which(binary, path=SYSTEM_PATH) or lacking(f"{binary} is not installed")


def shared_folder() -> Path | None:
    """The folder with shared mail: $DESKBELL_SHARED, or `shared` beside the checkout."""
    folder = Path(os.environ.get("DESKBELL_SHARED") or REPOSITORY.parent / "shared")
    return folder if folder.is_dir() else None


def free_port() -> int:
    """A port of the loopback that nobody listens on, and that no other test is given meanwhile."""
    port = next(port for port in _candidates() if _is_free(port) and _reserve(port))
    while len(_reserved) > RESERVED:
        _reserved.popleft().close()
    return port


def _candidates() -> Iterator[int]:
    """Below the ports that the kernel gives to whoever asks for any: there another would soon have it."""
    while True:
        yield PORTS.start + secrets.randbelow(len(PORTS))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _reserve(port: int) -> bool:
    """Hold the UDP port of this number, which no test needs and one process only can have."""
    sign = socket.socket(type=socket.SOCK_DGRAM)
    try:
        sign.bind(("127.0.0.1", port))
    except OSError:
        sign.close()
        return False
    _reserved.append(sign)
    return True


@atexit.register
def _give_back() -> None:
    for sign in _reserved:
        sign.close()


def wait_until(condition: Callable[[], object], what: str, limit: float = 60.0) -> None:
    """Return once the condition holds; fail, saying what was awaited, when the seconds are over."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {limit:g} s in vain: {what}")
        time.sleep(0.02)


def accepts_connections(port: int) -> bool:
    """Whether somebody listens on this port of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(30)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(
    command: Sequence[str | Path],
    log: Path,
    stop: signal.Signals = signal.SIGTERM,
    limit: float = 60.0,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, its words going to `log`; at the end it is told to stop, and killed if it does not."""
    with log.open("ab") as words:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=env, cwd=cwd
        )
    try:
        yield process
    finally:
        _end(process, stop, limit)


def _end(process: subprocess.Popen[bytes], stop: signal.Signals, limit: float) -> None:
    if process.poll() is None:
        process.send_signal(stop)
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(limit)


@contextmanager
def postgres(fsync: str = "on") -> Iterator[str]:
    """A new PostgreSQL cluster that ends with the block; the URL of its first database."""
    binaries = _postgres_binaries()
    folder = Path(tempfile.mkdtemp(prefix="deskbell-pg-"))
    try:
        _hand_over(folder)
        _initialise(binaries / "initdb", folder)
        with _started(binaries / "postgres", folder, fsync) as port:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(url: str) -> str:
    """Make a new, empty database in the cluster; its URL."""
    name = f"desk_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True, connect_timeout=30) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


def _postgres_binaries() -> Path:
    installed = (path.parent for path in DEBIAN_POSTGRESQL.glob("*/bin/initdb"))
    newest = max(installed, key=lambda folder: float(folder.parent.name), default=None)
    return newest or Path(require("initdb")).resolve().parent


def _hand_over(folder: Path) -> None:
    """PostgreSQL refuses to run as root, so root's clusters belong to nobody."""
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", pwd.getpwnam("nobody").pw_gid)


def _unprivileged() -> list[str]:
    """How a server is started: not as root, and told to stop should the test run itself be killed."""
    command = [require("setpriv"), "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return command
    nobody = pwd.getpwnam("nobody")
    return [*command, f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


def _initialise(initdb: Path, folder: Path) -> None:
    arguments = ["-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]
    done = subprocess.run(
        [*_unprivileged(), str(initdb), *arguments, "--no-sync"], cwd=folder, capture_output=True, timeout=120
    )
    if done.returncode:
        pytest.fail(f"initdb: {done.stderr.decode(errors='replace')}")


@contextmanager
def _started(server: Path, folder: Path, fsync: str) -> Iterator[int]:
    port, log = free_port(), folder / "log"
    settings = [f"--{name}={value}" for name, value in (POSTGRES_SETTINGS | {"fsync": fsync}).items()]
    command = [*_unprivileged(), str(server), "-D", str(folder / "data"), "-p", str(port), *settings]
    with running(command, log, stop=signal.SIGQUIT, cwd=folder) as process:
        wait_until(lambda: process.poll() is not None or _answers(port), "PostgreSQL answers", limit=60)
        if process.poll() is not None:
            pytest.fail(f"PostgreSQL: {log.read_text(errors='replace')}")
        yield port


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
