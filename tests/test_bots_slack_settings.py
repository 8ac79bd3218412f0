"""Administrators choose in Slack what is for what; it holds at once, and the history says who chose it."""

import functools
from datetime import UTC, datetime

import pytest

import slack_asks
from bots.commands import acts
from bots.slack.asks import emoji
from bots.slack.asks.chosen import use_chosen
from bots.slack.blocks import names
from serving import ANA, SAM
from store import cards, chat_places, chats
from store.chat_places import PlaceKind
from store.people_lists import history_of_entry

pytestmark = pytest.mark.slow


NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with slack_asks.a_room(tmp_path_factory.mktemp("desk"), admins='["sam@vendor.example"]') as found:
        yield found


def save(room, meanwhile=lambda: None, **values):
    """What is answered to the form with these values in it; `meanwhile` is done while it is open."""

    def filled():
        views = room.slack.views(room.space.sam)
        return next((one for one in views if one["callback_id"] == names.VIEW_SETTINGS), None)

    async def saved():
        await room.slack.command(room.space.sam, room.space.triage, "/ticket", "settings")
        view = await room.slack.wait_for(filled)
        meanwhile()
        answer = await room.slack.submit(room.space.sam, view["id"], values)
        for one in room.slack.views(room.space.sam):
            await room.slack.close_view(room.space.sam, one["id"])
        return answer

    return room.play(saved())


def test_only_administrators_get_to_the_form(room):
    words = room.say("settings", user=room.space.tim)

    assert "Only administrators can do this." in words


def test_a_channel_of_customers_is_registered(room):
    acme = room.world.read(lambda work: work.organisation_of("acme.example"))
    answer = save(room, channel=room.space.shared, organisation=str(acme.id))
    place = f"{room.slack.team.id}/{room.space.shared}"
    known = room.world.read(lambda work: chat_places.place_at(work, "slack", place))
    history = room.world.read(lambda work: history_of_entry(work, "slack settings"))

    assert "It holds from now on." in slack_asks.shown(answer["view"])
    assert ("customers", acme.id, "sam@vendor.example") == (
        known.kind,
        known.organisation,
        known.registered_by,
    )
    assert "sam@vendor.example" == history[0]["actor"]


def test_a_team_gets_a_triage_channel_of_its_own_at_once(room):
    sam, tim = room.space.sam, room.space.tim
    channel = room.slack.add_channel("security", private=True, members=[sam, tim])
    save(room, team="security", **{names.TRIAGE_CHANNEL: channel})
    room.ticket("A vulnerability in the login")

    def posted():
        return [one for one in room.slack.channel(channel) if one.bot_id and not one.is_reply]

    (card,) = room.play(room.slack.wait_for(posted))

    assert "A vulnerability in the login" in slack_asks.shown(card)
    assert "security" in room.world.chat.hands.desk.setup.desk.protected_channels


def test_a_channel_of_customers_is_taken_away_and_whoever_did_it_reads_what_becomes_of_its_tickets(room):
    room.world.register()
    place = f"{room.slack.team.id}/{room.space.shared}"
    room.play(room.slack.say(room.space.ana, room.space.shared, "The export is down."))
    room.settle()
    (number,) = room.world.read(lambda work: chat_places.open_tickets_in(work, "slack", place))
    answer = save(room, **{names.REMOVE: place})
    room.play(room.slack.say(room.space.ana, room.space.shared, "Does anybody hear me?"))
    acts.say(room.world.wired, number, "We look at it.", SAM.address, False)
    room.settle()
    known = room.world.read(lambda work: chat_places.place_at(work, "slack", place))
    history = room.world.read(lambda work: history_of_entry(work, "slack settings"))
    written = " ".join(slack_asks.shown(one) for one in room.slack.channel(room.space.shared) if one.bot_id)

    assert "1 open ticket of it: answered by email from now on." in slack_asks.shown(answer["view"])
    assert known is None
    assert ("sam@vendor.example", True) == (history[0]["actor"], "nobody's" in history[0]["detail"])
    assert ["The export is down."] == [one.subject for one in room.tickets() if one.channel == "slack"]
    assert ("We look at it." in written, len(room.world.mails_to(ANA.address)) > 0) == (False, True)


def test_the_cards_of_a_team_whose_channel_is_taken_away_move_without_the_words_of_a_protected_one(room):
    channel = room.slack.add_channel("holes", private=True, members=[room.space.sam])
    save(room, team="security", **{names.TRIAGE_CHANNEL: channel})
    number = room.ticket("Another vulnerability")
    room.ticket("A vulnerability besides")
    room.settle()
    count = len(room.world.cards(channel))
    answer = save(room, **{names.REMOVE: "team security"})
    room.settle()
    card = slack_asks.shown(room.card(number))
    desk = room.world.chat.hands.desk.setup.desk
    places = room.world.read(lambda work: chat_places.listed(work, "slack", PlaceKind.TRIAGE))

    assert f"team security move to the channel of all others: {count} cards" in slack_asks.shown(
        answer["view"]
    )
    assert ("a request for team security" in card, "Another vulnerability" in card) == (True, False)
    assert "security" not in desk.protected_channels
    assert [f"{room.slack.team.id}/{room.space.triage}"] == [one.place for one in places]


def test_what_another_process_chose_holds_here_too_when_it_is_looked_at_again(room):
    sam = room.space.sam
    channel = room.slack.add_channel("support", private=True, members=[sam])
    number = room.ticket("A lamp")
    acts.change(room.world.wired, number, "team", "support", SAM.address)
    room.settle()
    shelves = []
    for value in (channel, ""):  # chosen there, and taken away again
        room.world.write(lambda work, value=value: chats.choose(work, "slack", "team support", value, NOW))
        room.play(use_chosen(room.world.chat.hands))
        room.settle()
        card = room.world.read(lambda work: cards.card_of(work, number))
        shelves.append(card.place.rpartition("/")[2])

    assert [channel, room.space.triage] == shelves


def test_what_was_taken_away_meanwhile_is_said_at_its_field(room):
    room.world.register()
    place = f"{room.slack.team.id}/{room.space.shared}"
    quicker = functools.partial(chat_places.forget, medium="slack", place=place)
    answer = save(room, meanwhile=lambda: room.world.write(quicker), **{names.REMOVE: place})

    assert "taken away already" in answer["errors"][names.REMOVE]


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"channel": "{triage}", "organisation": "1"}, "channel", "triage channel"),
        ({"channel": "{shared}"}, "organisation", "whose channel"),
        ({"organisation": "1"}, "channel", "which channel"),
        ({"team": "security", names.TRIAGE_CHANNEL: "{public}"}, names.TRIAGE_CHANNEL, "not private"),
        ({"channel": "{elsewhere}", "organisation": "1"}, "channel", "not in"),
        ({"emoji": "eyes: claim"}, "emoji", "eyes = claim"),
        ({"emoji": "eyes = clame"}, "emoji", 'did you mean "claim"?'),
        ({names.GROUP: "no such thing!"}, names.GROUP, "handle"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(room, values, field, said):
    known = {
        "triage": room.space.triage,
        "shared": room.space.shared,
        "public": room.slack.add_channel("public", members=[room.space.sam]),
        "elsewhere": room.slack.add_channel("elsewhere", members=[room.space.sam], bot=False),
    }
    answer = save(room, **{name: value.format(**known) for name, value in values.items()})

    assert said in answer["errors"][field]


def test_emoji_mean_what_was_chosen_and_the_usual_when_nothing_is(room):
    save(room, emoji="wave = claim\n:tada: = solve")
    chosen = emoji.meanings_in(room.world.read(lambda work: work.preference("slack", "emoji")))
    save(room, emoji="")
    usual = emoji.meanings_in(room.world.read(lambda work: work.preference("slack", "emoji")))

    assert {"wave": "claim", "tada": "solve"} == chosen
    assert emoji.USUAL == usual


def test_the_agents_group_is_one_that_slack_has_and_can_be_taken_away_again(room):
    room.slack.add_usergroup("helpers", [room.space.colleague])
    staff, team = room.world.chat.hands.staff, room.slack.team.id

    def is_agent():
        return room.play(staff.agent(team, room.space.colleague)) is not None

    wrong = save(room, **{names.GROUP: "helprs"})["errors"][names.GROUP]
    save(room, **{names.GROUP: "@helpers"})
    chosen = is_agent()
    save(room, **{names.GROUP: ""})

    assert 'did you mean "helpers"?' in wrong
    assert (True, False) == (chosen, is_agent())
