"""How it went, typed in a shared channel: the bare word of whoever was asked, and nothing else."""

import asyncio

import pytest

from bots.commands import acts
from intake.tickets import Score
from serving import BOB, SAM
from slack_world import world
from store import exports

pytestmark = pytest.mark.slow  # a whole desk and a Slack each


async def asked_in_a_thread(desk):
    """Ana's ticket of the shared channel, closed with the question; the thread."""
    desk.register()
    ts = await desk.slack.say(desk.space.ana, desk.space.shared, "Calls drop at noon.")
    await desk.settle()
    await asyncio.to_thread(acts.close, desk.wired, 1001, SAM.address, True)
    await desk.settle()
    return ts


def test_that_it_is_closed_and_the_question_are_one_message_of_a_shared_thread(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            ts = await asked_in_a_thread(desk)
            return [one.text for one in desk.slack.thread(desk.space.shared, ts)[1:]]

    told = asyncio.run(story())

    assert ["VS-1001 is closed. How did it go?"] == [one for one in told if "closed" in one]


@pytest.mark.parametrize(
    ("who", "words", "score", "fate"),
    [
        ("ana", "good", Score.GOOD, "answer"),
        ("ana", "Schlecht!", Score.BAD, "answer"),
        ("ana", ":+1:", Score.GOOD, "answer"),
        ("ana", "good, but it is down again", None, "hold"),  # no rule of this policy is for a closed ticket
        ("ana", "It was good", None, "hold"),
        ("bob", "bad", None, "hold"),  # a colleague who was not asked
        ("eve", "bad", None, "hold"),
    ],
)
def test_the_bare_word_of_whoever_was_asked_is_a_rating_and_anything_else_is_not(
    tmp_path, who, words, score, fate
):
    async def story():
        async with world(tmp_path) as desk:
            people = {"ana": desk.space.ana, "eve": desk.space.eve}
            people["bob"] = desk.slack.add_user("Bob Brun", email=BOB.address, team=desk.space.acme)
            await desk.slack.join(people["bob"], desk.space.shared)
            ts = await asked_in_a_thread(desk)
            before = desk.read(lambda work: work.ticket(1001))
            await desk.slack.say(people[who], desk.space.shared, words, thread_ts=ts)
            await desk.settle()
            after = desk.read(lambda work: work.ticket(1001))
            last = max(desk.read(lambda work: list(exports.listed_messages(work))), key=lambda one: one["id"])
            return desk.read(lambda work: work.survey(1001)).score, last["fate"], before.status, after.status

    got, became, before, after = asyncio.run(story())

    assert (score, fate) == (got, became)
    assert before is after


def test_a_word_that_comes_after_something_else_was_said_is_no_rating(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            ts = await asked_in_a_thread(desk)
            await asyncio.to_thread(acts.say, desk.wired, 1001, "The cable is mended.", SAM.address, False)
            await desk.settle()
            await desk.slack.say(desk.space.ana, desk.space.shared, "good", thread_ts=ts)
            await desk.settle()
            return desk.read(lambda work: work.survey(1001)).score

    assert asyncio.run(story()) is None
