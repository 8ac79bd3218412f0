"""What the rules add up to on the way: severities with their bounds, team, status, clocks, words."""

import pytest

from builders import TUESDAY, a_desk, an_inbound
from intake.context import Context
from intake.facts import Facts
from intake.policies.written import RuleFile
from intake.policy import preset_text, read_policy
from intake.so_far import SoFar

POLICY = read_policy(preset_text("isymphony"), "isymphony")


def facts(**inbound):
    return Facts(an_inbound(**inbound), Context(a_desk()), POLICY, TUESDAY, True)


def rule(**given):
    return RuleFile(name="r", because="b", **given)


def after(*rules, start=None, by=None):
    so_far = start or SoFar("level-3")
    for one in rules:
        so_far = so_far.after(one, by or facts())
    return so_far


AT_LEAST, AT_MOST = "severity_at_least", "severity_at_most"


@pytest.mark.parametrize(
    ("before", "sets", "severity"),
    [
        ("level-3", [{}], "level-3"),
        ("level-3", [{"severity": "level-1"}], "level-1"),
        ("level-4", [{AT_LEAST: "level-2"}], "level-2"),
        ("level-2", [{AT_LEAST: "level-2"}], "level-2"),
        ("level-1", [{AT_LEAST: "level-2"}], "level-1"),  # a floor lowers nothing
        ("level-1", [{AT_MOST: "level-3"}], "level-3"),
        ("level-4", [{AT_MOST: "level-3"}], "level-4"),  # a ceiling raises nothing
        ("level-1", [{AT_MOST: "level-3"}, {AT_LEAST: "level-2"}], "level-2"),  # the later rule wins
        ("level-1", [{AT_LEAST: "level-2"}, {AT_MOST: "level-3"}], "level-3"),
        ("level-4", [{"severity": "level-1", AT_MOST: "level-2"}], "level-2"),  # bounds come after
        ("level-4", [{AT_LEAST: "level-1", AT_MOST: "level-2"}], "level-2"),
        ("gone", [{AT_MOST: "level-2"}], "gone"),  # a severity that is no more counts as the default
        ("gone", [{AT_LEAST: "level-2"}], "level-2"),
    ],
)
def test_the_severity_goes_on_from_what_the_rules_before_have_set(before, sets, severity):
    assert severity == after(*(rule(set=one) for one in sets), start=SoFar(before)).severity


@pytest.mark.parametrize(
    ("set_by_rule", "severity"),
    [
        ({"severity": "level-4"}, "level-1"),
        ({AT_MOST: "level-3"}, "level-3"),
        ({AT_LEAST: "level-1"}, "level-1"),
    ],
)
def test_an_agents_severity_stands_against_a_rules_but_not_against_its_bounds(set_by_rule, severity):
    logged = facts(channel="phone", severity="level-1")

    assert severity == after(rule(set=set_by_rule), start=SoFar("level-1"), by=logged).severity


def test_the_last_team_and_status_count_and_a_rule_without_any_leaves_them():
    found = after(
        rule(set={"team": "first", "status": "unchanged"}),
        rule(set={"team": "second", "status": "solved"}),
        rule(),
    )

    assert ("second", "solved") == (found.team, found.status)


@pytest.mark.parametrize(
    ("rules", "has_clocks"),
    [
        ([rule()], True),
        ([rule(set={"clocks": "none"})], False),
        ([rule(set={"clocks": "none"}), rule()], False),
    ],
)
def test_clocks_that_a_rule_took_away_do_not_come_back(rules, has_clocks):
    assert has_clocks == after(*rules).has_clocks


@pytest.mark.parametrize(
    ("rules", "escalates"), [([rule()], False), ([rule(escalate=True), rule(escalate=False)], True)]
)
def test_one_rule_that_escalates_is_enough(rules, escalates):
    assert escalates == after(*rules).escalates


def test_everybody_is_told_once_in_the_order_of_the_rules():
    found = after(rule(notify=("managers", "agents")), rule(notify=("agents", "account-manager")))

    assert ("managers", "agents", "account-manager") == found.notify


def test_remarks_and_warnings_add_up_without_repeating_and_without_gaps():
    given = facts(fields={"version": "3.1"})
    found = after(
        rule(remark="It is {version}.", warning="Look."),
        rule(remark="It is 3.1.", warning="Look twice at {platform}."),
        rule(remark="It ends on {version_ends}."),
        by=given,
    )

    assert (("It is 3.1.", "It ends on 22 June 2017."), ("Look.",)) == (found.remarks, found.warnings)


def test_nothing_is_changed_in_place():
    start = SoFar("level-3")
    after(rule(set={"severity": "level-1", "team": "t"}, remark="R"), start=start)

    assert SoFar("level-3") == start
