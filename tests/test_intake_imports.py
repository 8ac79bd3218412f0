"""What becomes of old mail: threads, who may see what, and that nothing is promised."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from builders import ACME, ANA, EVE, a_desk, a_ticket, an_inbound
from intake.decisions import AddParticipant, Evidence, MatchedBy, OpenTicket, SetStatus
from intake.imports import Found, Past, direction_of, imported, unreadable
from intake.messages import Address, Assurance, Direction, Report, ReportedRecipient
from intake.policy import preset_text, read_policy
from intake.tickets import Person, Status

POLICY = read_policy(preset_text("wildix"), "wildix")
PAST = Past(a_desk(), POLICY, frozenset({"support@vendor.example", "sam@vendor.example", "@old.example"}))
BOB = Person(8, "Bob", ("bob@acme.example",), 1)
TICKET = a_ticket(status=Status.CLOSED)
SAM = "sam@vendor.example"
REPORT = Report((ReportedRecipient("x@y.example", "5.1.1", "failed"),))


def to(*addresses):
    return tuple(Address("", one) for one in addresses)


def decided(inbound, past=PAST, **found):
    return imported(inbound, Found(**found), past)


@pytest.mark.parametrize(
    ("inbound", "ticket", "fate"),
    [
        (an_inbound(), None, "open"),
        (an_inbound(), TICKET, "append"),
        (an_inbound(sender=SAM, to=to("ana@acme.example")), None, "open"),  # we wrote first
        (an_inbound(sender=SAM, to=to("ana@acme.example")), TICKET, "append"),
        (
            an_inbound(sender=SAM, to=to("support@vendor.example", "max@old.example")),
            None,
            "ignore",
        ),  # among us
        (an_inbound(sender=SAM, to=to("support+abc@vendor.example")), None, "ignore"),  # a signed address
        (an_inbound(automatic="out of office"), None, "ignore"),
        (an_inbound(automatic="out of office"), TICKET, "ignore"),
        (an_inbound(bulk="list"), None, "ignore"),
        (an_inbound(report=REPORT), TICKET, "bounce"),
        (an_inbound(sender=None, sender_count=0), None, "ignore"),
        (an_inbound(sender_count=2), TICKET, "ignore"),
        (
            an_inbound({"x-deskbell": "d1"}, sender="support@vendor.example"),
            TICKET,
            "ignore",
        ),  # in our outbox
        (an_inbound(sender=SAM, to=to("ana@acme.example"), automatic="old help desk"), TICKET, "append"),
        (an_inbound(sender=SAM, to=to("ana@acme.example"), bulk="newsletter"), None, "ignore"),
    ],
)
def test_the_fate_of_old_mail(inbound, ticket, fate):
    decision = decided(inbound, ticket=ticket)

    assert (fate, "imported", ()) == (decision.fate, decision.rule, decision.notices)


@pytest.mark.parametrize(
    ("inbound", "found", "requester"),
    [
        (an_inbound(), {"person": ANA}, ANA),
        (an_inbound(sender="new@acme.example"), {}, Address("", "new@acme.example")),
        (an_inbound(sender=SAM, to=to(SAM, "ana@acme.example")), {"person": ANA}, ANA),
        (an_inbound(sender=SAM, to=to(SAM, "new@b.example")), {}, Address("", "new@b.example")),
        # an aligned sender whom nobody has recorded yet
        (an_inbound(), {"person": replace(ANA, id=0)}, Address("", "ana@acme.example")),
    ],
)
def test_the_requester_is_the_first_from_outside(inbound, found, requester):
    opens = decided(inbound, **found).changes[0]

    assert isinstance(opens, OpenTicket)
    assert requester == opens.requester


@pytest.mark.parametrize(("status", "closing"), [(Status.CLOSED, [Status.CLOSED]), (Status.OPEN, [])])
def test_a_thread_has_the_status_that_the_importer_chose_and_no_clock(status, closing):
    opens, *rest = decided(an_inbound(), replace(PAST, status=status), organisation=ACME).changes

    assert (1, ()) == (opens.organisation_id, opens.clocks)
    assert closing == [one.status for one in rest if isinstance(one, SetStatus)]


@pytest.mark.parametrize(
    ("inbound", "person", "public"),
    [
        (an_inbound(), ANA, True),
        (an_inbound(sender="bob@acme.example"), BOB, True),  # a colleague
        (an_inbound(sender="eve@evil.example"), EVE, False),
        (an_inbound(sender="who@evil.example"), None, False),
        (an_inbound(sender=SAM, to=to("ana@acme.example")), ANA, True),
        (an_inbound(sender=SAM, to=to(SAM), cc=to("any@acme.example")), None, True),  # of their organisation
        (an_inbound(sender=SAM, to=to("supplier@elsewhere.example")), None, False),
        (an_inbound(sender=SAM, to=to("support@vendor.example")), None, False),
        (an_inbound(automatic="out of office"), ANA, False),
    ],
)
def test_customers_see_of_a_thread_what_was_theirs_to_see(inbound, person, public):
    assert public is decided(inbound, ticket=TICKET, person=person).public


@pytest.mark.parametrize(
    ("person", "assurance", "joins"),
    [
        (BOB, Assurance.ALIGNED, True),
        (BOB, Assurance.NONE, False),  # From is only a word
        (EVE, Assurance.ALIGNED, False),  # a stranger is admitted by an agent, or never
        (ANA, Assurance.ALIGNED, False),  # is on it
    ],
)
def test_only_a_proven_colleague_joins_an_old_ticket(person, assurance, joins):
    inbound = an_inbound(sender=person.emails[0], assurance=assurance)
    changes = decided(inbound, ticket=TICKET, person=person).changes

    assert joins is any(isinstance(one, AddParticipant) for one in changes)


@pytest.mark.parametrize(
    ("inbound", "direction"),
    [
        (an_inbound(), Direction.IN),
        (an_inbound(sender="Sam@Vendor.example"), Direction.OUT),
        (an_inbound(sender="max@old.example"), Direction.OUT),
        (an_inbound(sender="max@sub.old.example"), Direction.IN),
        (an_inbound(sender=SAM, sender_count=2), Direction.IN),
        (an_inbound(sender=None), Direction.IN),
    ],
)
def test_what_one_of_us_wrote_went_out(inbound, direction):
    assert direction is direction_of(inbound, PAST)


def test_the_way_to_the_ticket_is_kept():
    evidence = (
        Evidence(MatchedBy.THREAD, 1042, "<m1@acme>"),
        Evidence(MatchedBy.SUBJECT, 7, "7 in the subject", counts=False),
    )
    decision = decided(an_inbound(), ticket=TICKET, evidence=evidence)

    assert MatchedBy.THREAD is decision.matched_by
    assert ["evidence thread", "imported"] == [step.name for step in decision.trace]


def test_what_cannot_be_read_is_kept_and_opens_nothing():
    decision = unreadable("there is nothing in it", PAST)

    assert ("ignore", "imported", ()) == (decision.fate, decision.rule, decision.changes)


def test_because_says_that_the_policy_was_not_asked():
    past = replace(PAST, because=f"Imported on {datetime(2026, 3, 10, tzinfo=UTC).date()}.")

    assert "Imported on 2026-03-10." == decided(an_inbound(), past).because
