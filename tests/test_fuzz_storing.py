"""Any mail that can be read can be received, kept, shown, exported and answered; and any other is held.

The whole path runs on SQLite in memory: the door, the decision, the store, the words, the mails.
"""

import json
import os
import random
from datetime import timedelta
from email import message_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import servers
import strategies
from attack_world import ANA, MX, SUPPORT, World, mail, passed
from bots.commands.pages import message_page, ticket_page
from bots.console import json_line
from builders import TUESDAY
from intake.decisions import Fate
from replies.mime import mail_bytes
from store.exports import exported_messages, exported_tickets, history_of

pytestmark = pytest.mark.slow

SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
PROVEN = f"Authentication-Results: {MX}; {passed('acme.example')}\r\n".encode()
NOT_SEEN = frozenset(map(chr, (*range(9), 11, 12, *range(14, 32), *range(127, 160))))


@pytest.fixture(scope="module")
def world():
    world = World()
    world.to = {
        "the desk": SUPPORT,
        "a customer's signed address": world.last("acknowledgement", ANA).reply_to,
        "an agent's signed address": world.agents_address_of(),
        "a return address": world.setup.addresses.verp_address(1, 1001, TUESDAY),
    }
    world.seen = 0
    return world


def takes(world, body, to):
    """Deliver a mail twice and hold against what must be so all that came of it."""
    world.now += timedelta(minutes=20)  # or all of it would soon be a flood
    receipt = world.gets(body, to)
    again = world.gets(body, to)
    record = world.record(receipt)
    assert isinstance(receipt.fate, Fate)
    assert (receipt.message, True) == (again.message, again.duplicate)
    assert "undecided" != receipt.rule, receipt.because
    assert json.loads(json_line(record))["subject"] == record["subject"]
    assert_visible(message_page(record, "Europe/Rome"))
    promises = world.promises()
    for one in promises[: len(promises) - world.seen]:
        assert_sound(mail_bytes(one.outbound, world.desk, TUESDAY))
    world.seen = len(promises)


def assert_sound(sent):
    """A mail of ours: headers of its own only, short lines, nothing that moves a cursor."""
    parts = [part for part in message_from_bytes(sent).walk() if part.get_content_maintype() == "text"]
    assert max(map(len, sent.split(b"\r\n"))) <= 998
    assert b"\nBcc:" not in sent
    assert not [one for one in parts if set(one.get_payload(decode=True).decode()) & NOT_SEEN]


def assert_exports(world):
    with world.store.reading() as work:
        for record in (*exported_messages(work), *exported_tickets(work)):
            assert json.loads(json_line(record)).keys() == record.keys()
        ticket = next(iter(exported_tickets(work)))
        ticket["history"] = history_of(work, ticket["number"])
        assert_visible(ticket_page(ticket, "WX-1001", "Europe/Rome"))


def assert_visible(lines):
    assert [] == [line for line in lines if not line.replace("\t", "").isprintable()]


ways = st.sampled_from(
    ("the desk", "a customer's signed address", "an agent's signed address", "a return address")
)
headers = st.sampled_from((b"", PROVEN))


@settings(max_examples=60, suppress_health_check=SLOW_TO_DRAW)
@given(strategies.mails(), ways, headers)
def test_any_mail_can_be_received_kept_shown_and_answered(world, body, way, proof):
    takes(world, proof + body, world.to[way])


@pytest.mark.slow
@settings(max_examples=1200, suppress_health_check=SLOW_TO_DRAW)
@given(strategies.mails(), ways, headers)
def test_very_many_mails_can_be_received_kept_shown_and_answered(world, body, way, proof):
    takes(world, proof + body, world.to[way])


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=60)


@settings(max_examples=40, suppress_health_check=SLOW_TO_DRAW)
@given(texts, texts, st.lists(texts, max_size=6))
def test_any_words_of_a_proven_customer_can_be_kept_and_told_to_agents(world, subject, name, lines):
    body = mail(f'"{name}" <{ANA}>', f"WX-1001 {subject}", "\r\n".join(lines))
    takes(world, body, SUPPORT)


def test_everything_that_was_received_can_be_exported(world):
    takes(world, mail(ANA, "WX-1001"), SUPPORT)

    assert_exports(world)


@pytest.mark.slow
def test_all_mail_of_the_shared_collection_and_what_is_left_of_it_goes_all_the_way(world):
    """Real mail of many projects, whole and damaged."""
    shared = servers.shared_folder() or pytest.skip("no shared mail beside the checkout (DESKBELL_SHARED)")
    chance = random.Random(os.environ.get("FUZZ_SEED", "deskbell"))
    for path in sorted(one for one in shared.glob("mail/**/*") if one.suffix in (".eml", ".txt")):
        body = path.read_bytes()
        for one in (body, damaged(body, chance), damaged(body, chance)):
            takes(world, chance.choice((b"", PROVEN)) + one, world.to[chance.choice(list(world.to))])

    assert_exports(world)


def damaged(body, chance):
    """Cut, bytes changed, or two pieces in each other's place."""
    broken = bytearray(body[:60_000])
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(broken) or 1)
        broken[at : at + chance.randint(0, 3)] = chance.choice(
            (b"", b"\x00", b"\xff", b"\r", b"\n", b"\r\n\r\n", b"=?")
        )
    cut = chance.randrange(len(broken) or 1)
    return bytes(chance.choice((broken, broken[:cut], broken[cut:] + broken[:cut])))
