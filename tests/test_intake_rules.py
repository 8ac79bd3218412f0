"""The rules of every preset against any message: what holds whatever is said, by whomever, on any channel."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from any_messages import (
    AGENTS,
    CHOSEN,
    NOW,
    NUMBERS,
    ON_IT,
    a_person,
    before,
    follow_ups,
    good,
    inbound_of,
    messages,
    proves_nothing,
    received,
    report,
    world,
)
from intake.conditions import CONDITIONS
from intake.context import Context
from intake.decisions import Fate, is_for_customers
from intake.evidence import clues_in
from intake.facts import Facts
from intake.handle import Letter, explain
from intake.lookup import context_for
from intake.messages import (
    Address,
    Assurance,
    Inbound,
)
from intake.policy import preset_names
from intake.rules import by_policy

pytestmark = pytest.mark.slow

any_preset = pytest.mark.parametrize("preset", preset_names())
many = settings(max_examples=25)


@any_preset
@many
@given(messages)
def test_any_message_gets_a_fate_and_none_is_left_undecided(preset, message):
    outcome = received(preset, inbound_of(message))

    assert outcome.receipt.fate in set(Fate)
    assert outcome.receipt.rule not in ("undecided", "no-rule", "")
    assert outcome.receipt.because


@any_preset
@many
@given(messages)
def test_only_what_is_taken_adds_anything(preset, message):
    outcome = received(preset, inbound_of(message))

    assert (outcome.receipt.fate is Fate.OPEN) == (outcome.next_ticket is not None)
    if outcome.receipt.fate is not Fate.APPEND:
        assert before(preset) == outcome.tickets


@any_preset
@many
@given(follow_ups)
def test_nobody_changes_a_ticket_of_others_and_nobody_unproven_any(preset, message):
    inbound = inbound_of(message)
    outcome = received(preset, inbound)
    changed = [n for n, was, now in zip(NUMBERS, before(preset), outcome.tickets, strict=True) if was != now]
    sender = inbound.sender.address if inbound.sender else ""

    assert not changed or not proves_nothing(inbound)
    assert all(sender.lower() in ON_IT[number] | AGENTS for number in changed)


@any_preset
@many
@given(messages)
def test_only_fields_that_the_form_requires_are_missing_and_then_nothing_opens(preset, message):
    _, setup = world(preset)
    outcome = received(preset, inbound_of(message))

    assert set(setup.policy.file.form.required) >= set(outcome.receipt.missing)
    assert bool(outcome.receipt.missing) == (outcome.receipt.rule == "form-incomplete")
    assert not outcome.receipt.missing or outcome.receipt.fate is Fate.REFUSE


@any_preset
@many
@given(
    messages,
    st.dictionaries(st.sampled_from(tuple(good)), st.sampled_from(("", None, " ", "\x00")), max_size=2),
)
def test_what_opens_on_a_page_has_every_field_that_the_form_requires(preset, message, emptied):
    _, setup = world(preset)
    form = setup.policy.file.form
    page = {
        "channel": "portal",
        "sender": "ana@acme.example",
        "assurance": Assurance.SIGNED_IN,
        "severity": "",  # which an agent sets who logs a call, and nobody on a page
        "ticket_number": 0,
    }
    inbound = inbound_of(message | a_person | page | {"fields": good | emptied})
    outcome = received(preset, inbound)
    given = {**inbound.fields, "subject": inbound.subject, "message": inbound.text}
    empty = {name for name in form.required if not str(given.get(name) or "").strip(" \n\x00")}

    assert "portal" in form.required_on
    assert outcome.receipt.fate is not Fate.OPEN or empty == set()


@any_preset
@many
@given(messages, st.sampled_from(("automatic", "bulk", "report")))
def test_a_machine_is_never_answered_and_no_customer_hears_of_it(preset, message, mark):
    machine = message | {mark: report if mark == "report" else "a mark"}
    outcome = received(preset, inbound_of(machine))

    assert outcome.receipt.fate in (Fate.IGNORE, Fate.BOUNCE)
    assert [] == [one.notice for one in outcome.promised if is_for_customers(one.notice)]


@any_preset
@many
@given(messages)
def test_no_customer_reads_what_an_unproven_mail_says(preset, message):
    words = {name: f"{CHOSEN} {message[name]} {CHOSEN}" for name in ("subject", "text")}
    form = {"fields": {"product": CHOSEN, "kind": CHOSEN, "version": CHOSEN}}
    inbound = inbound_of(message | words | form | {"channel": "email", "assurance": Assurance.NONE})
    inbound = replace(inbound, sender=inbound.sender and Address(CHOSEN, inbound.sender.address))
    outcome = received(preset, inbound)
    read = [one for one in outcome.promised if is_for_customers(one.notice)]

    assert [] == [one.notice for one in read if CHOSEN in str(one)]


@any_preset
@many
@given(messages)
def test_the_policy_by_itself_says_what_each_rule_saw(preset, message):
    store, setup = world(preset)
    inbound = inbound_of(message)
    clues = clues_in(inbound, setup.addresses, setup.policy.pattern, NOW)
    with store.begin() as work:
        context = context_for(work, inbound, clues, setup)
    decision = by_policy(inbound, context, setup.policy, NOW)
    tried = [step.name.removeprefix("rule ") for step in decision.trace]

    assert [rule.name for rule in setup.policy.rules][: len(tried)] == tried
    assert all(step.saw for step in decision.trace)
    assert decision == by_policy(inbound, context, setup.policy, NOW)


@any_preset
@many
@given(messages)
def test_to_explain_a_message_is_to_say_what_becomes_of_it(preset, message):
    store, setup = world(preset)
    inbound = inbound_of(message)
    outcome = received(preset, inbound)
    decision = explain(Letter(None, inbound), store, setup, NOW)

    assert (decision.fate, decision.rule, decision.missing) == (
        outcome.receipt.fate,
        outcome.receipt.rule,
        outcome.receipt.missing,
    )


def a_mail(**message) -> Inbound:
    plain = {"sender": "ana@acme.example", "subject": "Help", "text": "How?", "assurance": Assurance.ALIGNED}
    return inbound_of(plain | message)


PHONE, PORTAL = "+1 555 0100", "https://portal.vendor.example"


@pytest.mark.parametrize(
    ("now", "message", "named"),
    [
        ("2026-03-10T17:59:59-03:00", {"text": "The server is down."}, {PHONE, PORTAL}),
        ("2026-03-10T18:00:00-03:00", {"text": "The server is down."}, {PORTAL}),
        ("2026-03-14T12:00:00-03:00", {"subject": "P1"}, {PORTAL}),  # a Saturday
        ("2026-04-21T12:00:00-03:00", {"subject": "P1"}, {PORTAL}),  # Tiradentes, a Tuesday
        ("2026-03-10T12:00:00-03:00", {"subject": "P1", "assurance": Assurance.NONE}, {PHONE, PORTAL}),
        ("2026-03-10T12:00:00-03:00", {}, set()),
    ],
)
def test_urgent_mail_is_told_of_the_portal_and_in_business_hours_of_the_phone(now, message, named):
    outcome = received("intesys", a_mail(**message), datetime.fromisoformat(now))
    answer = next(one.body for one in outcome.promised if one.recipient.address == "ana@acme.example")

    assert named == {one for one in (PHONE, PORTAL) if one in answer}


def test_agents_hear_at_once_that_a_mail_is_urgent():
    outcome = received("intesys", a_mail(subject="Servidor fora do ar"))
    told = next(one.body for one in outcome.promised if one.recipient.address == "agents@vendor.example")

    assert "URGENT" in told


def test_the_confirmation_of_an_escalation_names_the_phone_and_the_reference():
    outcome = received("intesys", a_mail(in_reply_to="r2@vendor.example", text="Please escalate."))
    answer = next(one.body for one in outcome.promised if one.recipient.address == "ana@acme.example")

    assert {PHONE, "INT-1002"} == {one for one in (PHONE, "INT-1002") if one in answer}


@any_preset
def test_a_secret_in_what_a_follow_up_quotes_is_warned_of(preset):
    quoting = a_mail(in_reply_to="r1@vendor.example", text="Any news?\n\n> password: Hunter2-2026!")
    outcome = received(preset, replace(quoting, reply="Any news?"))
    told = next(one.body for one in outcome.promised if one.recipient.address == "agents@vendor.example")

    assert "seems to hold a secret" in told
    assert "Hunter2" not in "".join(one.body for one in outcome.promised if is_for_customers(one.notice))


def test_a_wish_is_looked_for_only_when_a_rule_asks_for_it():
    _, setup = world("intesys")
    facts = Facts(
        a_mail(subject="P1, please escalate"), Context(setup.desk), setup.policy, NOW, is_in_hours=True
    )
    holds, saw = (CONDITIONS["asks"].holds("escalation", facts), CONDITIONS["asks"].saw(facts))

    assert (True, 'escalation ("please escalate")') == (holds, saw)
    assert {"escalation"} == set(facts.wishes)
