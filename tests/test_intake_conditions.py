"""The words of `when`: each condition by itself."""

from datetime import UTC, datetime

import pytest

from builders import ACME, ANA, TUESDAY, a_desk, a_ticket, an_inbound
from intake.conditions import CONDITIONS, Facts
from intake.context import Context
from intake.messages import Assurance, Attachment
from intake.tickets import Agent, Organisation, Status

FILE = Attachment("a.txt", "text/plain", 1, "", inline=False)
SAM = Agent(1, "Sam", "sam@vendor.example")


def facts(inbound=None, *, is_in_hours=True, **context):
    return Facts(inbound or an_inbound(), Context(a_desk(), **context), TUESDAY, is_in_hours)


@pytest.mark.parametrize(
    ("name", "wanted", "given", "holds"),
    [
        ("channel", "email", facts(), True),
        ("channel", ["portal", "email"], facts(), True),
        ("channel", "portal", facts(), False),
        ("ticket", "none", facts(), True),
        ("ticket", "any", facts(), False),
        ("ticket", "any", facts(ticket=a_ticket()), True),
        ("ticket", "open", facts(ticket=a_ticket()), True),
        ("ticket", ["solved", "closed"], facts(ticket=a_ticket(status=Status.CLOSED)), True),
        ("sender", "unknown", facts(), True),
        ("sender", "known", facts(person=ANA), True),
        ("sender", "agent", facts(person=ANA, agent=SAM), True),
        ("role", "technical-contact", facts(person=ANA), True),
        ("role", "administrator", facts(), False),
        ("assurance", ["token", "aligned"], facts(assurance=Assurance.ALIGNED), True),
        ("organisation", "active", facts(organisation=ACME), True),
        ("organisation", "inactive", facts(organisation=Organisation(2, "X", active=False)), True),
        ("organisation", "unknown", facts(), True),
        ("plan", "gold", facts(organisation=Organisation(2, "X", plan="gold")), True),
        ("severity", "standard", facts(ticket=a_ticket()), True),
        ("type", "technical", facts(an_inbound(fields={"type": "technical"})), True),
        ("product", "VPS", facts(an_inbound(fields={"product": "VPS"})), True),
        ("subject_has", ["urgent", "down"], facts(an_inbound(subject="All DOWN")), True),
        ("subject_has", "down", facts(an_inbound(subject="All up", reply="down")), False),
        ("text_has", "escalate", facts(an_inbound(reply="Please Escalate")), True),
        ("text_has", "escalate", facts(an_inbound(reply="a\nb\nc\nescalate")), False),
        ("attachments", True, facts(an_inbound(attachments=(FILE,))), True),
        ("attachments", False, facts(an_inbound(attachments=(FILE,))), False),
        ("in_hours", True, facts(is_in_hours=False), False),
        ("in_hours", False, facts(is_in_hours=False), True),
    ],
)
def test_a_condition_holds_when_what_it_asks_for_is_so(name, wanted, given, holds):
    assert holds is CONDITIONS[name].holds(wanted, given)


def test_every_condition_can_say_what_it_saw():
    given = facts(an_inbound(received_at=datetime(2026, 1, 1, tzinfo=UTC)))

    assert all(isinstance(one.saw(given), str) for one in CONDITIONS.values())
