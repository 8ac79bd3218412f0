"""The form of a new ticket: what a field may hold, and what counts as missing."""

import pytest

from builders import a_ticket, an_inbound
from intake.messages import Attachment
from intake.policies.form import LONGEST, asked_as, filled_in, missing_fields, missing_on
from intake.policies.written import FieldFile, FormFile
from intake.policy import preset_text, read_policy

ISYMPHONY = read_policy(preset_text("isymphony"), "isymphony").file
INTESYS = read_policy(preset_text("intesys"), "intesys").file
FILE = Attachment("a.txt", "text/plain", 1, "", inline=False)
ENORMOUS = 10**400


@pytest.mark.parametrize(
    ("field", "given", "read"),
    [
        ("kind", "security", "security"),
        ("kind", " Feature Request ", "feature-request"),
        ("kind", "BUG", "bug-report"),
        ("kind", "customization", "customisation"),
        ("kind", "party", None),  # none of the choices: not given
        ("kind", ["bug", "quote"], None),
        ("kind", {"is": "quote"}, None),
        ("kind", True, None),
        ("kind", 1, None),
        ("severity", "Level 1", "level-1"),
        ("severity", "LEVEL-2", "level-2"),
        ("severity", "Ｌｅｖｅｌ３", None),
        ("severity", "ｌｅｖｅｌ　３", "level-3"),
        ("severity", "3", "level-3"),
        ("severity", 4, "level-4"),
        ("severity", 0, None),
        ("severity", True, None),
        ("severity", ENORMOUS, None),
        ("severity", "p1", None),
        ("production", True, True),
        ("production", False, False),
        ("production", 1, True),
        ("production", 0, False),
        ("production", "Yes", True),
        ("production", "no.", False),
        ("production", "NO!", False),
        ("production", "ｎｏ", False),
        ("production", "nein", False),
        ("production", "na\u0303o", False),  # in two code points
        ("production", "maybe", None),
        ("production", "no idea", None),
        ("production", [], None),
        ("version", "3.1.2", "3.1.2"),
        ("version", 3.1, "3.1"),
        ("version", 3, "3"),
        ("version", "\x00", None),
        ("version", "3.1\x00.2", "3.1.2"),
        ("version", "9" * 9000, "9" * LONGEST),
        ("platform", "  CentOS 6  ", "CentOS 6"),
        ("platform", "   ", None),
        ("platform", None, None),
        ("platform", "\ud800", "?"),  # a lone surrogate
        ("unheard_of", " x ", "x"),
        ("unheard_of", 7, 7),
        ("unheard_of", False, False),
        ("unheard_of", [1], "[1]"),
    ],
)
def test_a_field_holds_what_its_kind_makes_of_it_or_nothing(field, given, read):
    assert read == filled_in({field: given}, ISYMPHONY).get(field)


def test_a_product_is_called_by_the_policys_name_for_it():
    name = INTESYS.product[0].name

    assert name == filled_in({"product": f" {name.upper()} "}, INTESYS)["product"]


def test_a_product_that_the_policy_does_not_know_stays_as_it_was_typed():
    assert "Cellar box" == filled_in({"product": "Cellar box"}, INTESYS)["product"]


@pytest.mark.parametrize(
    ("inbound", "missing"),
    [
        (an_inbound(), ("subject", "message", "type", "attachments")),
        (an_inbound(subject="S", text="T"), ("type", "attachments")),
        (an_inbound(subject=" ", text="\n"), ("subject", "message", "type", "attachments")),
        (an_inbound(subject="\x00", text="T"), ("subject", "type", "attachments")),
        (an_inbound(subject="S", text="T", fields={"type": ""}), ("type", "attachments")),
        (an_inbound(subject="S", text="T", fields={"type": None}), ("type", "attachments")),
        (an_inbound(subject="S", text="T", fields={"type": False}), ("attachments",)),  # an answer
        (an_inbound(subject="S", text="T", fields={"type": 0}, attachments=(FILE,)), ()),
    ],
)
def test_a_field_is_missing_when_nothing_is_said(inbound, missing):
    assert missing == missing_fields(inbound, ("subject", "message", "type", "attachments"))


@pytest.mark.parametrize(
    ("changes", "text", "missing"),
    [
        ({}, "It is down.", ("severity", "product")),
        ({}, " ", ("message", "severity", "product")),
        ({"fields": {"product": "mail hosting"}}, "It is down.", ("severity",)),
        ({"severity": "p2"}, "It is down.", ("product",)),  # somebody has set it
        ({"channel": "phone"}, "It is down.", ("product",)),  # whoever wrote the call down has chosen
    ],
)
def test_what_nobody_has_told_yet_of_a_ticket_is_what_its_form_requires(changes, text, missing):
    ticket = a_ticket(**({"severity": "p4", "channel": "email"} | changes))

    assert missing == missing_on(ticket, text, 0, INTESYS)


@pytest.mark.parametrize(
    ("name", "words"), [("kind", "kind of request"), ("call_time", "call time"), ("odd", "odd")]
)
def test_a_field_is_asked_for_in_words(name, words):
    form = FormFile(fields={"kind": FieldFile(asks="kind of request"), "odd": FieldFile()})

    assert words == asked_as(name, form)
