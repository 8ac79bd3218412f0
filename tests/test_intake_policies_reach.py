"""What gets to a rule, held against every message that there can be."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from intake.policies.boxes import DIMENSIONS, words_of
from intake.policies.reach import NEVER, reach_of
from intake.policies.written import RuleFile

TRIED = ("channel", "ticket", "sender", "grace")  # few enough to try every message
EVERY = [dict(zip(TRIED, values, strict=True)) for values in product(*(DIMENSIONS[name] for name in TRIED))]


def a_rule(number: int = 0, **keys: object) -> RuleFile:
    return RuleFile.model_validate({"name": f"r{number}", "because": "b", "then": "hold", **keys})


def conditions():
    words = {name: some.lists(some.sampled_from(sorted(DIMENSIONS[name])), min_size=1) for name in TRIED}
    return some.fixed_dictionaries({}, optional=words)


def holds(rule: RuleFile, message: dict[str, str]) -> bool:
    asked = all(message[name] in words_of(name, wanted) for name, wanted in rule.when.items())
    return asked and not any(message[name] in words_of(name, wanted) for name, wanted in rule.unless.items())


def can_be(message: dict[str, str]) -> bool:
    """Only what is impossible in the dimensions that are tried, whatever the others are."""
    known = [one.box for one in NEVER if set(one.box) <= set(TRIED)]
    return not any(all(message[name] in values for name, values in box.items()) for box in known)


@pytest.mark.slow
@given(some.lists(some.tuples(conditions(), conditions(), some.sampled_from(["hold", None])), max_size=6))
def test_a_rule_is_reached_when_some_message_gets_past_all_before_it(written):
    rules = [
        a_rule(number, when=when, unless=unless, then=then, warning="w")
        for number, (when, unless, then) in enumerate([*written, ({}, {}, "hold")])
    ]
    *before, last = rules
    gets_there = [
        one
        for one in EVERY
        if can_be(one) and holds(last, one) and not any(rule.then and holds(rule, one) for rule in before)
    ]

    assert bool(gets_there) is bool(reach_of(last, before).boxes)
    assert all(
        any(one["ticket"] == word for one in gets_there) is reach_of(last, before).has({"ticket": {word}})
        for word in DIMENSIONS["ticket"]
    )


@pytest.mark.parametrize(
    ("earlier", "later", "reached"),
    [
        ({"when": {"plan": "gold"}}, {"when": {"plan": "gold", "channel": "email"}}, False),
        ({"when": {"plan": "gold"}}, {"when": {"plan": "Gold"}}, False),
        ({"when": {"plan": "gold"}}, {"when": {"plan": ["gold", "silver"]}}, True),
        ({"when": {"plan": "gold"}}, {}, True),
        ({"when": {"asks": ["closing", "nothing"]}}, {"when": {"asks": "closing"}}, False),
        ({"when": {"asks": "closing"}}, {"when": {"asks": "nothing"}}, True),  # a message may ask for both
        ({"unless": {"plan": "gold"}}, {"when": {"plan": "silver"}}, True),
        ({"unless": {"plan": "gold"}}, {"unless": {"plan": ["gold", "silver"]}}, False),
        ({"unless": {"plan": ["gold", "silver"]}}, {"unless": {"plan": "gold"}}, True),
        ({"when": {"role": ["administrator", "account-holder", "technical-contact", "end-user"]}}, {}, True),
        ({"when": {"in_hours": True}}, {"when": {"in_hours": True}, "unless": {"plan": "gold"}}, False),
        ({"when": {"plan": "gold"}, "then": None, "warning": "w"}, {"when": {"plan": "gold"}}, True),
    ],
)
def test_what_nobody_can_list_is_caught_only_where_as_much_is_asked_for(earlier, later, reached):
    found = reach_of(a_rule(**later), [a_rule(**earlier)])

    assert reached is bool(found.boxes)
    assert reached is not found.because.startswith("rule 'r0' catches")


def test_what_can_never_be_is_made_of_words_that_there_are():
    assert [] == [
        (name, values)
        for one in NEVER
        for name, values in one.box.items()
        if not values or not values < DIMENSIONS[name]
    ]
