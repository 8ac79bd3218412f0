"""The words of `when`: each condition by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest

from builders import ACME, ANA, EVE, TUESDAY, a_desk, a_ticket, an_inbound
from intake.conditions import CONDITIONS
from intake.context import Context
from intake.facts import Facts
from intake.messages import Address, Assurance, Attachment
from intake.opening import severity_asked
from intake.policies.form import filled_in
from intake.policy import preset_text, read_policy
from intake.tickets import Agent, Clock, ClockKind, Organisation, Person, Role, Status

FILE = Attachment("a.txt", "text/plain", 1, "", inline=False)
SAM = Agent(1, "Sam", "sam@vendor.example")
BOB = Person(8, "Bob", ("bob@acme.example",), 1, Role.TECHNICAL_CONTACT, seat=1)
HOUR = timedelta(hours=1)
ESCALATION = Address("", "escalation@vendor.example")
POLICY = read_policy(preset_text("isymphony"), "isymphony")


def facts(inbound=None, *, is_in_hours=True, **context):
    inbound, ticket = inbound or an_inbound(), context.get("ticket")
    severity = ticket.severity if ticket else severity_asked(inbound, POLICY)
    given = Context(a_desk(escalation_address="escalation@vendor.example"), **context)
    return Facts(inbound, given, POLICY, TUESDAY, is_in_hours, severity)


def filled(**fields):
    return an_inbound(fields=filled_in(fields, POLICY.file))


def ended(**changes):
    return Organisation(1, "Acme", **changes)


def clocked(**clock):
    return a_ticket(clocks=(Clock(1, ClockKind.RESOLUTION, "4h", TUESDAY, **clock),))


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
        ("severity", "level-1", facts(filled(severity="Level 1")), True),
        ("severity", "level-4", facts(), True),
        ("plan", "Business", facts(organisation=Organisation(2, "X", plan="business")), True),
        ("kind", "bug-report", facts(filled(kind="Bug Report")), True),
        ("production", "no", facts(filled(production="Nein")), True),
        ("production", "yes", facts(filled(production=True)), True),
        ("production", "unknown", facts(filled(production="perhaps")), True),
        ("version", "pre-release", facts(filled(version="beta2")), True),
        ("version", "ended", facts(filled(version="2.1")), True),
        ("version", "supported", facts(filled(version="3.10.0")), True),
        ("version", "unknown", facts(an_inbound(reply="we run 3.2 beta")), True),
        ("patched", "yes", facts(filled(version="3.1.4")), True),
        ("patched", "no", facts(filled(version="2.8.1")), True),
        ("patched", "unknown", facts(), True),
        ("platform", "unsupported", facts(filled(version="3.1", platform="Windows 95")), True),
        ("platform", "supported", facts(filled(version="3.1", platform="CentOS 6.4")), True),
        ("platform", "unsupported", facts(filled(version="3.1", platform="CentOS", database="Oracle")), True),
        ("platform", "unknown", facts(filled(platform="CentOS")), True),
        ("maintenance", "active", facts(organisation=ended(maintenance_until=date(2026, 3, 10))), True),
        ("maintenance", "ended", facts(organisation=ended(maintenance_until=date(2026, 3, 9))), True),
        ("maintenance", "active", facts(organisation=ended()), True),
        ("maintenance", "unknown", facts(), True),
        ("seat", "held", facts(person=ANA, organisation=ACME, colleagues=(ANA,)), True),
        ("seat", "beyond", facts(person=ANA, organisation=ACME, colleagues=(BOB, ANA)), True),
        ("seat", "none", facts(person=EVE, organisation=ACME, colleagues=(BOB, EVE)), True),
        ("team", "security", facts(ticket=a_ticket(team="security")), True),
        ("breached", True, facts(ticket=clocked(due_at=TUESDAY)), True),
        ("breached", False, facts(ticket=clocked(due_at=TUESDAY + HOUR)), True),
        ("breached", True, facts(ticket=clocked(due_at=TUESDAY, breached_at=TUESDAY, met_at=TUESDAY)), True),
        ("breached", False, facts(ticket=clocked(due_at=TUESDAY - HOUR, met_at=TUESDAY - HOUR)), True),
        ("grace", "within", facts(ticket=a_ticket(status=Status.SOLVED, solved_at=TUESDAY - HOUR)), True),
        ("grace", "over", facts(ticket=a_ticket(solved_at=TUESDAY - 14 * 24 * HOUR)), True),
        ("grace", "none", facts(ticket=a_ticket()), True),
        ("written_to", "desk", facts(), True),
        ("written_to", "escalation", facts(an_inbound(to=(ESCALATION,))), True),
        ("asks", "escalation", facts(an_inbound(reply="Please escalate this.")), True),
        ("asks", "escalation", facts(an_inbound(to=(ESCALATION,), reply="Still nothing.")), True),
        ("asks", "escalation", facts(an_inbound(reply="Please do not escalate this.")), False),
        ("asks", "escalation", facts(an_inbound(subject="Re: Please escalate", reply="It works.")), False),
        ("asks", "urgency", facts(an_inbound(subject="The server is down", reply="Help.")), True),
        ("asks", "urgency", facts(an_inbound(subject="A question", reply="How?")), False),
        ("asks", ["closing", "nothing"], facts(an_inbound(reply="Thanks!")), True),
        ("asks", "nothing", facts(an_inbound(reply="Thanks!", attachments=(FILE,))), False),
        ("asks", "closing", facts(an_inbound(reply="Please close this ticket.")), True),
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
