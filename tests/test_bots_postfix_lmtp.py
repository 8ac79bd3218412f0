"""A real Postfix in front, by LMTP, and a mailbox besides: whatever is down meanwhile, a mail comes once."""

import smtplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import servers
from dovecot import channel, dovecot
from postfix import postfix
from sandbox.relay import CatchingRelay, relay_in_thread
from serving import ANA, DESK, Desk, a_mail, started, write_config
from store import exports, inbox

pytestmark = pytest.mark.slow  # a Postfix, a Dovecot, and the time until Postfix tries again

ALIAS = "help@vendor.example"


@contextmanager
def at_work(folder: Path, port: int, relay: CatchingRelay, mailbox: str) -> Iterator[Desk]:
    """A desk behind Postfix that reads a mailbox too; the same one again when it is entered again."""
    config = write_config(
        folder,
        relay.port,
        port,
        desk=f'aliases = ["{ALIAS}"]',
        channel=f'protocol = "lmtp"\nrefuse_in_session = false\n{mailbox}',
    )
    with started(config, port, relay) as desk:
        yield desk


def hand_over(port: int, mail: bytes, *recipients: str) -> None:
    """What a customer's mail server does, once, with a mail to several of the desk's addresses."""
    with smtplib.SMTP("127.0.0.1", port, "mx.acme.example", timeout=60) as smtp:
        assert {} == smtp.sendmail(ANA.address, recipients, mail)


def kept(desk: Desk) -> dict[str, list[tuple[str, int]]]:
    """By subject: each message that there is of it, with how many receipts it has."""
    found: dict[str, list[tuple[str, int]]] = {}
    for row in desk.read(exports.listed_messages):
        receipts = desk.read(lambda work, row=row: inbox.deliveries_of(work, row["id"]))
        found.setdefault(row["subject"], []).append((row["fate"], len(receipts)))
    return found


@pytest.mark.parametrize(
    ("settings", "receipts"),
    [
        ("", 2),  # one session for all three, and the mailbox
        ("lmtp_destination_recipient_limit = 1\n", 4),
    ],
)
def test_a_mail_to_three_addresses_waits_for_the_desk_and_is_one_with_its_copy_in_a_mailbox(
    tmp_path, settings, receipts
):
    port = servers.free_port()
    with ExitStack() as stack:
        relay, mailboxes = stack.enter_context(relay_in_thread()), stack.enter_context(dovecot())
        front = stack.enter_context(postfix("vendor.example", port, more=settings, by="lmtp"))
        mailbox = channel("desk", mailboxes.imap)
        with at_work(tmp_path, port, relay, mailbox) as desk:
            signed = desk.letter_to(desk.open_ticket(), ANA).mail["Reply-To"]
        thrice = a_mail(ANA, "Thrice")
        thrice.replace_header("To", f"{DESK}, {ALIAS}, {signed}")
        hand_over(front.port, thrice.as_bytes(), DESK, ALIAS, signed)
        mailboxes.deliver("desk", thrice.as_bytes())
        servers.wait_until(lambda: front.log.count("status=deferred") >= 3, "Postfix waits", 60)
        with at_work(tmp_path, port, relay, mailbox) as desk:
            servers.wait_until(lambda: front.log.count("status=sent") == 3, "Postfix has handed it over", 90)
            servers.wait_until(lambda: mailboxes.flags("desk") == [("\\Seen",)], "its copy was read", 90)
            hand_over(front.port, a_mail(ANA, "Behind it").as_bytes(), signed)
            servers.wait_until(lambda: "Behind it" in kept(desk), "the next mail is there", 90)

            assert [("append", receipts)] == kept(desk)["Thrice"]
            assert [("append", 1)] == kept(desk)["Behind it"]
