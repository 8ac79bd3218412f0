"""What people do to a card that Slack shows already, and whose place the desk does not know yet."""

import asyncio

import pytest

from bots.slack import coming
from bots.slack.blocks import names
from intake.messages import Address
from intake.tickets import Status
from sandbox.slack import Message
from serving import EVE, a_mail, message_id
from slack_world import World, world
from store import inbox
from store.exports import conversation, listed_messages

pytestmark = pytest.mark.slow  # a whole desk each, and answers that are seconds late


@pytest.fixture(autouse=True)
def presses_wait_long(monkeypatch):
    """A machine that stalls makes nothing come too late."""
    monkeypatch.setattr(coming, "PRESS_SECONDS", 60.0)


LATE = {"answer_late": 2.0}
LATER = {"answer_late": 4.0}  # longer than what opens a form is good for
LOST = {"answer_then_die": True}


def _decided(desk: World) -> bool:
    return desk.read(inbox.next_due) is None


def _notes(desk: World) -> list[str]:
    said = desk.read(lambda work: conversation(work, 1001))
    return [one["text"] for one in said if not one["public"] and one["direction"] == "in"]


@pytest.mark.parametrize("trouble", [LATE, LOST], ids=["late", "lost"])
def test_words_below_a_card_whose_post_is_not_answered_yet_are_a_note(tmp_path, trouble):
    async def story():
        async with world(tmp_path) as desk:
            desk.slack.fail("chat.postMessage", **trouble)
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            space = desk.space
            await desk.slack.say(space.sam, card.channel, "I know them.", thread_ts=card.ts)
            await desk.slack.wait_until_idle()
            await desk.slack.wait_for(lambda: _decided(desk))
            return _notes(desk), len(desk.cards())

    assert (["I know them."], 1) == asyncio.run(story())


def test_an_emoji_on_a_card_whose_post_is_not_answered_yet_counts(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.slack.fail("chat.postMessage", **LATE)
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            await desk.slack.react(desk.space.sam, card.channel, card.ts, "rotating_light")
            await desk.slack.wait_until_idle()
            await desk.slack.wait_for(lambda: _decided(desk))
            return desk.read(lambda work: work.ticket(1001)).severity

    assert "urgent" == asyncio.run(story())


def test_a_press_on_a_card_whose_post_is_not_answered_yet_is_done_once_it_is(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.slack.fail("chat.postMessage", **LATE)
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            await desk.slack.wait_for(lambda: desk.slack.sockets)
            click = await desk.slack.click(desk.space.sam, card.channel, card.ts, names.CLAIM)
            await click.answered()
            await desk.slack.wait_for(lambda: desk.read(lambda work: work.ticket(1001)).assignee)
            return desk.read(lambda work: work.ticket(1001)).status

    assert Status.OPEN is asyncio.run(story())


async def _notice_on_its_way(desk: World, sender: Address = EVE) -> Message:
    """The notice of a stranger's mail to a ticket; what is posted is answered later than it is seen."""
    await desk.mail(subject="Calls drop")
    card = await desk.card(30)
    await desk.settle(60)
    (ours,) = (one for one in desk.relay.mails if b"VS-1001" in one.body)
    await desk.slack.wait_for(lambda: desk.slack.sockets)
    desk.slack.fail("chat.postMessage", **LATER)
    await desk.mail(a_mail(sender, "Re: Calls drop", "Let me in.", answers=message_id(ours.body)))
    found: Message = await desk.slack.wait_for(
        lambda: next((one for one in desk.thread(card) if names.DROP in str(one.blocks)), None), 30
    )
    return found


def _fate_of_strangers_words(desk: World) -> str:
    told = desk.read(listed_messages)
    return next(str(one["fate"]) for one in told if one["from"] == EVE.address)


def test_a_press_on_a_held_notice_whose_post_is_not_answered_yet_is_done_once_it_is(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            notice = await _notice_on_its_way(desk)
            click = await desk.slack.click(desk.space.sam, notice.channel, notice.ts, names.DROP)
            await click.answered()
            await desk.slack.wait_for(lambda: click.ephemerals, 30)
            return click.ephemerals[0].text, _fate_of_strangers_words(desk)

    told, fate = asyncio.run(story())

    assert "It is dropped" in told
    assert "ignore" == fate


def test_a_form_asked_for_on_a_held_notice_whose_post_is_not_answered_yet_opens_at_once(tmp_path):
    """It waits for its facts itself: what opens it is good for three seconds."""

    async def story():
        async with world(tmp_path) as desk:
            notice = await _notice_on_its_way(desk)
            click = await desk.slack.click(desk.space.sam, notice.channel, notice.ts, names.REFUSE)
            await click.answered()
            await desk.slack.wait_for(lambda: names.REASON in str(desk.slack.views(desk.space.sam)), 30)
            return [one.text for one in click.ephemerals]

    assert [] == asyncio.run(story())


def test_words_in_a_thread_of_their_own_wait_for_no_card_for_ever(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            top = await desk.slack.say(desk.space.sam, card.channel, "Lunch?")
            await desk.slack.say(desk.space.tim, card.channel, "Yes.", thread_ts=top)
            await desk.settle()
            return _notes(desk)

    assert [] == asyncio.run(story())
