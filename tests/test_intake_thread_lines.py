"""What colleagues read in a ticket's thread of what one of them said or did."""

import re
from datetime import timedelta

import pytest

from attack_world import World
from bots import acting
from bots.acting import Words
from bots.phoned import Call, logged_call
from bots.wiring import load_policy
from intake import commands, handle
from intake.commands import Then
from intake.handle import Letter
from intake.scope import out_of_scope
from intake.tickets import Agent, Status
from replies.plain import as_text
from store.answered import answered, lines_after

pytestmark = pytest.mark.slow

ANOTHER = load_policy("isymphony")  # one that lists what is out of scope
SCOPE = ANOTHER.file.out_of_scope[0]


@pytest.fixture
def world():
    return World(has_triage=True)


def lines(world, notice):
    told = [one.outbound for one in world.promises() if one.outbound.notice == notice]
    return [" ".join(as_text(one.body).split()) for one in told if one.ticket_number == 1001]


def closed(ticket, world, words=""):
    return commands.set_status(ticket, Status.CLOSED, world.setup.policy, "by Sam", world.now, words)


def declined(ticket, world, words=""):
    return out_of_scope(ticket, SCOPE.name, words, ANOTHER, "Sam", world.now)


@pytest.mark.parametrize(
    ("decide", "before"),
    [(closed, ""), (declined, SCOPE.says)],
    ids=["at the end", "out of scope"],
)
def test_last_words_are_a_public_reply_like_any_other(world, decide, before):
    world.command(lambda ticket: decide(ticket, world, "Glad it works."))
    (line,) = (one.replace("> ", "") for one in lines(world, "agent-answered"))

    assert line.startswith("Public reply by sam to ")
    assert line.endswith(f"{before} Glad it works.".strip())


def test_what_customers_are_told_without_an_agents_words_is_no_reply(world):
    world.command(lambda ticket: closed(ticket, world))

    assert [] == lines(world, "agent-answered")


def test_the_line_about_last_words_knows_the_promise_that_carries_them(world):
    world.command(lambda ticket: closed(ticket, world, "Glad it works."))
    with world.store.reading() as work:
        (line,) = answered(work, lines_after(work, 0))

    assert ["status-changed"] == [one.outbound.notice for one in line.promises]


def test_an_answer_that_solves_is_one_line_about_the_answer(world):
    def decide(work):
        sam, words = Agent(1, "Sam", "sam@vendor.example"), Words("Done.")
        return acting.answer(work, world.setup, sam, work.ticket(1001), words, world.now, Then.SOLVED)

    handle.carry_out(decide, world.store, world.setup, "sam", world.now)
    with world.store.reading() as work:
        (line,) = answered(work, lines_after(work, 0))

    assert ["agent-answer"] == [one.outbound.notice for one in line.promises]


def test_the_thread_says_who_marked_a_ticket_as_spam(world):
    world.command(lambda ticket: commands.spam(ticket, world.setup.policy, "Sam", world.now))
    (line,) = lines(world, "agent-changed")

    assert "sam changed status: open → closed, this ticket: it is spam" == line


@pytest.mark.parametrize(
    ("decide", "line"),
    [
        (
            lambda ticket, world: commands.snooze(
                ticket, world.now + timedelta(days=3), world.setup.policy, "Sam", world.now
            ),
            r"sam snoozed the reminders until \w+ \d+ \w+ \d{4}, \d\d:\d\d \w+, or until the customer .*",
        ),
        (
            lambda ticket, world: commands.snooze_until_reply(ticket, world.setup.policy, "Sam", world.now),
            r"sam snoozed the reminders until the customer writes\.",
        ),
    ],
    ids=["until a moment", "until the customer writes"],
)
def test_a_snooze_is_one_line_that_says_until_when(world, decide, line):
    world.command(lambda ticket: decide(ticket, world))
    (told,) = lines(world, "agent-snoozed")

    assert re.fullmatch(line, told)


def test_a_link_is_a_line_in_both_threads(world):
    world.opens("ana@acme.example", "Calls drop again")

    def decide(work):
        sam = Agent(1, "Sam", "sam@vendor.example")
        return acting.link(work, world.setup, sam, work.ticket(1001), work.ticket(1003), world.now)

    handle.carry_out(decide, world.store, world.setup, "sam", world.now)
    told = {
        one.outbound.ticket_number: as_text(one.outbound.body).strip()
        for one in world.promises()
        if one.outbound.notice == "agent-changed"
    }

    assert {
        1001: "sam changed this ticket: it is linked to WX-1003",
        1003: "sam changed this ticket: WX-1001 is linked to it",
    } == told


def test_a_logged_call_reads_as_a_call(world):
    def logged(work):
        said = Call("ana@acme.example", "Calls", "Still down.", ticket=1001, fields={"phone": "+39 0461 1"})
        sam = Agent(1, "Sam", "sam@vendor.example")
        inbound = logged_call(work, world.setup, sam, said, world.now)
        handle.receive_in(work, Letter(None, inbound), world.setup, world.now)

    with world.store.begin() as work:
        logged(work)
    (told,) = lines(world, "agent-follow-up")

    assert told.startswith("Ana <ana@acme.example> called, logged by Sam; call back at +39 0461 1:")
