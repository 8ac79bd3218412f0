"""An agent's emoji on a card does what a button would; everybody else's, and anywhere else, nothing."""

import pytest

import slack_asks
from bots.slack.blocks import names
from intake.tickets import Status

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with slack_asks.a_room(tmp_path_factory.mktemp("desk")) as found:
        found.world.register()
        yield found


def react(room, number, name, user="", remove=False):
    """An emoji on a ticket's card, and everything that follows from it."""
    card = room.card(number)

    async def reacted():
        await room.slack.react(user or room.space.sam, card.channel, card.ts, name, remove=remove)
        await room.world.settle()

    room.play(reacted())
    return room.now(number)


def test_eyes_claim_and_taking_them_away_lets_go(room):
    number = room.ticket()
    claimed = react(room, number, "eyes").assignee
    let_go = react(room, number, "eyes", remove=True).assignee

    assert ("Sam Weaver", None) == (claimed and claimed.name, let_go)


def test_only_whoever_has_a_ticket_lets_it_go(room):
    number = room.ticket()
    react(room, number, "eyes")
    react(room, number, "eyes", user=room.space.tim)
    after = react(room, number, "eyes", user=room.space.tim, remove=True)

    assert "Sam Weaver" == after.assignee.name


@pytest.mark.parametrize(("name", "field", "value"), [("rotating_light", "severity", "urgent")])
def test_an_emoji_sets_what_it_stands_for(room, name, field, value):
    ticket = react(room, room.ticket(), name)

    assert value == getattr(ticket, field)


def test_snoozing_keeps_quiet_until_the_customer_writes(room):
    number = room.ticket()
    ticket = react(room, number, "zzz")
    said = room.slack.ephemerals(room.space.sam, room.space.triage)[-1].text

    assert all(one.snoozed_until for one in ticket.clocks)
    assert f"VS-{number}: reminders are quiet until the customer writes." == said


def test_solving_asks_first_while_the_last_word_is_the_customers(room):
    number = room.ticket()
    asked = react(room, number, "white_check_mark").status
    question = room.slack.ephemerals(room.space.sam, room.space.triage)[-1]
    room.click(room.space.sam, question, names.SOLVE_ANYWAY)

    assert Status.OPEN is asked
    assert "the last word is the customer" in slack_asks.shown(question)
    assert Status.SOLVED is room.now(number).status


@pytest.mark.parametrize(("name", "who"), [("umbrella", "sam"), ("eyes", "customer")])
def test_what_means_nothing_and_whoever_is_no_agent_is_ignored(room, name, who):
    number = room.ticket()
    user = room.space.sam
    if who == "customer":  # who sees the triage channel, and is no agent all the same
        user = room.slack.add_user("Gus", email="ana@acme.example")
        room.play(room.slack.join(user, room.space.triage))
    before = room.now(number).version
    shown = len(room.slack.ephemerals(user))
    after = react(room, number, name, user=user)

    assert (before, None) == (after.version, after.assignee)
    assert shown == len(room.slack.ephemerals(user))


def test_a_ticket_emoji_opens_one_for_a_customer_who_wrote_in_a_channel_of_ours(room):
    async def said():
        ts = await room.slack.say(room.space.tim, room.space.shared, "Is anything wrong?")
        await room.slack.react(room.space.sam, room.space.shared, ts, "ticket")
        await room.world.settle()
        return room.slack.ephemerals(room.space.sam, room.space.shared)

    before = len(room.tickets())
    told = room.play(said())

    assert "whose request this is cannot be told" in slack_asks.shown(told[-1]).lower()
    assert before == len(room.tickets())


def test_a_ticket_emoji_on_what_a_customer_wrote_before_the_channel_was_ours_opens_one(room):
    space = room.space
    channel = room.slack.add_channel("old", members=[space.sam, space.ana], shared_with=[space.acme])

    async def said():
        ts = await room.slack.say(space.ana, channel, "Our fax is on fire")
        await room.world.settle()
        room.world.register(channel)
        for _ in range(2):  # the second is on a ticket already
            await room.slack.react(space.sam, channel, ts, "ticket")
            await room.slack.react(space.sam, channel, ts, "ticket", remove=True)
        await room.world.settle()
        return room.slack.ephemerals(space.sam, channel)

    before = len(room.tickets())
    told = room.play(said())
    ticket = max(room.tickets(), key=lambda one: one.number)

    assert before + 1 == len(room.tickets())
    assert ("Our fax is on fire", "Ana Rossi") == (ticket.subject, ticket.requester.name)
    assert f"VS-{ticket.number} is open" in slack_asks.shown(told[0])


def test_an_emoji_on_what_stands_below_a_card_is_only_an_emoji(room):
    number = room.ticket()
    room.say(f"note {number} A line.")
    room.in_thread(number, "left a note")
    below = room.world.thread(room.card(number))[-1]

    async def reacted():
        await room.slack.react(room.space.sam, below.channel, below.ts, "eyes")
        await room.world.settle()

    room.play(reacted())

    assert room.now(number).assignee is None
