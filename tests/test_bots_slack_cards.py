"""A ticket's triage card: posted once, changed in place, in the right channel, whatever goes wrong."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bots.commands import acts
from serving import SAM
from slack_world import LONG_WORDS, a_slack, at_work, furnished, held_back, world
from store import outbox
from store.tables import Sending

pytestmark = pytest.mark.slow  # a whole desk each, and a message a second


def _with(body):
    """Run a test's story."""
    return asyncio.run(body)


def test_a_mail_becomes_a_card_in_the_triage_channel(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            return card.text, card.channel == desk.space.triage, bool(card.metadata)

    text, is_there, is_marked = _with(story())

    assert "VS-1001 · Calls drop" in text
    assert (True, True) == (is_there, is_marked)


def test_a_change_is_drawn_on_the_same_card_and_told_in_its_thread(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            await asyncio.to_thread(acts.change, desk.wired, 1001, "severity", "urgent", SAM.address)
            await desk.slack.wait_for(lambda: "urgent" in desk.cards()[0].text)
            return card.ts, [one.ts for one in desk.cards()]

    ts, cards = _with(story())

    assert [ts] == cards


def test_several_changes_within_a_moment_are_drawn_once_with_the_last_state(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            await desk.card()
            await desk.settle()
            async with held_back(desk.chat.hands.speaking.updates, desk.space.triage):
                for value in ("urgent", "standard", "urgent", "standard", "urgent"):
                    await asyncio.to_thread(acts.change, desk.wired, 1001, "severity", value, SAM.address)
            await desk.settle()
            drawn = [one for one in desk.slack.calls if one.method == "chat.update"]
            return "urgent" in desk.cards()[0].text, len(drawn)

    is_last, count = _with(story())

    assert is_last
    assert count <= 2


def test_what_changes_nothing_on_the_card_is_not_sent(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            await desk.card()
            await desk.settle()
            desk.write(lambda work: work.redraw(1001, work.ticket(1001).opened_at))
            await desk.settle()
            return [one.method for one in desk.slack.calls if one.method == "chat.update"]

    assert [] == _with(story())


def test_a_card_that_somebody_deleted_is_posted_again(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            await desk.settle()
            desk.slack.world.message(desk.slack.world.channel(card.channel), card.ts).is_deleted = True
            await asyncio.to_thread(acts.change, desk.wired, 1001, "severity", "urgent", SAM.address)
            await desk.slack.wait_for(desk.cards)
            return card.ts, desk.cards()[0]

    ts, again = _with(story())

    assert ts != again.ts
    assert "urgent" in again.text


@pytest.mark.parametrize(
    "trouble",
    [
        {"drop": True},
        {"answer_then_die": True},  # it is there, and nobody knows
        {"status": 503},
        {"status": 429, "retry_after": 1},
        {"error": "internal_error"},
    ],
    ids=["cut", "died", "503", "429", "internal"],
)
def test_trouble_costs_no_card_and_makes_no_second_one(tmp_path, trouble):
    async def story():
        async with world(tmp_path) as desk:
            desk.slack.fail("chat.postMessage", **trouble)
            await desk.mail(subject="Calls drop", text=LONG_WORDS)
            await desk.card()
            await desk.settle()
            return len(desk.cards()), len(desk.thread(desk.cards()[0]))

    assert (1, 1) == _with(story())


def test_what_belongs_below_a_card_that_is_not_posted_yet_waits_seconds_and_counts_no_try(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("bots.slack.cards.CARD_SECONDS", 0.2)

    def waiting(work):
        rows = outbox.listed(work, Sending.PENDING)
        return next((one for one in rows if "is not posted yet" in one.error), None)

    async def story():
        async with world(tmp_path) as desk:
            desk.slack.fail("chat.postMessage", status=500, times=1000)
            await desk.mail(subject="Calls drop", text=LONG_WORDS)
            one = await desk.slack.wait_for(lambda: desk.read(waiting))
            rest = one.next_at - datetime.now(UTC)
            desk.slack.mend()
            card = await desk.card()
            await desk.settle()
            return one.attempts, rest, len(desk.thread(card))

    attempts, rest, below = _with(story())

    assert 0 == attempts
    assert rest <= timedelta(seconds=15)
    assert below >= 1


def test_a_ticket_of_a_protected_team_is_in_its_own_channel_only(tmp_path):
    async def story(slack):
        space = furnished(slack)
        own = slack.add_channel("security", private=True, members=[space.sam])
        async with at_work(tmp_path, space, teams=f'{{ security = "{own}" }}') as desk:
            await desk.mail(subject="A vulnerability", text="The secret of it.")
            await slack.wait_for(lambda: desk.cards(own))
            await desk.settle()
            said = [*slack.channel(own), *slack.channel(space.triage)]
            return len(desk.cards(own)), len(slack.channel(space.triage)), str(said).count("The secret of it")

    async def run():
        async with a_slack() as slack:
            return await story(slack)

    own, triage, count = _with(run())

    assert (1, 0) == (own, triage)
    assert count > 0


def test_a_ticket_given_to_a_protected_team_moves_and_its_old_card_keeps_no_words(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            own = slack.add_channel("security", private=True, members=[space.sam])
            async with at_work(tmp_path, space, teams=f'{{ security = "{own}" }}') as desk:
                await desk.mail(subject="A hidden thing", text="How it is done.")
                await desk.card()
                await desk.settle()
                await asyncio.to_thread(acts.change, desk.wired, 1001, "team", "security", SAM.address)
                await slack.wait_for(lambda: desk.cards(own))
                old = desk.cards()[0]
                return "A hidden thing" in f"{old.text}{old.blocks}", "A hidden thing" in desk.cards(own)[
                    0
                ].text

    assert (False, True) == _with(run())


def test_a_card_does_not_wait_until_somebody_looks_for_it(tmp_path, monkeypatch):
    """The benchmark says within how many milliseconds it is there."""
    monkeypatch.setattr("bots.slack.cards.POLL_SECONDS", 600.0)

    async def story():
        async with world(tmp_path) as desk:
            await desk.settle()
            await desk.mail(subject="Calls drop")
            return (await desk.card()).text

    assert "Calls drop" in _with(story())


def test_in_a_storm_no_channel_gets_more_than_one_message_a_second_and_the_newest_ticket_comes_first(
    tmp_path,
):
    async def run():
        async with a_slack(rate_limits=True, message_burst=3) as slack, world(tmp_path, slack) as desk:
            async with held_back(desk.chat.hands.speaking.pace, desk.space.triage):
                for number in range(12):
                    await desk.mail(subject=f"Storm {number}")
            await slack.wait_for(lambda: len(desk.cards()) == 12, 60)
            at = sorted(float(one.ts) for one in slack.channel(desk.space.triage))
            limited = [one for one in slack.calls if one.status == 429]
            return [one.text for one in desk.cards()], (at[-1] - at[0]) / (len(at) - 1), limited

    cards, apart, limited = _with(run())
    numbers = [int(text.partition("Storm ")[2].partition(" ")[0]) for text in cards]

    assert sorted(numbers, reverse=True) == numbers
    assert apart >= 0.7  # on the way one is late now and then, so that the next comes soon after it
    assert [] == limited


def test_a_desk_that_was_restarted_goes_on_with_the_same_cards(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                await desk.mail(subject="Calls drop")
                await desk.card()
            async with at_work(tmp_path, space) as desk:
                await asyncio.to_thread(acts.change, desk.wired, 1001, "severity", "urgent", SAM.address)
                await slack.wait_for(lambda: "urgent" in desk.cards()[0].text)
                return len(desk.cards())

    assert 1 == _with(run())


@pytest.mark.parametrize(
    ("text", "proven", "below"),
    [
        ("They drop.", True, 0),
        ("They drop.", False, 0),
        (LONG_WORDS, True, 1),
        ("My password: hunter2secret", True, 1),
    ],
)
def test_what_the_card_says_already_is_not_said_again_below_it(tmp_path, text, proven, below):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop", text=text, proven=proven)
            await desk.card()
            await desk.settle()
            sending = desk.read(lambda work: {one.outbound.notice: one.state for one in outbox.listed(work)})
            card = desk.cards()[0]
            return len(desk.thread(card)), sending["agent-new"], "Nothing proves" in str(card.blocks)

    assert (below, Sending.SENT, not proven) == _with(story())


def test_a_card_says_what_else_is_on_at_the_customers(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            told = []
            for subject in ("Calls drop", "They are cut off"):
                await desk.mail(subject=subject)
                await desk.settle()
                told.append("Acme has 1 other ticket open" in str(desk.cards()[-1].blocks))
            return told, [len(desk.thread(one)) for one in desk.cards()]

    assert ([False, True], [0, 0]) == _with(story())
