"""What colleagues read in a ticket's thread of what one of them said or did."""

import pytest

from attack_world import World
from bots import acting
from bots.acting import Words
from bots.wiring import load_policy
from intake import commands, handle
from intake.commands import Then
from intake.scope import out_of_scope
from intake.tickets import Agent, Status
from replies.plain import as_text
from store.answered import answered, lines_after

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
