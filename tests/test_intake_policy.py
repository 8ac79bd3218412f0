"""The policy file: what is found wrong with it, and what it is when it is right."""

import re

import pytest

from intake.errors import ConfigError
from intake.policy import preset_names, preset_text, read_policy
from replies.catalogue import CATALOGUE

SOUND = """
title = "T"
reference = "T-{number}"
default_severity = "low"
default_calendar = "office"
[calendars.office]
timezone = "Europe/Rome"
hours = "24x7"
[[severity]]
name = "low"
first_response = "4h"
[[rule]]
name = "all"
then = "hold"
because = "b"
"""


def mistakes(text):
    with pytest.raises(ConfigError) as caught:
        read_policy(text, "p", CATALOGUE)
    return "\n".join(caught.value.mistakes)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_sound_and_without_doubts(name):
    assert () == read_policy(preset_text(name), name, CATALOGUE).warnings


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "T"', 'titel = "T"', 'p.titel: no such setting; did you mean "title"?'),
        ('title = "T"', "", "p.title: is missing"),
        ('title = "T"', "title = 4", "p.title: expected text in quotes, got 4"),
        ('"T-{number}"', '"T-"', "p.reference: needs {number} once"),
        ('= "low"\ndefault', '= "lo"\ndefault', "no severity 'lo'; did you mean \"low\"?"),
        ('"office"\n[', '"offic"\n[', "no calendar 'offic'; did you mean \"office\"?"),
        ("Europe/Rome", "Europe/Rom", "p.calendars.office.timezone: 'Europe/Rom' is no known zone"),
        ('"4h"', '"4 parsecs"', "p.severity 'low'.first_response"),
        ('first_response = "4h"', "", "p.severity 'low': has no target"),
        ('"4h"', '"4h"\nremind = ["soon"]', "'soon' is no reminder"),
        ('"4h"', '"4h"\ntell_customer = ["50%"]', "'50%' is not one of remind"),
        ('then = "hold"', 'then = "hodl"', "p.rule 'all'.then: expected"),
        ('then = "hold"', "", "p.rule 'all': does nothing"),
        (
            'then = "hold"',
            'then = "refuse"\nreply = "refusde"',
            "no template 'refusde'; did you mean \"refused\"?",
        ),
        (
            'then = "hold"',
            'then = "hold"\nwhen = { chanel = "email" }',
            'no such condition; did you mean "channel"?',
        ),
        (
            'then = "hold"',
            'then = "hold"\nwhen = { channel = "mail" }',
            "'mail' is not one of its values; did you mean \"email\"?",
        ),
        (
            'then = "hold"',
            'then = "hold"\nunless = { in_hours = "yes" }',
            "expected true or false, got 'yes'",
        ),
        ('then = "hold"', 'set = { severity = "hi" }', "p.rule 'all'.set.severity: no severity 'hi'"),
        (
            "[[rule]]",
            "[[rule]]\nname = 'all'\nthen = 'hold'\nbecause = 'c'\n[[rule]]",
            "the name is there twice",
        ),
        ("title", "=", "p: not readable as TOML"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_would_be_right(old, new, told):
    assert old in SOUND

    assert told in mistakes(SOUND.replace(old, new, 1))


def test_all_mistakes_come_at_once():
    text = (
        SOUND.replace('"4h"', '"4 parsecs"')
        .replace("Europe/Rome", "X")
        .replace('"low"\ndefault', '"x"\ndefault')
    )

    assert 3 == len(mistakes(text).splitlines())


@pytest.mark.parametrize(
    ("earlier", "later", "warned"),
    [
        ('when = { ticket = "none" }', 'when = { ticket = "none", channel = "email" }', True),
        ("", 'when = { channel = "email" }', True),
        ('when = { ticket = "any" }', 'when = { ticket = ["open", "closed"] }', True),
        ('when = { channel = ["email", "portal"] }', 'when = { channel = "email" }', True),
        ('when = { channel = "email" }', 'when = { channel = ["email", "portal"] }', False),
        ('when = { ticket = "none", channel = "email" }', 'when = { ticket = "none" }', False),
        ("unless = { in_hours = true }", 'when = { channel = "email" }', False),
    ],
)
def test_a_rule_that_can_never_fire_is_doubted(earlier, later, warned):
    first = f'[[rule]]\nname = "first"\nthen = "hold"\nbecause = "b"\n{earlier}\n'
    second = f'[[rule]]\nname = "second"\nthen = "ignore"\nbecause = "b"\n{later}\n'
    head = SOUND[: SOUND.index("[[rule]]")]
    warnings = "\n".join(read_policy(head + first + second, "p").warnings)

    assert warned is bool(re.search(r"'second': can never fire; rule 'first'", warnings))


def test_the_digest_names_the_exact_text():
    assert read_policy(SOUND, "p").digest != read_policy(SOUND + "\n", "p").digest
