"""Delivery reports about our mail: what each says, what it changes, and when an address works again."""

from datetime import timedelta

import pytest

from attack_world import AGENTS, ANA, EVE, World, mail, report
from builders import TUESDAY, a_desk, an_inbound
from intake import commands
from intake.context import Context
from intake.decisions import Fate, MarkReturned, Verdict
from intake.guards import GUARDS
from intake.messages import Address, Outbound, Report, ReportedRecipient
from intake.people import read_book
from intake.returned import meaning_of, refused_for_good, reported, verdict_of
from intake.tickets import Returned
from store import outbox
from store.exports import history_of
from store.people import import_people
from store.tables import Sending

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
ANOTHER = "ana@home.example"
RETURNED = Returned(3, ANA, "acknowledgement", 1042, "Ana")


@pytest.mark.parametrize(
    ("action", "status", "verdict"),
    [
        ("failed", "5.1.1", Verdict.FAILED),
        ("failed", "5.7.1", Verdict.FAILED),
        ("failed", "", Verdict.FAILED),
        ("failed", "4.4.7", Verdict.FAILED_FOR_NOW),
        ("failed", "5.2.2", Verdict.FAILED_FOR_NOW),  # full: whoever has it can empty it
        ("failed", "5.2.3", Verdict.FAILED_FOR_NOW),  # too large: the mail, not the mailbox
        ("failed", "5.6.1", Verdict.FAILED_FOR_NOW),
        ("", "5.1.1", Verdict.FAILED),  # in words only
        ("", "4.2.2", Verdict.FAILED_FOR_NOW),
        ("", "", Verdict.FAILED_FOR_NOW),
        ("", "2.0.0", Verdict.DELIVERED),
        ("delayed", "4.4.1", Verdict.DELAYED),
        ("delayed", "5.1.1", Verdict.DELAYED),
        ("delivered", "2.0.0", Verdict.DELIVERED),
        ("relayed", "", Verdict.DELIVERED),
    ],
)
def test_a_row_of_a_report_has_one_verdict(action, status, verdict):
    assert verdict is verdict_of(ReportedRecipient(ANA, status, action))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.1.1", "there is no such mailbox"),
        ("5.1.10", "the domain takes no mail"),
        ("5.1.9", "the address is wrong"),
        ("4.2.2", "the mailbox is full"),
        ("5.7.26", "their mail server refuses our mail"),
        ("5.0.0", ""),
        ("", ""),
    ],
)
def test_a_status_is_said_in_words(status, words):
    assert words == meaning_of(status)


def decided(*rows, returned=RETURNED, now=TUESDAY, **context):
    inbound = an_inbound(report=Report(tuple(ReportedRecipient(*row) for row in rows)), text="It says so.")
    return reported(inbound, GUARDS[0], Context(a_desk(), returned=returned, **context), now)


FAILED_ROW, DELAYED_ROW, SENT_ROW = (
    (ANA, "5.1.1", "failed"),
    (ANA, "4.4.1", "delayed"),
    (ANA, "2.0.0", "relayed"),
)
BOBS = ("bob@acme.example", "5.1.1", "failed")


@pytest.mark.parametrize(
    ("rows", "is_by_verp", "verdict"),
    [
        ([FAILED_ROW], False, Verdict.FAILED),
        ([("Ana@ACME.example", "5.1.1", "failed")], False, Verdict.FAILED),
        ([BOBS, DELAYED_ROW], True, Verdict.DELAYED),  # one of several recipients
        ([BOBS], False, None),  # only our own return address makes sure of a forward
        ([BOBS], True, Verdict.FAILED),
        ([BOBS, ("tom@acme.example", "2.0.0", "delivered")], True, Verdict.DELIVERED),
        ([], True, Verdict.FAILED_FOR_NOW),
        ([], False, None),
    ],
)
def test_a_report_counts_for_the_address_that_was_written_to(rows, is_by_verp, verdict):
    marks = decided(*rows, **({"bounced": object()} if is_by_verp else {})).changes

    assert verdict == (marks[0].verdict if marks else None)


def test_a_report_about_nothing_of_ours_changes_nothing():
    decision = decided(FAILED_ROW, returned=None)

    assert (Fate.BOUNCE, (), ()) == (decision.fate, decision.changes, decision.notices)


@pytest.mark.parametrize(
    ("status", "days_ago", "marks"),
    [
        ("5.1.1", (), True),
        ("4.2.2", (), False),
        ("4.2.2", (1,), False),
        ("4.2.2", (1, 3), True),  # the third within a week
        ("4.2.2", (1, 8), False),
        ("4.2.2", (1, 2, 3, 4), True),
    ],
)
def test_one_failure_for_good_marks_an_address_and_so_do_three_of_a_week_for_now(status, days_ago, marks):
    known = Returned(3, ANA, "added", 1042, failures=tuple(TUESDAY - days * DAY for days in days_ago))
    (mark,) = decided((ANA, status, "failed"), returned=known).changes

    assert marks is mark.marks


def test_agents_are_told_in_words_whom_and_why_and_how_else():
    known = Returned(
        3, ANA, "added", 1042, "Ana", others=(ANOTHER, "a@b.example"), accounts=(("Telegram", "4711"),)
    )
    (notice,) = decided(FAILED_ROW, returned=known).notices

    assert {
        "address": ANA,
        "who": "Ana",
        "promise": 3,
        "status": "5.1.1",
        "why": "there is no such mailbox",
        "text": "It says so.",
        "is_given_up": True,
        "instead": ANOTHER,
        "ways": ("a@b.example", "Telegram: 4711"),
    } == notice.facts


@pytest.mark.parametrize(
    ("row", "returned"),
    [
        (DELAYED_ROW, RETURNED),
        (SENT_ROW, RETURNED),
        (FAILED_ROW, Returned(3, ANA, "added", 1042, is_marked=True)),  # they know
        (("sam@vendor.example", "5.1.1", "failed"), Returned(3, "sam@vendor.example", "agent-new", 1042)),
    ],
)
def test_of_a_delay_of_what_is_known_and_of_what_came_back_from_agents_nobody_is_told(row, returned):
    assert () == decided(row, returned=returned).notices


@pytest.mark.parametrize(
    ("notice", "reason", "status"),
    [
        ("added", "550 5.1.1 nobody of this name", "5.1.1"),
        ("agent-answer", "550 5.2.1 <ana@acme.example> closed", "5.2.1"),
        ("added", "550 5.7.1 no relaying", None),  # about us, or the mail
        ("added", "554 no", None),
        ("added", "given up after 22 tries: 451 4.1.1 later", None),
        ("agent-new", "550 5.1.1 nobody of this name", None),
    ],
)
def test_a_relay_that_refuses_the_address_itself_says_as_much_as_a_report(notice, reason, status):
    outbound = Outbound("email", Address("Ana", ANA), notice, "x", "x", "m@v")
    refused = refused_for_good(3, outbound, reason)

    assert status == (refused and refused.status)
    assert refused is None or refused.marks


def test_what_came_back_from_an_agent_marks_no_address():
    known = Returned(3, "sam@vendor.example", "agent-new", 1042)
    (mark,) = decided(("sam@vendor.example", "5.1.1", "failed"), returned=known).changes

    assert (False, False) == (mark.marks, mark.is_counted)


# The whole way


@pytest.fixture
def world():
    return World()


def returns(world, promise=None, status="5.1.1", action="failed", copy=0):
    """A report about the newest mail to Ana comes to the promise's own return address."""
    row = promise or newest(world)
    verp = world.setup.addresses.verp_address(row.id, row.outbound.ticket_number, world.now)
    body = report("", row.outbound.recipient.address).replace(b"5.1.1", status.encode())
    body = body.replace(b"Action: failed", f"Action: {action}".encode())
    return world.gets(f"Message-ID: <{row.id}.{copy}@mx.acme.example>\r\n".encode() + body, verp, sender="")


def newest(world, address=ANA):
    return next(one for one in world.promises() if one.outbound.recipient.address == address)


def answers(world, text="Please restart it."):
    return world.command(lambda ticket: commands.answer(ticket, "Sam", text, world.now))


def history(world, number=1001):
    with world.store.reading() as work:
        return [
            one["detail"] for one in history_of(work, number) if one["what"] in ("undelivered", "reachable")
        ]


def unreachable(world, address=ANA):
    with world.store.reading() as work:
        found = work.unreachable(address)
        return bool(found and found.is_marked)


def has_two_addresses(world):
    with world.store.begin() as work:
        import_people(work, read_book(f'[[person]]\nname = "Ana"\nemail = ["{ANA}", "{ANOTHER}"]\n', "book"))


def test_a_hard_bounce_is_on_the_history_in_words_and_agents_are_told_once(world):
    for _ in range(2):
        receipt = returns(world, world.row("acknowledgement", ANA))

    assert (Fate.BOUNCE, 1001) == (receipt.fate, receipt.ticket)
    assert (
        "Ana <ana@acme.example>: cannot be reached, a mail came back (there is no such mailbox, "
        "status 5.1.1); nothing more is sent to ana@acme.example"
    ) == history(world)[0]
    assert 1 == world.promised().count(("agent-undelivered", AGENTS))
    assert Sending.FAILED is world.row("acknowledgement", ANA).state


def test_nothing_more_is_sent_to_an_address_that_was_given_up_and_the_agent_who_answers_is_told(world):
    returns(world)
    answers(world)
    held = world.row("agent-answer")

    assert (Sending.HELD, "address") == (held.state, held.held_for)
    assert "there is no such mailbox 5.1.1" in held.error
    assert "Please restart it." in world.last("agent-gave-up").body


def test_what_waited_for_an_address_is_held_when_it_is_given_up(world):
    answers(world)
    returns(world, world.row("acknowledgement", ANA))

    assert Sending.HELD is world.row("agent-answer").state


def test_the_persons_other_address_is_used_instead(world):
    has_two_addresses(world)
    returns(world, world.row("acknowledgement", ANA))
    answers(world)
    answer = world.row("agent-answer")

    assert (ANOTHER, Sending.PENDING) == (answer.outbound.recipient.address, answer.state)
    assert f"From now on we write to {ANOTHER}" in " ".join(world.last("agent-undelivered").body.split())


def test_an_answer_goes_to_no_other_address_than_the_message_came_from(world):
    """Whoever writes in Ana's name must not choose that her other mailbox gets the answer."""
    has_two_addresses(world)
    returns(world, world.row("acknowledgement", ANA))
    world.gets(mail(ANA, "WX-1001", result="none"))

    assert ANOTHER not in [to for _, to in world.promised()]


def test_a_report_marks_only_its_own_recipient(world):
    returns(world, world.row("acknowledgement", ANA))

    assert (True, False) == (unreachable(world), unreachable(world, EVE))


def test_a_third_soft_failure_within_a_week_marks_the_address(world):
    marked = []
    for _ in range(3):
        answers(world)
        returns(world, world.row("agent-answer"), "4.2.2")
        world.now += DAY
        marked.append(unreachable(world))

    assert [False, False, True] == marked
    assert "the third time within a week" in history(world)[-1]


def test_three_reports_of_one_mail_are_one_failure(world):
    answers(world)
    for number in range(3):
        world.now += DAY / 24
        returns(world, world.row("agent-answer"), "4.2.2", copy=number)

    assert not unreachable(world)
    assert 1 == world.promised().count(("agent-undelivered", AGENTS))


def test_a_delay_is_only_noted(world):
    before = world.promised()
    returns(world, status="4.4.1", action="delayed")

    assert before == world.promised()
    assert ["Ana <ana@acme.example>: a mail is delayed, their server is still tried"] == [
        line.partition(" (")[0] for line in history(world)
    ]
    assert not unreachable(world)


def test_mail_that_proves_its_sender_makes_their_address_reachable_and_lets_out_what_waited(world):
    returns(world)
    answers(world)
    world.gets(mail(ANA, "WX-1001"))

    assert not unreachable(world)
    assert Sending.PENDING is world.row("agent-answer").state
    assert "ana@acme.example: a mail came from there" == history(world)[-1]


def test_mail_that_only_names_them_as_its_sender_does_not(world):
    returns(world)
    world.gets(mail(ANA, "WX-1001", result="none"))

    assert unreachable(world)


def test_an_acknowledgement_that_waited_for_more_than_a_day_is_dropped(world):
    returns(world, world.row("acknowledgement", ANA))
    world.opens(ANA, "Another")
    waits = newest(world)
    world.now += 2 * DAY
    world.gets(mail(ANA, "WX-1001"))
    with world.store.reading() as work:
        after = outbox.one(work, waits.id)

    assert (Sending.HELD, Sending.DROPPED) == (waits.state, after.state)


@pytest.mark.parametrize("made_up", ["x@vendor.example", ""])
def test_a_forged_report_changes_nothing(world, made_up):
    before = [(one.id, one.state) for one in world.promises()]
    world.gets(report(made_up, ANA))

    assert before == [(one.id, one.state) for one in world.promises()]
    assert ([], False) == (history(world), unreachable(world))


def test_an_agents_address_is_never_given_up(world):
    told = world.row("agent-new", AGENTS)
    returns(world, told)
    world.opens(ANA, "Another")

    assert not unreachable(world, AGENTS)
    assert Sending.PENDING is world.row("agent-new", AGENTS).state


def test_what_follows_from_a_report_is_data():
    (mark,) = decided(FAILED_ROW).changes

    assert MarkReturned(3, ANA, Verdict.FAILED, "5.1.1", mark.said, marks=True) == mark
