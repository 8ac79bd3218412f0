"""What the iSymphony preset says besides: to the customer in the acknowledgement, to agents as a warning.

A scenario shows what became of a message; these rows hold the words that go with it (I2, I6, I10 to I13)
and which kinds of request have no clock.
"""

from datetime import UTC, datetime

import pytest

from builders import a_desk, an_inbound
from intake.context import Context
from intake.decisions import OpenTicket
from intake.messages import Assurance
from intake.policy import preset_text, read_policy
from intake.router import route
from intake.tickets import ClockKind, Organisation, Person, Role

POLICY = read_policy(preset_text("isymphony"), "isymphony")
ACME = Organisation(1, "Acme")
ADA = Person(7, "Ada", ("ada@acme.example",), 1, Role.ADMINISTRATOR)
IN_2014 = datetime(2014, 3, 11, 15, 0, tzinfo=UTC)  # every listed version is supported
IN_2016 = datetime(2016, 3, 8, 15, 0, tzinfo=UTC)


def decided(fields, now=IN_2016):
    inbound = an_inbound(channel="portal", subject="S", text="T", fields=fields)
    context = Context(a_desk(), Assurance.SIGNED_IN, person=ADA, organisation=ACME)
    return route(inbound, context, POLICY, now)


def told(decision, notice, name):
    return next(one.facts[name] for one in decision.notices if one.name == notice)


@pytest.mark.parametrize(
    ("fields", "now", "words"),
    [
        ({"version": "3.1.2"}, IN_2016, "Support of version 3.1.2 ends on 22 June 2017."),
        ({"version": "3.0"}, IN_2014, "Support of version 3.0 ends on 17 August 2015."),
        ({"version": "2.8.3"}, IN_2014, "Support of version 2.8.3 ends on 14 May 2015."),
        ({"version": "3.10.0"}, IN_2016, None),  # newer than the table: no date to tell
        ({}, IN_2016, None),
        ({"severity": "level-1", "production": "no"}, IN_2016, "so it was opened as level 3"),
        ({"severity": "level-3", "production": "no"}, IN_2016, None),
        ({"kind": "security", "severity": "level-1", "production": "no"}, IN_2016, "opened as level 2"),
        ({"kind": "security"}, IN_2016, POLICY.file.links.security),
        ({"kind": "feature-request"}, IN_2016, POLICY.file.links.feature_requests),
        ({"kind": "deployment-planning"}, IN_2016, "done by another department"),
    ],
)
def test_the_acknowledgement_says_what_the_policy_makes_of_the_form(fields, now, words):
    remarks = told(decided(fields, now), "acknowledgement", "remarks")

    assert (words is not None) == any((words or "") in one for one in remarks)


def test_a_security_issue_outside_production_is_not_said_to_be_level_3():
    decision = decided({"kind": "security", "severity": "level-1", "production": False})

    assert "level 3" not in " ".join(told(decision, "acknowledgement", "remarks"))


@pytest.mark.parametrize(
    ("fields", "now", "customer", "agents"),
    [
        # "Critical" are levels 1 and 2 (support response SLAs), whatever the version.
        ({"severity": "level-1", "version": "3.1"}, IN_2016, "may be patched", "Eligible"),
        ({"severity": "level-2", "version": "3.1"}, IN_2016, "may be patched", "Eligible"),
        ({"severity": "level-3", "version": "3.1"}, IN_2016, "Only critical bugs", "not critical"),
        ({"severity": "level-4", "version": "3.1"}, IN_2016, "Only critical bugs", "not critical"),
        ({"severity": "level-1", "version": "3.2"}, IN_2016, "may be patched", "Eligible"),
        ({"severity": "level-1", "version": "3.0"}, IN_2014, "may be patched", "Eligible"),
        ({"severity": "level-1", "version": "2.8"}, IN_2014, "one earlier version only", "neither"),
        ({"severity": "level-1"}, IN_2016, "tell us which one", "No version"),
        # Outside production it is level 3, and so not critical.
        (
            {"severity": "level-1", "version": "3.1", "production": False},
            IN_2016,
            "Only critical",
            "not critical",
        ),
    ],
)
def test_a_bug_report_says_to_both_sides_whether_it_may_be_patched(fields, now, customer, agents):
    decision = decided({"kind": "bug report", **fields}, now)
    remarks = " ".join(told(decision, "acknowledgement", "remarks"))
    warnings = " ".join(told(decision, "agent-new", "warnings"))

    assert (True, True) == (customer in remarks, agents in warnings)


@pytest.mark.parametrize(
    ("fields", "is_marked"),
    [
        ({"version": "3.1", "platform": "CentOS 6.4", "database": "MySQL 5"}, False),
        ({"version": "3.1", "platform": "Windows 98"}, True),
        ({"version": "3.1", "platform": "CentOS 6", "database": "dBase"}, True),  # one of both is enough
        ({"version": "3.0", "platform": "Ubuntu 12"}, True),  # platforms are specific to the version
        ({"version": "3.1", "platform": "Ubuntu 12"}, False),
        ({"version": "3.9", "platform": "Windows 98"}, False),  # nothing is said of that version
        ({"platform": "Windows 98"}, False),
        ({"version": "3.1"}, False),
    ],
)
def test_an_unsupported_platform_is_marked_for_the_agent(fields, is_marked):
    now = IN_2014 if fields.get("version") == "3.0" else IN_2016
    warnings = told(decided(fields, now), "agent-new", "warnings")

    assert is_marked == any("is not among those supported" in one for one in warnings)


@pytest.mark.parametrize(
    ("kind", "clocks"),
    [
        ("feature request", ()),
        ("quote", ()),
        ("incident", (ClockKind.FIRST_RESPONSE,)),
        ("security", (ClockKind.FIRST_RESPONSE,)),
        ("deployment-planning", (ClockKind.FIRST_RESPONSE,)),
        ("", (ClockKind.FIRST_RESPONSE,)),
    ],
)
def test_features_and_quotes_have_no_clock(kind, clocks):
    ticket = next(one for one in decided({"kind": kind}).changes if isinstance(one, OpenTicket))

    assert clocks == tuple(one.kind for one in ticket.clocks)
