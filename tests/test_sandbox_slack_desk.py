"""The sandbox's buttons, modals, Home tabs and response URLs: good once, for a while, in their place."""

import aiohttp
import pytest

from sandbox.slack import Impossible, Refused
from slack_room import CARD, Room, listening, played, refusal


def plain(text):
    return {"type": "plain_text", "text": text}


def modal(title="Reply", **beside):
    entry = {
        "type": "input",
        "block_id": "text",
        "label": plain("Text"),
        "element": {"type": "plain_text_input", "action_id": "words", "min_length": 2},
    }
    team = {
        "type": "input",
        "block_id": "team",
        "optional": True,
        "label": plain("Team"),
        "element": {
            "type": "static_select",
            "action_id": "which",
            "options": [{"text": plain(one), "value": one} for one in ("red", "blue")],
        },
    }
    return {
        "type": "modal",
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": [entry, team, {"type": "section", "text": plain("x"), "accessory": NEXT}],
        **beside,
    }


NEXT = {"type": "button", "action_id": "next", "text": plain("Next")}
HOME = {"type": "home", "blocks": CARD}


def opened(scenario, **beside):
    """Play with a modal open in front of the agent, and an app that acknowledges everything."""

    async def play(room: Room):
        async with listening(room) as ear:
            act = await room.slack.click(room.ana, room.triage, await room.card(), "claim")
            view = await room.client.views_open(trigger_id=act.trigger_id, view=modal(**beside))
            return await scenario(room, ear, view["view"])

    return played(play)


@pytest.mark.parametrize(
    ("seconds", "uses", "error"),
    [(0, 0, "ok"), (2.5, 0, "ok"), (3.5, 0, "expired_trigger_id"), (0, 1, "exchanged_trigger_id")],
)
def test_a_trigger_opens_one_view_within_three_seconds(seconds, uses, error):
    async def scenario(room: Room):
        async with listening(room):
            act = await room.slack.click(room.ana, room.triage, await room.card(), "claim")
            room.slack.advance(seconds)
            for _ in range(uses):
                await room.client.views_open(trigger_id=act.trigger_id, view=modal())
            return await refusal(room.client.views_open(trigger_id=act.trigger_id, view=modal()))

    assert error == played(scenario)


def test_the_stack_holds_three_modals():
    async def scenario(room: Room, ear, view):
        answers, top = [], view["id"]
        for _ in range(3):
            act = await room.slack.act_in_view(room.ana, top, "next")
            answers.append(await refusal(room.client.views_push(trigger_id=act.trigger_id, view=modal())))
            top = room.slack.views(room.ana)[-1]["id"]
        stack = room.slack.views(room.ana)
        return answers, [one["root_view_id"] == view["id"] for one in stack]

    assert (["ok", "ok", "push_limit_reached"], [True] * 3) == opened(scenario)


@pytest.mark.parametrize(("stale", "error"), [(False, "ok"), (True, "hash_conflict")])
def test_an_update_with_an_old_hash_is_refused(stale, error):
    async def scenario(room: Room, ear, view):
        if stale:
            await room.client.views_update(view_id=view["id"], view=modal("Newer"))
        return await refusal(
            room.client.views_update(view_id=view["id"], view=modal("Mine"), hash=view["hash"])
        )

    assert error == opened(scenario)


def test_a_view_is_found_by_the_id_the_app_gave_it():
    async def scenario(room: Room, ear, view):
        await room.client.views_update(external_id="reply-1042", view=modal("Found"))
        return room.slack.views(room.ana)[0]["title"]["text"]

    assert "Found" == opened(scenario, external_id="reply-1042")


@pytest.mark.parametrize(
    ("answer", "stack"),
    [
        ({}, []),
        ({"response_action": "clear"}, []),
        ({"response_action": "errors", "errors": {"text": "More."}}, ["Reply"]),
        ({"response_action": "update", "view": modal("Updated")}, ["Updated"]),
        ({"response_action": "push", "view": modal("Pushed")}, ["Reply", "Pushed"]),
    ],
)
def test_a_submission_does_what_its_acknowledgement_says(answer, stack):
    async def scenario(room: Room, ear, view):
        ear.answers = lambda request: answer
        await room.slack.submit(room.ana, view["id"], {"text": "words"})
        return [one["title"]["text"] for one in room.slack.views(room.ana)]

    assert stack == opened(scenario)


def test_errors_for_a_block_that_is_not_there_are_a_mistake_of_the_app():
    async def scenario(room: Room, ear, view):
        ear.answers = lambda request: {"response_action": "errors", "errors": {"nowhere": "x"}}
        with pytest.raises(Impossible, match="input blocks are team, text"):
            await room.slack.submit(room.ana, view["id"], {"text": "words"})

    opened(scenario)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "text: fill in this field"),
        ({"text": "x"}, "1 characters; allowed are 2 to 3000"),
        ({"text": "words", "team": "green"}, "'green' is not offered; there are red, blue"),
        ({"text": "words", "colour": "red"}, "no block colour"),
    ],
)
def test_the_client_does_not_submit_what_the_form_does_not_take(values, why):
    async def scenario(room: Room, ear, view):
        with pytest.raises(Impossible, match=why):
            await room.slack.submit(room.ana, view["id"], values)

    opened(scenario)


def test_a_submission_carries_every_value_with_its_type():
    async def scenario(room: Room, ear, view):
        await room.slack.submit(room.ana, view["id"], {"text": {"words": "Thanks"}, "team": "red"})
        values = ear.heard[-1].payload["view"]["state"]["values"]
        return values["text"]["words"], values["team"]["which"]["selected_option"]["value"]

    assert ({"type": "plain_text_input", "value": "Thanks"}, "red") == opened(scenario)


def test_a_submission_that_nobody_acknowledges_leaves_the_modal():
    async def scenario(room: Room, ear, view):
        ear.answers = lambda request: room.slack.advance(3)
        with pytest.raises(TimeoutError, match="operation_timeout"):
            await room.slack.submit(room.ana, view["id"], {"text": "words"})
        return len(room.slack.views(room.ana))

    assert 1 == opened(scenario)


@pytest.mark.parametrize(("wish", "types"), [(True, ["view_closed"]), (False, [])])
def test_closing_is_told_to_who_asked_for_it(wish, types):
    async def scenario(room: Room, ear, view):
        await room.slack.wait_until_idle()
        ear.heard.clear()
        await room.slack.close_view(room.ana, view["id"])
        await room.slack.wait_until_idle()
        return [one.payload["type"] for one in ear.heard], room.slack.views(room.ana)

    assert (types, []) == opened(scenario, notify_on_close=wish)


def test_a_home_tab_is_published_with_the_hash_of_what_it_replaces():
    async def scenario(room: Room):
        publish = room.client.views_publish
        first = (await publish(user_id=room.ana, view=HOME))["view"]["hash"]
        second = (await publish(user_id=room.ana, view=HOME, hash=first))["view"]["hash"]
        stale = await refusal(publish(user_id=room.ana, view=HOME, hash=first))
        return second != first, stale, len(room.slack.home(room.ana)["blocks"])

    assert (True, "hash_conflict", 1) == played(scenario)


def test_a_press_in_the_home_tab_comes_with_its_view():
    async def scenario(room: Room):
        async with listening(room) as ear:
            await room.client.views_publish(user_id=room.ana, view=HOME)
            await room.slack.open_home(room.ana)
            home = room.slack.home(room.ana)["id"]
            act = await room.slack.act_in_view(room.ana, home, "status", selected="solved")
            await act.answered()
            await room.slack.wait_until_idle()
            pressed = next(one.payload for one in ear.heard if one.type == "interactive")
            action = pressed["actions"][0]
            return ear.events[0]["type"], pressed["container"]["type"], action["selected_option"]["value"]

    assert ("app_home_opened", "view", "solved") == played(scenario)


def test_a_press_on_a_card_says_who_where_and_on_what():
    async def scenario(room: Room):
        async with listening(room) as ear:
            ts = await room.card()
            act = await room.slack.click(room.ana, room.triage, ts, "claim")
            await act.answered()
            told = next(one.payload for one in ear.heard if one.type == "interactive")
            action = told["actions"][0]
            facts = (told["type"], told["user"]["id"] == room.ana, told["channel"]["id"] == room.triage)
            return facts, told["message"]["ts"] == ts, action["value"], action["block_id"], told["team"]["id"]

    expected = (("block_actions", True, True), True, "1042:3", "acts", "T0VENDOR")
    assert expected == played(scenario)


@pytest.mark.parametrize("of_message", [True, False])
def test_a_shortcut_is_global_or_on_a_message(of_message):
    async def scenario(room: Room):
        async with listening(room) as ear:
            ts = await room.slack.say(room.ana, room.triage, "Printer on fire")
            place = {"channel": room.triage, "ts": ts} if of_message else {}
            act = await room.slack.shortcut(room.ana, "new_ticket", **place)
            await act.answered()
            told = next(one.payload for one in ear.heard if one.type == "interactive")
            return told["type"], told.get("message", {}).get("text"), bool(told.get("response_url"))

    assert (
        ("message_action", "Printer on fire", True) if of_message else ("shortcut", None, False)
    ) == played(scenario)


async def posted(url: str, *bodies: dict[str, object]) -> list[int]:
    async with aiohttp.ClientSession() as session:
        return [(await session.post(url, json=body)).status for body in bodies]


def test_a_response_url_takes_five_posts():
    async def scenario(room: Room):
        async with listening(room):
            act = await room.slack.click(room.ana, room.triage, await room.card(), "claim")
            return await posted(act.response_url, *[{"text": "x"}] * 6), len(act.replies)

    assert ([200] * 5 + [404], 5) == played(scenario)


def test_a_response_url_is_good_for_half_an_hour():
    async def scenario(room: Room):
        async with listening(room):
            act = await room.slack.click(room.ana, room.triage, await room.card(), "claim")
            room.slack.advance(1799)
            before = await posted(act.response_url, {"text": "x"})
            room.slack.advance(2)
            return before + await posted(act.response_url, {"text": "x"})

    assert [200, 404] == played(scenario)


@pytest.mark.parametrize(
    ("body", "channel", "ephemeral"),
    [
        ({"text": "mine"}, ["card"], ["mine"]),
        ({"text": "all", "response_type": "in_channel"}, ["card", "all"], []),
        ({"text": "new", "replace_original": True}, ["new"], []),
        ({"delete_original": True}, [], []),
        ({"text": "x", "blocks": [{"type": "banner"}]}, ["card"], []),
    ],
)
def test_a_post_to_a_response_url_is_shown_where_it_says(body, channel, ephemeral):
    async def scenario(room: Room):
        async with listening(room):
            act = await room.slack.click(room.ana, room.triage, await room.card(), "claim")
            await posted(act.response_url, body)
            shown = [one.text for one in room.slack.channel(room.triage) if not one.is_deleted]
            return shown, [one.text for one in room.slack.ephemerals(room.ana, room.triage)]

    assert (channel, ephemeral) == played(scenario)


def test_buttons_of_an_ephemeral_message_can_be_pressed_by_its_reader_only():
    async def scenario(room: Room):
        async with listening(room) as ear:
            bob = room.slack.add_user("bob")
            await room.slack.join(bob, room.triage)
            told = await room.client.chat_postEphemeral(
                channel=room.triage, user=room.ana, text="Undo?", blocks=CARD
            )
            act = await room.slack.click(room.ana, room.triage, told["message_ts"], "claim")
            await act.answered()
            hers = next(one.payload for one in ear.heard if one.type == "interactive")
            with pytest.raises(Exception, match="message_not_found"):
                await room.slack.click(bob, room.triage, told["message_ts"], "claim")
            return hers["container"]["is_ephemeral"], "message" in hers

    assert (True, False) == played(scenario)


def lookup():
    """The blocks of a modal that asks the app whom it knows."""
    element = {"type": "external_select", "action_id": "who", "min_query_length": 1}
    entry = {"type": "input", "block_id": "agent", "label": plain("Agent"), "element": element}
    return [entry]


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ([{"text": plain("Ana"), "value": "1"}], "1"),
        ([{"text": plain("Ana")}], "invalid_options"),
        ([{"text": plain("Ana"), "value": str(one)} for one in range(101)], "invalid_options"),
    ],
)
def test_an_external_select_offers_what_the_app_suggests(options, chosen):
    async def scenario(room: Room, ear, view):
        def answer(request):
            is_typing = request.payload["type"] == "block_suggestion"
            return {"options": options} if is_typing else {}

        ear.answers = answer
        try:
            await room.slack.suggest(room.ana, view["id"], "who", "an")
        except Refused as error:
            return error.error
        await room.slack.submit(room.ana, view["id"], {"agent": "1"})
        values = ear.heard[-1].payload["view"]["state"]["values"]
        return values["agent"]["who"]["selected_option"]["value"]

    assert chosen == opened(scenario, blocks=lookup())


def test_nobody_chooses_what_was_not_suggested():
    async def scenario(room: Room, ear, view):
        with pytest.raises(Impossible, match="'1' is not offered"):
            await room.slack.submit(room.ana, view["id"], {"agent": "1"})

    opened(scenario, blocks=lookup())
