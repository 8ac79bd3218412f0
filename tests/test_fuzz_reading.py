"""Any mail that hypothesis can make is read as the contract says, and so is all that was ever found.

What must hold is in fuzz.reading; `make fuzz` looks for longer, with atheris.
"""

import re
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import strategies
from fuzz.reading import a_raw, read
from intake.errors import UnreadableMessage
from intake.mail import read_mail

HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")  # a name without blanks (RFC 5322 §2.2)
FOUND = sorted((Path(__file__).parent / "fuzz" / "found" / "reading").iterdir())
SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize("path", FOUND, ids=[one.name for one in FOUND])
def test_what_was_found_once_is_mended(path):
    assert read(path.read_bytes()) is not False


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=SLOW_TO_DRAW)
@given(strategies.mails())
def test_any_mail_is_read_as_the_contract_says(body):
    read(body)


@pytest.mark.slow
@settings(max_examples=1500, suppress_health_check=SLOW_TO_DRAW)
@given(strategies.mails())
def test_very_many_mails_are_read_as_the_contract_says(body):
    read(body)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=SLOW_TO_DRAW)
@given(strategies.well_made())
def test_a_mail_is_the_same_whichever_way_it_came(body):
    """Another server writes its trace above a mail, and it is no other mail for that."""
    try:
        first = read_mail(a_raw(body))
    except UnreadableMessage:
        return
    if first.defects or not HEADER.match(body):
        return  # what a broken mail is depends on where it begins
    end = b"\r\n" if b"\r\n" in body else b"\n"
    again = read_mail(a_raw(b"Received: from elsewhere by us; now" + end + body))

    assert first.identity == again.identity


@pytest.mark.slow
def test_the_strategy_makes_mail_that_says_something():
    """A property that only ever saw broken bytes would hold of anything."""
    seen = set()

    @settings(max_examples=1500, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(strategies.mails())
    def look(body):
        mail = read(body)
        if mail:
            facts = (mail.sender_count == 1, mail.attachments, mail.report, mail.automatic, mail.reply)
            seen.update(number for number, fact in enumerate(facts) if fact)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a test inside a test
        look()

    assert {0, 1, 2, 3, 4} == seen
