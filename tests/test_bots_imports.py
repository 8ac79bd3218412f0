"""`deskbell import`: old mailboxes become closed tickets, once, and nobody is written to."""

import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import servers
from bots.cli import app
from bots.door import letter_from
from bots.wiring import Wired, wire
from intake.handle import receive
from intake.messages import Raw
from serving import ANA, BOB, DESK, DESKBELL, EVE, OUR_MTA, SAM, passed, write_config
from store import outbox
from store.exports import exported_tickets, listed_messages

pytestmark = pytest.mark.slow

LONG_AGO = "Mon, 9 Mar 2015 08:{:02}:00 +0000"


def old(number, author=ANA, to=DESK, answers="", subject="Calls drop", proven=False, text="Old words."):
    lines = [
        f"From: {author.name} <{author.address}>",
        f"To: {to}",
        f"Subject: {subject}",
        f"Date: {LONG_AGO.format(number)}",
        f"Message-ID: <m{number}@old.example>",
    ]
    lines += [f"References: {answers}"] if answers else []
    head = [f"Authentication-Results: {passed(author.domain)}"] if proven else []
    return "\n".join([*head, *lines, "", text, ""]).encode()


def an_mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(
        b"".join(b"From a@b Mon Mar  9 08:%02d:00 2015\n%s\n" % (at, mail) for at, mail in enumerate(mails))
    )
    return path


@pytest.fixture
def desk(tmp_path) -> Iterator[Wired]:
    wired = wire(write_config(tmp_path / "desk", 9, 9))
    CliRunner().invoke(
        app, ["--config", str(config_of(wired)), "people", "import", str(wired.folder / "people.toml")]
    )
    yield wired
    wired.store.close()


def config_of(wired: Wired) -> Path:
    return wired.folder / "config.toml"


def take(wired, *arguments):
    return CliRunner().invoke(app, ["--config", str(config_of(wired)), "import", *map(str, arguments)])


def tickets(wired):
    with wired.store.reading() as work:
        return list(exported_tickets(work))


def conversation(ticket):
    return [(one["direction"], one["author"], one["public"]) for one in ticket["messages"]]


def kept(wired):
    with wired.store.reading() as work:
        return listed_messages(work, limit=100_000)


THREAD = (
    old(1),
    old(2, SAM, ANA.address, "<m1@old.example>", "Re: Calls drop"),
    old(3, ANA, answers="<m1@old.example> <m2@old.example>", subject="Re: Calls drop"),
)


def test_a_thread_becomes_one_closed_ticket_with_both_sides_of_it(desk, tmp_path):
    done = take(desk, an_mbox(tmp_path / "box", *THREAD))
    (ticket,) = tickets(desk)

    assert (
        0,
        "3 imported: 1 tickets, 2 more on tickets, 0 kept aside, 0 there already, 0 could not be read",
    ) == (
        done.exit_code,
        done.stdout.strip(),
    )
    assert ("closed", ANA.address, []) == (ticket["status"], ticket["requester"], ticket["clocks"])
    assert [("in", ANA.address, True), ("out", SAM.address, True), ("in", ANA.address, True)] == conversation(
        ticket
    )


def test_an_imported_ticket_has_the_times_of_its_mails(desk, tmp_path):
    take(desk, an_mbox(tmp_path / "box", *THREAD))
    (ticket,) = tickets(desk)

    assert ("2015-03-09T08:00:00+00:00", "2015-03-09T08:02:00+00:00") == (ticket["opened"], ticket["closed"])


def test_nobody_is_written_to(desk, tmp_path):
    take(desk, an_mbox(tmp_path / "box", *THREAD, old(9, EVE)))

    with desk.store.reading() as work:
        assert [] == outbox.listed(work)


def test_answers_find_each_other_across_mailboxes_whatever_their_order(desk, tmp_path):
    sent = an_mbox(tmp_path / "sent", b"X: 1\n" + THREAD[1])
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.eml").write_bytes(THREAD[2])
    (inbox / "b.eml").write_bytes(THREAD[0])
    sent.write_bytes(sent.read_bytes().replace(b"08:00:00 2015", b"08:02:30 2015"))
    take(desk, sent, inbox)

    assert [3] == [len(one["messages"]) for one in tickets(desk)]


def test_mails_that_answer_the_same_lost_one_are_one_thread(desk, tmp_path):
    take(desk, an_mbox(tmp_path / "box", old(1, answers="<lost@x>"), old(2, answers="<lost@x>")))

    assert [2] == [len(one["messages"]) for one in tickets(desk)]


def test_an_old_number_in_a_subject_names_no_ticket_of_ours(desk, tmp_path):
    take(desk, an_mbox(tmp_path / "box", old(1), old(2, subject="Re: [WX-1001] Calls drop")))

    assert [1, 1] == [len(one["messages"]) for one in tickets(desk)]


def test_a_second_run_changes_nothing(desk, tmp_path):
    box = an_mbox(tmp_path / "box", *THREAD)
    take(desk, box)
    before = tickets(desk)
    done = take(desk, box)

    assert "0 imported: 0 tickets, 0 more on tickets, 0 kept aside, 3 there already" in done.stdout
    assert before == tickets(desk)


def test_the_same_mail_by_another_way_is_known(desk, tmp_path):
    take(desk, an_mbox(tmp_path / "box", old(1)))
    (tmp_path / "a.eml").write_bytes(b"Received: by elsewhere; Mon, 9 Mar 2015 08:05:00 +0000\n" + old(1))
    done = take(desk, tmp_path / "a.eml")

    assert "0 imported" in done.stdout
    assert 1 == len(kept(desk))


def test_a_dry_run_says_the_same_and_keeps_nothing(desk, tmp_path):
    box = an_mbox(tmp_path / "box", *THREAD, old(8, EVE), old(9, EVE, answers="<m8@old.example>"))
    told = take(desk, box, "--dry-run").stdout

    assert [] == kept(desk)
    assert told.replace("would be imported", "imported") == take(desk, box).stdout


def test_open_leaves_the_tickets_open_without_clocks(desk, tmp_path):
    take(desk, an_mbox(tmp_path / "box", *THREAD), "--open")

    assert [("open", [])] == [(one["status"], one["clocks"]) for one in tickets(desk)]


def test_ours_names_those_who_are_no_agents_any_more(desk, tmp_path):
    answered = old(2, EVE, ANA.address, "<m1@old.example>")
    take(desk, an_mbox(tmp_path / "box", old(1), answered), "--ours", "@elsewhere.example")
    (ticket,) = tickets(desk)

    assert ("out", EVE.address, True) in conversation(ticket)


def test_a_later_reply_to_an_old_mail_finds_its_ticket_and_the_policy_decides(desk, tmp_path):
    take(desk, an_mbox(tmp_path / "box", *THREAD))
    now = datetime.now(UTC)
    reply = old(30, ANA, answers="<m2@old.example>", proven=True)
    receipt = receive([letter_from(Raw("email", "mail", reply, now), OUR_MTA)], desk.store, desk.setup, now)[
        0
    ]
    (ticket,) = tickets(desk)

    assert "closed-stays-closed" == receipt.rule
    assert 3 == len(ticket["messages"])


def test_a_forged_old_mail_brings_nobody_onto_a_ticket(desk, tmp_path):
    forged = old(2, EVE, answers="<m1@old.example>", proven=True)
    take(desk, an_mbox(tmp_path / "box", old(1), forged, old(3, BOB, answers="<m1@old.example>")))
    (ticket,) = tickets(desk)

    assert [] == ticket["participants"]
    assert ("in", EVE.address, False) in conversation(ticket)


def test_what_cannot_be_read_is_told_and_the_rest_is_imported(desk, tmp_path):
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "a.eml").write_bytes(old(1))
    (folder / "b.eml").symlink_to(tmp_path / "elsewhere")
    done = take(desk, folder)

    assert (1, 1) == (done.exit_code, len(kept(desk)))
    assert "b.eml: it is a link" in done.stderr


def test_an_empty_mail_is_kept_with_the_reason(desk, tmp_path):
    (tmp_path / "a.eml").write_bytes(b"\n")
    take(desk, tmp_path / "a.eml")

    assert [("ignore", "imported")] == [(one["fate"], one["rule"]) for one in kept(desk)]


def test_a_mailbox_that_is_not_there_is_wrong_usage(desk, tmp_path):
    assert 2 == take(desk, tmp_path / "gone").exit_code


def test_messages_say_that_they_were_imported_and_keep_their_bytes(desk, tmp_path):
    take(desk, an_mbox(tmp_path / "box", old(1)))
    (row,) = kept(desk)
    raw = CliRunner().invoke(
        app, ["--config", str(config_of(desk)), "messages", "show", str(row["id"]), "--raw"]
    )

    assert ("open", "imported") == (row["fate"], row["rule"])
    assert old(1) == raw.stdout_bytes


@pytest.mark.slow
def test_an_import_that_is_killed_goes_on_where_it_was(desk, tmp_path):
    mails = [old(0).replace(b"<m0@", b"<n%d@" % number) for number in range(1500)]
    box = an_mbox(tmp_path / "box", *mails[:60])
    box.write_bytes(b"".join(b"From a@b Mon Mar  9 08:00:00 2015\n%s\n" % mail for mail in mails))
    command = [DESKBELL, "--config", config_of(desk), "import", box]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and len(kept(desk)) < 100:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    at_the_kill = len(kept(desk))
    done = take(desk, box)

    assert 100 <= at_the_kill < 1500
    assert f"{at_the_kill} there already" in done.stdout
    assert 1500 == len({one["id"] for one in kept(desk)}) == len(tickets(desk))


@pytest.mark.slow
def test_on_postgresql_an_import_and_its_dry_run_do_the_same(postgres_url, tmp_path):
    url = servers.fresh_database(postgres_url)
    wired = wire(write_config(tmp_path / "desk", 9, 9, store=url))
    box = an_mbox(tmp_path / "box", *THREAD, old(8, EVE))
    told = [take(wired, box, *words).stdout for words in (["--dry-run"], [], [])]
    try:
        assert told[0].replace("would be imported", "imported") == told[1]
        assert "0 imported: 0 tickets, 0 more on tickets, 0 kept aside, 4 there already" in told[2]
        assert [3, 1] == [len(one["messages"]) for one in tickets(wired)]
    finally:
        wired.store.close()
