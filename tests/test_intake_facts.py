"""What a rule may look at: whose day it is, and which product and version a form means."""

from datetime import UTC, date, datetime

import pytest

from builders import a_desk, a_ticket, an_inbound
from intake.context import Context
from intake.facts import Facts
from intake.policy import preset_text, read_policy
from intake.tickets import Organisation

ISYMPHONY = read_policy(preset_text("isymphony"), "isymphony")
INTESYS = read_policy(preset_text("intesys"), "intesys")
WILDIX = read_policy(preset_text("wildix"), "wildix")
ROMAN = Organisation(1, "Roman", calendar="cet")
AMERICAN = Organisation(2, "American", calendar="est")
TOKYO = Organisation(3, "Tokyo", calendar="est", timezone="Asia/Tokyo")
LATE = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # 1 April in Rome, 31 March in New York
FOURTH = date(2026, 4, 1)
EVE_OF_IT = date(2026, 3, 31)


def facts(policy=WILDIX, now=LATE, fields=None, **context):
    return Facts(an_inbound(fields=fields or {}), Context(a_desk(), **context), policy, now, True)


@pytest.mark.parametrize(
    ("context", "today", "there"),
    [
        ({}, FOURTH, FOURTH),  # the policy's own calendar
        ({"organisation": ROMAN}, FOURTH, FOURTH),
        ({"organisation": AMERICAN}, EVE_OF_IT, EVE_OF_IT),
        ({"organisation": TOKYO}, EVE_OF_IT, FOURTH),  # its maintenance ends by its own clock
        ({"organisation": ROMAN, "ticket": a_ticket(organisation=AMERICAN)}, EVE_OF_IT, EVE_OF_IT),
    ],
)
def test_the_day_is_that_of_whose_ticket_it_is(context, today, there):
    given = facts(**context)

    assert (today, there) == (given.today, given.today_there)


@pytest.mark.parametrize(
    ("policy", "fields", "name"),
    [
        (ISYMPHONY, {}, "iSymphony"),  # the only one whose versions are known
        (ISYMPHONY, {"product": "Something else"}, "iSymphony"),
        (INTESYS, {"product": INTESYS.file.product[0].name.upper()}, INTESYS.file.product[0].name),
        (INTESYS, {"product": "Something else"}, None),
        (INTESYS, {"product": "vps"}, "VPS Cloud Servers"),
        (WILDIX, {"product": "PBX-1"}, None),
    ],
)
def test_the_product_is_the_one_named_or_the_only_one_with_versions(policy, fields, name):
    product = facts(policy, fields=fields).product

    assert name == (product and product.name)


@pytest.mark.parametrize(
    ("version", "state"), [("3.1.2", "supported"), (3.0, "ended"), (None, "unknown"), ([], "unknown")]
)
def test_a_version_of_any_type_is_read_from_the_form_only(version, state):
    given = facts(ISYMPHONY, datetime(2016, 3, 8, tzinfo=UTC), {"version": version, "message": "2.7 BETA"})

    assert state == given.version.state
