"""Mailboxes when things go wrong: nothing lost, nothing twice, whatever dies or lies on the way.

The server is a real Dovecot; where it is too well behaved, a proxy in between answers in its
place, stalls or cuts the line. Each test has a mailbox and a desk of its own.
"""

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import servers
from dovecot import Dovecot, channel, dovecot
from imap_proxy import Cut, Stall, between
from sandbox.relay import relay_in_thread
from serving import ANA, DESKBELL, Desk, a_mail, serving, started, write_config
from store import exports, inbox
from store.mailboxes import mark_of

pytestmark = pytest.mark.slow  # waits for real time-outs


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as one:
        yield one


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    return f"user{abs(hash(request.node.name))}"


def subjects(desk: Desk) -> Counter[str]:
    """How often each subject is on the desk: more than once is a fault."""
    return Counter(row["subject"] for row in listed(desk))


def awaits(desk: Desk, count: int, limit: float = 90) -> None:
    servers.wait_until(lambda: subjects(desk).total() >= count, f"{count} messages are on the desk", limit)


def deliver(server: Dovecot, user: str, *names: str) -> Counter[str]:
    for name in names:
        server.deliver(user, a_mail(ANA, name).as_bytes())
    return Counter(names)


def has_read(desk: Desk) -> bool:
    return not desk.read(lambda work: mark_of(work, "mailbox", "INBOX")).is_first


def test_a_connection_that_is_kicked_again_and_again_loses_and_doubles_nothing(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        wanted: Counter[str] = Counter()
        for number in range(60):
            wanted += deliver(server, user, f"mail {number}")
            if number % 6 == 0:
                server.kick(user)
        awaits(desk, 60)
        servers.wait_until(lambda: server.flags(user) == [("\\Seen",)] * 60, "all are seen")

        assert wanted == subjects(desk)


def test_a_server_process_that_freezes_is_left_and_its_mail_taken_over_a_new_line(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        wanted = deliver(server, user, "before")
        awaits(desk, 1)
        servers.wait_until(lambda: server.flags(user) == [("\\Seen",)], "it is seen")
        frozen = server.freeze(user)
        try:
            wanted += deliver(server, user, "while it is frozen")
            awaits(desk, 2)
        finally:
            server.thaw(frozen)

        assert frozen
        assert wanted == subjects(desk)


def test_a_server_that_stops_and_comes_back_is_found_again(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        wanted = deliver(server, user, "before")
        awaits(desk, 1)
        server.stop()
        try:
            servers.wait_until(lambda: "cannot be read" in desk.log, "the log says so")
        finally:
            server.start()
        wanted += deliver(server, user, "after")
        awaits(desk, 2)

        assert wanted == subjects(desk)


def test_a_mailbox_that_is_numbered_anew_is_read_again_without_doubles(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        wanted = deliver(server, user, "one", "two")
        awaits(desk, 2)
        server.doveadm("mailbox", "update", "-u", user, "--uid-validity", "4242", "INBOX")
        wanted += deliver(server, user, "three")
        awaits(desk, 3)
        servers.wait_until(
            lambda: desk.read(lambda work: mark_of(work, "mailbox", "INBOX")).uidvalidity == 4242,
            "the new number is remembered",
        )

        assert wanted == subjects(desk)


def test_a_mailbox_made_again_while_we_were_away_gives_up_the_mail_of_three_days(server, user, tmp_path):
    old = a_mail(ANA, "known").as_bytes()
    config = channel(user, server.imap, folders=["Desk"])
    with server.entered(user) as person:
        person.create_folder("Desk")
        person.append("Desk", old)
    with serving(tmp_path, channel=config) as desk:
        awaits(desk, 1)
    with server.entered(user) as person:
        person.delete_folder("Desk")
        person.create_folder("Desk")
        for days in (30, 3, 2, 1):  # the oldest was never heard of, so it counts too
            at = datetime.now(UTC) - timedelta(days=days)
            person.append("Desk", a_mail(ANA, f"{days} days ago").as_bytes(), msg_time=at)
        person.append("Desk", old, msg_time=datetime.now(UTC))
        person.append("Desk", old, msg_time=datetime.now(UTC) - timedelta(days=40))
    with serving(tmp_path, channel=config) as desk:
        awaits(desk, 5)
        servers.wait_until(lambda: "\\Seen" in server.flags(user, "Desk")[-2], "the known one is seen too")

        assert {1} == set(subjects(desk).values())
        assert {"known", "30 days ago", "3 days ago", "2 days ago", "1 days ago"} == set(subjects(desk))


def test_kicked_frozen_restarted_with_new_numbers_and_away_for_three_days_in_one_life(server, user, tmp_path):
    config = channel(user, server.imap)
    with serving(tmp_path, channel=config) as desk:
        wanted = deliver(server, user, "before")
        awaits(desk, 1)
        server.kick(user)
        wanted += deliver(server, user, "after the kick")
        awaits(desk, 2)
        servers.wait_until(lambda: server.flags(user) == [("\\Seen",)] * 2, "both are seen")
        frozen = server.freeze(user)
        wanted += deliver(server, user, "while it is frozen")
        awaits(desk, 3)
        server.doveadm("mailbox", "update", "-u", user, "--uid-validity", "77", "INBOX")
        server.stop()
        server.thaw(frozen)
        server.start()
        wanted += deliver(server, user, "after the restart")
        awaits(desk, 4)
    for days in (3, 2, 1):
        at = datetime.now(UTC) - timedelta(days=days)
        server.append(user, a_mail(ANA, f"{days} days ago").as_bytes(), at)
        wanted[f"{days} days ago"] += 1
    server.doveadm("mailbox", "update", "-u", user, "--uid-validity", "78", "INBOX")
    with serving(tmp_path, channel=config) as desk:
        awaits(desk, 7)
        servers.wait_until(lambda: server.flags(user) == [("\\Seen",)] * 7, "all are seen")

        assert wanted == subjects(desk)


def test_a_desk_killed_between_the_commit_and_the_mark_does_nothing_twice(server, user, tmp_path):
    with between(server.imap) as proxy:
        config = channel(user, proxy.port)

        def before_the_mark(line: bytes) -> None:
            if b"STORE" in line:
                raise Stall

        proxy.spoil = before_the_mark
        wanted = deliver(server, user, "one", "two")
        with serving(tmp_path, channel=config) as desk:
            assert proxy.stalled.wait(60)
            kept = subjects(desk)
            desk.process.kill()
        unmarked = server.flags(user)
        proxy.spoil = lambda line: None
        with serving(tmp_path, channel=config) as desk:
            servers.wait_until(lambda: server.flags(user) == [("\\Seen",)] * 2, "both are seen", 90)
            wanted += deliver(server, user, "three")
            awaits(desk, 3)

            assert Counter(["one", "two"]) == kept
            assert not any("\\Seen" in flags for flags in unmarked)
            assert wanted == subjects(desk)


def test_a_desk_killed_at_any_moment_loses_and_doubles_nothing(server, user, tmp_path):
    wanted: Counter[str] = Counter()
    config = channel(user, server.imap, after="move:Done")
    for life in (0.05, 0.2, 0.4, 0.6, 0.9, 1.3):
        wanted += deliver(server, user, *(f"mail {life} {number}" for number in range(15)))
        with serving(tmp_path, channel=config) as desk:
            time.sleep(life)
            desk.process.kill()
    with serving(tmp_path, channel=config) as desk:
        awaits(desk, wanted.total())
        servers.wait_until(lambda: not server.flags(user), "all are moved")

        assert wanted == subjects(desk)
        assert wanted.total() == len(server.flags(user, "Done"))


def test_a_mail_that_the_server_does_not_give_out_is_held_and_the_others_pass(server, user, tmp_path):
    poisoned = 2

    def refuse_one(line: bytes) -> bytes | None:
        tag, _, rest = line.partition(b" ")
        if not rest.startswith(b"UID FETCH") or b"BODY.PEEK[]" not in rest:
            return None
        is_hit = poisoned in uids_in(rest.split()[2])
        return tag + b" NO [SERVERBUG] cannot read it\r\n" if is_hit else None

    with between(server.imap) as proxy:
        proxy.spoil = refuse_one
        deliver(server, user, "one", "two", "three")
        with serving(tmp_path, channel=channel(user, proxy.port)) as desk:
            awaits(desk, 3)
            held = next(row for row in listed(desk) if row["subject"] == "two")

            assert held["id"] == max(row["id"] for row in listed(desk))
            assert Counter(["one", "two", "three"]) == subjects(desk)
            assert "hold" == held["fate"]
            assert "does not give it out" in desk.record(held["id"])["because"]


def test_a_mail_whose_very_size_is_not_told_is_held_and_the_others_pass(server, user, tmp_path):
    def refuse_one(line: bytes) -> bytes | None:
        tag, _, rest = line.partition(b" ")
        is_hit = rest.startswith(b"UID FETCH") and 2 in uids_in(rest.split()[2])
        return tag + b" NO cannot read it\r\n" if is_hit else None

    with between(server.imap) as proxy:
        proxy.spoil = refuse_one
        deliver(server, user, "one", "two", "three")
        with serving(tmp_path, channel=channel(user, proxy.port)) as desk:
            awaits(desk, 3)
            (held,) = [row for row in listed(desk) if row["fate"] == "hold"]
            kept = desk.read(lambda work: inbox.raw_of(work, held["id"]))

            assert {"one", "three", ""} == set(subjects(desk))
            assert f"mailbox folder INBOX, UIDVALIDITY {validity(server, user)}, UID 2\r\n".encode() == kept


def uids_in(written: bytes) -> set[int]:
    """The numbers of a set such as 1,4:6."""
    pairs = (part.partition(":") for part in written.decode().split(","))
    return {uid for first, _, last in pairs for uid in range(int(first), int(last or first) + 1)}


def listed(desk: Desk) -> list[dict[str, Any]]:
    return desk.read(lambda work: list(exports.listed_messages(work, limit=5000)))


def validity(server: Dovecot, user: str) -> int:
    with server.entered(user, folder="") as person:
        return int(person.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"])


def test_a_mail_that_breaks_every_connection_does_not_stand_in_the_way(server, user, tmp_path):
    def cut_on_one(line: bytes) -> bytes | None:
        if b"UID FETCH" in line and b"BODY.PEEK" in line and 2 in uids_in(line.split()[3]):
            raise Cut
        return None

    with between(server.imap) as proxy:
        proxy.spoil = cut_on_one
        deliver(server, user, "one", "two", "three")
        with serving(tmp_path, channel=channel(user, proxy.port)) as desk:
            awaits(desk, 2)

            assert {"one", "three"} == set(subjects(desk))


def test_answers_that_come_byte_by_byte_are_understood(server, user, tmp_path):
    with between(server.imap) as proxy:
        proxy.split = True
        wanted = deliver(server, user, "one")
        with serving(tmp_path, channel=channel(user, proxy.port)) as desk:
            awaits(desk, 1)
            wanted += deliver(server, user, "two", "three")
            awaits(desk, 3)

            assert wanted == subjects(desk)


def test_a_line_that_stalls_in_the_middle_is_left_after_its_time(server, user, tmp_path):
    with between(server.imap) as proxy:
        proxy.spoil = lambda line: _stall_once(proxy.stalled, b"BODY.PEEK", line)
        wanted = deliver(server, user, "one")
        with serving(tmp_path, channel=channel(user, proxy.port)) as desk:
            awaits(desk, 1)

            assert wanted == subjects(desk)


def test_serve_stops_at_once_though_the_server_is_frozen(server, user, tmp_path):
    with between(server.imap) as proxy:
        proxy.spoil = lambda line: _stall_once(threading.Event(), b"SELECT", line)
        with serving(tmp_path, channel=channel(user, proxy.port, timeout_seconds=120)) as desk:
            assert proxy.stalled.wait(60)

            assert 0 == desk.stop()  # which has less time than that


def test_a_wrong_password_is_tried_seldom_and_the_log_says_so(server, user, tmp_path):
    wrong = {"password": "wrong", "timeout_seconds": 60}  # a server that is only slow would be asked again
    with between(server.imap) as proxy:
        with serving(tmp_path, channel=channel(user, proxy.port, **wrong)) as desk:
            servers.wait_until(lambda: "does not let us in" in desk.log, "the log says so")
            time.sleep(5)

        assert 1 == sum(b"LOGIN" in line for line in proxy.lines)
        assert "wrong" not in desk.log


def test_a_folder_that_is_not_there_is_said_and_found_once_it_is_made(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap, folders=["Support"])) as desk:
        servers.wait_until(lambda: "SELECT" in desk.log, "the log says so")
        with server.entered(user) as person:
            person.create_folder("Support")
            person.append("Support", a_mail(ANA, "one").as_bytes())
        awaits(desk, 1)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_one_of_two_processes_reads_and_the_other_takes_over_when_it_dies(
    request, server, user, tmp_path, kind
):
    store = {}
    if kind == "postgresql":
        store = {"store": servers.fresh_database(request.getfixturevalue("postgres_url"))}
    with relay_in_thread() as relay:
        port = servers.free_port()
        path = write_config(tmp_path, relay.port, port, channel=channel(user, server.imap), **store)
        with started(path, port, relay) as first:
            servers.wait_until(lambda: has_read(first), "the first one reads")
            log = tmp_path / "second.log"
            with servers.running([DESKBELL, "serve", "--only", "imap", "--config", path], log) as second:
                servers.wait_until(lambda: b"serving" in log.read_bytes(), "the second one is there", 120)
                wanted = deliver(server, user, *(f"mail {number}" for number in range(10)))
                awaits(first, 10)
                servers.wait_until(lambda: len(server.sessions(user)) == 1, "one of them reads")
                alone = b"reading mailbox" not in log.read_bytes()
                first.process.kill()
                wanted += deliver(server, user, "after it died")
                awaits(first, 11)
                survived = second.poll() is None

        assert alone
        assert survived
        assert b"reading mailbox" in log.read_bytes()
        assert wanted == subjects_at(path)


def subjects_at(config) -> Counter[str]:
    command = [DESKBELL, "--config", config, "messages", "list", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return Counter(line.partition('"subject": "')[2].partition('"')[0] for line in done.stdout.splitlines())


def test_a_desk_that_cannot_write_leaves_the_mail_where_it_is(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        servers.wait_until(lambda: has_read(desk), "it has been read once")
        with desk.wired.store.writing():  # nobody else can write as long as this is open
            wanted = deliver(server, user, "one")
            time.sleep(8)
            flags = server.flags(user)
        awaits(desk, 1)
        servers.wait_until(lambda: server.flags(user) == [("\\Seen",)], "it is seen")

        assert "\\Seen" not in flags[0]
        assert wanted == subjects(desk)


def _stall_once(stalled: threading.Event, on: bytes, line: bytes) -> None:
    if on in line and not stalled.is_set():
        raise Stall
