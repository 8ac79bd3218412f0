"""Mailboxes on a real Dovecot: what is taken, when, and what becomes of the mail there.

One Dovecot serves the module; each test has a mailbox and a desk of its own, and looks at both
from outside.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import servers
from bots.commands.check import check_desk
from dovecot import Dovecot, channel, dovecot
from serving import ANA, Desk, a_mail, newest_message, serving, write_config
from store import exports, inbox
from store.mailboxes import mark_of

pytestmark = pytest.mark.slow  # a real server, and a desk that polls it

BIG = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as one:
        yield one


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    return f"user{abs(hash(request.node.name))}"


def mails(desk: Desk) -> list[dict[str, Any]]:
    """Every message on the desk, the oldest first."""
    return list(reversed(list(desk.read(lambda work: exports.listed_messages(work, limit=1000)))))


def subjects(desk: Desk) -> list[str]:
    return sorted(row["subject"] for row in mails(desk))


def awaits(desk: Desk, count: int, limit: float = 90) -> None:
    servers.wait_until(lambda: len(mails(desk)) >= count, f"{count} messages are on the desk", limit)


def test_mail_that_waits_unseen_is_taken_and_marked_as_seen(server, user, tmp_path):
    for number in range(3):
        server.deliver(user, a_mail(ANA, f"mail {number}").as_bytes())
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        awaits(desk, 3)
        servers.wait_until(lambda: server.flags(user) == [("\\Seen",)] * 3, "all are seen")

        assert ["mail 0", "mail 1", "mail 2"] == subjects(desk)


def test_mail_that_comes_while_the_reader_waits_is_there_within_seconds(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap, poll_seconds=600)) as desk:
        server.deliver(user, a_mail(ANA, "one").as_bytes())
        awaits(desk, 1)
        for number in range(5):
            server.deliver(user, a_mail(ANA, f"more {number}").as_bytes())
            awaits(desk, 2 + number, limit=60)  # far below the poll: the server has called


def test_what_a_person_has_read_in_the_meantime_is_taken_all_the_same(server, user, tmp_path):
    config = channel(user, server.imap)
    with serving(tmp_path, channel=config) as desk:
        server.deliver(user, a_mail(ANA, "before").as_bytes())
        awaits(desk, 1)
    server.deliver(user, a_mail(ANA, "read by a person").as_bytes())
    with server.entered(user) as person:
        person.add_flags(person.search(), ["\\Seen"])
    with serving(tmp_path, channel=config) as desk:
        awaits(desk, 2)

        assert ["before", "read by a person"] == subjects(desk)


@pytest.mark.parametrize(
    ("first", "taken"), [("unseen", ["new"]), ("all", ["new", "read long ago"]), ("none", [])]
)
def test_what_is_taken_of_a_mailbox_that_is_not_empty_is_a_setting(server, user, tmp_path, first, taken):
    server.deliver(user, a_mail(ANA, "read long ago").as_bytes())
    with server.entered(user) as person:
        person.add_flags(person.search(), ["\\Seen"])
    server.deliver(user, a_mail(ANA, "new").as_bytes())
    with serving(tmp_path, channel=channel(user, server.imap, first=first)) as desk:
        servers.wait_until(
            lambda: not desk.read(lambda work: mark_of(work, "mailbox", "INBOX")).is_first,
            "it has been read once",
        )
        server.deliver(user, a_mail(ANA, "later").as_bytes())
        awaits(desk, len(taken) + 1)

        assert sorted([*taken, "later"]) == subjects(desk)


AFTER = {
    "seen": [("\\Seen",)],
    "flag:$Deskbell": [("$Deskbell",)],
    "delete": [],
    "move:Done": [],
}


@pytest.mark.parametrize("after", AFTER)
def test_what_becomes_of_a_mail_that_is_kept_is_a_setting(server, user, tmp_path, after):
    with serving(tmp_path, channel=channel(user, server.imap, after=after)) as desk:
        server.deliver(user, a_mail(ANA, "one").as_bytes())
        awaits(desk, 1)
        servers.wait_until(
            lambda: [tuple(set(one) - {"\\Recent"}) for one in server.flags(user)] == AFTER[after],
            f"it is treated as {after} says",
        )

        assert after != "move:Done" or 1 == len(server.flags(user, "Done"))


def test_a_mail_came_when_the_server_received_it(server, user, tmp_path):
    long_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    server.append(user, a_mail(ANA, "old").as_bytes(), at=long_ago)
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        awaits(desk, 1)
        (delivery,) = desk.read(lambda work: inbox.deliveries_of(work, 1))

        assert long_ago == delivery.received_at


def test_a_signed_address_counts_where_only_the_delivering_server_wrote_it_down(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        number = desk.a_ticket()
        before = desk.read(newest_message)
        signed = str(desk.letter_to(number, ANA).mail["Reply-To"]).strip("<>")
        mail = b"Return-Path: <ana@acme.example>\r\nX-Original-To: " + signed.encode() + b"\r\n"
        server.append(user, mail + a_mail(ANA, "no number", proven=False).as_bytes())
        servers.wait_until(lambda: desk.read(newest_message) > before, "it is there")
        record = desk.record(desk.read(newest_message))

        assert ("append", "token", number) == (record["fate"], record["assurance"], record["ticket"])


def test_what_would_be_refused_in_an_smtp_session_is_held_and_nobody_is_answered(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        server.deliver(user, a_mail(ANA, "forged?", proven=False).as_bytes())
        awaits(desk, 1)
        told = {one.to for one in desk.settle()}

        assert ["hold"] == [row["fate"] for row in mails(desk)]
        assert ANA.address not in told


def test_mail_over_the_limit_is_held_by_its_headers_and_stays(server, user, tmp_path):
    config = channel(user, server.imap, max_message_mib=1, after="delete")
    with serving(tmp_path, channel=config) as desk:
        server.deliver(user, a_mail(ANA, "far too large").as_bytes() + _lines(BIG))
        server.deliver(user, a_mail(ANA, "small").as_bytes())
        awaits(desk, 2)
        record = next(row for row in mails(desk) if row["subject"] == "far too large")
        shown = desk.record(record["id"])
        servers.wait_until(lambda: len(server.flags(user)) == 1, "only the large one is left")

        assert "hold" == record["fate"]
        assert (
            "more than the 1 of channel.mailbox.max_message_mib; it stays in the mailbox" in shown["because"]
        )


def test_heavy_mail_within_the_limit_is_kept_first_and_decided_then(server, user, tmp_path):
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        server.deliver(user, a_mail(ANA, "heavy").as_bytes() + _lines(BIG))
        awaits(desk, 1)

        assert ["heavy"] == subjects(desk)
        servers.wait_until(lambda: server.flags(user) == [("\\Seen",)], "it is seen")


def test_a_copy_by_smtp_and_two_by_mailbox_are_one_message(server, user, tmp_path):
    mail = a_mail(ANA, "thrice").as_bytes()
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        desk.post(mail, sender=ANA.address)
        server.deliver(user, mail)
        server.deliver(user, mail, to=user)
        servers.wait_until(lambda: server.flags(user) == [("\\Seen",)] * 2, "both are seen")

        assert ["thrice"] == subjects(desk)
        assert 3 == len(desk.read(lambda work: inbox.deliveries_of(work, 1)))


def test_check_enters_the_mailbox_and_says_what_is_there(server, user, tmp_path, capsys):
    server.deliver(user, a_mail(ANA, "waits").as_bytes())
    check_desk(write_config(tmp_path, 9, 0, channel=channel(user, server.imap)))

    assert f"ok       channel.mailbox: {user} at 127.0.0.1:{server.imap}: INBOX: 1 mails, 1 unseen" in (
        capsys.readouterr().out
    )
    assert [()] == server.flags(user)


def test_several_folders_and_mailboxes_are_read_at_once(server, user, tmp_path):
    with server.entered(user) as person:
        person.create_folder("Büro")
    config = channel(user, server.imap, folders=["INBOX", "Büro"]) + channel(
        f"{user}b", server.imap, "second"
    )
    with serving(tmp_path, channel=config) as desk:
        server.deliver(user, a_mail(ANA, "inbox").as_bytes())
        server.append(user, a_mail(ANA, "folder").as_bytes(), folder="Büro")
        server.deliver(f"{user}b", a_mail(ANA, "second").as_bytes())
        awaits(desk, 3)

        assert ["folder", "inbox", "second"] == subjects(desk)


def test_a_long_backlog_is_taken_in_order_of_arrival_and_once(server, user, tmp_path):
    with server.entered(user) as person:
        for number in range(300):
            person.append("INBOX", a_mail(ANA, f"mail {number:03d}").as_bytes())
    with serving(tmp_path, channel=channel(user, server.imap)) as desk:
        awaits(desk, 300)

        assert [f"mail {number:03d}" for number in range(300)] == [row["subject"] for row in mails(desk)]


TLS = {
    "implicit": lambda server: {"port": server.imaps, "tls": "implicit", "ca_file": str(server.ca_file)},
    "starttls": lambda server: {"port": server.imap, "tls": "starttls", "ca_file": str(server.ca_file)},
}


@pytest.mark.parametrize("kind", TLS)
def test_a_mailbox_is_entered_by_tls_with_a_private_authority(server, user, tmp_path, kind):
    server.deliver(user, a_mail(ANA, "private").as_bytes())
    settings = TLS[kind](server)
    with serving(tmp_path, channel=channel(user, settings.pop("port"), **settings)) as desk:
        awaits(desk, 1)

        assert ["private"] == subjects(desk)


@pytest.mark.parametrize("kind", TLS)
def test_a_certificate_that_nobody_vouches_for_ends_the_connection_before_the_password(
    server, user, tmp_path, kind
):
    settings = TLS[kind](server) | {"ca_file": ""}
    with serving(tmp_path, channel=channel(user, settings.pop("port"), **settings)) as desk:
        servers.wait_until(lambda: "certificate" in desk.log, "the log says why")

        assert user not in (server.base / "dovecot.log").read_text()


def _lines(size: int) -> bytes:
    return (b"z" * 76 + b"\r\n") * (size // 78)
