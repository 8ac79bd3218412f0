"""Signed addresses: what a token proves, and everything that it does not."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import TUESDAY, a_desk
from intake.tokens import BASE64URL, LETTERS, START_LETTERS, Addresses, Keys, Purpose, Token

KEY, OTHER = b"0123456789abcdef", b"fedcba9876543210"
DESK = a_desk(reply_address="support+{token}@vendor.example")
ADDRESSES = Addresses(DESK, Keys(KEY))


@given(st.sampled_from(Purpose), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_token_gives_back_what_was_signed(purpose, ticket, subject):
    keys = Keys(KEY)

    assert Token(purpose, ticket, subject) == keys.read(keys.sign(purpose, ticket, subject, TUESDAY), TUESDAY)


@given(st.integers(0, LETTERS - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_one_other_letter_is_none(position, letter):
    keys = Keys(KEY)
    token = keys.sign(Purpose.REPLY, 1042, 7, TUESDAY)
    changed = token[:position] + letter + token[position + 1 :]
    same = changed == token or position == LETTERS - 1  # the last letter has four bits that say nothing

    assert same or keys.read(changed, TUESDAY) is None


@pytest.mark.parametrize(
    "text",
    ["", "a", "a" * 35, "a" * 36, "a" * 37, "A" * 36, "0" * 36, "é" * 36, "a" * 35 + "=", "\ud800" * 36],
)
def test_what_is_no_token_is_none(text):
    assert Keys(KEY).read(text, TUESDAY) is None


def test_a_token_of_another_key_is_none_and_an_older_key_still_verifies():
    token = Keys(OTHER).sign(Purpose.REPLY, 1042, 7, TUESDAY)

    assert Keys(KEY).read(token, TUESDAY) is None
    assert Token(Purpose.REPLY, 1042, 7) == Keys(KEY, (OTHER,)).read(token, TUESDAY)


def test_a_token_expires_in_the_weeks_of_its_purpose():
    token = Keys(KEY).sign(Purpose.AGENT, 1042, 0, TUESDAY)

    assert Keys(KEY).read(token, TUESDAY + timedelta(weeks=26))
    assert Keys(KEY).read(token, TUESDAY + timedelta(weeks=27)) is None


def test_a_message_id_of_ours_names_its_ticket_for_ever_and_is_never_made_twice():
    made = {ADDRESSES.message_id(1042, TUESDAY) for _ in range(500)}

    assert 500 == len(made)
    assert {1042} == {ADDRESSES.ticket_in_message_id(one, TUESDAY + timedelta(weeks=900)) for one in made}


def test_a_signed_address_fits_a_local_part_and_survives_capitals():
    address = ADDRESSES.reply_address("reply", 1042, 7, TUESDAY)

    assert len(address.partition("@")[0]) <= 64
    assert Token(Purpose.REPLY, 1042, 7) == ADDRESSES.token_in_address(address.upper(), TUESDAY)


def test_a_message_id_is_no_address_and_a_bounce_address_is_no_reply_address():
    token = ADDRESSES.message_id(1042, TUESDAY).partition(".")[0]
    verp = ADDRESSES.verp_address(5, 1042, TUESDAY)

    assert ADDRESSES.token_in_address(f"support+{token}@vendor.example", TUESDAY) is None
    assert Token(Purpose.BOUNCE, 1042, 5) == ADDRESSES.token_in_address(verp, TUESDAY)


@pytest.mark.parametrize(
    "address",
    ["support@vendor.example", "support+@vendor.example", "x+{}@vendor.example", "support+{}@evil.example"],
)
def test_another_address_bears_no_token(address):
    token = Keys(KEY).sign(Purpose.REPLY, 1042, 7, TUESDAY)

    assert ADDRESSES.token_in_address(address.format(token), TUESDAY) is None


def test_a_provider_without_plus_uses_its_own_form():
    addresses = Addresses(a_desk(reply_address="r-{token}@in.vendor.example"), Keys(KEY))
    address = addresses.reply_address("agent", 1, 2, TUESDAY)

    assert address.startswith("r-")
    assert address.endswith("@in.vendor.example")
    assert Token(Purpose.AGENT, 1, 2) == addresses.token_in_address(address, TUESDAY)


# Links into a chat


def test_a_start_token_gives_back_its_ticket_and_person_for_a_week():
    token = Keys(KEY).sign_start(1042, 7, TUESDAY)
    start = Keys(KEY).read_start(token, TUESDAY + timedelta(days=6, hours=23))

    assert (1042, 7, START_LETTERS) == (start.ticket, start.person, len(token))
    assert Keys(KEY).read_start(token, TUESDAY + timedelta(days=7)) is None
    assert Keys(OTHER).read_start(token, TUESDAY) is None
    assert Keys(OTHER, (KEY,)).read_start(token, TUESDAY)


@given(st.integers(0, START_LETTERS - 1), st.sampled_from(sorted(BASE64URL)))
def test_a_start_token_with_one_other_letter_is_none(position, letter):
    token = Keys(KEY).sign_start(1042, 7, TUESDAY)
    changed = token[:position] + letter + token[position + 1 :]

    assert changed == token or Keys(KEY).read_start(changed, TUESDAY) is None


@pytest.mark.parametrize("text", ["", "a", "a" * 39, "é" * 39, "=" * 39, "a" * 40, "a b" * 13])
def test_what_is_no_start_token_is_none(text):
    assert Keys(KEY).read_start(text, TUESDAY) is None


def test_a_code_is_kept_as_what_only_the_key_and_the_account_make_of_it():
    kept = Keys(KEY).code_digest("123456", "1/2")

    assert kept == Keys(KEY).code_digest("123456", "1/2")
    assert 4 == len({kept, Keys(KEY).code_digest("123457", "1/2"), *_others("123456")})


def _others(code):
    return Keys(KEY).code_digest(code, "1/3"), Keys(OTHER).code_digest(code, "1/2")
