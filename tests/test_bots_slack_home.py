"""App Home shows an agent what waits, when it is opened and after what they did; to others one sentence."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

import slack_asks
from bots.slack.blocks import names
from store.tables import clocks, tickets

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with slack_asks.a_room(tmp_path_factory.mktemp("desk")) as found:
        for place in range(12):
            found.ticket(f"Trouble {place}")
        yield found


def opened(room, user):
    """What somebody's App Home shows once they have opened it."""

    async def act():
        before = (room.slack.home(user) or {}).get("hash")
        await room.slack.open_home(user)
        return await room.slack.wait_for(
            lambda: (view := room.slack.home(user)) and view["hash"] != before and view
        )

    return room.play(act())


def act(room, view, action, **how):
    """What it shows after something was done in it."""

    def changed():
        now = room.slack.home(room.space.sam)
        return now if now["hash"] != view["hash"] else None

    async def acted():
        interaction = await room.slack.act_in_view(room.space.sam, view["id"], action, **how)
        await interaction.answered()
        await room.slack.wait_for(room.world.is_at_rest)  # it may be shown anew for another reason meanwhile
        return await room.slack.wait_for(changed)

    return room.play(acted())


def rows(view):
    """The numbers of the rows that are shown."""
    ids = [str(one.get("block_id", "")) for one in view["blocks"]]
    return [int(one.split(":")[1]) for one in ids if one.startswith("row-")]


def test_an_agent_sees_counters_and_the_first_rows(room):
    view = opened(room, room.space.sam)
    words = slack_asks.shown(view)

    assert "Unassigned 12" in words
    assert 5 == len(rows(view))  # of each shelf


@pytest.mark.parametrize("person", ["colleague", "ana"])
def test_whoever_is_no_agent_sees_one_sentence(room, person):
    room.slack.calls.clear()
    words = slack_asks.shown(opened(room, getattr(room.space, person)))

    assert words.strip().startswith("You are not set up as support staff")
    assert "Trouble" not in words


def test_a_filter_shows_one_shelf_and_its_pages_follow_each_other(room):
    view = act(room, opened(room, room.space.sam), names.HOME_FILTER, selected="unassigned")
    more = act(room, view, f"{names.HOME_PAGE}.more")

    assert (10, 2) == (len(rows(view)), len(rows(more)))
    assert set() == set(rows(view)) & set(rows(more))
    assert "Page 2 of 2" in slack_asks.shown(more)


def test_claiming_in_a_row_is_seen_at_once(room):
    view = act(room, opened(room, room.space.sam), names.HOME_FILTER, selected="unassigned")
    first = rows(view)[0]
    block = next(one for one in view["blocks"] if one.get("block_id", "").startswith("row-unassigned"))
    after = act(room, view, names.HOME_ROW, selected=names.CLAIM)

    assert f":{first}:" in block["block_id"]
    assert room.now(first).assignee.name == "Sam Weaver"
    assert first not in rows(after)


def test_snooze_in_a_row_opens_its_form(room):
    view = act(room, opened(room, room.space.sam), names.HOME_FILTER, selected="unassigned")

    def forms():
        return [one for one in room.slack.views(room.space.sam) if one["callback_id"] == names.VIEW_SNOOZE]

    async def chosen():
        await room.slack.act_in_view(room.space.sam, view["id"], names.HOME_ROW, selected=names.SNOOZE)
        return await room.slack.wait_for(forms)

    (form,) = room.play(chosen())

    assert f"VS-{rows(view)[0]}" in slack_asks.shown(form)


def test_a_hash_conflict_is_answered_with_a_newer_view(room):
    view = opened(room, room.space.sam)
    room.slack.fail("views.publish", error="hash_conflict", only={"user_id": room.space.sam})
    after = act(room, view, names.HOME_REFRESH)

    assert view["hash"] != after["hash"]


def test_what_slack_takes_no_more_of_is_shown_when_it_does_as_it_was_asked_for_last(room):
    view = act(room, opened(room, room.space.sam), names.HOME_FILTER, selected="unassigned")
    room.slack.fail("views.publish", status=429, retry_after=1, times=2, only={"user_id": room.space.sam})

    async def asked():
        for action in (names.HOME_REFRESH, f"{names.HOME_PAGE}.more"):
            pressed = await room.slack.act_in_view(room.space.sam, view["id"], action)
            await pressed.answered()  # or the second might be heard first
        return await room.slack.wait_for(
            lambda: "Page 2 of 2" in slack_asks.shown(now := room.slack.home(room.space.sam)) and now, 30
        )

    assert view["hash"] != room.play(asked())["hash"]


def test_what_was_asked_for_before_is_not_shown_after_what_was_asked_for_last(room, monkeypatch):
    view = act(room, opened(room, room.space.sam), names.HOME_FILTER, selected="unassigned")
    homes, is_time, begun, ended = room.world.chat._asks._homes, asyncio.Event(), [], []
    facts, publish = homes._facts, homes._publish

    async def late(one, agent):
        begun.append(one.page)
        if one.page == 1:
            await asyncio.wait_for(is_time.wait(), 60)
        return await facts(one, agent)

    async def published(one, agent):
        await publish(one, agent)
        ended.append(one.page)

    monkeypatch.setattr(homes, "_facts", late)
    monkeypatch.setattr(homes, "_publish", published)

    async def asked():
        for page, action in ((1, names.HOME_REFRESH), (2, f"{names.HOME_PAGE}.more")):
            await room.slack.act_in_view(room.space.sam, view["id"], action)
            await room.slack.wait_for(lambda page=page: page in begun)
        await room.slack.wait_for(lambda: 2 in ended)
        is_time.set()
        await room.slack.wait_for(lambda: 1 in ended)
        return slack_asks.shown(room.slack.home(room.space.sam))

    assert "Page 2 of 2" in room.play(asked())


def test_an_app_home_that_is_opened_while_slack_takes_no_more_is_shown_when_the_rest_is_over(room):
    room.slack.fail("views.publish", status=429, retry_after=4, only={"user_id": room.space.tim})
    before, began = (room.slack.home(room.space.tim) or {}).get("hash"), time.monotonic()

    async def waited():
        await room.slack.open_home(room.space.tim)
        return await room.slack.wait_for(
            lambda: (view := room.slack.home(room.space.tim)) and view["hash"] != before and view, 30
        )

    assert "Unassigned" in slack_asks.shown(room.play(waited()))
    assert time.monotonic() - began >= 4


def test_an_app_home_that_slack_does_not_answer_after_its_rest_is_not_asked_for_each_second(room):
    room.play(room.slack.wait_for(room.world.is_at_rest))
    tims = {"user_id": room.space.tim}  # others look at theirs, and those are published each minute
    room.slack.fail("views.publish", status=429, retry_after=1, only=tims)
    room.slack.fail("views.publish", error="internal_error", times=1000, only=tims)
    homes = room.world.chat._asks._homes

    async def waited():
        await room.slack.open_home(room.space.tim)
        await room.slack.wait_for(lambda: any(one.is_owed for one in homes._looking.values()))
        await room.slack.wait_for(lambda: not any(one.is_owed for one in homes._looking.values()))
        room.slack.mend()
        return [one.user for one in homes._looking.values() if not one.is_owed]

    assert room.space.tim in room.play(waited())


def test_what_was_opened_lately_is_published_again(room, monkeypatch):
    monkeypatch.setattr("bots.slack.asks.home.AGAIN_SECONDS", 0.0)
    view = opened(room, room.space.sam)

    async def waited():
        return await room.slack.wait_for(lambda: room.slack.home(room.space.sam)["hash"] != view["hash"])

    assert room.play(waited())


def test_what_an_agent_does_elsewhere_is_seen_in_their_app_home(room):
    number = room.ticket("Elsewhere")
    view = act(room, opened(room, room.space.sam), names.HOME_FILTER, selected="mine")
    room.say(f"claim {number}")

    def claimed():
        now = room.slack.home(room.space.sam)
        return now["hash"] != view["hash"] and f"VS-{number}" in slack_asks.shown(now)

    assert room.play(room.slack.wait_for(claimed))


def flood(room, number, count):
    """So many more tickets like one, with its clocks, that nobody is told of."""

    def copied(work):
        for table, key in ((tickets, tickets.c.number), (clocks, clocks.c.ticket)):
            rows = work.connection.execute(select(*table.c).where(key == number)).mappings().all()
            for place in range(1, count + 1):
                news = [{**row, key.name: number + place} for row in rows]
                for one in news:
                    one.pop("id", None)
                work.connection.execute(table.insert(), news)

    room.world.write(copied)


@pytest.mark.slow
def test_a_thousand_open_tickets_are_shown_within_the_limits_and_listed_in_time(room):
    flood(room, room.ticket("Flood " + "x" * 200), 1000)
    began = datetime.now(UTC)
    words = room.say("list")
    took = datetime.now(UTC) - began
    view = opened(room, room.space.sam)
    alone = act(room, view, names.HOME_FILTER, selected="unassigned")

    assert took < timedelta(seconds=20)  # a benchmark says how fast it is
    assert "more; narrow it down" in words
    assert len(view["blocks"]) <= 100
    assert 10 == len(rows(alone))
