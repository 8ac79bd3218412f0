"""Nothing of a ticket is posted where somebody else could read it, and only agents are agents."""

import asyncio

import pytest
from sqlalchemy import update

from serving import AGENTS, SAM
from slack_world import a_slack, at_work, furnished, world
from store.exports import conversation
from store.people_lists import history_of_entry
from store.tables import agents

pytestmark = pytest.mark.slow  # a whole desk each


async def _public(space) -> None:
    space.slack.world.channel(space.triage).is_private = False


async def _shared(space) -> None:
    space.slack.world.channel(space.triage).shared_with.append(space.acme.id)


async def _guest(space) -> None:
    guest = space.slack.add_user("Guest", restricted=True)
    space.slack.world.channel(space.triage).members.append(guest)


async def _stranger(space) -> None:
    space.slack.world.channel(space.triage).members.append(space.ana)


@pytest.mark.parametrize("spoil", [_public, _shared, _guest, _stranger])
def test_an_unsafe_triage_channel_gets_no_word_and_an_admin_is_told_by_mail(tmp_path, spoil):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            await spoil(space)
            async with at_work(tmp_path, space, admins=f'["{SAM.address}"]') as desk:
                await desk.mail(subject="Calls drop")
                await slack.wait_for(lambda: desk.mails_to(SAM.address))
                await asyncio.sleep(0.5)
                return slack.channel(space.triage), len(desk.mails_to(SAM.address))

    assert ([], 1) == asyncio.run(run())


async def _guest_joins(desk) -> None:
    guest = desk.slack.add_user("Guest", restricted=True)
    await desk.slack.join(guest, desk.space.triage)


async def _is_shared(desk) -> None:
    await desk.slack.share_channel(desk.space.triage, desk.space.acme)


async def _becomes_guest(desk) -> None:
    await desk.slack.change_user(desk.space.tim, is_restricted=True)


@pytest.mark.parametrize("spoil", [_guest_joins, _is_shared, _becomes_guest])
def test_a_channel_that_becomes_unsafe_gets_nothing_more_from_that_moment(tmp_path, spoil):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Before")
            await desk.card()
            await desk.settle()
            await spoil(desk)
            await desk.settle()
            before = len(desk.slack.channel(desk.space.triage))
            await desk.mail(subject="After")
            await desk.slack.wait_for(lambda: any("Trouble" in one for one in desk.mails_to(AGENTS)))
            await asyncio.sleep(0.3)
            return [one.text for one in desk.slack.channel(desk.space.triage)[before:]]

    assert [] == asyncio.run(story())


def test_an_event_that_tells_of_a_shared_channel_ends_all_words_there(tmp_path):
    """Whatever became of the event that should have told us."""

    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Before")
            card = await desk.card()
            await desk.settle()
            place = desk.slack.world.channel(desk.space.triage)
            place.shared_with.append(desk.space.acme.id)
            await desk.slack.say(desk.space.sam, desk.space.triage, "A note", thread_ts=card.ts)
            await desk.slack.wait_until_idle()
            await desk.slack.wait_for(lambda: any("Trouble" in one for one in desk.mails_to(AGENTS)))
            before = len(desk.slack.channel(desk.space.triage))
            await desk.mail(subject="After")
            await asyncio.sleep(0.5)
            return [one.text for one in desk.slack.channel(desk.space.triage)[before:]]

    assert [] == asyncio.run(story())


def test_a_channel_that_is_sound_again_gets_all_that_waited(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            await _public(space)
            async with at_work(tmp_path, space) as desk:
                await desk.mail(subject="Calls drop")
                await slack.wait_for(lambda: any("Trouble" in one for one in desk.mails_to(AGENTS)))
                slack.world.channel(space.triage).is_private = True
                await desk.chat.hands.triage.look(space.triage, anew=True)
                return (await desk.card(60)).text

    assert "Calls drop" in asyncio.run(run())


def test_a_channel_with_another_id_is_still_the_triage_channel(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.slack.wait_for(lambda: desk.slack.sockets)
            after = await desk.slack.rename_id(desk.space.triage)
            await desk.settle()
            await desk.mail(subject="Calls drop")
            await desk.slack.wait_for(lambda: desk.cards(after))
            return desk.cards(after)[0].text

    assert "Calls drop" in asyncio.run(story())


def _people(space) -> dict[str, str]:
    slack, triage = space.slack, space.slack.world.channel(space.triage)
    found = {"listed by id": space.sam, "listed by address": space.tim, "not in the channel": space.colleague}
    found["customer"] = space.ana
    for name, is_what in (
        ("guest", {"restricted": True}),
        ("gone", {"deleted": True}),
        ("bot", {"bot": True}),
    ):
        found[name] = slack.add_user(name, email=SAM.address, **is_what)
        triage.members.append(found[name])
    found["nobody we list"] = slack.add_user("New", email="new@vendor.example")
    triage.members.append(found["nobody we list"])
    found["in the group only"] = slack.add_user("Gus", email="gus@vendor.example")
    slack.add_usergroup("support", [found["in the group only"]])
    return found


GUS = '\n[[agent]]\nname = "Gus"\nemail = "gus@vendor.example"\n'
MEMBERS = {"listed by id", "listed by address", "in the group only", "nobody we list"}


@pytest.mark.parametrize(("enrols", "expected"), [("true", MEMBERS), ("false", MEMBERS - {"nobody we list"})])
def test_an_agent_is_in_the_channel_or_the_group_and_no_guest(tmp_path, enrols, expected):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            people = _people(space)
            more = {"agents_group": '"support"', "enrol_agents": enrols, "people": GUS}
            async with at_work(tmp_path, space, **more) as desk:
                staff, team = desk.chat.hands.staff, slack.team.id
                return {name: (await staff.agent(team, user)) is not None for name, user in people.items()}

    assert expected == {name for name, is_agent in asyncio.run(run()).items() if is_agent}


def test_who_is_among_the_agents_is_put_on_the_list_once_and_the_history_says_so(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            new = desk.slack.add_user("New", email="New@vendor.example")
            await desk.slack.join(new, desk.space.triage)
            await desk.settle()
            staff, team = desk.chat.hands.staff, desk.slack.team.id
            found = [await staff.agent(team, new), await staff.agent(team, new)]
            listed = desk.read(lambda work: [one.email for one in work.agents()])
            return found, listed, desk.read(lambda work: history_of_entry(work, f"agent {found[0].id}"))

    (first, second), listed, history = asyncio.run(story())

    assert (first, "New@vendor.example") == (second, first.email)
    assert 1 == listed.count("New@vendor.example")
    assert 1 == len(history)


@pytest.mark.parametrize("enrols", ["true", "false"])
def test_who_shows_the_address_of_an_agent_with_another_account_is_not_that_agent(tmp_path, enrols):
    async def story():
        async with world(tmp_path, enrol_agents=enrols) as desk:
            new = desk.slack.add_user("New", email=SAM.address)
            await desk.slack.join(new, desk.space.triage)
            await desk.settle()
            return await desk.chat.hands.staff.agent(desk.slack.team.id, new)

    assert asyncio.run(story()) is None


@pytest.mark.parametrize("email", ["", "ana@acme.example", "new@ACME.example", "SAM@vendor.example"])
def test_nobody_becomes_an_agent_without_an_address_as_a_customer_or_after_they_were_let_go(tmp_path, email):
    async def story():
        async with world(tmp_path) as desk:
            desk.write(lambda work: work.connection.execute(update(agents).values(active=False)))
            new = desk.slack.add_user("New", email=email)
            await desk.slack.join(new, desk.space.triage)
            await desk.settle()
            return await desk.chat.hands.staff.agent(desk.slack.team.id, new)

    assert asyncio.run(story()) is None


def test_nobody_of_another_workspace_is_an_agent_whatever_their_id(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            return await desk.chat.hands.staff.agent("T0OTHER", desk.space.sam)

    assert asyncio.run(story()) is None


def test_whoever_leaves_the_group_or_becomes_a_guest_is_no_agent_at_once(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            staff, team = desk.chat.hands.staff, desk.slack.team.id
            before = await staff.agent(team, desk.space.sam)
            await desk.slack.change_user(desk.space.sam, is_restricted=True)
            await desk.settle()
            return before.name, await staff.agent(team, desk.space.sam)

    assert ("Sam Weaver", None) == asyncio.run(story())


@pytest.mark.parametrize("spoil", [_guest_joins, _is_shared, _becomes_guest])
def test_what_one_process_hears_of_a_channel_stops_the_others_too(tmp_path, spoil):
    """Slack tells one connection of each event, so only one of two processes hears of it."""

    async def story():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as one, at_work(tmp_path, space) as other:
                triages = [desk.chat.hands.triage for desk in (one, other)]
                before = [(await triage.look(space.triage)).wrong for triage in triages]
                await spoil(one)
                await slack.wait_until_idle()
                await one.settle()
                return before, [bool((await triage.look(space.triage)).wrong) for triage in triages]

    assert (["", ""], [True, True]) == asyncio.run(story())


def test_who_leaves_the_agents_group_is_no_agent_in_any_process_and_who_joins_is_one(tmp_path):
    async def story():
        async with a_slack() as slack:
            space = furnished(slack)
            group = slack.add_usergroup("helpers", [space.colleague])
            new = slack.add_user("New", email="new@vendor.example")
            settings = {"agents_group": '"helpers"'}
            async with (
                at_work(tmp_path, space, **settings) as one,
                at_work(tmp_path, space, **settings) as other,
            ):
                staffs, team = [desk.chat.hands.staff for desk in (one, other)], slack.team.id
                before = [await staff.agent(team, new) for staff in staffs]
                await slack.set_usergroup(group, [new])
                await slack.wait_until_idle()
                await one.settle()
                after = [(await staff.agent(team, new)).name for staff in staffs]
                return before, after, [await staff.agent(team, space.colleague) for staff in staffs]

    assert ([None, None], ["New", "New"], [None, None]) == asyncio.run(story())


def test_every_process_knows_a_channel_by_the_id_that_one_heard_of(tmp_path):
    async def story():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as one, at_work(tmp_path, space) as other:
                triages, team = [desk.chat.hands.triage for desk in (one, other)], slack.team.id
                before = [await triage.is_triage(team, space.triage) for triage in triages]
                after = await slack.rename_id(space.triage)
                await slack.wait_until_idle()
                await one.settle()
                return before, [await triage.is_triage(team, after) for triage in triages]

    assert ([True, True], [True, True]) == asyncio.run(story())


def test_an_agent_reads_that_nothing_is_taken_from_a_channel_that_others_can_read_now(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            await desk.settle()
            await desk.slack.share_channel(card.channel, desk.space.acme)
            await desk.slack.say(desk.space.sam, card.channel, "A secret note.", thread_ts=card.ts)
            told = await desk.slack.wait_for(lambda: desk.slack.ephemerals(desk.space.sam, card.channel))
            return told[-1].text, str(desk.read(lambda work: conversation(work, 1001)))

    told, kept = asyncio.run(story())

    assert "Others can read this channel now, so nothing is taken from it." in told
    assert "A secret note." not in kept
