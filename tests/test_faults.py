"""When the surroundings fail: the sender hears "later", nothing is lost, and no restart is needed.

Each desk is `deskbell serve` as its operators start it. What fails is real too: a file system
without space, a limit of the system, another program's lock, a database server that is away.
"""

import errno
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

import servers
import serving
from kill_nine import end_leases
from sandbox.relay import HANG, Fault, relay_in_thread
from serving import AGENTS, ANA, Desk, a_mail, deskbell
from store import exports, outbox
from store.tables import Sending
from stores import an_outbound

pytestmark = pytest.mark.slow
LATER = "451 4.3.0 try again later"
FOREVER = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
MIB = 1 << 20


def follow_up(number: int, text: str = "Still down.") -> EmailMessage:
    return a_mail(ANA, f"Re: [WX-{number}] Calls drop", text)


def times_kept(desk: Desk, mail: EmailMessage) -> int:
    wanted = str(mail["Message-ID"]).strip("<>")
    return desk.read(
        lambda work: sum(1 for one in exports.exported_messages(work) if one["message_id"] == wanted)
    )


def told_to_agents(desk: Desk) -> list[str]:
    """The Message-IDs of all follow-ups' notices that the relay has caught, once all are out."""
    desk.settle()
    notices = {
        one.outbound.message_id
        for one in desk.read(outbox.listed)
        if one.outbound.notice == "agent-follow-up"
    }
    return [one for mail in desk.relay.mails if (one := serving.message_id(mail.body)) in notices]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with serving.serving(tmp_path) as desk:
        yield desk


# No space


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little space, for those who may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={6 * MIB}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill a file system to its last byte, and the log to the end of its last page, until the block ends."""
    filler = disk / "filler"
    _fill(filler, bytes(4096))
    _fill(disk / "serve.log", b"\n")
    yield
    filler.unlink()


def _fill(path: Path, block: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        try:
            while file.write(block) == len(block):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def test_a_full_disk_is_later_and_when_there_is_space_again_the_same_mail_is_kept_once(small_disk):
    # the log lies on the same disk, and must not stop the work when it cannot be written either
    with serving.serving(small_disk) as desk:
        number = desk.open_ticket()
        desk.settle()
        mail = follow_up(number)
        with desk.wired.store.begin() as work:  # the outbox meets the full disk as well
            soon = datetime.now(UTC) + timedelta(seconds=1)
            work.promise(an_outbound("soon@vendor.example"), None, soon)
        with full(small_disk):
            answers = {desk.post(mail) for _ in range(3)}
            time.sleep(2.5)
        assert {LATER} == answers
        assert 0 == times_kept(desk, mail)

        assert desk.post(mail).startswith("250 ")
        assert 1 == times_kept(desk, mail)
        assert 1 == len(told_to_agents(desk))
        assert "soon@vendor.example" in {serving.message_id(one.body) for one in desk.relay.mails}
        assert 0 == desk.stop()


def test_a_write_that_the_system_cuts_short_is_later_and_the_resend_is_kept(desk):
    number = desk.open_ticket()
    desk.settle()
    mail = follow_up(number, "Nothing works any more. " * 4000)
    size = (desk.folder / "desk.db-wal").stat().st_size
    resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, (size + 8192, resource.RLIM_INFINITY))
    answers = [desk.post(mail) for _ in range(2)]
    resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, FOREVER)

    assert [LATER, LATER] == answers
    assert desk.post(mail).startswith("250 ")
    assert 1 == times_kept(desk, mail)
    assert "disk I/O error" in desk.log or "full" in desk.log


# Locked


@contextmanager
def locked(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_database_that_somebody_else_has_locked_is_later_and_when_it_is_free_the_mail_is_kept(desk):
    number = desk.open_ticket()
    desk.settle()
    mail = follow_up(number)
    with locked(desk.folder / "desk.db"):
        answer = desk.post(mail)

    assert LATER == answer
    assert "database is locked" in desk.log
    assert desk.post(mail).startswith("250 ")
    assert 1 == times_kept(desk, mail)


def test_a_lock_that_is_gone_in_time_is_only_waited_for(desk):
    number = desk.open_ticket()
    desk.settle()
    held = threading.Event()

    def hold() -> None:
        with locked(desk.folder / "desk.db"):
            held.set()
            time.sleep(1)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    answer = desk.post(follow_up(number))
    holder.join()

    assert answer.startswith("250 ")


# Gone


def test_a_database_that_is_removed_while_it_is_used_is_later_until_it_is_put_back(desk):
    """SQLite would go on writing to the file that nobody can find any more."""
    number = desk.open_ticket()
    desk.settle()
    mail = follow_up(number)
    database, aside = desk.folder / "desk.db", desk.folder / "aside.db"
    database.rename(aside)
    away = [desk.post(mail) for _ in range(2)]
    aside.rename(database)

    assert [LATER, LATER] == away
    assert desk.post(mail).startswith("250 ")
    assert 1 == times_kept(desk, mail)


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Desk]:
    """A desk that only listens: nothing but a mail makes it look into the database."""
    port = servers.free_port()
    with relay_in_thread() as relay:
        config = serving.write_config(tmp_path, relay.port, port)
        with serving.started(config, port, relay, "--only", "smtp") as desk:
            yield desk


def test_a_database_that_is_replaced_while_it_is_used_is_opened_anew(listener):
    number = listener.open_ticket()
    assert listener.post(follow_up(number, "It is in use.")).startswith("250 ")
    assert 0 == listener.run("db", "backup", str(listener.folder / "copy.db")).returncode
    (listener.folder / "copy.db").rename(listener.folder / "desk.db")
    for rest in ("desk.db-wal", "desk.db-shm"):
        (listener.folder / rest).unlink()
    mail = follow_up(number)
    answers = [listener.post(mail) for _ in range(2)]
    listener.wired.store.engine.dispose()  # our own connection has the old file open

    assert LATER == answers[0]
    assert answers[1].startswith("250 ")
    assert 1 == times_kept(listener, mail)


# A database that cannot be used from the beginning


def _is_a_folder(path: Path) -> None:
    path.mkdir()


def _is_no_database(path: Path) -> None:
    path.write_bytes(b"this is a letter to my aunt, not a database\n" * 100)


def _is_cut_off(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + bytes(50))


def _is_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
        connection.commit()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_is_a_folder, "unable to open database file"),
        (_is_no_database, "file is not a database"),
        (_is_cut_off, "file is not a database"),
        (_is_newer, "the database has schema 9999, this program knows up to"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_line_and_the_desk_does_not_start(tmp_path, spoil, words):
    config = serving.write_config(tmp_path, 2525, servers.free_port())
    spoil(tmp_path / "desk.db")
    done = deskbell("serve", "--config", config)

    assert 1 == done.returncode
    assert words in done.stderr
    assert 1 == len(done.stderr.splitlines())


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("sqlite:///gone/desk.db", "gone/desk.db: unable to open database file"),
        ("postgresql://desk:secret@127.0.0.1:1/desk", "postgresql://desk:***@127.0.0.1:1/desk: connection"),
    ],
)
def test_a_database_that_is_not_there_is_told_in_a_line(tmp_path, store, words):
    config = serving.write_config(tmp_path, 2525, servers.free_port(), store=store)
    done = deskbell("serve", "--config", config)

    assert 1 == done.returncode
    assert words in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_may_only_be_read_is_told_in_a_line(small_disk):
    config = serving.write_config(small_disk, 2525, servers.free_port())
    assert 0 == deskbell("--config", config, "ticket", "list").returncode
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = deskbell("serve", "--config", config)

    assert 1 == done.returncode
    assert "readonly" in done.stderr or "unable to open" in done.stderr
    assert 1 == len(done.stderr.splitlines())


# PostgreSQL goes and comes back


class Cluster:
    """A PostgreSQL of this test's own, on one port, that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = servers.free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._binaries = servers._postgres_binaries()
        servers._hand_over(folder)
        servers._initialise(self._binaries / "initdb", folder)

    @contextmanager
    def running(self) -> Iterator[None]:
        settings = [f"--{name}={value}" for name, value in servers.POSTGRES_SETTINGS.items()]
        server = [str(self._binaries / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        command = [*servers._unprivileged(), *server, *settings]
        with servers.running(command, self.folder / "log", stop=signal.SIGINT, cwd=self.folder):
            servers.wait_until(lambda: servers._answers(self.port), "PostgreSQL answers", limit=60)
            yield


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="deskbell-pg-"))
    yield Cluster(folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_that_is_away_is_later_and_when_it_is_back_everything_goes_on_by_itself(tmp_path, cluster):
    with ExitStack() as stack:
        relay, port = stack.enter_context(relay_in_thread()), servers.free_port()
        database = stack.enter_context(ExitStack())
        database.enter_context(cluster.running())
        config = serving.write_config(tmp_path, relay.port, port, store=cluster.url)
        desk = stack.enter_context(serving.started(config, port, relay))
        number = desk.open_ticket()
        before, after = follow_up(number, "It is there."), follow_up(number, "It is back.")
        first = desk.post(before)
        database.close()
        away = [desk.post(after) for _ in range(2)]
        database.enter_context(cluster.running())
        back = desk.post(after)

        assert first.startswith("250 ")
        assert [LATER, LATER] == away
        assert back.startswith("250 ")
        assert (1, 1) == (times_kept(desk, before), times_kept(desk, after))
        assert 2 == len(set(told_to_agents(desk)))
        assert 0 == desk.stop()


# Sent, and not marked


def test_a_desk_that_is_killed_between_sending_and_marking_repeats_at_most_once_under_the_same_message_id(
    tmp_path,
):
    with serving.serving(tmp_path) as desk:
        number = desk.open_ticket()
        desk.settle()
        opened = len(desk.relay.mails)
        desk.relay.expect(Fault("data", HANG))  # it has arrived, and the desk will never know
        assert desk.post(follow_up(number)).startswith("250 ")
        desk.relay.wait(opened + 1)
        desk.process.kill()
        desk.process.wait()
        end_leases(desk.wired)
        with serving.started(desk.config, desk.port, desk.relay) as again:
            caught = again.relay.wait(opened + 2)[opened:]
            again.settle()
            time.sleep(1.5)  # the loop looks again, and finds nothing to send
            (row,) = [one for one in again.read(outbox.listed) if one.outbound.notice == "agent-follow-up"]

            assert opened + 2 == len(again.relay.mails)

    assert {row.outbound.message_id} == {serving.message_id(mail.body) for mail in caught}
    assert {(AGENTS,)} == {mail.recipients for mail in caught}
    assert (Sending.SENT, 2) == (row.state, row.attempts)
