"""A new ticket's words: what the acknowledgement still asks for, and what agents are warned of (Wildix)."""

from datetime import UTC, datetime

import pytest

from builders import ACME, ANA, EVE, a_desk, an_inbound
from intake.context import Context
from intake.decisions import OpenTicket
from intake.messages import Address, Assurance
from intake.policy import preset_text, read_policy
from intake.router import route

POLICY = read_policy(preset_text("wildix"), "wildix")
BY_DAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Rome
AT_NIGHT = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
LINE = "+39 0461 000000"
COMPLETE = {"type": "technical", "product": "PBX-1"}
WANTED = {
    **dict.fromkeys(("wms_version", "firmware", "remote_address", "diagnostics"), "x"),
    **dict.fromkeys(("traces", "users_involved", "call_time"), "x"),
}


def decided(now=BY_DAY, channel="portal", fields=COMPLETE, assurance=Assurance.SIGNED_IN, **inbound):
    given = {"subject": "S", "text": "T", "reply": "T"} | inbound
    context = Context(a_desk(emergency_phone=LINE), assurance, person=ANA, organisation=ACME)
    return route(an_inbound(channel=channel, fields=fields, **given), context, POLICY, now)


def told(decision, notice, name):
    return next(one.facts[name] for one in decision.notices if one.name == notice)


@pytest.mark.parametrize(("now", "line"), [(BY_DAY, ""), (AT_NIGHT, LINE)])
@pytest.mark.parametrize("channel", ["portal", "telegram", "api", "phone"])
def test_outside_support_hours_every_acknowledgement_names_the_line_for_the_worst(channel, now, line):
    assert line == told(decided(now, channel), "acknowledgement", "phone")


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        (COMPLETE | WANTED, ["files that show it"]),
        (
            COMPLETE | WANTED | {"firmware": " "},
            ["firmware version of the devices that the ticket is about", "files that show it"],
        ),
        (
            COMPLETE | WANTED | {"firmware": None, "traces": "\x00"},
            ["firmware version of the devices that the ticket is about", "traces", "files that show it"],
        ),
    ],
)
def test_the_acknowledgement_asks_for_what_is_wanted_and_missing(fields, asked):
    assert asked == told(decided(fields=fields), "acknowledgement", "missing")


@pytest.mark.parametrize(
    ("now", "channel", "severity", "is_told"),
    [
        (AT_NIGHT, "phone", "standard", True),
        (AT_NIGHT, "phone", "", True),
        (AT_NIGHT, "phone", "critical", False),  # that is what the line is for
        (BY_DAY, "phone", "standard", False),
        (AT_NIGHT, "portal", "standard", False),  # nobody called
    ],
)
def test_the_agent_hears_that_a_call_out_of_hours_was_not_critical(now, channel, severity, is_told):
    warnings = told(decided(now, channel, COMPLETE | {"severity": severity}), "agent-new", "warnings")

    assert is_told == any("outside business hours" in one for one in warnings)


@pytest.mark.parametrize(
    ("text", "kinds"), [("Login: admin, password: hunter2!x", ("password",)), ("The password is lost.", ())]
)
def test_agents_are_told_what_kind_of_secret_a_message_holds(text, kinds):
    assert kinds == tuple(told(decided(text=text), "agent-new", "secrets"))


def test_what_a_call_lacks_is_told_to_the_agent_and_stops_nothing():
    decision = decided(channel="phone", fields={})

    assert [
        "type: technical or non-technical",
        "PBX name or product (serial number, product name or PBX name)",
    ] == told(decision, "agent-new", "missing")


@pytest.mark.parametrize(
    ("fields", "team", "product", "release"),
    [
        (COMPLETE | {"team": "vip", "version": 3.1}, "", "PBX-1", "3.1"),
        ({"type": "technical", "product": ["a", 1]}, "", "['a', 1]", ""),
    ],
)
def test_a_ticket_takes_product_and_version_from_the_form_and_no_team(fields, team, product, release):
    ticket = next(one for one in decided(fields=fields).changes if isinstance(one, OpenTicket))

    assert (team, product, release) == (ticket.team, ticket.product, ticket.release)


def test_a_ticket_without_a_subject_is_called_so():
    ticket = next(
        one for one in decided(channel="phone", subject="  ").changes if isinstance(one, OpenTicket)
    )

    assert "(no subject)" == ticket.subject


def test_whoever_is_not_recorded_yet_is_the_requester_by_their_address():
    inbound = an_inbound(channel="phone", sender="nia@acme.example", text="T", fields=COMPLETE)
    decision = route(inbound, Context(a_desk(), Assurance.SIGNED_IN), POLICY, BY_DAY)
    ticket = next(one for one in decision.changes if isinstance(one, OpenTicket))

    assert Address("", "nia@acme.example") == ticket.requester


def test_a_call_from_nobody_is_held():
    inbound = an_inbound(channel="phone", sender=None, text="T", fields=COMPLETE)
    decision = route(inbound, Context(a_desk(), Assurance.SIGNED_IN), POLICY, BY_DAY)

    assert "hold" == decision.fate


def test_a_known_stranger_is_the_requester_by_their_record():
    inbound = an_inbound(channel="phone", sender="eve@evil.example", text="T", fields=COMPLETE)
    decision = route(inbound, Context(a_desk(), Assurance.SIGNED_IN, person=EVE), POLICY, BY_DAY)
    ticket = next(one for one in decision.changes if isinstance(one, OpenTicket))

    assert EVE == ticket.requester
