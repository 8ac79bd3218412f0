"""What the app hears of when people act: each act's event, and when it hears nothing."""

import pytest

from sandbox.slack import Impossible
from slack_room import Room, listening, played

pytestmark = pytest.mark.slow


def heard(scenario, **wishes):
    """The events of a scenario, given a message of the agent's, a card, and a customer's channel."""

    async def play(room: Room):
        async with listening(room) as ear:
            ts, card = await room.slack.say(room.ana, room.triage, "hello"), await room.card()
            await room.slack.wait_until_idle()
            ear.heard.clear()
            await scenario(room, ts, card)
            await room.slack.wait_until_idle()
            return ear.events

    return played(play, **wishes)


def name_of(value):
    """An act's name for the report; None leaves the rest to pytest."""
    return getattr(value, "__name__", None)


async def says(room, ts, card):
    await room.slack.say(room.ana, room.triage, "in thread", thread_ts=card)


async def sends_a_file(room, ts, card):
    await room.slack.say(room.ana, room.triage, "", files=[("trace.log", b"bytes")])


async def edits(room, ts, card):
    await room.slack.edit(room.ana, room.triage, ts, "changed")


async def deletes(room, ts, card):
    await room.slack.delete(room.ana, room.triage, ts)


async def deletes_a_parent(room, ts, card):
    await room.client.chat_postMessage(channel=room.triage, text="answer", thread_ts=ts)
    await room.slack.delete(room.ana, room.triage, ts)


async def reacts(room, ts, card):
    await room.slack.react(room.ana, room.triage, card, "eyes")
    await room.slack.react(room.ana, room.triage, card, "eyes", remove=True)


async def bot_updates(room, ts, card):
    await room.client.chat_update(channel=room.triage, ts=card, text="newer")


async def bot_deletes(room, ts, card):
    await room.client.chat_delete(channel=room.triage, ts=card)


async def bot_broadcasts(room, ts, card):
    await room.client.chat_postMessage(
        channel=room.triage, text="late!", thread_ts=card, reply_broadcast=True
    )


async def opens_home(room, ts, card):
    await room.slack.open_home(room.ana)


async def joins(room, ts, card):
    await room.slack.join(room.slack.add_user("bob"), room.triage)


async def shares(room, ts, card):
    await room.slack.share_channel(room.triage, room.slack.add_team("Acme"))


async def archives(room, ts, card):
    await room.slack.archive(room.slack.add_channel("old"))
    await room.slack.archive(room.triage)


async def brings_back(room, ts, card):
    old = room.slack.add_channel("old")
    for channel in (old, room.triage):
        room.slack.world.channel(channel).is_archived = True
        await room.slack.unarchive(channel)


async def renumbers(room, ts, card):
    await room.slack.rename_id(room.triage)


async def changes_the_group(room, ts, card):
    group = room.slack.add_usergroup("support", [room.ana])
    await room.slack.set_usergroup(group, [])


async def is_made_a_guest(room, ts, card):
    await room.slack.change_user(room.ana, is_restricted=True)


async def uninstalls(room, ts, card):
    await room.slack.uninstall()


async def posts_a_link(room, ts, card):
    await room.slack.say(room.ana, room.triage, "see <https://desk.example/1042|this>")


async def writes_to_the_bot(room, ts, card):
    await room.slack.say_to_bot(room.ana, "hello bot")


async def writes_elsewhere(room, ts, card):
    await room.slack.say(room.ana, room.slack.add_channel("lunch", members=[room.ana], bot=False), "hungry?")


async def ephemeral(room, ts, card):
    await room.client.chat_postEphemeral(channel=room.triage, user=room.ana, text="only you")


@pytest.mark.parametrize(
    ("act", "kinds"),
    [
        (says, ["message"]),
        (sends_a_file, ["message/file_share"]),
        (edits, ["message/message_changed"]),
        (deletes, ["message/message_deleted"]),
        (deletes_a_parent, ["message", "message/message_changed"]),  # to a tombstone
        (reacts, ["reaction_added", "reaction_removed"]),
        (bot_updates, ["message/message_changed"]),
        (bot_deletes, ["message/message_deleted"]),
        (bot_broadcasts, ["message/thread_broadcast"]),
        (opens_home, ["app_home_opened"]),
        (joins, ["member_joined_channel", "message/group_join"]),
        (shares, ["channel_shared"]),
        (archives, ["channel_archive", "group_archive"]),
        (brings_back, ["channel_unarchive", "group_unarchive"]),
        (renumbers, ["channel_id_changed"]),
        (changes_the_group, ["subteam_members_changed"]),
        (is_made_a_guest, ["user_change"]),
        (uninstalls, ["app_uninstalled", "tokens_revoked"]),
        (posts_a_link, ["message", "link_shared"]),
        (writes_to_the_bot, []),  # message.im is not subscribed to
        (writes_elsewhere, []),  # the bot is not there
        (ephemeral, []),
    ],
    ids=name_of,
)
def test_each_act_is_told_as_slack_tells_it(act, kinds):
    events = heard(act, unfurl_domains=["desk.example"])

    assert kinds == ["/".join(filter(None, (one["type"], one.get("subtype")))) for one in events]


@pytest.mark.parametrize(
    ("act", "path", "value"),
    [
        (says, ("channel_type",), "group"),
        (says, ("parent_user_id",), "U0BOT"),
        (says, ("blocks", 0, "type"), "rich_text"),
        (sends_a_file, ("files", 0, "name"), "trace.log"),
        (sends_a_file, ("files", 0, "size"), 5),
        (edits, ("message", "text"), "changed"),
        (edits, ("previous_message", "text"), "hello"),
        (deletes, ("previous_message", "text"), "hello"),
        (reacts, ("reaction",), "eyes"),
        (reacts, ("item", "type"), "message"),
        (reacts, ("item_user",), "U0BOT"),
        (bot_updates, ("message", "text"), "newer"),
        (posts_a_link, ("text",), "see <https://desk.example/1042|this>"),
        (is_made_a_guest, ("user", "is_restricted"), True),
        (changes_the_group, ("removed_users_count",), 1),
    ],
    ids=name_of,
)
def test_an_event_carries_what_is_needed_to_act_on_it(act, path, value):
    told = heard(act)[0]
    for step in path:
        told = told[step]

    assert value == told


@pytest.mark.parametrize("scope", ["groups:history", "reactions:read"])
def test_without_the_scope_nothing_is_heard(scope):
    async def scenario(room: Room, ts, card):
        room.slack.team.scopes.discard(scope)
        act = says if scope == "groups:history" else reacts
        await act(room, ts, card)

    assert [] == heard(scenario)


def test_only_what_is_subscribed_to_is_heard():
    assert [] == heard(says, events=["reaction_added"])


def in_a_shared_channel(scenario, **wishes):
    """Play with a customer in a Slack Connect channel; every payload that was heard."""

    async def play(room: Room):
        acme = room.slack.add_team("Acme")
        bob = room.slack.add_user("bob", team=acme)
        shared = room.slack.add_channel("acme", members=[bob, room.ana], shared_with=[acme])
        async with listening(room) as ear:
            result = await scenario(room, bob, shared)
            await room.slack.wait_until_idle()
            return result, [one.payload for one in ear.heard], acme.id

    return played(play, **wishes)


def test_a_customers_message_says_that_it_comes_from_outside():
    async def scenario(room: Room, bob, shared):
        await room.slack.say(bob, shared, "Our phones are dead")

    _, [told], acme = in_a_shared_channel(scenario)
    event, [authorization] = told["event"], told["authorizations"]
    marks = (event["team"], event["user_team"], event["source_team"])

    assert ((acme,) * 3, "T0VENDOR", True) == (
        marks,
        authorization["team_id"],
        told["is_ext_shared_channel"],
    )


def test_a_customers_file_has_to_be_asked_for():
    async def scenario(room: Room, bob, shared):
        await room.slack.say(bob, shared, "See", files=[("trace.pcap", b"\x00")])
        file = room.slack.channel(shared)[0].files[0]
        return (await room.client.files_info(file=file.id))["file"]["name"]

    name, [told], _ = in_a_shared_channel(scenario)
    [file] = told["event"]["files"]

    assert ("trace.pcap", "check_file_info", None) == (name, file["file_access"], file.get("name"))


def test_a_customer_is_told_with_their_own_workspace():
    async def scenario(room: Room, bob, shared):
        user = (await room.client.users_info(user=bob))["user"]
        info = (await room.client.conversations_info(channel=shared))["channel"]
        act = await room.slack.click(bob, shared, (await card_in(room, shared)), "claim")
        await act.settled.wait()
        return user["team_id"], info["is_ext_shared"], len(info["shared_team_ids"]), act.payload

    (team, is_shared, teams, pressed), _, acme = in_a_shared_channel(scenario)

    assert (acme, True, 2, acme, "T0VENDOR") == (
        team,
        is_shared,
        teams,
        pressed["user"]["team_id"],
        pressed["team"]["id"],
    )


async def card_in(room: Room, channel: str) -> str:
    return await Room(room.slack, room.client, room.ana, channel).card()


def test_a_second_installation_hears_only_of_its_own_channels():
    async def scenario(room: Room):
        other = room.slack.add_team("Partner", installed=True)
        bob = room.slack.add_user("bob", team=other)
        theirs = room.slack.add_channel("general", team=other, members=[bob])
        async with listening(room) as ear:
            await room.slack.say(bob, theirs, "theirs")
            await room.slack.say(room.ana, room.triage, "ours")
            await room.slack.wait_until_idle()
            told = [(one.payload["team_id"] == other.id, one.payload["event"]["text"]) for one in ear.heard]
            return sorted(told)

    assert [(False, "ours"), (True, "theirs")] == played(scenario)


@pytest.mark.parametrize(
    "act",
    [
        lambda slack, ana, bob, channel, ts: slack.say(bob, channel, "x"),
        lambda slack, ana, bob, channel, ts: slack.edit(bob, channel, ts, "x"),
        lambda slack, ana, bob, channel, ts: slack.delete(bob, channel, ts),
        lambda slack, ana, bob, channel, ts: slack.react(bob, channel, ts, "eyes"),
        lambda slack, ana, bob, channel, ts: slack.react(ana, channel, ts, "eyes", remove=True),
        lambda slack, ana, bob, channel, ts: slack.command(bob, channel, "/ticket"),
        lambda slack, ana, bob, channel, ts: slack.click(bob, channel, ts, "claim"),
        lambda slack, ana, bob, channel, ts: slack.join(ana, channel),
    ],
)
def test_nobody_does_what_their_client_would_not_let_them(act):
    async def scenario(room: Room):
        bob = room.slack.add_user("bob")
        ts = await room.slack.say(room.ana, room.triage, "hello")
        with pytest.raises(Impossible):
            await act(room.slack, room.ana, bob, room.triage, ts)

    played(scenario)
