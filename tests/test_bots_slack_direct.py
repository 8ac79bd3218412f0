"""Agents are told directly what concerns them alone, until they say that they are not to be."""

from datetime import UTC, datetime, timedelta

import pytest

import slack_asks
from bots.slack.asks import digest
from bots.slack.asks.digest import Digests
from bots.slack.asks.snoozes import Snoozes
from bots.slack.blocks import names
from store import chats
from store.tables import agents, clocks

pytestmark = pytest.mark.slow

NINE = datetime(2026, 11, 16, 8, 5, tzinfo=UTC)  # Monday, 9:05 in Rome


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digest, "AGAIN_SECONDS", 3600)  # nor is one sent by itself, if it is nine in truth
        with slack_asks.a_room(tmp_path_factory.mktemp("desk")) as found:
            found.say("me", user=found.space.tim)  # so that his account is known
            yield found


def agent(room, name):
    return next(one for one in room.world.read(lambda work: work.agents()) if one.name == name)


def choose(room, name, choice, value):
    owner = f"agent:{agent(room, name).id}"
    room.world.write(lambda work: chats.choose(work, owner, choice, value, NINE))


def test_the_button_below_a_message_mutes_its_kind(room):
    number = room.ticket()
    room.say(f"assign {number} <@{room.space.tim}>")
    room.told(room.space.tim, "gave you")
    (message,) = [one for one in room.slack.dms(room.space.tim) if "gave you" in slack_asks.shown(one)]
    room.click(room.space.tim, message, names.MUTE)
    room.say(f"unclaim {number}")
    room.say(f"assign {number} <@{room.space.tim}>")
    room.settle()
    told = [one for one in room.slack.dms(room.space.tim) if "gave you" in slack_asks.shown(one)]

    assert 1 == len(told)


def test_whoever_takes_a_ticket_themselves_is_not_told(room):
    number = room.ticket()
    room.say(f"claim {number}")
    room.settle()

    assert not any("gave you" in slack_asks.shown(one) for one in room.slack.dms(room.space.sam))


def sent(room, at):
    return room.play(Digests(room.world.chat.hands).send(at))


def test_an_agent_without_a_listed_zone_is_served_in_that_of_their_slack(room):
    async def moves():
        await room.slack.change_user(room.space.tim, tz="America/New_York")
        await room.world.settle()

    room.play(moves())
    said = room.say(f"snooze {room.ticket()} 3d", user=room.space.tim)
    choose(room, "Tim Other", "digest", "on")
    counts = [sent(room, NINE), sent(room, NINE + timedelta(hours=6))]
    choose(room, "Tim Other", "digest", "off")

    assert "America/New_York (in 3 d)" in said
    assert [0, 1] == counts


def test_the_end_of_a_snooze_is_said_once_in_the_thread(room):
    number, ends = room.ticket(), Snoozes(room.world.chat.hands)
    room.say(f"snooze {number} 2h")
    before = room.play(ends.tell(datetime.now(UTC)))
    over = clocks.update().where(clocks.c.ticket == number).values(snoozed_until=datetime.now(UTC))
    room.world.write(lambda work: work.connection.execute(over))
    for hours in (0, 0, 3):
        room.play(ends.tell(datetime.now(UTC) + timedelta(hours=hours)))
    line = room.in_thread(number, "The snooze is over")
    room.settle()
    thread = [slack_asks.shown(one) for one in room.world.thread(room.card(number))]

    assert 0 == before
    assert "reminders are heard again" in line
    assert 1 == sum("The snooze is over" in one for one in thread)


def test_a_customers_words_end_a_snooze(room):
    number = room.ticket()
    room.say(f"snooze {number} 2h")
    room.called(number, "Still down.")
    room.play(Snoozes(room.world.chat.hands).tell(datetime.now(UTC)))

    assert "📞  Ana Rossi <ana@acme.example>  called, logged by Sam Weaver" in room.in_thread(number, "Still")
    assert room.in_thread(number, "The snooze is over")


def test_a_digest_comes_once_a_working_day_at_nine_to_whoever_wants_it(room):
    room.say(f"claim {room.ticket()}")
    mine = [one for one in room.tickets() if one.assignee and one.assignee.name == "Sam Weaver"]
    unwanted = sent(room, NINE)
    choose(room, "Sam Weaver", "digest", "on")
    hours = {"mon-fri": ["09:00-17:00"]}
    sam = agent(room, "Sam Weaver")
    zone = {"hours": hours, "timezone": "Europe/Rome"}
    room.world.write(
        lambda work: work.connection.execute(agents.update().where(agents.c.id == sam.id).values(**zone))
    )
    counts = [
        sent(room, NINE - timedelta(minutes=10)),
        sent(room, NINE - timedelta(days=1)),  # Sunday
        sent(room, NINE),
        sent(room, NINE + timedelta(minutes=1)),
        sent(room, NINE + timedelta(days=1)),
    ]
    told = room.told(room.space.sam, "Good morning")

    assert (0, [0, 0, 1, 0, 1]) == (unwanted, counts)
    assert f"Yours: {len(mine)}" in told[0]
    assert "Mute these messages" in told[0]
