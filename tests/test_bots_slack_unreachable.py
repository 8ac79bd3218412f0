"""A channel of customers that takes nothing any more: words go by mail, agents hear of it once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bots import acting
from bots.acting import Words
from bots.commands import acts
from bots.slack import registering
from bots.slack.blocks import names
from intake import handle
from serving import ANA, BOB, SAM
from slack_world import World, a_slack, at_work, furnished
from store import chat_places, outbox
from store.chat_places import ChatPlace, PlaceKind
from store.tables import Sending
from test_bots_slack_setup import _desk, _run

pytestmark = pytest.mark.slow  # a whole desk each, and a message a second


async def asked(desk: World, channel: str, text: str = "Calls drop at noon.", user: str = "") -> str:
    ts = await desk.slack.say(user or desk.space.ana, channel, text)
    await desk.settle()
    return ts


async def answered(desk: World, text: str) -> None:
    await asyncio.to_thread(acts.say, desk.wired, 1001, text, SAM.address, False)
    await desk.settle()


def told_agents(desk: World) -> list[str]:
    """What agents read about a channel that is shut."""
    return [one.text for one in desk.slack.channel(desk.space.triage) if "takes nothing any more" in one.text]


def marked(desk: World, channel: str) -> str:
    place = desk.read(lambda work: chat_places.place_at(work, "slack", f"{desk.slack.team.id}/{channel}"))
    assert place
    return place.broken


async def reply_form(desk: World) -> str:
    card, sam = await desk.card(), desk.space.sam
    await (await desk.slack.click(sam, card.channel, card.ts, names.REPLY)).answered()
    await desk.slack.wait_for(lambda: "Goes " in str(desk.slack.views(sam)))
    return str(desk.slack.views(sam))


async def archived(desk: World) -> None:
    await desk.slack.archive(desk.space.shared)


async def unshared(desk: World) -> None:
    await desk.slack.unshare_channel(desk.space.shared, desk.space.acme)


@pytest.mark.parametrize(
    ("shuts", "why"),
    [(archived, "it is archived"), (unshared, "it is shared with the customer no more")],
)
def test_a_channel_that_is_shut_is_offered_no_more_and_its_people_get_mail(tmp_path, shuts, why):
    async def run():
        async with a_slack() as slack, at_work(tmp_path, furnished(slack)) as desk:
            desk.register()
            await asked(desk, desk.space.shared)
            await shuts(desk)
            await slack.wait_for(lambda: marked(desk, desk.space.shared))
            form = await reply_form(desk)
            await answered(desk, "Please try again.")
            await answered(desk, "And again.")
            return form, desk.mails_to(ANA.address), told_agents(desk)

    form, mails, (told,) = asyncio.run(run())

    assert (True, False) == ("Goes by email to Ana Rossi" in form, "by Slack" in form)
    assert ["Re: Calls drop at noon. [VS-1001]"] * 2 == mails
    assert (True, True) == (why in told, "VS-1001" in told)


@pytest.mark.parametrize(
    ("leaves", "is_shut"),
    [("acme", True), ("third", False)],  # the one that speaks for the customer, or another
)
def test_a_channel_that_only_others_still_read_says_nothing_to_them(tmp_path, leaves, is_shut):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            teams = {"acme": space.acme, "third": slack.add_team("Third")}
            tom = slack.add_user("Tom", email="tom@third.example", team=teams["third"])
            channel = slack.add_channel(
                "calls", members=[space.ana, tom, space.sam], shared_with=list(teams.values())
            )
            async with at_work(tmp_path, space) as desk:
                desk.register(channel)
                desk.write(lambda work: _speaks(work, f"{slack.team.id}/{channel}", space.acme.id))
                ts = await asked(desk, channel)
                await slack.unshare_channel(channel, teams[leaves])
                await desk.settle()
                if is_shut:
                    await slack.share_channel(channel, slack.add_team("Fourth"))
                    await asked(desk, channel, "And who are you?", user=tom)
                await answered(desk, "Please try again.")
                said = any("try again" in one.text for one in slack.thread(channel, ts))
                return bool(marked(desk, channel)), said, len(desk.mails_to(ANA.address))

    assert (is_shut, not is_shut, int(is_shut)) == asyncio.run(run())


def _speaks(work, place, team):
    known = chat_places.place_at(work, "slack", place)
    chat_places.register(work, replace(known, workspace=team), datetime.now(UTC))


@pytest.mark.parametrize("word", ["not_in_channel", "is_archived", "channel_not_found"])
def test_words_that_a_channel_refuses_go_by_mail_and_are_not_tried_for_days(tmp_path, word):
    async def run():
        async with a_slack() as slack, at_work(tmp_path, furnished(slack)) as desk:
            desk.register()
            await asked(desk, desk.space.shared)
            slack.fail("chat.postMessage", error=word, only={"channel": desk.space.shared})
            await answered(desk, "Please try again.")
            words = desk.read(lambda work: outbox.of_ticket(work, 1001))
            states = [one.outbound.channel for one in words if one.state is Sending.FAILED]
            return desk.mails_to(ANA.address), states, len(told_agents(desk))

    mails, failed, told = asyncio.run(run())

    assert (["Re: Calls drop at noon. [VS-1001]"], ["slack"], 1) == (mails, failed, told)


def test_everybody_who_read_an_answer_in_the_channel_gets_it_by_mail(tmp_path):
    async def run():
        async with a_slack() as slack, at_work(tmp_path, furnished(slack)) as desk:
            bob = slack.add_user(BOB.name, email=BOB.address, team=desk.space.acme)
            await slack.join(bob, desk.space.shared)
            desk.register()
            ts = await asked(desk, desk.space.shared)
            await slack.say(bob, desk.space.shared, "For me, too.", thread_ts=ts)
            await desk.settle()
            slack.world.channel(desk.space.shared).is_archived = True  # and its event got lost
            await answered(desk, "Please try again.")
            return [len(desk.mails_to(one)) for one in (ANA.address, BOB.address)]

    assert [1, 1] == asyncio.run(run())


def test_whom_nothing_reaches_any_more_is_named_to_agents(tmp_path):
    async def run():
        async with a_slack() as slack, at_work(tmp_path, furnished(slack)) as desk:
            max_ = slack.add_user("Max Muster", team=desk.space.acme, stranger=True)
            await slack.join(max_, desk.space.shared)
            desk.register()
            await asked(desk, desk.space.shared, user=max_)
            slack.fail("chat.postMessage", error="not_in_channel", only={"channel": desk.space.shared})
            await answered(desk, "Please try again.")
            card = await desk.card()
            return [one.text for one in desk.thread(card)], told_agents(desk)

    thread, (told,) = asyncio.run(run())

    assert "No address is known for VS-1001" in told
    assert any("the app is not in it any more, and no address of theirs takes mail" in one for one in thread)


@pytest.mark.parametrize("is_given_to_others", [False, True])
def test_words_that_wait_for_a_channel_that_is_taken_away_go_by_mail(tmp_path, is_given_to_others):
    """In a channel that is another customer's by then nothing is said, and it is not shut."""

    async def run():
        async with a_slack() as slack, at_work(tmp_path, furnished(slack)) as desk:
            desk.register()
            ts = await asked(desk, desk.space.shared)
            desk.write(lambda work: _taken_away(work, desk, is_given_to_others))
            desk.chat.hands.desk.wake()
            await slack.wait_for(lambda: desk.mails_to(ANA.address), 60)
            await desk.settle()
            said = [one.text for one in slack.thread(desk.space.shared, ts) if "try again" in one.text]
            shut = is_given_to_others and marked(desk, desk.space.shared)
            return desk.mails_to(ANA.address), said, bool(shut), told_agents(desk)

    assert (["Re: Calls drop at noon. [VS-1001]"], [], False, []) == asyncio.run(run())


def _taken_away(work, desk, is_given_to_others):
    """An answer is promised, and before anybody delivers it the channel is not theirs any more."""
    setup, now = desk.wired.setup, datetime.now(UTC)
    agent, ticket = work.agent(SAM.address), work.ticket(1001)
    command = acting.answer(work, setup, agent, ticket, Words("Please try again."), now)
    handle.carry_out_in(work, lambda _: command, setup, SAM.address, now)
    place = f"{desk.slack.team.id}/{desk.space.shared}"
    registering.unregister(work, desk.space.shared, SAM.address, now)
    if is_given_to_others:
        other = ChatPlace("slack", place, PlaceKind.CUSTOMERS, "acme", registered_by="sam")
        registering.register(work, other, now)


def test_a_channel_where_customers_are_heard_again_is_used_again(tmp_path):
    async def run():
        async with a_slack() as slack, at_work(tmp_path, furnished(slack)) as desk:
            desk.register()
            ts = await asked(desk, desk.space.shared)
            slack.fail("chat.postMessage", error="not_in_channel", only={"channel": desk.space.shared})
            await answered(desk, "Please try again.")
            was = marked(desk, desk.space.shared)
            await slack.say(desk.space.ana, desk.space.shared, "It works.", thread_ts=ts)
            await desk.settle()
            await answered(desk, "Good.")
            return was, marked(desk, desk.space.shared), slack.thread(desk.space.shared, ts)[-1].text

    was, now, last = asyncio.run(run())

    assert (True, "", True) == (bool(was), now, "Good." in last)


def test_a_customers_own_workspace_that_takes_the_app_out_is_written_to_by_mail(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_team("Acme at home", installed=True)
            ana = slack.add_user("Ana Rossi", email=ANA.address, team=other)
            channel = slack.add_channel("help", members=[ana], team=other)
            await _run(*_desk(tmp_path, space), "slack", "install", "--token", other.bot_token)
            async with at_work(tmp_path, space) as desk:
                desk.register(channel, other.id)
                await asked(desk, channel, user=ana)
                await slack.uninstall(other)
                await slack.wait_for(lambda: told_agents(desk))
                form = await reply_form(desk)
                await answered(desk, "Please try again.")
                return form, desk.mails_to(ANA.address), told_agents(desk)

    form, mails, (told,) = asyncio.run(run())

    assert (True, False) == ("Goes by email to Ana Rossi" in form, "by Slack" in form)
    assert ["Re: Calls drop at noon. [VS-1001]"] == mails
    assert "the app was taken out of that workspace" in told


def test_an_app_that_is_installed_again_speaks_in_its_channels_again(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_team("Acme at home", installed=True)
            ana = slack.add_user("Ana Rossi", email=ANA.address, team=other)
            channel = slack.add_channel("help", members=[ana], team=other)
            install = *_desk(tmp_path, space), "slack", "install", "--token", other.bot_token
            await _run(*install)
            async with at_work(tmp_path, space) as desk:
                desk.register(channel, other.id)
                await asked(desk, channel, user=ana)
                await slack.uninstall(other)
                await slack.wait_for(lambda: told_agents(desk))
                other.is_installed = True
                await _run(*install)
                place = f"{other.id}/{channel}"
                return desk.read(lambda work: chat_places.place_at(work, "slack", place)).broken

    assert "" == asyncio.run(run())


def test_while_the_agents_own_workspace_is_without_the_app_words_wait_after_a_restart_too(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                desk.register()
                await asked(desk, space.shared)
            slack.team.trouble = "token_revoked"
            async with at_work(tmp_path, space) as desk:
                await asyncio.to_thread(acts.say, desk.wired, 1001, "Try again.", SAM.address, False)
                await slack.wait_for(lambda: tried(desk))
                return [one.state for one in tried(desk)], marked(desk, space.shared), told_agents(desk)

    assert ([Sending.PENDING], "", []) == asyncio.run(run())


def test_where_the_agents_own_workspace_takes_the_app_out_their_customers_words_wait(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            await _run(*_desk(tmp_path, space), "slack", "install", "--token", slack.team.bot_token)
            async with at_work(tmp_path, space, bot_token="") as desk:
                desk.register()
                await asked(desk, space.shared)
                await slack.uninstall()
                workspaces = desk.chat.hands.speaking.workspaces
                await slack.wait_for(lambda: workspaces.dead(slack.team.id))
                workspaces.resume(slack.team.id)  # a minute later
                await asyncio.to_thread(acts.say, desk.wired, 1001, "Try again.", SAM.address, False)
                await slack.wait_for(lambda: tried(desk))
                return [one.state for one in tried(desk)], marked(desk, space.shared)

    assert ([Sending.PENDING], "") == asyncio.run(run())


def tried(desk: World) -> list[outbox.Promise]:
    """Words to the customer that Slack did not take."""
    said = desk.read(lambda work: outbox.of_ticket(work, 1001))
    return [one for one in said if one.error and one.outbound.notice == "agent-answer"]
