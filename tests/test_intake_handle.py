"""One path for every stimulus, on a real store in memory: what is written and promised, and what is not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bots.door import letter_from
from bots.wiring import load_policy, set_up
from builders import TUESDAY, a_desk
from intake import commands, handle
from intake.decisions import Fate
from intake.errors import CommandRefused
from intake.handle import Command, Letter
from intake.messages import Assurance, Envelope, Raw
from intake.people import read_book
from intake.tickets import ClockKind, Status
from intake.tokens import Keys
from replies.plain import as_text
from store import outbox
from store.desk import open_store
from store.exports import history_of, message_record
from store.people import import_people

MX = "mx.vendor.example"
BOOK = """
[[organisation]]
name = "Acme"
domains = ["acme.example"]
[[person]]
name = "Ana"
organisation = "Acme"
email = ["ana@acme.example"]
[[agent]]
name = "Sam"
email = "sam@vendor.example"
"""


class World:
    """A desk with one open ticket, 1001, of Ana's."""

    def __init__(self, **changes):
        self.store = open_store("sqlite://")
        desk = a_desk(mark=self.store.mark, portal_url="https://portal.vendor.example", **changes)
        self.setup = set_up(desk, load_policy("wildix"), Keys(b"0123456789abcdef"))
        with self.store.begin() as work:
            import_people(work, read_book(BOOK, "book"))
        self.now = TUESDAY
        self.arrives("portal", fields={"type": "technical", "product": "PBX"})

    def arrives(self, channel, fields):
        inbound = letter_from(Raw("email", "x", mail(subject="Calls drop"), self.now)).inbound
        opened = replace(inbound, channel=channel, fields=fields, assurance=Assurance.SIGNED_IN)
        return handle.receive([Letter(None, opened)], self.store, self.setup, self.now)[0]

    def mail(self, *bodies, to="support@vendor.example", trusted=MX):
        letters = [
            letter_from(Raw("email", "mail", body, self.now, Envelope("x@y.example", (to,))), trusted)
            for body in bodies
        ]
        return handle.receive(letters, self.store, self.setup, self.now)

    def command(self, decide):
        return handle.carry_out(
            lambda work: Command(decide(work.ticket(1001))), self.store, self.setup, "sam", self.now
        )

    def ticket(self, number=1001):
        with self.store.reading() as work:
            return work.ticket(number)

    def promised(self):
        with self.store.reading() as work:
            return [
                (one.outbound.notice, one.outbound.recipient.address) for one in reversed(outbox.listed(work))
            ]

    def last(self, notice):
        with self.store.reading() as work:
            return next(one for one in outbox.listed(work) if one.outbound.notice == notice)


def mail(
    subject="WX-1001",
    sender="ana@acme.example",
    text="It drops again.",
    result="dkim=pass header.d=acme.example",
    **headers,
):
    lines = [
        f"From: {sender}",
        "To: support@vendor.example",
        f"Subject: {subject}",
        f"Authentication-Results: {MX}; {result}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", text, ""]).encode()


@pytest.fixture
def world():
    return World(agents_address="agents@vendor.example")


def test_a_group_is_decided_one_after_the_other_and_the_second_sees_the_first(world):
    first, again, other = world.mail(mail(), mail(), mail(text="And again."))

    assert (False, True, False) == (first.duplicate, again.duplicate, other.duplicate)
    assert first.message == again.message != other.message


def test_the_same_mail_through_another_server_is_the_same_message(world):
    first = world.mail(mail())[0]
    again = world.mail(b"Received: from elsewhere\r\n" + mail(), to="escalation@vendor.example")[0]

    assert (first.message, True) == (again.message, again.duplicate)


def test_what_cannot_be_decided_is_held_with_the_reason(world):
    broken = replace(world.setup, policy=replace(world.setup.policy, calendars={}))
    letter = letter_from(Raw("email", "mail", mail(), TUESDAY), MX)
    with pytest.raises(KeyError):  # the zone of the notices cannot be had either
        handle.receive([letter], world.store, broken, TUESDAY)

    assert Fate.APPEND is world.mail(mail())[0].fate


def test_an_unreadable_mail_is_held_with_the_reason(world):
    receipt = world.mail(b"")[0]

    assert (Fate.HOLD, "unreadable") == (receipt.fate, receipt.rule)


def test_a_notice_that_cannot_be_worded_waits_and_costs_nothing_else(world, tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "agent-follow-up.md").write_text("Subject: x\n\n{{ nobody.knows }}\n")
    world.setup = set_up(world.setup.desk, world.setup.policy, Keys(b"0123456789abcdef"), str(tmp_path))
    receipt = world.mail(mail())[0]
    held = world.last("agent-follow-up")

    assert Fate.APPEND is receipt.fate
    assert "held" == held.state
    assert "nobody" in held.error
    with world.store.begin() as work:
        assert not outbox.retry(work, held.id, TUESDAY)  # it has no words to send


def test_agents_are_told_when_a_customer_could_not_be_answered_for_want_of_words(world, tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "open-on-portal.md").write_text("Subject: x\n\n{{ nobody.knows }}\n")
    world.setup = set_up(world.setup.desk, world.setup.policy, Keys(b"0123456789abcdef"), str(tmp_path))
    world.mail(mail(subject="New"))

    assert [
        ("open-on-portal", "ana@acme.example"),
        ("agent-gave-up", "agents@vendor.example"),
    ] == world.promised()[-2:]


def test_a_refusal_of_an_unproven_mail_is_said_in_the_session_and_nowhere_else(world):
    before = world.promised()
    receipt = world.mail(mail(subject="New", result="none"))[0]

    assert (Fate.REFUSE, "open-on-portal", False) == (receipt.fate, receipt.reply, receipt.authenticated)
    assert before == world.promised()


def test_a_refusal_of_a_proven_mail_is_answered(world):
    receipt = world.mail(mail(subject="New"))[0]

    assert (Fate.REFUSE, True) == (receipt.fate, receipt.authenticated)
    assert ("open-on-portal", "ana@acme.example") == world.promised()[-1]


def test_where_nobody_listens_any_more_a_refusal_becomes_a_hold(world):
    letter = letter_from(Raw("email", "mail", mail(subject="New", result="none"), TUESDAY), MX)
    receipt = handle.receive([replace(letter, refuse_in_session=False)], world.store, world.setup, TUESDAY)[0]

    assert (Fate.HOLD, "email-follow-ups-only") == (receipt.fate, receipt.rule)


def test_an_address_gets_no_more_automatic_mail_than_its_budget(world):
    world.setup = replace(world.setup, budget=3)
    for number in range(6):
        world.mail(mail(subject=f"New {number}"))
    refused = [one for one in world.promised() if one[0] == "open-on-portal"]
    world.now += timedelta(hours=1, minutes=1)
    world.mail(mail(subject="Later"))

    assert 2 == len(refused)  # the acknowledgement was the first of the three
    assert 3 == len([one for one in world.promised() if one[0] == "open-on-portal"])


def test_a_budget_that_is_used_up_is_on_the_trace(world):
    world.setup = replace(world.setup, budget=1)
    receipt = world.mail(mail(subject="New"))[0]
    with world.store.reading() as work:
        trace = message_record(work, receipt.message)["trace"]

    assert "budget" == trace[-1]["name"]


def test_a_signed_address_proves_nothing_in_a_mail_that_its_domain_disowns(world):
    address = world.last("acknowledgement").outbound.reply_to
    proven = world.mail(mail(subject="Re", result="none"), to=address)[0]
    leaked = world.mail(
        mail(subject="Re", text="Not me.", result="dmarc=fail header.from=acme.example"), to=address
    )[0]

    assert (Fate.APPEND, "follow-up") == (proven.fate, proven.rule)
    assert (Fate.HOLD, "unproven-sender") == (leaked.fate, leaked.rule)


def test_an_agents_answer_goes_to_everybody_on_the_ticket_each_with_their_own_address(world):
    world.mail(mail(sender="bob@acme.example"))  # a colleague who follows up joins
    address = world.last("agent-follow-up").outbound.reply_to
    agent = mail(
        subject="Re", sender="sam@vendor.example", text="We look.", result="dkim=pass header.d=vendor.example"
    )
    receipt = world.mail(agent, to=address)[0]
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
    address = world.last("agent-new").outbound.reply_to
    receipt = world.mail(mail(sender=sender, text="Do it.", result=result), to=address)[0]

    assert (Fate.HOLD, rule) == (receipt.fate, receipt.rule)
    assert "agent-answer" not in dict(world.promised())


def test_without_agents_address_each_agent_is_written_to_and_no_other_agent_may_use_their_token():
    world = World()
    with world.store.begin() as work:
        import_people(work, read_book('[[agent]]\nname="Tom"\nemail="tom@vendor.example"\n', "book"))
    address = world.last("agent-new").outbound.reply_to  # Sam's own
    theirs = mail(sender="tom@vendor.example", text="Mine.", result="dkim=pass header.d=vendor.example")

    assert ("agent-new", "sam@vendor.example") in world.promised()
    assert "agent-not-proven" == world.mail(theirs, to=address)[0].rule


def test_what_a_mail_program_quotes_of_our_mail_to_agents_never_reaches_the_customer(world):
    notice = world.last("agent-new").outbound
    quoted = as_text(notice.body)  # no mark at all: not every program quotes as it should
    agent = mail(
        sender="sam@vendor.example", text=f"We look.\n\n{quoted}", result="dkim=pass header.d=vendor.example"
    )
    world.mail(agent, to=notice.reply_to)

    assert "We look." in world.last("agent-answer").outbound.body
    assert "Severity" in quoted
    assert "Severity" not in world.last("agent-answer").outbound.body


def test_note_as_first_word_keeps_it_among_agents(world):
    address = world.last("agent-new").outbound.reply_to
    agent = mail(
        sender="sam@vendor.example", text="Note: ask Tom.", result="dkim=pass header.d=vendor.example"
    )
    receipt = world.mail(agent, to=address)[0]

    assert "agent-note" == receipt.rule
    assert "agent-answer" not in dict(world.promised())
    assert world.ticket().clock(ClockKind.FIRST_RESPONSE).met_at is None


def test_an_agent_who_sends_a_file_is_told_that_nothing_went_out(world):
    address = world.last("agent-new").outbound.reply_to
    body = (Path(__file__).parent / "mail" / "agent_answer_with_a_file.eml").read_bytes()
    receipt = world.mail(body, to=address)[0]

    assert (Fate.HOLD, "agent-sent-files") == (receipt.fate, receipt.rule)


def test_a_delivery_report_marks_what_it_names_and_tells_the_agents(world):
    sent = world.last("acknowledgement")
    world.mail(report(sent.outbound.message_id))
    marked = world.last("acknowledgement")

    assert "failed" == marked.state
    assert ("agent-undelivered", "agents@vendor.example") == world.promised()[-1]


def test_a_report_about_nothing_of_ours_marks_nothing_and_tells_nobody(world):
    before = world.promised()
    receipt = world.mail(report("made.up@vendor.example"))[0]

    assert (Fate.BOUNCE, 0) == (receipt.fate, receipt.ticket)
    assert before == world.promised()


def report(message_id):
    return f"""From: MAILER-DAEMON@mx.acme.example
To: support@vendor.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; ana@acme.example
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>

--b--
""".replace("\n", "\r\n").encode()


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
    receipt = world.mail(mail(text="It is not."))[0]
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
    assert world.mail(mail())[0].duplicate is False
