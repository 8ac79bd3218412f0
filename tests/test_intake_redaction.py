"""A secret is found and taken out however it is written, in time that grows with the text only."""

import time

import pytest

from intake.errors import CommandRefused
from intake.redaction import Wanted, eraser_for

pytestmark = pytest.mark.slow

KEY = "-----BEGIN KEY-----\nMIIEpA+/=\nabc\n-----END KEY-----"
ERASER = eraser_for(
    [Wanted("hun_ter&2", "password"), Wanted("Käse"), Wanted("two words x"), Wanted(KEY, "key")]
)
MARK = "[redacted: password]"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("pw hun_ter&2.", f"pw {MARK}."),
        (r"pw hun\_ter\&2", f"pw {MARK}"),  # Markdown's
        ("pw hun_ter&amp;2", f"pw {MARK}"),
        ("pw hun_ter&amp;amp;2", f"pw {MARK}"),
        ("pw h&#117;n&#x5F;ter&#0038;2", f"pw {MARK}"),
        ("https://x/?pw=hun_ter%262", f"https://x/?pw={MARK}"),
        ('{"pw": "hun\\u005fter\\u00262"}', f'{{"pw": "{MARK}"}}'),
        ("> hun_\n> ter&2", f"> {MARK}"),
        ("hun_\u200bter&2", MARK),
        ("K&auml;se, Ka\u0308se", "[redacted], [redacted]"),
        ("two\n> words   x", "[redacted]"),
        ("two&nbsp;words\u00a0x", "[redacted]"),
        (KEY.replace("\n", "\\\n> "), "[redacted: key]"),
        ("Hun_ter&2 hun ter&2 hunter2", "Hun_ter&2 hun ter&2 hunter2"),  # other words
    ],
)
def test_every_way_to_write_a_secret_is_known(text, left):
    assert (left, left != text) == (ERASER.without(text), ERASER.holds(text))


def test_markup_keeps_the_tags_that_stood_within():
    text = "<p>hun<b>_te</b>r&amp;2</p>"

    assert (f"<p>{MARK}<b></b></p>", True) == (ERASER.without_in_markup(text), ERASER.holds(text))


def test_a_mark_is_no_link_in_markdown():
    assert r"\[redacted: password\](x)" == ERASER.without_in_markdown("hun_ter&2(x)")


def test_lists_and_tables_lose_it_in_every_place():
    stored = {"hun_ter&2": ["hun_ter&2", 2, None, True]}

    assert {MARK: [MARK, 2, None, True]} == ERASER.without_within(stored)


def test_of_two_secrets_the_longer_one_is_taken_out_first():
    eraser = eraser_for([Wanted("abcd", "pin"), Wanted("abcdef", "password")])

    assert "[redacted: password] [redacted: pin]" == eraser.without("abcdef abcd")


def test_a_mark_never_says_the_secret_itself():
    eraser = eraser_for([Wanted("redacted", "password")])

    assert ("[***]", False) == (eraser.without("redacted"), eraser.holds("[***]"))


@pytest.mark.parametrize("secret", ["", "  ", "ab", " ab\n"])
def test_what_is_too_short_is_refused(secret):
    with pytest.raises(CommandRefused, match="too many words"):
        eraser_for([Wanted(secret)])


def test_without_a_secret_nothing_is_found():
    assert (False, "x") == (eraser_for([]).holds("x"), eraser_for([]).without("x"))


LARGE = 100_000


WRITTEN = (
    "hun_ter&2",
    r"hun\_ter&amp;2",
    "hun<b>_te</b>r&2",
    "hun_ter%262",
    "hun=\r\n_ter=262",
    "hun_\n> ter&2",
)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_large_text_is_searched_as_thoroughly(written):
    text = "x < y " * LARGE + written + " z" * LARGE

    assert ERASER.holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "h" * LARGE,
        "hun_" + "\n " * LARGE,
        "two" + " " * LARGE,
        "two" + "<br>" * LARGE,
        "hun" + "<b>\n" * LARGE,
        "hun" + "<" * LARGE,
        "two " * LARGE,
        "hun\\" * LARGE,
        "&amp;" * LARGE,
    ],
)
def test_no_text_takes_long(text):
    begun = time.process_time()
    ERASER.without_in_markup(text)
    ERASER.holds(text)

    assert time.process_time() - begun < 10
