"""One path for every stimulus, on a real store in memory: what is written and promised, and what is not."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

import attack_world
from attack_world import ANA, KEYS, MX, World, report
from bots.door import letter_from
from bots.wiring import set_up
from builders import TUESDAY
from intake import commands, handle
from intake.decisions import Fate
from intake.errors import CommandRefused
from intake.messages import Raw
from intake.tickets import ClockKind, Status
from replies.plain import as_text
from store import outbox
from store.exports import history_of, message_record

mail = partial(attack_world.mail, subject="WX-1001")


@pytest.fixture
def world():
    return World()


def test_a_group_is_decided_one_after_the_other_and_the_second_sees_the_first(world):
    first, again, other = world.group(mail(), mail(), mail(text="And again."))

    assert (False, True, False) == (first.duplicate, again.duplicate, other.duplicate)
    assert first.message == again.message != other.message


def test_the_same_mail_through_another_server_is_the_same_message(world):
    first = world.group(mail())[0]
    again = world.group(b"Received: from elsewhere\r\n" + mail(), to="escalation@vendor.example")[0]

    assert (first.message, True) == (again.message, again.duplicate)


def test_what_cannot_be_decided_is_held_with_the_reason(world):
    broken = replace(world.setup, policy=replace(world.setup.policy, calendars={}))
    letter = letter_from(Raw("email", "mail", mail(), TUESDAY), MX)
    with pytest.raises(KeyError):  # the zone of the notices cannot be had either
        handle.receive([letter], world.store, broken, TUESDAY)

    assert Fate.APPEND is world.group(mail())[0].fate


def test_an_unreadable_mail_is_held_with_the_reason(world):
    receipt = world.group(b"")[0]

    assert (Fate.HOLD, "unreadable") == (receipt.fate, receipt.rule)


def test_a_notice_that_cannot_be_worded_waits_and_costs_nothing_else(world, tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "agent-follow-up.md").write_text("Subject: x\n\n{{ nobody.knows }}\n")
    world.setup = set_up(world.setup.desk, world.setup.policy, KEYS, str(tmp_path))
    receipt = world.group(mail())[0]
    held = world.row("agent-follow-up")

    assert Fate.APPEND is receipt.fate
    assert "held" == held.state
    assert "nobody" in held.error
    with world.store.begin() as work:
        assert not outbox.retry(work, held.id, TUESDAY)  # it has no words to send


def test_agents_are_told_when_a_customer_could_not_be_answered_for_want_of_words(world, tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "open-on-portal.md").write_text("Subject: x\n\n{{ nobody.knows }}\n")
    world.setup = set_up(world.setup.desk, world.setup.policy, KEYS, str(tmp_path))
    world.group(mail(subject="New"))

    assert [
        ("open-on-portal", "ana@acme.example"),
        ("agent-gave-up", "agents@vendor.example"),
    ] == world.promised()[-2:]


def test_a_refusal_of_an_unproven_mail_is_said_in_the_session_and_nowhere_else(world):
    before = world.promised()
    receipt = world.group(mail(subject="New", result="none"))[0]

    assert (Fate.REFUSE, "open-on-portal", False) == (receipt.fate, receipt.reply, receipt.authenticated)
    assert before == world.promised()


def test_a_refusal_of_a_proven_mail_is_answered(world):
    receipt = world.group(mail(subject="New"))[0]

    assert (Fate.REFUSE, True) == (receipt.fate, receipt.authenticated)
    assert ("open-on-portal", "ana@acme.example") == world.promised()[-1]


def test_where_nobody_listens_any_more_a_refusal_becomes_a_hold(world):
    letter = letter_from(Raw("email", "mail", mail(subject="New", result="none"), TUESDAY), MX)
    receipt = handle.receive([replace(letter, refuse_in_session=False)], world.store, world.setup, TUESDAY)[0]

    assert (Fate.HOLD, "email-follow-ups-only") == (receipt.fate, receipt.rule)


def test_an_address_gets_no_more_automatic_mail_than_its_budget(world):
    world.setup = replace(world.setup, budget=3)
    for number in range(6):
        world.group(mail(subject=f"New {number}"))
    refused = [one for one in world.promised() if one[0] == "open-on-portal"]
    world.now += timedelta(hours=1, minutes=1)
    world.group(mail(subject="Later"))

    assert 2 == len(refused)  # the acknowledgement was the first of the three
    assert 3 == len([one for one in world.promised() if one[0] == "open-on-portal"])


def test_a_budget_that_is_used_up_is_on_the_trace(world):
    world.setup = replace(world.setup, budget=1)
    receipt = world.group(mail(subject="New"))[0]
    with world.store.reading() as work:
        trace = message_record(work, receipt.message)["trace"]

    assert "budget" == trace[-1]["name"]


def test_a_signed_address_proves_nothing_in_a_mail_that_its_domain_disowns(world):
    address = world.last("acknowledgement", ANA).reply_to
    proven = world.group(mail(subject="Re", result="none"), to=address)[0]
    leaked = world.group(
        mail(subject="Re", text="Not me.", result="dmarc=fail header.from=acme.example"), to=address
    )[0]

    assert (Fate.APPEND, "follow-up") == (proven.fate, proven.rule)
    assert (Fate.HOLD, "unproven-sender") == (leaked.fate, leaked.rule)


def test_an_agents_answer_goes_to_everybody_on_the_ticket_each_with_their_own_address(world):
    world.group(mail(sender="bob@acme.example"))  # a colleague who follows up joins
    address = world.last("agent-follow-up").reply_to
    agent = mail(
        subject="Re", sender="sam@vendor.example", text="We look.", result="dkim=pass header.d=vendor.example"
    )
    receipt = world.group(agent, to=address)[0]
    with world.store.reading() as work:
        answers = [one.outbound for one in outbox.listed(work) if one.outbound.notice == "agent-answer"]

    assert "agent-answer" == receipt.rule
    assert {"ana@acme.example", "bob@acme.example"} == {one.recipient.address for one in answers}
    assert 2 == len({one.reply_to for one in answers})
    assert all("no" == one.automatic and "We look." in one.body for one in answers)
    assert Status.WAITING is world.ticket().status
    assert TUESDAY == world.ticket().clock(ClockKind.FIRST_RESPONSE).met_at


@pytest.mark.parametrize(
    ("sender", "result", "rule"),
    [
        ("sam@vendor.example", "none", "agent-not-proven"),
        ("sam@vendor.example", "dkim=pass header.d=evil.example", "agent-not-proven"),
        ("eve@vendor.example", "dkim=pass header.d=vendor.example", "agent-not-proven"),
        ("ana@acme.example", "dkim=pass header.d=acme.example", "agent-not-proven"),
    ],
)
def test_an_agents_address_is_nothing_without_a_proven_agent(world, sender, result, rule):
    address = world.agents_address_of()
    receipt = world.group(mail(sender=sender, text="Do it.", result=result), to=address)[0]

    assert (Fate.HOLD, rule) == (receipt.fate, receipt.rule)
    assert "agent-answer" not in dict(world.promised())


def test_without_agents_address_each_agent_is_written_to_and_no_other_agent_may_use_their_token():
    world = World(agents="")
    address = world.last("agent-new", "sam@vendor.example").reply_to
    theirs = mail(sender="tim@vendor.example", text="Mine.", result="dkim=pass header.d=vendor.example")

    assert ("agent-new", "sam@vendor.example") in world.promised()
    assert "agent-not-proven" == world.group(theirs, to=address)[0].rule


def test_what_a_mail_program_quotes_of_our_mail_to_agents_never_reaches_the_customer(world):
    notice = world.agent_notice()
    quoted = as_text(notice.body)  # no mark at all: not every program quotes as it should
    agent = mail(
        sender="sam@vendor.example", text=f"We look.\n\n{quoted}", result="dkim=pass header.d=vendor.example"
    )
    world.group(agent, to=notice.reply_to)

    assert "We look." in world.last("agent-answer").body
    assert "Severity" in quoted
    assert "Severity" not in world.last("agent-answer").body


def test_note_as_first_word_keeps_it_among_agents(world):
    address = world.agents_address_of()
    agent = mail(
        sender="sam@vendor.example", text="Note: ask Tom.", result="dkim=pass header.d=vendor.example"
    )
    receipt = world.group(agent, to=address)[0]

    assert "agent-note" == receipt.rule
    assert "agent-answer" not in dict(world.promised())
    assert world.ticket().clock(ClockKind.FIRST_RESPONSE).met_at is None


def test_a_delivery_report_marks_what_it_names_and_tells_the_agents(world):
    sent = world.row("acknowledgement", ANA)
    world.group(report(sent.outbound.message_id))
    marked = world.row("acknowledgement", ANA)

    assert "failed" == marked.state
    assert ("agent-undelivered", "agents@vendor.example") == world.promised()[-1]


def test_a_report_about_nothing_of_ours_marks_nothing_and_tells_nobody(world):
    before = world.promised()
    receipt = world.group(report("made.up@vendor.example"))[0]

    assert (Fate.BOUNCE, 0) == (receipt.fate, receipt.ticket)
    assert before == world.promised()


# Commands


def test_solving_meets_the_resolution_tells_the_requester_and_ends_the_first_response(world):
    world.command(
        lambda ticket: commands.set_status(ticket, Status.SOLVED, world.setup.policy, "done", TUESDAY)
    )

    assert ("status-changed", "ana@acme.example") == world.promised()[-1]
    assert TUESDAY == world.ticket().clock(ClockKind.FIRST_RESPONSE).stopped_at


def test_a_first_response_that_nobody_gave_runs_again_when_the_ticket_does(world):
    later = TUESDAY + timedelta(hours=2)
    world.command(
        lambda ticket: commands.set_status(ticket, Status.SOLVED, world.setup.policy, "done", TUESDAY)
    )
    world.now = later
    receipt = world.group(mail(text="It is not."))[0]
    clock = world.ticket().clock(ClockKind.FIRST_RESPONSE)

    assert "follow-up-reopens" == receipt.rule
    assert clock.is_running
    assert clock.next_at
    assert ((TUESDAY, later),) == clock.pauses


def test_every_change_is_on_the_history_with_who_made_it(world):
    world.command(lambda ticket: commands.set_severity(ticket, "critical", world.setup.policy, TUESDAY))
    with world.store.reading() as work:
        history = history_of(work, 1001)

    assert ("sam", "severity", "standard -> critical: set by an agent") in [
        (h["actor"], h["what"], h["detail"]) for h in history
    ]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (
            lambda ticket, policy: commands.set_severity(ticket, "criticl", policy, TUESDAY),
            'did you mean "critical"?',
        ),
        (lambda ticket, policy: commands.set_field(ticket, "colour", "red"), "no field 'colour'"),
        (
            lambda ticket, policy: commands.set_status(ticket, Status.OPEN, policy, "", TUESDAY),
            "WX-1001 is open already",
        ),
        (lambda ticket, policy: commands.answer(ticket, "Sam", " \n", TUESDAY), "nothing to say"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(world, command, told):
    with pytest.raises(CommandRefused, match=told):
        world.command(lambda ticket: command(ticket, world.setup.policy))


def test_explaining_a_mail_leaves_no_trace(world):
    before = world.promised()
    letter = letter_from(Raw("email", "file", mail(), TUESDAY), MX)

    class ReadOnly:
        begin = world.store.reading

    decision = handle.explain(letter, ReadOnly, world.setup, TUESDAY)

    assert Fate.APPEND is decision.fate
    assert before == world.promised()
    assert world.group(mail())[0].duplicate is False
