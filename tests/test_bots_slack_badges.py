"""⏳ on a card that Slack does not let us change: there while it is late, gone once it is drawn."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bots.commands import acts
from bots.slack.badges import EMOJI
from serving import SAM
from slack_world import a_slack, at_work, furnished, go_on, world
from store import cards

pytestmark = pytest.mark.slow  # what is late takes its time

SOON = timedelta(seconds=0.5)
LONG = 100  # seconds, within which everything else has happened; `drawing_goes_on` ends them


def reactions(desk):
    return [one.method for one in desk.slack.calls if one.method.startswith("reactions.")]


async def changed(desk, severity="urgent"):
    await asyncio.to_thread(acts.change, desk.wired, 1001, "severity", severity, SAM.address)


async def a_card_that_waits(desk):
    """A card whose next change Slack puts off."""
    desk.chat.hands.cards.badges.patience = SOON
    await desk.mail(subject="Calls drop")
    await desk.card()
    await desk.settle()
    desk.slack.fail("chat.update", status=429, retry_after=LONG)


async def drawing_goes_on(desk):
    """Slack takes the change by now."""
    updates, triage = desk.chat.hands.speaking.updates, desk.space.triage
    await desk.slack.wait_for(lambda: updates._queue(triage)._rest_left() > LONG / 2)
    await go_on(updates, triage)


async def a_late_card(desk):
    """A card whose change Slack puts off, with the badge that it gets meanwhile."""
    await a_card_that_waits(desk)
    await changed(desk)
    await desk.slack.wait_for(lambda: EMOJI in desk.cards()[0].reactions)
    return "urgent" in desk.cards()[0].text


def test_a_card_that_is_late_wears_the_badge_until_it_is_drawn(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            was_drawn = await a_late_card(desk)
            await drawing_goes_on(desk)
            await desk.slack.wait_for(lambda: EMOJI not in desk.cards()[0].reactions)
            return was_drawn, "urgent" in desk.cards()[0].text

    assert (False, True) == asyncio.run(story())


def test_a_command_on_a_card_that_is_late_is_answered_once_and_the_badge_is_all_else(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await a_card_that_waits(desk)
            await desk.slack.wait_for(lambda: desk.slack.sockets)
            claim = await desk.slack.command(desk.space.sam, desk.space.triage, "/ticket", "claim 1001")
            await claim.answered()
            await desk.slack.wait_for(lambda: EMOJI in desk.cards()[0].reactions)
            await drawing_goes_on(desk)
            await desk.settle()
            told = [one.text for one in desk.slack.ephemerals(desk.space.sam)]
            return told, len(claim.ephemerals), desk.slack.dms(desk.space.sam)

    assert (["VS-1001 is yours."], 1, []) == asyncio.run(story())


def test_a_card_that_is_in_time_is_given_none(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            await desk.card()
            for severity in ("urgent", "standard"):
                await changed(desk, severity)
                await desk.settle()
            return reactions(desk)

    assert [] == asyncio.run(story())


def test_a_desk_that_was_restarted_takes_the_badge_off_with_its_first_drawing(tmp_path):
    async def story():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                await a_late_card(desk)
            worn = EMOJI in desk.cards()[0].reactions
            async with at_work(tmp_path, space) as desk:
                await slack.wait_for(lambda: EMOJI not in desk.cards()[0].reactions)
                await desk.settle()
                return (
                    worn,
                    "urgent" in desk.cards()[0].text,
                    desk.read(lambda work: cards.has_badge(work, 1001)),
                )

    assert (True, True, False) == asyncio.run(story())


def test_a_crash_before_the_badge_was_on_costs_the_card_nothing(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            await desk.card()
            await desk.settle()

            def noted(work):
                work.redraw(1001, datetime.now(UTC))
                work.flush()
                assert cards.wear_badge(work, cards.card_of(work, 1001))

            desk.write(noted)
            await changed(desk)
            await desk.settle()
            return reactions(desk), desk.read(lambda work: cards.has_badge(work, 1001))

    assert (["reactions.remove"], False) == asyncio.run(story())


@pytest.mark.parametrize(
    ("trouble", "again"),
    [({"error": "missing_scope"}, 1), ({"status": 429, "retry_after": 1}, 2)],
    ids=["refused once is refused for good", "limited is tried again"],
)
def test_a_badge_that_slack_does_not_take_is_no_reason_to_press_on(tmp_path, trouble, again):
    async def story():
        async with world(tmp_path) as desk:
            await a_card_that_waits(desk)
            desk.slack.fail("reactions.add", **trouble)
            await changed(desk)
            await desk.slack.wait_for(lambda: reactions(desk).count("reactions.add") == again)
            await asyncio.sleep(2.5)  # for more than two looks, at which it is not tried any more
            await drawing_goes_on(desk)
            await desk.settle()
            added = [one for one in reactions(desk) if one == "reactions.add"]
            return len(added), desk.cards()[0].reactions, "urgent" in desk.cards()[0].text

    assert (again, {}, True) == asyncio.run(story())
