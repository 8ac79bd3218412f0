"""A new signing key: what was signed with an earlier one still counts, while that is kept in old_keys."""

import re

import pytest

import serving
from bots.settings import read_settings
from bots.wiring import read_keys, wire
from builders import TUESDAY
from intake.errors import ConfigError
from sandbox.relay import relay_in_thread
from servers import free_port

pytestmark = pytest.mark.slow

FIRST, SAME_ID, OTHER_ID = "a" * 32, "b" * 32, "c" * 32  # the id of a key is one byte: some share it
OLD = 'old_keys = [{ file = "old.key" }]'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "desk.key").write_text(FIRST)
    (tmp_path / "people.toml").write_text(serving.PEOPLE, encoding="utf-8")
    return tmp_path


def rotated(config, keeps_the_old, new=SAME_ID):
    """Put another key in, and the one that was there among the old ones."""
    folder = config.parent
    (folder / "old.key").write_bytes((folder / "desk.key").read_bytes())
    (folder / "desk.key").write_text(new)
    text = config.read_text()
    if keeps_the_old:
        text = text.replace("[secrets]\n", f"[secrets]\n{OLD}\n")
    config.write_text(text)


def answer_to_a_letter(folder, keeps_the_old):
    """A letter, what became of the answer to its address after the rotation, and a letter of then."""
    port = free_port()
    with relay_in_thread() as relay:
        config = serving.write_config(folder, relay.port, port)
        with serving.started(config, port, relay) as desk:
            number = desk.open_ticket()
            letter = desk.letter_to(number, serving.ANA)
        rotated(config, keeps_the_old)
        with serving.started(config, port, relay) as desk:
            to_address = serving.a_mail(serving.ANA, "Still", "Still broken.")
            signed_address = re.search(r"support\+\w+@vendor\.example", str(letter.mail["Reply-To"]))[0]
            if not keeps_the_old:
                return number, letter, desk.post(to_address, signed_address), None
            answer = desk.mail(to_address, to=signed_address)
            return number, letter, answer, desk.letter_to(desk.open_ticket(), serving.ANA)


def test_an_answer_to_a_letter_signed_with_the_old_key_is_added(folder):
    number, letter, answer, another = answer_to_a_letter(folder, keeps_the_old=True)

    assert ("append", number) == (answer.record["fate"], answer.record["ticket"])
    assert letter.mail["Reply-To"] != another.mail["Reply-To"]


def test_without_the_old_key_its_addresses_are_nobodys(folder):
    *_, answer, _ = answer_to_a_letter(folder, keeps_the_old=False)

    assert answer.startswith("550 5.1.1")


def tokens_of(config):
    wired = wire(config)
    wired.store.close()
    return wired.setup.addresses


@pytest.mark.parametrize("new", [SAME_ID, OTHER_ID])
def test_tokens_and_message_ids_are_read_with_any_key_and_made_with_the_newest(folder, new):
    config = serving.write_config(folder, 1, 0)
    before = tokens_of(config)
    address = before.reply_address("reply", 1042, 7, TUESDAY)
    message_id = before.message_id(1042, TUESDAY)
    rotated(config, keeps_the_old=True, new=new)
    after = tokens_of(config)

    assert 1042 == after.token_in_address(address, TUESDAY).ticket
    assert 1042 == after.ticket_in_message_id(message_id, TUESDAY)
    assert before.token_in_address(after.reply_address("reply", 1042, 7, TUESDAY), TUESDAY) is None


@pytest.mark.parametrize("content", [None, "short"])
def test_an_old_key_that_cannot_be_used_is_told(folder, content):
    config = serving.write_config(folder, 1, 0)
    config.write_text(config.read_text().replace("[secrets]\n", f"[secrets]\n{OLD}\n"))
    if content:
        (folder / "old.key").write_text(content)

    with pytest.raises(ConfigError, match=r"secrets\.old_keys"):
        read_keys(read_settings(config), folder)
