"""What Slack says of customers' channels, whose events were lost, is taken as the events would have been."""

import asyncio

import pytest

from bots.slack import rounds
from bots.slack.registering import SHARED_WITH
from bots.slack.rounds import shared_with, trouble_in, unshared
from serving import ANA
from slack_world import World, a_slack, at_work, furnished
from store import chat_places
from store.chat_places import ChatPlace, PlaceKind
from test_bots_slack_unreachable import answered, asked, marked, told_agents

SOUND = {"is_archived": False, "is_member": True}


@pytest.mark.parametrize(
    ("info", "word"),
    [
        (SOUND, ""),
        (SOUND | {"is_member": False}, "not_in_channel"),
        (SOUND | {"is_archived": True, "is_member": False}, "is_archived"),
        ({"id": "C1"}, ""),
    ],
)
def test_a_channel_that_takes_nothing_is_known_by_what_slack_says_of_it(info, word):
    assert word == trouble_in(info)


@pytest.mark.parametrize(
    ("info", "others"),
    [
        ({"shared_team_ids": ["T1", "T2"], "is_ext_shared": True}, {"T2"}),
        ({"shared_team_ids": ["T1"], "is_ext_shared": False}, set()),
        ({"shared_team_ids": [], "is_ext_shared": True}, None),
        ({"is_ext_shared": False}, None),
    ],
)
def test_with_whom_a_channel_is_shared_is_unknown_where_slack_does_not_say(info, others):
    assert others == shared_with(info, "T1")


@pytest.mark.parametrize(
    ("named", "others", "was_shared", "is_unshared"),
    [
        ("", {"T2"}, True, False),
        ("", set(), True, True),
        ("", set(), False, False),  # its customers are guests of ours
        ("T2", {"T2", "T3"}, True, False),
        ("T2", {"T3"}, True, True),  # others still read it
        ("T2", set(), False, True),  # it was shared with them when it was registered
        ("T1", set(), False, False),  # our own speaks for them
    ],
)
def test_who_speaks_for_the_customer_has_to_read_a_channel_of_ours(named, others, was_shared, is_unshared):
    place = ChatPlace("slack", "T1/C1", PlaceKind.CUSTOMERS, workspace=named)

    assert is_unshared is bool(unshared(place, others, was_shared=was_shared))


def archived(desk: World) -> None:
    desk.slack.world.channel(desk.space.shared).is_archived = True


def unshared_there(desk: World) -> None:
    desk.slack.world.channel(desk.space.shared).shared_with.clear()


def left(desk: World) -> None:
    desk.slack.world.channel(desk.space.shared).members.remove(desk.slack.team.bot_user)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(rounds, "APART_SECONDS", 0.01)
    monkeypatch.setattr(rounds, "REST_SECONDS", 0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (archived, "it is archived"),
        (unshared_there, "it is shared with the customer no more"),
        (left, "the app is not in it any more"),
    ],
)
def test_a_channel_that_was_shut_while_the_desk_was_down_is_found_when_it_is_there_again(
    tmp_path, quick, lost, why
):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                desk.register()
                await asked(desk, space.shared)
                await slack.wait_for(lambda: known_to_be_shared(desk))
                was = marked(desk, space.shared)
            lost(desk)
            async with at_work(tmp_path, space) as desk:
                await slack.wait_for(lambda: marked(desk, space.shared))
                await desk.settle()
                await answered(desk, "Please try again.")
                return was, marked(desk, space.shared), desk.mails_to(ANA.address), told_agents(desk)

    was, now, mails, (told,) = asyncio.run(run())

    assert ("", why) == (was, now)
    assert ["Re: Calls drop at noon. [VS-1001]"] == mails
    assert why in told


@pytest.mark.slow
def test_a_channel_that_is_sound_again_after_the_desk_was_down_is_used_again(tmp_path, quick):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                desk.register()
                await slack.archive(space.shared)
                await slack.wait_for(lambda: marked(desk, space.shared))
            slack.world.channel(space.shared).is_archived = False  # and its event got lost
            async with at_work(tmp_path, space) as desk:
                await slack.wait_for(lambda: not marked(desk, space.shared))

    asyncio.run(run())


@pytest.mark.slow
def test_slack_in_trouble_shuts_nothing_and_is_asked_again(tmp_path, quick):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                for _ in range(3):
                    slack.fail("conversations.info", status=502)
                    slack.fail("conversations.info", error="ratelimited", retry_after=1)
                desk.register()
                await slack.wait_for(lambda: known_to_be_shared(desk))
                return marked(desk, space.shared)

    assert "" == asyncio.run(run())


def known_to_be_shared(desk: World) -> str:
    place = f"{desk.slack.team.id}/{desk.space.shared}"
    assert desk.read(lambda work: chat_places.place_at(work, "slack", place))
    return desk.read(lambda work: work.preference(SHARED_WITH, place))
