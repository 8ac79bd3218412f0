"""Urgent, high, normal and low mean a severity of any policy, by its rank."""

import pytest

from bots.slack.asks.filters import severity_named
from intake.policy import preset_text, read_policy
from slack_world import POLICY

TWO = read_policy(POLICY, "policy")  # urgent, and standard, which is the default
FOUR = read_policy(preset_text("intesys"), "intesys")  # p1 to p4, which is the default


@pytest.mark.parametrize(
    ("policy", "word", "severity"),
    [
        (FOUR, "urgent", "p1"),
        (FOUR, "high", "p2"),
        (FOUR, "normal", "p4"),
        (FOUR, "low", "p4"),
        (FOUR, " P2 ", "p2"),
        (FOUR, "standard", ""),
        (FOUR, "", ""),
        (TWO, "URGENT", "urgent"),  # it has that name
        (TWO, "high", "standard"),
        (TWO, "normal", "standard"),
        (TWO, "low", "standard"),
    ],
)
def test_a_severity_is_meant_by_its_name_or_its_rank(policy, word, severity):
    assert severity == severity_named(policy, word)
