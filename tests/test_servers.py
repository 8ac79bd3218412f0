"""The helpers that other tests stand on."""

import signal
import sys
from pathlib import Path

import psycopg
import pytest

import servers

pytestmark = pytest.mark.slow


def test_each_fresh_database_is_empty_and_its_own(postgres_url: str) -> None:
    first, second = servers.fresh_database(postgres_url), servers.fresh_database(postgres_url)
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE only_here (x int)")
    with psycopg.connect(second) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()

    assert first != second
    assert (0,) == found


@pytest.mark.slow
@pytest.mark.parametrize("fsync", ["on", "off"])
def test_a_cluster_writes_through_to_the_disk_unless_it_is_told_not_to(fsync: str) -> None:
    with servers.postgres(fsync) as url, psycopg.connect(url) as connection:
        found = connection.execute("SHOW fsync").fetchone()

    assert (fsync,) == found


def test_a_program_that_is_missing_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESKBELL_REQUIRE_SERVERS", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        servers.require("no-such-program")


def test_a_program_that_is_missing_fails_the_test_where_all_are_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DESKBELL_REQUIRE_SERVERS", "1")

    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        servers.require("no-such-program")


def test_a_program_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(15, signal.SIG_IGN); print('on', flush=True); signal.pause()"
    log = tmp_path / "log"
    with servers.running([sys.executable, "-c", stubborn], log, limit=0.2) as process:
        servers.wait_until(log.read_bytes, "the program has begun")

    assert -signal.SIGKILL == process.returncode


def test_a_wait_that_is_in_vain_says_for_what() -> None:
    with pytest.raises(pytest.fail.Exception, match="in vain: the moon turns green"):
        servers.wait_until(lambda: False, "the moon turns green", limit=0.05)
