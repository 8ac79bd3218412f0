"""Placeholders in a policy's texts: each is filled, and what cannot be filled is not half said."""

from datetime import UTC, date, datetime

import pytest

from builders import ACME, TUESDAY, a_desk, a_ticket, an_inbound
from intake.context import Context
from intake.facts import Facts
from intake.fillings import FILLINGS, day_in_words, filled, mistakes_in_text, said
from intake.policy import preset_text, read_policy
from intake.tickets import Organisation, Person, Role

POLICY = read_policy(preset_text("isymphony"), "isymphony")
PAID = Organisation(1, "Acme", maintenance_until=date(2027, 1, 31), technical_contact_seats=1)
ADA = Person(1, "Ada", ("ada@acme.example",), 1, Role.ADMINISTRATOR)
NAMELESS = Person(2, "", ("root@acme.example",), 1, Role.ADMINISTRATOR)
HAL = Person(3, "Hal", ("hal@acme.example",), 1, Role.ACCOUNT_HOLDER)
TOM = Person(4, "Tom", ("tom@acme.example",), 1, Role.TECHNICAL_CONTACT)
TIM = Person(5, "Tim", ("tim@acme.example",), 1, Role.TECHNICAL_CONTACT)
EVA = Person(6, "Eva", ("eva@acme.example",), 1)
DESK = a_desk(
    portal_url="https://portal.vendor.example",
    phone="+1 200",
    emergency_phone="+1 911",
    escalation_address="escalation@vendor.example",
)


def facts(now=TUESDAY, severity="level-2", **context):
    fields = context.pop("fields", {})
    return Facts(an_inbound(fields=fields), Context(DESK, **context), POLICY, now, True, severity)


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        ("Nothing to fill.", facts(), "Nothing to fill."),
        ("{organisation}", facts(organisation=ACME), "Acme"),
        ("{organisation}", facts(organisation=ACME, ticket=a_ticket(organisation=PAID)), "Acme"),
        ("{organisation}", facts(), "…"),
        ("until {maintenance_until}", facts(organisation=PAID), "until 31 January 2027"),
        ("until {maintenance_until}", facts(organisation=ACME), "until …"),
        ("{administrators}", facts(colleagues=(EVA, ADA, TOM, NAMELESS)), "Ada, root@acme.example"),
        ("{administrators}", facts(colleagues=(EVA, TOM, HAL)), "Hal"),  # the next best
        ("{administrators}", facts(colleagues=(EVA, TOM)), "Tom"),
        ("{administrators}", facts(colleagues=(EVA,)), "your system administrator"),
        ("{seat_holders}", facts(organisation=PAID, colleagues=(TOM, TIM)), "Tom"),
        ("{seat_holders}", facts(colleagues=(TOM,)), "…"),
        ("{ticket}", facts(ticket=a_ticket()), "ISY-1042"),
        ("{ticket}", facts(), "…"),
        ("{version}, {product}", facts(fields={"version": 3.1, "product": "Panel"}), "3.1, Panel"),
        ("{platform}, {database}", facts(fields={"platform": "Amiga"}), "Amiga, …"),
        ("{environment}", facts(fields={"platform": "Amiga", "database": "dBase"}), "Amiga, dBase"),
        ("{environment}", facts(fields={"database": "dBase"}), "dBase"),
        ("{version_ends}", facts(fields={"version": "3.1.2"}), "22 June 2017"),
        ("{version_ends}", facts(fields={"version": "9.9"}), "…"),
        ("{severity}", facts(severity="level-1"), "level-1"),
        ("{portal}", facts(), "https://portal.vendor.example"),
        ("{phone} {emergency_phone}", facts(), "+1 200 +1 911"),
        ("{escalation_address}", facts(), "escalation@vendor.example"),
        ("{renewal}", facts(), POLICY.file.links.renewal),
        ("{knowledge_base}", facts(), POLICY.file.links.knowledge_base),
        ("{feature_requests}", facts(), POLICY.file.links.feature_requests),
        ("{security}", facts(), POLICY.file.links.security),
        ("{status_page}", facts(), "…"),
        # What a customer wrote is not read as a placeholder, nor as a group of the search.
        ("{version}", facts(fields={"version": "{phone} \\1 \\g<0> {x}"}), "{phone} \\1 \\g<0> {x}"),
        ("{not a placeholder} {", facts(), "{not a placeholder} {"),
    ],
)
def test_a_placeholder_is_filled_with_what_is_known_or_with_dots(text, given, words):
    assert words == filled(text, given)


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        ("", facts(), ""),
        ("Always.", facts(), "Always."),
        ("It ends on {version_ends}.", facts(fields={"version": "3.1"}), "It ends on 22 June 2017."),
        ("It ends on {version_ends}.", facts(fields={"version": "9.9"}), ""),
        ("{version} on {platform}", facts(fields={"version": "3.1"}), ""),  # one of two
    ],
)
def test_a_remark_with_a_gap_is_not_said_at_all(text, given, words):
    assert words == said(text, given)


@pytest.mark.parametrize("name", FILLINGS)
def test_every_placeholder_can_be_filled_when_nothing_at_all_is_known(name):
    bare = Facts(an_inbound(sender=None), Context(a_desk()), POLICY, datetime(2026, 1, 1, tzinfo=UTC), False)

    assert isinstance(FILLINGS[name](bare), str)


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("{version} {organisation}", []),
        ("{verison}", ['rule "r".because: no placeholder {verison}; did you mean "version"?']),
        ("{} {Version}", 2),
    ],
)
def test_a_placeholder_that_there_is_not_is_named_with_the_one_that_was_meant(text, mistakes):
    found = mistakes_in_text(text, 'rule "r".because')

    assert mistakes == (found if isinstance(mistakes, list) else len(found))


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2016, 2, 29), "29 February 2016"), (date(2015, 12, 1), "1 December 2015"), (None, "")],
)
def test_a_day_is_said_in_words(day, words):
    assert words == day_in_words(day)
