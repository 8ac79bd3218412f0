"""Surveys, on a real store in memory: who is asked, whose answer counts, and what it leaves alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attack_world import AGENTS, ANA, BOOK, EVE, World, mail, report
from bots import acting
from intake import commands, handle, joining
from intake.budgets import Budgets, of_ticket
from intake.decisions import SetField
from intake.handle import Command
from intake.people import read_book
from intake.redaction import Eraser, Wanted
from intake.tickets import Score, Status
from intake.tokens import Purpose
from store.exports import history_of
from store.people import import_people
from store.redactions import find

pytestmark = pytest.mark.slow

VACATION = {"Auto_Submitted": "auto-replied"}


@pytest.fixture
def world():
    return World()


def close(world, number=1001, words=""):
    """An agent closes a ticket and wants to know how it went; what became of that, in words."""

    def decide(work):
        ticket, policy = work.ticket(number), world.setup.policy
        done = Command(commands.set_status(ticket, Status.CLOSED, policy, "done", world.now, words))
        return acting.with_survey(work, world.setup, done, world.now)

    return handle.carry_out(decide, world.store, world.setup, "sam", world.now).because


def reopen(world, number=1001):
    def decide(work):
        ticket = work.ticket(number)
        return Command(commands.set_status(ticket, Status.OPEN, world.setup.policy, "again", world.now))

    handle.carry_out(decide, world.store, world.setup, "sam", world.now)


def survey(world, number=1001):
    with world.store.reading() as work:
        return work.survey(number)


def asked(world):
    """How often somebody was asked."""
    return sum(notice == "survey" for notice, _ in world.promised())


def address(world):
    """Where the answer goes."""
    return world.last("survey").reply_to


def kept(world):
    found = survey(world)
    return (found.score, found.comment)


# Who is asked


def test_the_requester_is_asked_at_an_address_of_its_own_by_mail_that_says_a_machine_sent_it(world):
    because = close(world)
    token = world.setup.addresses.token_in_address(address(world), world.now)

    assert [("survey", ANA)] == [one for one in world.promised() if one[0] == "survey"]
    assert "they are asked how it went" in because
    assert (Purpose.SURVEY, 1001, survey(world).person) == (token.purpose, token.ticket, token.subject)
    assert "auto-generated" == world.last("survey").automatic


def test_nobody_is_asked_unless_the_agent_wants_it(world):
    world.command(
        lambda ticket: commands.set_status(ticket, Status.CLOSED, world.setup.policy, "done", world.now)
    )

    assert (0, None) == (asked(world), survey(world))


def test_a_ticket_is_asked_about_once_however_often_it_is_closed(world):
    close(world)
    reopen(world)

    assert "they were asked before" in close(world)
    assert (1, Status.CLOSED) == (asked(world), world.ticket().status)


def given_up(world):
    close(world, 1002)
    return world.gets(report(world.last("survey", EVE).message_id, EVE), sender="")


def merged(world):
    into = world.opens(ANA, "The same").ticket

    def decide(work):
        pair = work.ticket(1001), work.ticket(into)
        return Command(joining.merge(*pair, world.setup.policy, "sam", world.now, int))

    handle.carry_out(decide, world.store, world.setup, "sam", world.now)
    reopen(world)


def spent(world):
    world.setup = replace(world.setup, budgets=Budgets(ticket=0))


def machine(world):
    robot = '[[person]]\nname = "Robot"\norganisation = "Acme"\nemail = ["No-Reply@acme.example"]\n'
    with world.store.begin() as work:
        import_people(work, read_book(BOOK + robot, "book"))
    return world.opens("No-Reply@acme.example", "Disk is full").ticket


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "why"),
    [
        (merged, "it goes on in another ticket"),
        (spent, "they get no more mail from us within this hour"),
        (machine, "a machine has that address"),
    ],
)
def test_who_cannot_be_asked_is_not_and_the_ticket_is_closed_all_the_same(world, before, why):
    number = before(world) or 1001

    assert why in close(world, number)
    assert (0, Status.CLOSED, None) == (asked(world), world.ticket(number).status, survey(world, number))


def test_an_address_that_was_given_up_is_not_asked(world):
    given_up(world)
    world.opens(EVE, "Another")

    assert "mail to them comes back" in close(world, 1003)


def test_spam_is_never_asked_about(world):
    world.command(lambda ticket: commands.spam(ticket, world.setup.policy, "sam", world.now))

    assert 0 == asked(world)


def test_that_it_is_closed_the_last_words_and_the_question_are_one_message(world):
    def decide(work):
        words = "It was the cable."
        done = commands.set_status(work.ticket(1001), Status.CLOSED, world.setup.policy, "", world.now, words)
        return acting.with_survey(work, world.setup, Command(done), world.now)

    before = len(world.promised())
    handle.carry_out(decide, world.store, world.setup, "sam", world.now)
    body = world.last("survey").body

    assert [("survey", ANA)] == world.promised()[before:]
    assert ("is closed" in body, "It was the cable." in body, "How did it go?" in body) == (True, True, True)


def test_who_cannot_be_asked_is_told_that_it_is_closed_as_ever(world):
    close(world)
    reopen(world)
    before = len(world.promised())
    close(world)

    assert [("status-changed", ANA)] == world.promised()[before:]


def test_where_nothing_says_the_end_the_question_goes_alone(world):
    def decide(work):
        done = commands.set_status(work.ticket(1001), Status.CLOSED, world.setup.policy, "", world.now)
        return acting.with_survey(work, world.setup, Command(replace(done, notices=())), world.now)

    before = len(world.promised())
    handle.carry_out(decide, world.store, world.setup, "sam", world.now)

    assert [("survey", ANA)] == world.promised()[before:]


def by_the_menu(work, world, agent, ticket):
    return acting.set_status(work, world.setup, agent, ticket, Status.CLOSED, world.now)


def by_the_menu_solved(work, world, agent, ticket):
    return acting.set_status(work, world.setup, agent, ticket, Status.SOLVED, world.now)


def as_spam(work, world, agent, ticket):
    return acting.spam(work, world.setup, agent, ticket, world.now)


def by_merging(work, world, agent, ticket):
    return acting.merge(work, world.setup, agent, ticket, work.ticket(1003), world.now)


@pytest.mark.parametrize(
    ("ends", "says", "times"),
    [
        (by_the_menu, True, 1),
        (by_the_menu, False, 0),
        (by_the_menu_solved, True, 0),
        (as_spam, True, 0),
        (by_merging, True, 0),
    ],
)
def test_whoever_closes_without_saying_leaves_it_to_the_policy_whether_to_ask(world, ends, says, times):
    world.opens(ANA, "Another")
    file = world.setup.policy.file
    lifecycle = file.lifecycle.model_copy(update={"survey_at_close": says})
    policy = replace(world.setup.policy, file=file.model_copy(update={"lifecycle": lifecycle}))
    world.setup = replace(world.setup, policy=policy)
    handle.carry_out(
        lambda work: ends(work, world, work.agent("sam@vendor.example"), work.ticket(1001)),
        world.store,
        world.setup,
        "sam",
        world.now,
    )

    assert times == asked(world)


def test_time_alone_asks_nobody(world):
    file = world.setup.policy.file
    lifecycle = file.lifecycle.model_copy(update={"survey_at_close": True})
    policy = replace(world.setup.policy, file=file.model_copy(update={"lifecycle": lifecycle}))
    world.setup = replace(world.setup, policy=policy)
    world.command(
        lambda ticket: commands.set_status(ticket, Status.SOLVED, world.setup.policy, "done", world.now)
    )
    later = world.now + timedelta(days=lifecycle.close_solved_after_days + 1)
    handle.age([1001], world.store, world.setup, later)

    assert (Status.CLOSED, 0) == (world.ticket().status, asked(world))


def test_being_asked_counts_in_the_budget_of_the_ticket(world):
    def spent_on_it():
        with world.store.reading() as work:
            return work.spent(of_ticket(1001), world.now).count

    before = spent_on_it()
    close(world)

    assert 1 == spent_on_it() - before  # that it is closed, and the question: one message


@pytest.mark.parametrize(("words", "told"), [("", []), ("Glad it works.", ["status-changed"])])
def test_what_nobody_wrote_has_a_budget_and_an_agents_last_words_have_none(world, words, told):
    spent(world)
    world.setup = replace(world.setup, budget=0)
    before = len(world.promised())
    close(world, words=words)

    assert told == [notice for notice, to in world.promised()[before:] if to == ANA]


def test_the_question_with_last_words_is_said_by_a_person(world):
    close(world, words="Glad it works.")

    assert "no" == world.last("survey").automatic


# Whose answer counts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("subject", "text", "score", "comment"),
    [
        ("Re: Calls drop", "Good", Score.GOOD, ""),
        ("Re: Calls drop", "Very good, thanks!\n\n> How did it go? bad", Score.GOOD, "thanks!"),
        ("bad – WX-1001", "It took a week.", Score.BAD, "It took a week."),
        ("Re: Calls drop", "Schlecht. Niemand rief an.", Score.BAD, "Niemand rief an."),
    ],
)
@pytest.mark.parametrize("result", [None, ""])  # aligned, and without any proof but the address
def test_the_answer_of_whoever_was_asked_is_kept(world, subject, text, score, comment, result):
    close(world)
    fate = world.fate(mail(subject=subject, text=text, result=result), address(world))

    assert ("answer", "survey-answer", 1001) == fate
    assert (score, comment) == kept(world)


def test_an_answer_opens_nothing_starts_no_clock_and_is_not_answered(world):
    close(world)
    before, told = world.ticket(), len(world.promised())
    world.gets(mail(text="good"), address(world))
    after = world.ticket()

    assert (before.status, before.clocks, before.version) == (after.status, after.clocks, after.version)
    assert [] == world.promised()[told:]


@pytest.mark.slow
def test_a_second_answer_replaces_the_first_and_the_history_has_both(world):
    close(world)
    world.gets(mail(text="good"), address(world))
    world.gets(mail(text="Bad, it is back"), address(world))
    with world.store.reading() as work:
        lines = [one["detail"] for one in history_of(work, 1001) if one["what"] == "survey"]

    assert (Score.BAD, "it is back") == kept(world)
    assert ["asked how it went", "good", "bad: it is back"] == lines


def test_what_is_no_rating_goes_the_way_of_a_follow_up(world):
    close(world)
    closed = world.fate(mail(text="How do I export it?"), address(world))
    reopen(world)
    opened = world.fate(mail(text="The export is down again."), address(world))

    assert ("refuse", "append") == (closed[0], opened[0])
    assert (None, "") == kept(world)


@pytest.mark.parametrize(
    ("sender", "headers", "fate"),
    [
        (EVE, {}, ("hold", "pending-participant", 1001)),  # who was passed the mail
        (EVE, {"result": ""}, ("hold", "pending-participant", 1001)),
        (ANA, VACATION, ("ignore", "automatic-mail", 1001)),
        (ANA, {"Precedence": "bulk"}, ("ignore", "bulk-mail", 1001)),
        (
            ANA,
            {"result": "dkim=none; dmarc=fail header.from=acme.example"},
            ("hold", "unproven-sender", 1001),
        ),
    ],
)
def test_nobody_else_and_no_machine_rates_anything(world, sender, headers, fate):
    close(world)
    got = world.fate(mail(sender=sender, text="bad", **headers), address(world))

    assert fate == got
    assert (None, "") == kept(world)


@pytest.mark.parametrize(
    ("purpose", "number", "weeks"),
    [
        (Purpose.REPLY, 1001, 0),  # of another purpose
        (Purpose.SURVEY, 1002, 0),  # of another's ticket, who was not asked
        (Purpose.SURVEY, 1001, -105),  # expired
    ],
)
def test_another_token_learns_nothing_and_keeps_nothing(world, purpose, number, weeks):
    close(world)
    made = world.now + timedelta(weeks=weeks)
    other = world.setup.addresses.reply_address(purpose, number, survey(world).person, made)
    fate = world.fate(mail(text="bad"), other)

    assert "answer" != fate[0]
    assert [(None, ""), None] == [kept(world), survey(world, 1002)]


@pytest.mark.parametrize(("weeks", "fate", "score"), [(3, "answer", Score.GOOD), (5, "refuse", None)])
def test_the_news_of_the_end_is_answered_at_its_address_for_long_and_rates_for_four_weeks(
    world, weeks, fate, score
):
    close(world)
    to = address(world)
    world.now += timedelta(weeks=weeks)
    got = world.fate(mail(text="good"), to)

    assert (fate, 1001) == (got[0], got[2])
    assert score is kept(world)[0]


def test_a_forged_token_is_no_address_of_the_desk(world):
    close(world)
    head, _, tail = address(world).partition("@")
    forged = f"{head[:-1]}{'a' if head[-1] != 'a' else 'e'}@{tail}"

    assert world.setup.addresses.token_in_address(forged, world.now) is None
    assert "answer" != world.fate(mail(text="bad"), forged)[0]
    assert (None, "") == kept(world)


# Who reads it


@pytest.mark.parametrize(("text", "told"), [("good", []), ("bad", [("agent-rated", AGENTS)])])
def test_without_a_channel_agents_hear_of_a_bad_one_alone(world, text, told):
    close(world)
    before = len(world.promised())
    world.gets(mail(text=text), address(world))

    assert told == world.promised()[before:]


def test_whoever_has_the_ticket_hears_that_it_was_bad():
    world = World(agents="")
    with world.store.begin() as work:
        work.write(SetField("assignee", "tim@vendor.example"), work.ticket(1001), "sam", world.now)
    close(world)
    world.gets(mail(text="Bad, it took a week."), address(world))

    assert "tim@vendor.example" == world.last("agent-rated").recipient.address
    assert "it took a week" in world.last("agent-rated").body


@pytest.mark.slow
def test_a_secret_in_an_answer_can_be_taken_out_again(world):
    close(world)
    world.gets(mail(text="Good, my password is hunter22secret"), address(world))
    with world.store.begin() as work:
        found = find(work, 1001, 0, Eraser((Wanted("hunter22secret"),)))

    assert {"survey", "history line", "message"} <= set(found.counts)
